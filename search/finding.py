"""Finding: what answers a query and exists for the caller, page by page, with its facets and suggestions.

Who asks is part of the question to the index, and what the index found is looked up once more in the store: an index that
lags behind, or is wrong, shows nobody what is not theirs.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from django.conf import settings

from publishing.models import PublishedFile, PublishedItem
from search import close_words, counting
from search.backends import FACETS, Backend, Place, Unavailable, Wanted
from search.backends.database import DatabaseBackend
from search.files import READ
from search.highlights import as_written, best_pages, corrected, fragments, marked_forms
from search.models import FilePage, SearchEntry
from search.query import (
    Field,
    Phrase,
    Question,
    anywhere,
    beginnings,
    close,
    has_word,
    most,
    scattered,
    strong,
    strongly,
)
from search.reading import Form, Reading, read
from search.text import words

logger = logging.getLogger("sotay.search")

MAX_POPULAR = 3  # questions of others among suggestions

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Mark:
    """From where a page goes on. ``is_wide``: nothing had answered strongly, and near misses are shown."""

    is_wide: bool
    place: Place


@dataclasses.dataclass(frozen=True)
class Hit:
    """An item that was found. ``score`` compares it with the others of its answer: the higher the better, up to 1."""

    item: PublishedItem
    mark: Mark
    score: float
    answer: Answer

    @property
    def highlights(self) -> list[str]:
        """Where in the text the words stand, as HTML with ``mark`` around them."""
        return fragments(self.item.title, self.answer.texts.get(self.item.pk, ""), self.answer.marked)

    @property
    def file_matches(self) -> list[FileMatch]:
        """The pages of its files that have the most of the words."""
        return self.answer.file_matches.get(self.item.pk, [])


@dataclasses.dataclass(frozen=True)
class FileMatch:
    """A page of a file on which the words stand. ``page`` is None where the file knows no pages."""

    file_id: UUID
    name: str
    page: int | None
    highlight: str


@dataclasses.dataclass
class Answer:
    """What was found. What is asked of it besides is looked up when it is asked.

    ``only_near``: nothing has all the words, whatever is shown; said of a first page.
    """

    reading: Reading
    wanted: Wanted
    is_wide: bool = False
    only_near: bool = False
    hits: list[Hit] = dataclasses.field(default_factory=list)
    has_more: bool = False
    first_step: float = math.inf
    fell_back: bool = False

    @cached_property
    def facets(self) -> dict[str, list[tuple[str | int, int]]]:
        """For each column of FACETS its values and how many items have them, the most frequent first.

        Each counts under all filters but its own: what one would find if one chose another of its values. Items that have
        all the words are counted; near misses are shown and not counted. An index may count a part of very many.
        """
        questions = anywhere(self.reading) if self.reading.units else []
        rows = asked(lambda backend: backend.counts(questions, self.wanted)) if questions else []
        found = {}
        for at, column in enumerate(FACETS):
            counts: Counter[str | int] = Counter()
            for values, n in rows:
                if values[at] != "" and self._passes(values, but=at):
                    counts[values[at]] += n
            found[column] = sorted(counts.items(), key=lambda row: (-row[1], str(row[0])))
        return found

    @cached_property
    def did_you_mean(self) -> str | None:
        """The query as it may have been meant: words that the best of the near misses has in place of those asked."""
        if not self.is_wide or not self.hits:
            return None
        best = self.hits[0].item
        return corrected(self.reading, f"{best.title}\n{self.texts.get(best.pk, '')}", close_words.near)

    @cached_property
    def texts(self) -> dict[object, str]:
        """The texts of the items of this page, by id."""
        entries = SearchEntry.objects.live().filter(item__in=[hit.item.pk for hit in self.hits])
        return dict(entries.values_list("item_id", "text"))

    @cached_property
    def marked(self) -> frozenset[Form]:
        """What is marked in highlights."""
        return marked_forms(self.reading, close_words.near if self.is_wide else None)

    @cached_property
    def file_matches(self) -> dict[UUID, list[FileMatch]]:
        """The best pages of the files of the items of this page, by item: two queries for all."""
        files = PublishedFile.objects.filter(item__in=[hit.item.pk for hit in self.hits], content_type__in=READ)
        pages: dict[str, list[tuple[int, str]]] = defaultdict(list)
        known = FilePage.objects.filter(sha256__in=files.exclude(sha256="").values("sha256"))
        for sha256, page, text in known.order_by("page").values_list("sha256", "page", "text"):
            pages[sha256].append((page, text))
        found: dict[UUID, list[FileMatch]] = defaultdict(list)
        for file in files.order_by("name", "pk"):
            for page, highlight in best_pages(pages[file.sha256], self.marked):
                found[file.item_id].append(FileMatch(file.pk, file.name, page or None, highlight))
        return found

    def _passes(self, values: Sequence[str | int], *, but: int) -> bool:
        return all(
            at == but or not (chosen := getattr(self.wanted, part)) or values[at] in chosen
            for at, part in enumerate(FACETS.values())
        )


@dataclasses.dataclass(frozen=True)
class Suggested:
    """What may be asked, and an item that answers it. ``is_question``: many people asked so."""

    text: str
    item: PublishedItem
    is_question: bool = False


def search(query: str, wanted: Wanted, *, first: int, after: Mark | None = None, newest: bool = False) -> Answer:
    """One page of what answers a query; with ``newest`` all that answers, by date and not by how well."""
    reading = read(query)
    if not reading.units:
        return Answer(reading, wanted)
    if newest:
        is_wide = after.is_wide if after else not _is_strong(reading, wanted)
        only_near = is_wide and after is None and not asked(lambda backend: backend.has(anywhere(reading), wanted))
        return _page(
            Answer(reading, wanted, is_wide, only_near), [_all_of(reading, wanted, is_wide)], first=first, after=after
        )
    only_near = False
    if after is None or not after.is_wide:
        well = strong(reading)
        answer = _page(Answer(reading, wanted), _steps([*well, *scattered(reading)]), first=first, after=after)
        if after or answer.first_step < len(well) or (wanted.is_narrowed and _is_strong(reading, wanted)):
            return answer
        only_near = math.isinf(answer.first_step)
    return _page(Answer(reading, wanted, True, only_near), _steps(_near(reading, wanted)), first=first, after=after)


def suggestions(query: str, wanted: Wanted, *, first: int) -> list[Suggested]:
    """What goes on from what was typed so far: numbers and titles, each title once, and what many people ask."""
    reading = read(query)
    if not reading.units:
        return []
    steps = _steps(beginnings(reading))
    places = asked(lambda backend: backend.page(steps, wanted, after=None, first=3 * first))
    items = visible(places, wanted)
    found = {items[place.item_id].title: items[place.item_id] for place in reversed(places) if place.item_id in items}
    titles = [Suggested(title, item) for title, item in reversed(found.items())]
    others = list(_asked_by_many(reading, wanted))[: first - 1]
    return [*titles[: first - len(others)], *others]


def _asked_by_many(reading: Reading, wanted: Wanted) -> Iterator[Suggested]:
    """Questions of many people that go on so, as far as the caller may read them somewhere, word by word.

    What is suggested stands in a text that is the caller's to read, and is written as it stands there: that others asked
    for the title of what is hidden from the caller tells nobody of it.
    """
    typed = " ".join(word.folded for word in words(reading.text))
    begun = [each for each in counting.popular() if each.startswith(typed) and each != typed]
    for each in begun[:MAX_POPULAR]:
        form = tuple(each.split())
        steps = [[Question(field, Phrase(form))] for field in (Field.TITLE, Field.LEAD, Field.BODY)]
        places = asked(lambda backend, steps=steps: backend.page(steps, wanted, after=None, first=1))  # type: ignore[misc]
        for item in visible(places, wanted).values():
            text = SearchEntry.objects.live().filter(item=item).values_list("text", flat=True).first() or ""
            if written := as_written(form, [item.title, *text.split("\n")]):
                yield Suggested(written, item, is_question=True)


def asked(question: Callable[[Backend], T], answer: Answer | None = None, *, embedded: bool = False) -> T:
    """What Elasticsearch says where it is used, can be asked and has caught up, else the embedded index; ``answer`` is
    told of that.

    ``embedded``: only the embedded index can answer.
    """
    if settings.ELASTICSEARCH_URL and not embedded:
        from search.backends.elastic import ElasticBackend  # its client takes memory that only those need who use it
        from search.elastic_index import refuse_behind

        try:
            refuse_behind()
            return question(ElasticBackend())
        except Unavailable as error:
            logger.warning("search falls back to the database: %s", error)
            if answer is not None:
                answer.fell_back = True
    return question(DatabaseBackend())


def _steps(questions: Sequence[Question]) -> list[list[Question]]:
    return [[question] for question in questions]


def _near(reading: Reading, wanted: Wanted) -> list[Question]:
    """What is asked where nothing answers strongly."""
    close_words.catch_up()
    is_found = functools.partial(_is_found, wanted)
    return [*close(reading, close_words.near, is_found), *scattered(reading), *most(reading)]


def _is_found(wanted: Wanted, word: str) -> bool:
    """Whether a text that the caller may see has the word; what is not all letters is nobody's mistake."""
    return not word.isalpha() or asked(lambda backend: backend.has([has_word(word)], wanted))


def _is_strong(reading: Reading, wanted: Wanted) -> bool:
    """Whether anything that the caller may see answers strongly, whatever it is narrowed to."""
    return asked(lambda backend: backend.has(strongly(reading), wanted))


def _all_of(reading: Reading, wanted: Wanted, is_wide: bool) -> list[Question]:
    """Few questions that find together all that is found; those to summaries find what those to titles do."""
    if not is_wide:
        return anywhere(reading)
    return [question for question in _near(reading, wanted) if question.field != Field.TITLE and not question.exact]


def _page(answer: Answer, steps: list[list[Question]], *, first: int, after: Mark | None) -> Answer:
    """The next hits that are still the caller's. Where an index that lags has none of them among so many, those after them:
    a page without a row has no cursor from which to go on."""
    place = after.place if after else None
    while True:
        places = asked(
            lambda backend, place=place: backend.page(steps, answer.wanted, after=place, first=first + 1),  # type: ignore[misc]
            answer,
            embedded=bool(answer.wanted.category),
        )
        answer.has_more, places = len(places) > first, places[:first]
        answer.first_step = min([answer.first_step, *(each.step for each in places[:1])])
        items = visible(places, answer.wanted)
        answer.hits = [
            Hit(
                items[each.item_id],
                Mark(answer.is_wide, each),
                round((1 - each.step / (len(steps) + 1)) / (2 if answer.is_wide else 1), 3),
                answer,
            )
            for each in places
            if each.item_id in items
        ]
        if answer.hits or not answer.has_more:
            return answer
        place = places[-1]


def visible(places: Sequence[Place], wanted: Wanted) -> dict[object, PublishedItem]:
    """The items at these places, as far as the store says that the caller may see them."""
    found = PublishedItem.objects.visible_to(wanted.scope).filter(pk__in=[place.item_id for place in places])
    return {item.pk: item for item in found.defer("payload")}
