"""What the screens of all rooms in the admin share: the way back up, and a form that calls one action."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from accounts.models import User
from audit.actions import record_refusal
from audit.refusals import Refused


class Screen(WagtailAdminTemplateMixin, TemplateView):
    """A screen below the first one of its room, which ``index`` and ``index_label`` name."""

    index: ClassVar[str]
    index_label: ClassVar[Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.check()
        return super().dispatch(request, *args, **kwargs)

    def check(self) -> None:
        """Raise Http404 or PermissionDenied before anything is shown."""

    @property
    def actor(self) -> User:
        """Who is signed in; the admin lets nobody else come here."""
        return cast(User, self.request.user)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse(self.index), "label": self.index_label}
        way = [*self.breadcrumbs_items, index, *self.way_here()]
        return [*way[:-1], {**way[-1], "url": ""}]

    def way_here(self) -> list[dict[str, Any]]:
        """The items of the way after the room's first screen."""
        return []

    def told(self, message: str) -> None:
        """Say on the next screen that it was done."""
        messages.success(self.request, message)


class ActForm(Screen, FormView):
    """A form that calls one action; a refusal is shown beside its field, and recorded."""

    submit_label: Any = ""

    def act(self, form: Any) -> str:
        """Call the action; returns where to go. May raise Refused."""
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
        return reverse(self.index)
