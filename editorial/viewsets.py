"""Screens that Wagtail makes from a model: the feeds and what came of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from editorial.models import Feed, FeedItem


class FeedViewSet(ModelViewSet):
    """The feeds of all sources, with how each fared; for those who may change feeds: the board."""

    model = Feed
    name = "feed"
    icon = "site"
    menu_label = _("Kênh lấy tin")
    list_display = ["url", "source", "active", "last_polled_at", "failures", "last_error"]
    list_filter = ["source", "active"]
    search_fields = ["url"]
    copy_view_enabled = False
    panels = [
        FieldPanel("source"),
        FieldPanel("url"),
        FieldPanel("category"),
        FieldPanel("active"),
        FieldPanel("last_polled_at", read_only=True),
        FieldPanel("failures", read_only=True),
        FieldPanel("last_error", read_only=True),
    ]


class FeedItemViewSet(ModelViewSet):
    """What was taken in, and which of it its sender has changed since. To look at only."""

    model = FeedItem
    name = "feed_item"
    icon = "list-ul"
    menu_label = _("Tin đã lấy về")
    list_display = ["guid", "feed", "page", "fetched_at", "changed_at"]
    list_filter = {"feed__source": ["exact"], "changed_at": ["isnull"]}
    search_fields = ["guid"]
    list_select_related: Any = ["feed__source", "page"]
    copy_view_enabled = False
    inspect_view_enabled = True
    form_fields: list[str] = []


class FeedViewSetGroup(ModelViewSetGroup):
    """Both, in one place of the menu."""

    items = (FeedViewSet, FeedItemViewSet)
    menu_label = _("Lấy tin tự động")
    menu_icon = "download"
    menu_order = 650
