"""Finding for editors: everything that was written before and exists for them, in whatever state.

Two indexes are asked the same questions: that of drafts, for the texts that the person may read, and the embedded one of
published items, for what is out for them as it is for any reader. A page that both find is shown once, as its desk's.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from wagtail.models import WorkflowState, get_default_page_content_type

from cms.models import ContentPage, Source
from editorial.desk import OPEN_WAYS, standing_in
from editorial.enums import DeskSection, ScheduledAct
from editorial.models import Schedule
from editorial.permissions import desk_sources, is_board
from organizations.scope import scope_of
from publishing.enums import Kind
from publishing.models import PublishedItem
from search import close_words
from search.backends import Place
from search.backends.database import TERMS, Answers, page_of
from search.draft_index import TERMS as DRAFT_TERMS
from search.highlights import corrected, fragments, marked_forms
from search.models import DraftEntry, SearchEntry
from search.query import Question, close, has_word, most, scattered, strong
from search.reading import Reading, read

PAGE_ROWS = 20
MAX_PAGES = 10  # who has not found it by then asks more narrowly


@dataclasses.dataclass(frozen=True)
class Narrowed:
    """What alone is wanted; what is empty wants all. Days are those of saving, or of publication, both included."""

    state: DeskSection | None = None
    source: Source | None = None
    kind: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None


@dataclasses.dataclass
class Row:
    """One text that was found. ``url`` is where this person goes on with it."""

    title: str
    kind: str
    source: str
    at: datetime.datetime
    url: str
    states: list[str]
    highlights: list[str]


@dataclasses.dataclass
class Found:
    """A page of what was found."""

    rows: list[Row] = dataclasses.field(default_factory=list)
    has_more: bool = False
    did_you_mean: str | None = None


@dataclasses.dataclass(frozen=True)
class _Spot:
    """Where a page stands in the common order: the first step that it answers, then the newest."""

    place: Place
    page_id: int
    is_draft: bool

    @property
    def rank(self) -> tuple[int, datetime.datetime, bool, int]:
        return -self.place.step, self.place.published_at, self.is_draft, self.page_id


def find(user: Any, query: str, narrowed: Narrowed, *, number: int = 1) -> Found:
    """The page of this number of what answers the query; without a word in it, of everything, the newest first."""
    reading = read(query)
    number = min(max(number, 1), MAX_PAGES)
    asked = [*strong(reading), *scattered(reading)] if reading.units else []
    spots = _spots(user, narrowed, asked, number * PAGE_ROWS + 1)
    is_wide = bool(asked) and (not spots or spots[0].place.step >= len(strong(reading)))
    if is_wide:
        close_words.catch_up()
        is_found = functools.partial(_is_found, user)
        near = [*close(reading, close_words.near, is_found), *scattered(reading), *most(reading)]
        spots = _spots(user, narrowed, near, number * PAGE_ROWS + 1)
    shown = spots[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    rows = _rows(user, shown, reading, is_wide)
    return Found(
        rows=[row for row, _text in rows],
        has_more=len(spots) > number * PAGE_ROWS and number < MAX_PAGES,
        did_you_mean=corrected(reading, rows[0][1], close_words.near) if is_wide and rows else None,
    )


def _is_found(user: Any, word: str) -> bool:
    """Whether a text that exists for this person has the word; what is not all letters is nobody's mistake."""
    question = [has_word(word)]
    return (
        not word.isalpha()
        or _drafts(user, Narrowed()).filter(Answers(DRAFT_TERMS, question)).exists()
        or _published(user, Narrowed()).filter(Answers(TERMS, question)).exists()
    )


def _spots(user: Any, narrowed: Narrowed, questions: Sequence[Question], first: int) -> list[_Spot]:
    """The first so many of both indexes together, each page once."""
    steps = [[question] for question in questions]
    found: dict[int, _Spot] = {}
    if narrowed.state in (None, DeskSection.OUT):
        places = _places(_published(user, narrowed), TERMS, steps, ("published_at", "item_id"), first)
        pages = PublishedItem.objects.filter(pk__in=[place.item_id for place in places]).values_list("pk", "page_id")
        page_of_item = dict(pages)
        found = {
            page_of_item[place.item_id]: _Spot(place, page_of_item[place.item_id], is_draft=False) for place in places
        }
    for place in _places(_drafts(user, narrowed), DRAFT_TERMS, steps, ("saved_at", "page_id"), first):
        found[place.item_id] = _Spot(place, place.item_id, is_draft=True)
    return sorted(found.values(), key=lambda spot: spot.rank, reverse=True)[:first]


def _places(
    entries: QuerySet[Any], table: Any, steps: Sequence[Sequence[Question]], order: tuple[str, str], first: int
) -> list[Place]:
    if steps:
        return page_of(entries, table, steps, order=order, after=None, first=first)
    rows = entries.order_by(*(f"-{name}" for name in order)).values_list(*order)[:first]
    return [Place(0, at, key) for at, key in rows]


def _drafts(user: Any, narrowed: Narrowed) -> QuerySet[DraftEntry]:
    """Entries of texts that exist for this person, as narrowed."""
    entries = DraftEntry.objects.readable_by(user)
    pages = Q()
    if narrowed.state is not None:
        pages &= standing_in(narrowed.state)
    if narrowed.source is not None:
        pages &= Q(source=narrowed.source)
    if pages:
        entries = entries.filter(page__in=ContentPage.objects.filter(pages).values("pk"))
    return _dated(entries, "saved_at", narrowed)


def _published(user: Any, narrowed: Narrowed) -> QuerySet[SearchEntry]:
    """Entries of what is out for this person as for any reader, as narrowed."""
    entries = SearchEntry.objects.live().visible_to(scope_of(user))
    if narrowed.source is not None:
        entries = entries.filter(source_code=narrowed.source.code)
    return _dated(entries, "published_at", narrowed)


def _dated(entries: QuerySet[Any], field: str, narrowed: Narrowed) -> QuerySet[Any]:
    if narrowed.kind:
        entries = entries.filter(kind=narrowed.kind)
    if narrowed.since is not None:
        entries = entries.filter(**{f"{field}__gte": _midnight(narrowed.since)})
    if narrowed.until is not None:
        entries = entries.filter(**{f"{field}__lt": _midnight(narrowed.until + datetime.timedelta(days=1))})
    return entries


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _rows(user: Any, spots: Sequence[_Spot], reading: Reading, is_wide: bool) -> list[tuple[Row, str]]:
    """The rows, asked for once more with their rights, and of each the text in which the words stand."""
    marked = marked_forms(reading, close_words.near if is_wide else None)
    ids = [spot.page_id for spot in spots]
    entries = {entry.pk: entry for entry in DraftEntry.objects.readable_by(user).filter(pk__in=ids)}
    pages = {
        page.pk: page
        for page in ContentPage.objects.filter(pk__in=entries)
        .select_related("source")
        .only("title", "live", "expired", "first_published_at", "path", "depth", "owner_id", "source__name")
    }
    items = {
        item.page_id: item
        for item in PublishedItem.objects.visible_to(scope_of(user)).filter(page_id__in=ids).defer("payload")
    }
    texts = dict(
        SearchEntry.objects.live()
        .filter(item__in=[item.pk for item in items.values()])
        .values_list("item__page_id", "text")
    )
    names = dict(Source.objects.values_list("code", "name"))
    states = _states(list(pages.values()))
    opens = _Opens(user)
    found = []
    for spot in spots:
        if spot.is_draft and spot.page_id in entries:
            entry, page = entries[spot.page_id], pages[spot.page_id]
            text, title, kind, at = entry.text, entry.title, entry.kind, entry.saved_at
            row = Row(title, _kind(kind), page.source.name, at, opens.url(page, entry), states[page.pk], [])
        elif not spot.is_draft and spot.page_id in items:
            item = items[spot.page_id]
            text, title, at = texts.get(item.page_id, ""), item.title, item.first_published_at
            url = reverse("search_published", args=[item.pk])
            source = names.get(item.source_code, item.source_code)
            row = Row(title, _kind(item.kind), source, at, url, [str(DeskSection.OUT.label)], [])
        else:
            continue
        row.highlights = fragments(title, text, marked)
        found.append((row, f"{title}\n{text}"))
    return found


def _kind(kind: str) -> str:
    return str(Kind(kind).label)


class _Opens:
    """Where a person goes on with a page: into the editing form, to its way, or to the text they decided about."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self.is_board = is_board(user)
        self.sources = set(desk_sources(user).values_list("pk", flat=True))
        self.edited = set(Source.objects.filter(editors__in=user.groups.all()).values_list("pk", flat=True))

    def url(self, page: ContentPage, entry: DraftEntry) -> str:
        if self.is_board or page.source_id in self.edited or page.owner_id == self.user.pk:
            return reverse("wagtailadmin_pages:edit", args=[page.pk])
        if page.source_id in self.sources:
            return reverse("editorial_path", args=[page.pk])
        return reverse("editorial_review", args=[page.pk, entry.revision_id])


def _states(pages: Sequence[ContentPage]) -> dict[int, list[str]]:
    """Where each of these pages stands, in words; one that is out may be on its way again."""
    ids = [page.pk for page in pages]
    ways: dict[int, str] = {
        int(object_id): status
        for object_id, status in WorkflowState.objects.filter(
            base_content_type=get_default_page_content_type(),
            object_id__in=[str(pk) for pk in ids],
            status__in=OPEN_WAYS,
        ).values_list("object_id", "status")
    }
    scheduled = set(
        Schedule.objects.pending().filter(page__in=ids, act=ScheduledAct.PUBLISH).values_list("page_id", flat=True)
    )
    found = {}
    for page in pages:
        here = [DeskSection.OUT] if page.live else []
        if page.pk in ways:
            returned = ways[page.pk] == WorkflowState.STATUS_NEEDS_CHANGES
            here.append(DeskSection.RETURNED if returned else DeskSection.REVIEW)
        if page.pk in scheduled:
            here.append(DeskSection.SCHEDULED)
        if not here:
            here = [DeskSection.REMOVED if page.first_published_at else DeskSection.DRAFTS]
        found[page.pk] = [str(each.label) for each in here]
    return found
