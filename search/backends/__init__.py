"""What an index is asked and answers, whichever it is. Each backend translates the few shapes of ``search.query``."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any, Protocol

from organizations.scope import Scope
from search.query import Question


@dataclasses.dataclass(frozen=True)
class Wanted:
    """For whom is searched, and what alone is wanted; an empty tuple wants all.

    ``category`` is a slug: what lies in that category, or below it. Only the embedded index knows of it. It is not a choice
    of the reader's, so near misses are shown where nothing in it answers well.
    """

    scope: Scope
    locale: str
    kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    category: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out that the caller may see."""
        return any(getattr(self, part) for part in FACETS.values())


# By which of its parts ``Wanted`` filters a column of the index, and by which facets are counted.
FACETS = {
    "kind": "kinds",
    "source_code": "sources",
    "document_type": "types",
    "issuer_code": "issuers",
    "year": "years",
}


@dataclasses.dataclass(frozen=True)
class Place:
    """Where in an answer an item stands: the first step that it answers, then the newest, then by id.

    In an index of drafts the id is a page's, and the moment that of saving.
    """

    step: int
    published_at: datetime.datetime
    item_id: Any


# A combination of the values of FACETS, in their order, and how many items have it.
Counted = tuple[tuple[str | int, ...], int]


class Unavailable(Exception):
    """This backend cannot be asked now."""


class Backend(Protocol):
    """One index. All methods may raise Unavailable."""

    name: str

    def has(self, questions: Sequence[Question], wanted: Wanted) -> bool:
        """Whether any item answers any of the questions."""

    def page(
        self, steps: Sequence[Sequence[Question]], wanted: Wanted, *, after: Place | None, first: int
    ) -> list[Place]:
        """The items that answer a question of any step, from a place on, in their order."""

    def counts(self, questions: Sequence[Question], wanted: Wanted) -> list[Counted]:
        """How many items answer any of the questions, whatever ``wanted`` filters, by the values of FACETS.

        Where they are more than ten thousand, it may be so many of them that are counted.
        """
