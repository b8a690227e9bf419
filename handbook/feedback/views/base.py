"""What all screens of the room share."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from accounts.models import User
from audit.actions import record_refusal
from audit.refusals import Refused
from handbook.feedback.models import FeedbackThread
from handbook.feedback.permissions import is_officer


@method_decorator(never_cache, name="dispatch")
class Screen(WagtailAdminTemplateMixin, TemplateView):
    """The icon and the way back up. Refused to who answers nowhere."""

    header_icon = "help"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_officer(request.user):
            raise PermissionDenied
        self.check()
        return super().dispatch(request, *args, **kwargs)

    def check(self) -> None:
        """Raise Http404 or PermissionDenied before anything is shown."""

    @property
    def actor(self) -> User:
        """Who is signed in; the admin lets nobody else come here."""
        return cast(User, self.request.user)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse("feedback:index"), "label": _("Góp ý của đảng viên")}
        way = [*self.breadcrumbs_items, index, *self.way_here()]
        return [*way[:-1], {**way[-1], "url": ""}]

    def way_here(self) -> list[dict[str, Any]]:
        """The items of the way after the first."""
        return []

    def told(self, message: str) -> None:
        """Say on the next screen that it was done."""
        messages.success(self.request, message)


class ThreadScreen(Screen):
    """A screen about a thread that exists for the person; 404 for everybody else."""

    @cached_property
    def thread(self) -> FeedbackThread:
        """The thread of the address."""
        threads = FeedbackThread.objects.of_officer(self.request.user)
        related = ("owner", "topic", "author", "assigned_to", "escalated_to", "merged_into", "veil", "split_from")
        found = threads.select_related(*related).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def check(self) -> None:
        _found = self.thread

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.thread.subject}]


class ActForm(Screen, FormView):
    """A form that calls one action; a refusal is shown beside its field, and recorded."""

    template_name = "feedback/act.html"
    submit_label: Any = ""

    def act(self, form: Any) -> str:
        """Call the action; returns where to go."""
        raise NotImplementedError

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            url = self.act(form)
        except Refused as refusal:
            record_refusal(refusal, actor=self.actor, channel="admin")
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            return self.form_invalid(form)
        return HttpResponseRedirect(url)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        label = self.submit_label
        return {**context, "media": context["form"].media, "submit_button_label": label, "back": self.back()}

    def back(self) -> str:
        """Where the way without doing anything leads."""
        return reverse("feedback:index")
