"""What the content room adds to the Wagtail admin."""

from __future__ import annotations

from typing import Any

from wagtail import hooks
from wagtail.rich_text import LinkHandler

from cms.going_out import linked_ids
from cms.viewsets import CategoryViewSet


class ItemLinkHandler(LinkHandler):
    """A link to another page goes out as ``sotay:content/<id>``, which the app opens; pages that are not out are no link."""

    identifier = "page"

    @classmethod
    def expand_db_attributes(cls, attrs: dict[str, Any]) -> str:
        return cls.expand_db_attributes_many([attrs])[0]

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, Any]]) -> list[str]:
        pages = {int(attrs["id"]) for attrs in attrs_list if str(attrs.get("id", "")).isdigit()}
        items = linked_ids(pages)
        return [
            f'<a href="sotay:content/{items[int(attrs["id"])]}">'
            if str(attrs.get("id", "")).isdigit() and int(attrs["id"]) in items
            else "<a>"
            for attrs in attrs_list
        ]


@hooks.register("register_rich_text_features", order=100)
def link_to_items(features: Any) -> None:
    """Replace Wagtail's page links, which lead to a web site that a headless system does not have."""
    features.register_link_type(ItemLinkHandler)


@hooks.register("register_admin_viewset")
def categories() -> CategoryViewSet:
    """Cài đặt > Chuyên mục."""
    return CategoryViewSet()


@hooks.register("construct_help_menu")
def no_help_in_english(request: Any, items: list[Any]) -> None:
    """Wagtail's help leads to English pages on another host; without items the menu is not shown."""
    items.clear()
