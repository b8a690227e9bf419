"""What the rooms above have against a text being out, whatever its approvals: the gate asks them of every page.

A page that is out already stays until the editorial board withdraws it; it lies on the desk's screen with the reason.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet

from cms.models import ContentPage

# Of these pages those that must not be out, by their ids, each with the reason in words.
Objector = Callable[[QuerySet[ContentPage]], dict[int, str]]

_objectors: list[Objector] = []


def object_to_pages(objector: Objector) -> None:
    """Register a function that knows of pages that must not be out. Called by a room's AppConfig.ready."""
    if objector not in _objectors:
        _objectors.append(objector)


def objections_to(pages: QuerySet[ContentPage]) -> dict[int, str]:
    """Of these pages those that must not be out, with the reasons."""
    return {pk: reason for objector in _objectors for pk, reason in objector(pages).items()}
