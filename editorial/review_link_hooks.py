"""Where the admin shows the links for reviewing on a phone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from editorial.permissions import is_board
from editorial.views.review_links import ReviewLinksView
from organizations.enums import Right
from organizations.scope import held_by


@hooks.register("register_admin_urls")
def review_link_urls() -> list[Any]:
    """The screen of the links."""
    return [path("editorial/review-links/", ReviewLinksView.as_view(), name="editorial_review_links")]


class ReviewLinksMenuItem(MenuItem):
    """Shown to those who decide, and to the board, whom they call."""

    def is_shown(self, request: HttpRequest) -> bool:
        return is_board(request.user) or held_by(request.user, Right.APPROVE).exists()


@hooks.register("register_admin_menu_item")
def review_links_menu_item() -> MenuItem:
    """After the releases."""
    return ReviewLinksMenuItem(
        gettext_lazy("Liên kết duyệt"),
        reverse("editorial_review_links"),
        name="review-links",
        icon_name="mobile-alt",
        order=4,
    )
