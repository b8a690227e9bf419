"""What all screens of the room share."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from accounts.models import User
from audit.actions import record_refusal
from audit.refusals import Refused
from handbook.notices.enums import WERE_OUT
from handbook.notices.models import Notice
from handbook.notices.permissions import head_of_view, is_sender, readable_by
from organizations.models import Organization
from organizations.permissions import visible_units


def notice_url(notice: Notice, name: str = "notice") -> str:
    """The address of a screen about a notice."""
    return reverse(f"notices:{name}", args=[notice.pk])


class Screen(WagtailAdminTemplateMixin, TemplateView):
    """The icon and the way back up. Refused to who neither sends notices nor looks after members anywhere."""

    header_icon = "mail"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_sender(request.user) and not visible_units(request.user).exists():
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
        index = {"url": reverse("notices:index"), "label": _("Thông báo")}
        way = [*self.breadcrumbs_items, index, *self.way_here()]
        return [*way[:-1], {**way[-1], "url": ""}]

    def way_here(self) -> list[dict[str, Any]]:
        """The items of the way after the first."""
        return []


class NoticeScreen(Screen):
    """A screen about a notice of a unit for which the person may send; 404 for everybody else."""

    @cached_property
    def notice(self) -> Notice:
        """The notice of the address."""
        notices = Notice.objects.of_officer(self.request.user).select_related("organization", "author")
        found = notices.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def check(self) -> None:
        _found = self.notice

    def get_page_subtitle(self) -> str:
        return self.notice.current.title

    def way_here(self) -> list[dict[str, Any]]:
        return [
            {"url": notice_url(self.notice), "label": self.notice.current.title},
            {"url": "", "label": self.page_title},
        ]


class ReachScreen(Screen):
    """A screen about how far a notice has come, within what the person may see of it."""

    @cached_property
    def notice(self) -> Notice:
        """The notice: one that is no draft, whose text the person may see, and of whose numbers any."""
        sent = readable_by(self.request.user, timezone.now()).filter(state__in=WERE_OUT)
        found = sent.select_related("organization").filter(pk=self.kwargs["pk"]).first()
        if found is None or self._head(found) is None:
            raise Http404
        return found

    @cached_property
    def top(self) -> Organization:
        """Where the person's view begins."""
        top = self._head(self.notice)
        assert top is not None  # noqa: S101 - else there is no notice
        return top

    def _head(self, notice: Notice) -> Organization | None:
        return head_of_view(self.request.user, notice)

    def check(self) -> None:
        _found = self.notice

    def get_page_subtitle(self) -> str:
        return self.notice.current.title

    def way_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.notice.current.title}]


class ActForm(Screen, FormView):
    """A form that calls one action; a refusal is shown beside its field, and recorded."""

    template_name = "notices/act.html"
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

    def told(self, message: str) -> None:
        """Say on the next screen that it was done."""
        messages.success(self.request, message)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "media": context["form"].media,
            "submit_button_label": self.submit_label,
            "back": self.back(),
        }

    def back(self) -> str:
        """Where the way without doing anything leads."""
        return reverse("notices:index")
