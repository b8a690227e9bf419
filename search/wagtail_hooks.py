"""What search adds to the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from search.views.everything import EverythingView, PublishedView
from search.viewsets import AbbreviationViewSet


@hooks.register("register_admin_viewset")
def abbreviations() -> AbbreviationViewSet:
    """Cài đặt > Từ viết tắt."""
    return AbbreviationViewSet()


@hooks.register("register_admin_urls")
def screens() -> list[Any]:
    """Searching everything, and reading what is out."""
    return [
        path("search/everything/", EverythingView.as_view(), name="search_everything"),
        path("search/published/<uuid:item_id>/", PublishedView.as_view(), name="search_published"),
    ]


@hooks.register("register_admin_menu_item")
def everything_menu_item() -> MenuItem:
    """After the desk."""
    return MenuItem(
        _("Tìm trong mọi nội dung"), reverse("search_everything"), name="search-everything", icon_name="search", order=2
    )
