"""What search adds to the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from editorial.permissions import is_board
from search.views.everything import EverythingView, PublishedView
from search.views.report import ReportView
from search.viewsets import AbbreviationViewSet


@hooks.register("register_admin_viewset")
def abbreviations() -> AbbreviationViewSet:
    """Cài đặt > Từ viết tắt."""
    return AbbreviationViewSet()


@hooks.register("register_admin_urls")
def screens() -> list[Any]:
    """Searching everything, reading what is out, and what readers look for."""
    return [
        path("search/everything/", EverythingView.as_view(), name="search_everything"),
        path("search/report/", ReportView.as_view(), name="search_report"),
        path("search/published/<uuid:item_id>/", PublishedView.as_view(), name="search_published"),
    ]


@hooks.register("register_admin_menu_item")
def everything_menu_item() -> MenuItem:
    """After the desk."""
    return MenuItem(
        _("Tìm trong mọi nội dung"), reverse("search_everything"), name="search-everything", icon_name="search", order=2
    )


class ReportMenuItem(MenuItem):
    """Shown to the board."""

    def is_shown(self, request: HttpRequest) -> bool:
        return is_board(request.user)


@hooks.register("register_reports_menu_item")
def report_menu_item() -> ReportMenuItem:
    """Báo cáo > Người đọc tìm gì."""
    return ReportMenuItem(
        _("Người đọc tìm gì"), reverse("search_report"), name="search-report", icon_name="search", order=300
    )
