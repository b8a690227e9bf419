"""What this room adds to the Wagtail admin."""

from __future__ import annotations

from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet

from organizations.viewsets import OrganizationViewSet, organization_chooser


@hooks.register("register_admin_viewset")
def screens() -> list[ViewSet]:
    """The tree, the people, and the chooser of units."""
    return [OrganizationViewSet(), organization_chooser]
