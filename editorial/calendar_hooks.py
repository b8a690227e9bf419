"""The editorial calendar and the sources in the admin: their addresses and menu items."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from editorial.views.calendar import CalendarView, call_off, has_calendar, move
from editorial.viewsets_sources import SourceViewSet


@hooks.register("register_admin_urls")
def calendar_urls() -> list[Any]:
    """``/admin/editorial/calendar/`` and the two acts on it."""
    addresses = [
        path("", CalendarView.as_view(), name="index"),
        path("<int:schedule_id>/move/", move, name="move"),
        path("<int:schedule_id>/cancel/", call_off, name="cancel"),
    ]
    return [path("editorial/calendar/", include((addresses, "editorial_calendar")))]


class CalendarMenuItem(MenuItem):
    """Shown to those who have something to see there."""

    def is_shown(self, request: HttpRequest) -> bool:
        return has_calendar(request.user)


@hooks.register("register_admin_menu_item")
def calendar_menu_item() -> CalendarMenuItem:
    """Lịch biên tập."""
    return CalendarMenuItem(
        _("Lịch biên tập"), reverse("editorial_calendar:index"), name="calendar", icon_name="calendar", order=120
    )


@hooks.register("register_admin_viewset")
def sources() -> SourceViewSet:
    """Cài đặt > Nguồn tin."""
    return SourceViewSet()
