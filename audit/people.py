"""Who is meant by a name that somebody types, told by the room that knows the people as the audit knows accounts only."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.contrib.auth import get_user_model

MOST = 500  # accounts that one text may mean
_search: list[Callable[[str], Iterable[int]]] = []


def register(search: Callable[[str], Iterable[int]]) -> None:
    """Say how people are found by what is typed, as the ids of their accounts."""
    _search[:] = [search]


def account_of(name: str) -> int | None:
    """The account of exactly this name."""
    return get_user_model().objects.filter(username=name).values_list("pk", flat=True).first()


def accounts_named(text: str) -> set[int]:
    """All whose name or account name has all these words, up to MOST."""
    return {pk for search in _search for pk in search(text)}
