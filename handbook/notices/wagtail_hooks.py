"""What this room adds to the Wagtail admin."""

from __future__ import annotations

from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet

from handbook.notices.viewsets import NoticeViewSet


@hooks.register("register_admin_viewset")
def screens() -> list[ViewSet]:
    """Writing notices, and how far they have come."""
    return [NoticeViewSet()]
