"""What all screens of the room share."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from accounts import screens
from handbook.notices.enums import WERE_OUT
from handbook.notices.models import Notice
from handbook.notices.permissions import head_of_view, is_sender, readable_by
from organizations.models import Organization
from organizations.permissions import visible_units


def notice_url(notice: Notice, name: str = "notice") -> str:
    """The address of a screen about a notice."""
    return reverse(f"notices:{name}", args=[notice.pk])


class Screen(screens.Screen):
    """Refused to who neither sends notices nor looks after members anywhere."""

    header_icon = "mail"
    index = "notices:index"
    index_label = gettext_lazy("Thông báo")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_sender(request.user) and not visible_units(request.user).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


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


class ActForm(Screen, screens.ActForm):
    """A form of this room."""

    template_name = "notices/act.html"
