"""The screens of one notice of the sender's: its state and what may be done, correcting and recalling."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from editorial.enums import Decision, RequestState
from editorial.models import ApprovalRequest, RequestDecision
from handbook.notices import actions
from handbook.notices.actions.guards import approval_rule
from handbook.notices.audience import count_addressed
from handbook.notices.enums import EDITABLE, WERE_OUT, Audience, State, Status
from handbook.notices.forms import CorrectForm, ReadersForm, RecallForm, readers_of, shown
from handbook.notices.models import Notice, NoticeVersion
from handbook.notices.reach import addressed_by
from handbook.notices.views.base import ActForm, NoticeScreen, notice_url
from handbook.notices.views.writing import files_of


class NoticeView(NoticeScreen):
    """One notice: its text, whom it reaches, its history, and what may be done. A draft is sent from here."""

    template_name = "notices/notice.html"

    def get_page_title(self) -> str:
        return self.notice.current.title

    def get_page_subtitle(self) -> str:
        return ""

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.notice.current.title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notice, now = self.notice, timezone.now()
        requests = ApprovalRequest.objects.about(notice).with_count().select_related("organization")
        asked = requests.order_by("asked_at").last()
        is_waiting = asked is not None and asked.state == RequestState.WAITING
        return super().get_context_data(
            notice=notice,
            text=notice.current,
            files=notice.current.files.order_by("name"),
            status=notice.status_at(now),
            audience=Audience(notice.audience).label,
            units=[each.organization for each in notice.audiences.select_related("organization")],
            reached=count_addressed(addressed_by(notice)),
            versions=notice.versions.filter(number__lte=notice.version).select_related("author").order_by("-number"),
            proposed=notice.to_approve if notice.proposed_version else None,
            rule=approval_rule(notice.organization),
            waiting=asked if is_waiting else None,
            returned=_return_of(notice, asked),
            is_draft=notice.state in EDITABLE,
            was_out=notice.state in WERE_OUT,
            is_sent=notice.state == State.SENT,
            is_scheduled=notice.status_at(now) == Status.SCHEDULED,
            is_in_force=Notice.objects.in_force(now).filter(pk=notice.pk).exists(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send, take back, discard or remind. A refusal is shown on the page before, by ``cms.middleware``."""
        asked = request.POST.get("act")
        if asked == "send":
            notice = actions.send_notice(actor=self.actor, notice=self.notice)
            number = count_addressed(addressed_by(notice))
            told = ngettext("Đã gửi đến %(n)d đảng viên.", "Đã gửi đến %(n)d đảng viên.", number) % {"n": number}
            if notice.state == State.WAITING:
                told = _("Đã trình. Thông báo được gửi khi cấp ủy duyệt xong.")
            elif notice.sent_at and notice.sent_at > timezone.now():
                at = timezone.localtime(notice.sent_at)
                told = _("Đã hẹn gửi lúc %(time)s.") % {"time": f"{at:%H:%M %d/%m/%Y}"}
            messages.success(request, told)
        elif asked == "discard":
            actions.discard_notice(actor=self.actor, notice=self.notice)
            messages.success(request, _("Đã bỏ bản nháp."))
            return HttpResponseRedirect(reverse("notices:index"))
        elif asked == "take_back":
            actions.take_back_notice(actor=self.actor, notice=self.notice)
            messages.success(request, _("Đã rút về. Không ai duyệt bản này nữa."))
        elif asked == "remind":
            actions.remind_notice(actor=self.actor, notice=self.notice)
            messages.success(request, _("Đã nhắc những người chưa thực hiện."))
        return HttpResponseRedirect(notice_url(self.notice))


class RescheduleView(NoticeScreen, ActForm):
    """To whom and when, of what is scheduled and not out yet."""

    form_class = ReadersForm
    page_title = gettext_lazy("Đổi giờ gửi, nơi nhận")
    submit_label = gettext_lazy("Lưu giờ gửi và nơi nhận")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        return readers_of(self.notice)

    def act(self, form: Any) -> str:
        notice = actions.reschedule_notice(actor=self.actor, notice=self.notice, **form.cleaned_data)
        if notice.state == State.WAITING:
            self.told(_("Đã trình lại. Thông báo được gửi khi cấp ủy duyệt xong."))
        else:
            self.told(_("Đã lưu giờ gửi và nơi nhận."))
        return notice_url(self.notice)

    def back(self) -> str:
        return notice_url(self.notice)


class CorrectView(NoticeScreen, ActForm):
    """Đính chính: the next text."""

    form_class = CorrectForm
    page_title = gettext_lazy("Đính chính")
    submit_label = gettext_lazy("Gửi bản đính chính")

    @property
    def text(self) -> NoticeVersion:
        """What is mended: the correction that waits or was returned, else what is out."""
        return self.notice.to_approve

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "version": self.text}

    def get_initial(self) -> dict[str, Any]:
        return {**shown(self.text), "asks_again": self.text.asks_again if self.notice.proposed_version else True}

    def act(self, form: Any) -> str:
        with transaction.atomic():
            actions.correct_notice(
                actor=self.actor,
                notice=self.notice,
                content=form.content_with(files_of(self.actor, form.cleaned_data)),
                asks_again=form.cleaned_data["asks_again"],
            )
        self.notice.refresh_from_db()
        if self.notice.proposed_version:
            self.told(_("Đã trình bản đính chính. Bản cũ còn hiệu lực đến khi cấp ủy duyệt."))
        else:
            self.told(_("Đã gửi bản đính chính."))
        return notice_url(self.notice)

    def back(self) -> str:
        return notice_url(self.notice)


class RecallView(NoticeScreen, ActForm):
    """Thu hồi, with a reason."""

    form_class = RecallForm
    page_title = gettext_lazy("Thu hồi thông báo")
    submit_label = gettext_lazy("Thu hồi")

    def act(self, form: Any) -> str:
        actions.recall_notice(actor=self.actor, notice=self.notice, **form.cleaned_data)
        self.told(_("Đã thu hồi. Không ai còn thấy thông báo này."))
        return notice_url(self.notice)

    def back(self) -> str:
        return notice_url(self.notice)


def _return_of(notice: Notice, asked: ApprovalRequest | None) -> RequestDecision | None:
    """Who sent it back and why, where that is how it stands now."""
    if asked is None or asked.state != RequestState.RETURNED:
        return None
    if notice.state != State.RETURNED and not notice.proposed_version:
        return None
    return asked.decisions.filter(decision=Decision.RETURN).select_related("person").last()
