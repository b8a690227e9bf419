"""What has changed for one phone since it last asked: reads of store and log alone, nothing is kept about phones.

What a phone holds is told by its ``Held``, which travels in its cursor. Items stand in one order for ever, newest first
by the time they first went out, so a stretch of them can be named by its ends. A call walks down that order over what
may differ between what the phone holds and what its owner may see at one line of the log; where it stops, the phone
holds the new state above and the old one below, and that is two spans. docs/sync.md tells it with an example.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils import timezone

from organizations.scope import Scope
from publishing.models import Change, PublishedAudience, PublishedItem, PublishedItemQuerySet

# A phone that has not asked for longer begins anew.
HORIZON = datetime.timedelta(days=180)
# What a phone gets that begins: the newest so many. What is older it reads online.
FIRST_SYNC = 500
# How many items one call looks at; most of what others were sent is not for this caller and gives no row.
SCAN = 200
# A span is added by a change of scope in the middle of a walk; whoever has so many changes of that kind begins anew.
MOST_SPANS = 5

# Where an item stands: when it first went out, and its id.
Place = tuple[datetime.datetime, uuid.UUID]
# An item that may have something to tell: where it stands, its kind, and when it was taken down if it was.
Candidate = tuple[datetime.datetime, uuid.UUID, str, datetime.datetime | None]


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of the change log. Its time tells it from another of that number in a log that came from a backup."""

    seq: int
    at: datetime.datetime | None


BEGINNING = Line(0, None)


@dataclasses.dataclass(frozen=True)
class Span:
    """Items from ``down_to`` (the last of them; None: no end) up to the span above: the phone holds those that
    ``keys`` could see at ``line``."""

    down_to: Place | None
    line: Line
    keys: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Held:
    """What a phone holds, the newest span first. Below ``floor`` it holds nothing and is told nothing."""

    floor: Place | None
    spans: tuple[Span, ...]


@dataclasses.dataclass(frozen=True)
class Removal:
    """An item that the phone must drop: taken down, or no longer for its owner."""

    id: uuid.UUID
    kind: str


@dataclasses.dataclass(frozen=True)
class Page:
    """One answer: what to write, what to drop, and what the phone holds when it has done both."""

    upserts: list[PublishedItem]
    removals: list[Removal]
    held: Held
    has_more: bool


def next_page(held: Held | None, *, scope: Scope, locale: str, first: int) -> Page | None:
    """At most ``first`` upserts and removals for a phone that holds this (None: nothing yet).

    None where the phone must begin anew: it was away beyond the horizon, or the log is not the one it knew. Where
    ``has_more`` is false, the phone then holds exactly what the caller may see at the moment of this call.
    """
    items = PublishedItem.objects.filter(locale=locale)
    if held is None:
        held = Held(floor=_floor(items, scope), spans=(Span(None, BEGINNING, frozenset()),))
    else:
        lines = _lines_around(held)
        if not _can_go_on(held, lines):
            return None
        if held.spans[0].keys == scope.keys and len(held.spans) == 1 and held.spans[0].line.seq + 1 not in lines:
            return Page([], [], held, has_more=False)
    top, *below = held.spans
    goes_on = bool(below) and top.keys == scope.keys
    line, passed, ahead = (top.line, top.down_to, tuple(below)) if goes_on else (_head(), None, held.spans)

    candidates = _candidates(items, ahead, passed, held.floor, scope)
    has_more = len(candidates) > SCAN
    history = _History(candidates[:SCAN], since=min([line.seq, *(span.line.seq for span in ahead if span.keys)]))
    wanted: dict[uuid.UUID, Removal | None] = {}  # what to tell instead where the item turns out to be gone
    lost: list[Removal] = []
    for at, pk, kind, _removed_at in candidates[:SCAN]:
        base = _span_at((at, pk), ahead)
        had = not base.keys.isdisjoint(history.audience(pk, base.line.seq))
        # Who sees it now but not at ``line`` is told by the next walk: told now, that walk would not know of it.
        has = scope.sees(history.audience(pk, line.seq))
        brings = has and (not had or history.changed(pk, base.line.seq, line.seq))
        if (brings or (had and not has)) and len(wanted) + len(lost) == first:
            has_more = True
            break
        if brings:
            wanted[pk] = Removal(pk, kind) if had else None
        elif had and not has:
            lost.append(Removal(pk, kind))
        passed = (at, pk)

    # Read last and by the caller's scope in one statement: whatever happened meanwhile, nothing hidden goes out.
    rows = PublishedItem.objects.visible_to(scope).in_bulk(list(wanted)) if wanted else {}
    lost += [removal for pk, removal in wanted.items() if removal and pk not in rows]
    spans = [Span(passed if has_more else None, line, scope.keys)]
    if has_more:
        spans += [span for span in ahead if span.down_to is None or passed is None or span.down_to < passed]
    return Page(
        upserts=[rows[pk] for pk in wanted if pk in rows],
        removals=lost,
        held=Held(held.floor, tuple(spans)),
        # A walk that an earlier call began tells how things stood then; one more call tells what came after.
        has_more=has_more or goes_on,
    )


def _floor(items: PublishedItemQuerySet, scope: Scope) -> Place | None:
    """Where the last item of a first sync stands; None where all of them fit."""
    places = _newest_first(items.visible_to(scope)).values_list("first_published_at", "id")
    return next(iter(places[FIRST_SYNC - 1 : FIRST_SYNC]), None)


def _lines_around(held: Held) -> dict[int, datetime.datetime]:
    """The times of the lines that the phone knows, and of the lines that follow each."""
    known = {span.line.seq for span in held.spans}
    return dict(Change.objects.filter(seq__in=known | {seq + 1 for seq in known}).values_list("seq", "at"))


def _can_go_on(held: Held, lines: dict[int, datetime.datetime]) -> bool:
    """Whether the log is still the one that the phone knew, and within the horizon."""
    now = timezone.now()
    return len(held.spans) <= MOST_SPANS and all(
        lines.get(span.line.seq) == span.line.at
        and (not span.keys or lines.get(span.line.seq + 1, now) >= now - HORIZON)
        for span in held.spans
    )


def _head() -> Line:
    last = Change.objects.order_by("-seq").values_list("seq", "at").first()
    return Line(*last) if last else BEGINNING


def _candidates(
    items: PublishedItemQuerySet, ahead: Sequence[Span], passed: Place | None, floor: Place | None, scope: Scope
) -> list[Candidate]:
    """Items below ``passed`` of which the phone may hold another state than it should, in order; more than SCAN of them
    where there are more.

    An item differs only where it has changed since, or where the caller has gained or lost one of its audiences. What
    was published is found through the log and what was gained or lost through the audiences, so the cost follows what
    happened and not how much there is.
    """
    found: dict[uuid.UUID, Candidate] = {}
    for span in ahead:
        there = _between(items, passed, span.down_to or floor)
        passed = span.down_to
        if not span.keys:
            ways = [there.visible_to(scope)]
        else:
            ways = [there.filter(pk__in=Change.objects.filter(seq__gt=span.line.seq).values("item"))]
            if differing := span.keys ^ scope.keys:
                audience = PublishedAudience.objects.filter(key__in=differing)
                ways.append(there.out().filter(pk__in=audience.values("item")))
        for rows in ways:
            columns = _newest_first(rows).values_list("first_published_at", "id", "kind", "removed_at")
            found.update((row[1], row) for row in columns[: SCAN + 1])
        if len(found) > SCAN:
            break
    return sorted(found.values(), key=lambda row: row[:2], reverse=True)


def _newest_first(items: PublishedItemQuerySet) -> PublishedItemQuerySet:
    return items.order_by("-first_published_at", "-id")


def _between(items: PublishedItemQuerySet, below: Place | None, down_to: Place | None) -> PublishedItemQuerySet:
    """Items after the one place, down to the other and with it."""
    if below is not None:
        at, pk = below
        items = items.filter(Q(first_published_at__lte=at) & (Q(first_published_at__lt=at) | Q(pk__lt=pk)))
    if down_to is not None:
        at, pk = down_to
        items = items.filter(Q(first_published_at__gte=at) & (Q(first_published_at__gt=at) | Q(pk__gte=pk)))
    return items


def _span_at(place: Place, spans: Iterable[Span]) -> Span:
    return next(span for span in spans if span.down_to is None or place >= span.down_to)


class _History:
    """The audiences of some items, now and at each line of the log after ``since``.

    The log is read last: a change that commits in between is then in it, and it overrules what was read before.
    """

    def __init__(self, candidates: Sequence[Candidate], *, since: int) -> None:
        ids = [pk for _at, pk, _kind, _removed_at in candidates]
        out = [pk for _at, pk, _kind, removed_at in candidates if removed_at is None]
        self.now: dict[uuid.UUID, set[str]] = defaultdict(set)
        self.log: dict[uuid.UUID, list[tuple[int, list[str]]]] = defaultdict(list)
        if not ids:
            return
        audiences = PublishedAudience.objects.filter(item__in=out)
        for pk, key in audiences.values_list("item_id", "key"):
            self.now[pk].add(key)
        changes = Change.objects.filter(item__in=ids, seq__gt=since).order_by("seq")
        for pk, seq, before in changes.values_list("item_id", "seq", "audience_before"):
            self.log[pk].append((seq, before))

    def audience(self, pk: uuid.UUID, line: int) -> Iterable[str]:
        """Who could see the item at this line; nobody where it was not out."""
        return next((before for seq, before in self.log[pk] if seq > line), self.now[pk])

    def changed(self, pk: uuid.UUID, after: int, until: int) -> bool:
        """Whether the item was written between the two lines."""
        return any(after < seq <= until for seq, _before in self.log[pk])
