"""What this room adds to the Wagtail admin."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet

from organizations.calendar_viewsets import HolidayViewSet, WorkingHoursViewSet
from organizations.viewsets import OrganizationMenuItem, OrganizationViewSet, organization_chooser


@hooks.register("register_admin_viewset")
def screens() -> list[ViewSet]:
    """The tree, the people, the chooser of units, and the working calendar."""
    return [OrganizationViewSet(), organization_chooser, HolidayViewSet(), WorkingHoursViewSet()]


@hooks.register("register_admin_menu_item")
def delegation_menu_item() -> OrganizationMenuItem:
    """After the tree: who has a seat looks after a unit's people too, so one question serves both."""
    return OrganizationMenuItem(
        _("Ủy quyền phê duyệt"), reverse("organizations:delegations"), name="delegations", icon_name="user", order=351
    )
