"""What search adds to the Wagtail admin."""

from __future__ import annotations

from wagtail import hooks

from search.viewsets import AbbreviationViewSet


@hooks.register("register_admin_viewset")
def abbreviations() -> AbbreviationViewSet:
    """Cài đặt > Từ viết tắt."""
    return AbbreviationViewSet()
