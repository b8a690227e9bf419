"""What else there is about the same: texts that name this document's number, and texts whose titles share its words."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from publishing.models import PublishedItem
from search.backends import Wanted
from search.finding import asked, visible
from search.query import Every, Field, Phrase, Question, Some
from search.reading import read
from search.text import words

MAX_WORDS = 8  # of a title: what stands further back says less
FEWEST = 3  # words that two titles must share


def similar(item: PublishedItem, wanted: Wanted, *, first: int) -> list[PublishedItem]:
    """Items that the caller may see and that are about the same as this one, the nearest first."""
    steps = [[question] for question in _questions(item)]
    if not steps:
        return []
    places = asked(lambda backend: backend.page(steps, wanted, after=None, first=first + 1))
    found = visible(places, wanted)
    return [found[place.item_id] for place in places if place.item_id in found and place.item_id != item.pk][:first]


def _questions(item: PublishedItem) -> Iterator[Question]:
    number = tuple(word.folded for word in words(item.number))
    if len(number) > 1:
        yield Question(Field.BODY, Phrase(number))
    units = [unit for unit in read(item.title).units if not unit.is_joint]
    meant = list(dict.fromkeys(unit.folded[0] for unit in units))[:MAX_WORDS]
    for shared in range(len(meant), FEWEST - 1, -1):
        if shared * 2 < len(meant):
            return
        ways = [Every(tuple(Phrase(form) for form in forms)) for forms in itertools.combinations(meant, shared)]
        yield Question(Field.TITLE, ways[0] if len(ways) == 1 else Some(tuple(ways)))
