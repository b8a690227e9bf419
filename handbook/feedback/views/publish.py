"""The screen on which an answered question becomes a draft for the desk."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from handbook.feedback import actions
from handbook.feedback.enums import MessageKind
from handbook.feedback.forms import PublishForm
from handbook.feedback.models import FeedbackThread
from handbook.feedback.views.base import ActForm


class PublishView(ActForm):
    """Makes a draft question and answer of an answered thread, for the desk of the unit's source."""

    form_class = PublishForm
    submit_label = gettext_lazy("Gửi bản nháp cho bàn biên tập")
    page_title = gettext_lazy("Đăng hỏi đáp")

    @cached_property
    def thread(self) -> FeedbackThread:
        """The thread of the address, on which the person may work."""
        found = FeedbackThread.objects.workable_by(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def check(self) -> None:
        _found = self.thread

    def get_initial(self) -> dict[str, Any]:
        said = self.thread.messages.filter(kind__in=[MessageKind.MEMBER, MessageKind.COMMITTEE])
        first = said.filter(kind=MessageKind.MEMBER).first()
        last = said.filter(kind=MessageKind.COMMITTEE).last()
        return {
            "title": self.thread.subject,
            "question": first.body if first else "",
            "answer": last.body if last else "",
        }

    def act(self, form: Any) -> str:
        actions.publish_feedback(actor=self.actor, thread=self.thread, **form.cleaned_data)
        self.told(_("Đã có bản nháp ở bàn biên tập. Bài đi theo quy trình duyệt như mọi bài khác."))
        return self.back()

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": self.back(), "label": self.thread.subject}, {"url": "", "label": self.page_title}]

    def back(self) -> str:
        return reverse("feedback:thread", args=[self.thread.pk])
