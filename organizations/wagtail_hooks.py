"""What this room adds to the Wagtail admin."""

from __future__ import annotations

from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet

from organizations.calendar_viewsets import HolidayViewSet, WorkingHoursViewSet
from organizations.viewsets import OrganizationViewSet, organization_chooser


@hooks.register("register_admin_viewset")
def screens() -> list[ViewSet]:
    """The tree, the people, the chooser of units, and the working calendar."""
    return [OrganizationViewSet(), organization_chooser, HolidayViewSet(), WorkingHoursViewSet()]
