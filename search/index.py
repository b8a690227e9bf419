"""Keeping the index, and asking it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.html import strip_tags

from organizations.names import folded
from organizations.scope import Scope
from publishing.effects import consumer
from publishing.models import Change, PublishedItem
from search.models import SearchEntry


@consumer("search")
def follow(change: Change) -> None:
    """Bring one item's entry to what the store says now."""
    refresh(change.item)


def refresh(item: PublishedItem) -> None:
    """Write, rewrite or remove one item's entry."""
    if item.removed_at is not None:
        SearchEntry.objects.filter(item=item).delete()
        return
    words = " ".join([item.number, item.number_folded, item.title, item.summary, *_texts(item.payload.get("body", []))])
    SearchEntry.objects.update_or_create(
        item=item, defaults={"version": item.version, "text": folded(strip_tags(words))}
    )


def matching(query: str, *, scope: Scope) -> QuerySet[PublishedItem]:
    """Items visible to the caller that contain every word of the query, accents or not; the newest first."""
    found = PublishedItem.objects.visible_to(scope)
    words = folded(query).split()
    if not words:
        return found.none()
    for word in words:
        found = found.filter(search_entry__text__contains=word)
    return found.order_by("-first_published_at", "-id")


def stale() -> Iterator[PublishedItem]:
    """Items whose entry is missing, of another version, or left over after they were taken down."""
    entries = dict(SearchEntry.objects.values_list("item_id", "version"))
    for item in PublishedItem.objects.only("id", "version", "removed_at").iterator():
        expected = None if item.removed_at else item.version
        if entries.get(item.pk) != expected:
            yield item


def answers() -> bool:
    """Whether the index can be asked."""
    SearchEntry.objects.exists()
    return True


def _texts(value: Any) -> Iterator[str]:
    """Every text inside a payload."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in {"id", "type", "file_id", "content_type", "url"}:
                yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
