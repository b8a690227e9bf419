"""Where the work stands: what waits where and how long, what is late, what came out, and what is owed this month.

Everything is counted by the database over what is open or recent, so that it costs the same whether a source has a hundred
pages or a hundred thousand; no query is asked for each row.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime
from collections import defaultdict
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Max,
    Min,
    Q,
    QuerySet,
    When,
)
from django.db.models.functions import Cast, TruncWeek
from django.utils import timezone
from django.utils.functional import cached_property

from cms.models import ContentPage, Source
from editorial.deadlines.expiry import expiring
from editorial.desk import Desk
from editorial.enums import DeskSection, RequestKind
from editorial.models import ApprovalRequest, Duty, Release, Schedule
from editorial.models.steps import held_by_release, open_steps
from editorial.path import PUNCTUAL
from editorial.permissions import desk_sources, is_board
from organizations.names import folded
from publishing.models import Publication, PublishedItem

WEEKS = 12
LATE_WEEKS = 4
LANGUAGE = "vi"  # translations are no output of their own
SECTIONS = (DeskSection.DRAFTS, DeskSection.RETURNED, DeskSection.SCHEDULED)


def may_watch(user: Any) -> bool:
    """Whether this person sees how all sources stand: the board, and whoever has the right (Văn phòng)."""
    return is_board(user) or (user.is_active and user.has_perm("editorial.watch_pipeline"))


def watched_sources(user: Any) -> QuerySet[Source]:
    """The sources whose state this person sees; each desk its own."""
    return Source.objects.all() if may_watch(user) else desk_sources(user)


@dataclasses.dataclass
class Waiting:
    """What stands at one place of one source: so much, since when the oldest, and how much of it too long."""

    source: Source
    place: str
    count: int
    since: datetime.datetime | None
    overdue: int = 0
    # Which list of the desk shows these; empty where the desk is another's.
    section: str = ""

    @property
    def days(self) -> int:
        """Whole days for which the oldest has stood there."""
        return (timezone.now() - self.since).days if self.since else 0


@dataclasses.dataclass
class WaitingRequests:
    """What waits before one committee and is no page: so much of a kind, since when the oldest, how much too long.

    Without titles: an answer may be about what only its committee knows.
    """

    organization: str
    kind: str
    count: int
    since: datetime.datetime
    overdue: int

    @property
    def days(self) -> int:
        """Whole days for which the oldest has waited."""
        return (timezone.now() - self.since).days


@dataclasses.dataclass
class Owed:
    """A duty, and how much of it has come out this month."""

    duty: Duty
    done: int

    @property
    def left(self) -> int:
        """How much is still owed."""
        return max(0, self.duty.per_month - self.done)


@dataclasses.dataclass
class Punctuality:
    """How the planned publications of a source went out in the last weeks."""

    source: Source
    count: int
    late: int
    worst: datetime.timedelta


class Dashboard:
    """The state of the sources that a person watches, or of one of them."""

    def __init__(self, user: Any, *, source: Source | None = None) -> None:
        self.user = user
        self.source = source
        self.now = timezone.now()

    @cached_property
    def all_sources(self) -> list[Source]:
        """All that this person may choose from, in the order of their names, whatever the database's is."""
        return sorted(watched_sources(self.user), key=lambda source: (folded(source.name), source.pk))

    @cached_property
    def sources(self) -> list[Source]:
        """Those that are shown."""
        return [self.source] if self.source else self.all_sources

    @cached_property
    def _by_id(self) -> dict[int, Source]:
        return {source.pk: source for source in self.sources}

    @cached_property
    def _by_code(self) -> dict[str, Source]:
        return {source.code: source for source in self.sources}

    @cached_property
    def _place(self) -> dict[int, int]:
        return {source.pk: n for n, source in enumerate(self.sources)}

    # --- what waits

    @cached_property
    def waiting(self) -> list[Waiting]:
        """Open steps first, then what came back, drafts and what is scheduled; of each source together."""
        found = [*self._steps(), *(row for section in SECTIONS for row in self._in_section(section))]
        return sorted(found, key=lambda row: self._place[row.source.pk])

    def _steps(self) -> list[Waiting]:
        steps = open_steps().annotate(page_id=Cast("workflow_state__object_id", BigIntegerField()))
        in_release = Case(When(held_by_release(), then=None), default=F("clock__due_at"))  # there the release is late
        rows = list(steps.values_list("page_id", "task__name", "started_at", in_release))
        pages = ContentPage.objects.filter(pk__in=steps.values("page_id"), source__in=list(self._by_id))
        source_of = dict(pages.values_list("pk", "source_id"))
        grouped: dict[tuple[int, str], list[tuple[datetime.datetime, datetime.datetime | None]]] = defaultdict(list)
        for page_id, step, started_at, due_at in rows:
            if page_id in source_of:
                grouped[source_of[page_id], step].append((started_at, due_at))
        made = []
        for (source_id, step), times in sorted(grouped.items()):
            late = sum(due_at is not None and due_at < self.now for _start, due_at in times)
            since = min(start for start, _due_at in times)
            made.append(self._row(DeskSection.REVIEW, source_id, step, len(times), since, late))
        return made

    def _in_section(self, section: DeskSection) -> list[Waiting]:
        counted = self._counts_of(section)
        return [
            self._row(section, pk, str(section.label), count, since)
            for pk, count, since in counted
            if pk in self._by_id
        ]

    def _row(
        self,
        section: DeskSection,
        source_id: int,
        place: str,
        count: int,
        since: datetime.datetime | None,
        overdue: int = 0,
    ) -> Waiting:
        shown = section.value if source_id in self._own else ""
        return Waiting(self._by_id[source_id], place, count, since, overdue, shown)

    def _counts_of(self, section: DeskSection) -> list[tuple[int, int, datetime.datetime | None]]:
        desk = _WatchedDesk(self.user)
        desk.watched = list(self._by_id)
        rows: Any = desk.queryset(section).order_by()
        if section == DeskSection.SCHEDULED:
            grouped = rows.values_list("page__source_id").annotate(Count("pk"), Min("due_at"))
            return [(pk, count, None) for pk, count, _first in grouped]
        if section == DeskSection.RETURNED:
            rows = rows.annotate(page_id=Cast("workflow_state__object_id", BigIntegerField()))
            at = dict(rows.values_list("page_id", "finished_at"))
            sources = dict(ContentPage.objects.filter(pk__in=rows.values("page_id")).values_list("pk", "source_id"))
            found: dict[int, list[datetime.datetime]] = defaultdict(list)
            for page_id, finished_at in at.items():
                found[sources[page_id]].append(finished_at)
            return [(pk, len(times), min(times)) for pk, times in sorted(found.items())]
        grouped = rows.values_list("source_id").annotate(Count("pk"), Min("latest_revision_created_at"))
        return list(grouped)

    @cached_property
    def requests(self) -> list[WaitingRequests]:
        """Releases, notices and answers before their committees: of no source, so for who sees all, of all."""
        if self.source is not None or not may_watch(self.user):
            return []
        counted = (
            ApprovalRequest.objects.waiting()
            .order_by()
            .values_list("organization__name", "kind")
            .annotate(count=Count("pk"), since=Min("asked_at"), overdue=Count("pk", filter=Q(due_at__lt=self.now)))
        )
        found = [
            WaitingRequests(name, str(RequestKind(kind).label), count, since, overdue)
            for name, kind, count, since, overdue in counted
        ]
        return sorted(found, key=lambda row: (folded(row.organization), row.kind))

    @cached_property
    def overdue(self) -> int:
        """How many steps have stood longer than their source allows."""
        return sum(row.overdue for row in self.waiting)

    @cached_property
    def overdue_requests(self) -> int:
        """How many requests have waited longer than their committee was given."""
        return sum(row.overdue for row in self.requests)

    # --- what failed, and what was late

    @cached_property
    def failed(self) -> list[Schedule]:
        """Publications that were tried and did not succeed, the oldest first: of desks of this person, with their titles."""
        own = [source.pk for source in self.sources if source.pk in self._own]
        return list(
            Schedule.objects.failed()
            .filter(page__source__in=own)
            .select_related("page__source", "page__content_type")
            .order_by("due_at", "pk")[:50]
        )

    @cached_property
    def failed_releases(self) -> list[Release]:
        """Releases that should be out and could not go, for the board, which composes them."""
        if not is_board(self.user):
            return []
        return list(Release.objects.failed().order_by("due_at", "pk")[:50])

    @cached_property
    def expiring(self) -> list[Schedule]:
        """What of this person's desks expires within the week, the next first."""
        own = [source.pk for source in self.sources if source.pk in self._own]
        return list(expiring(self.now).filter(page__source__in=own)[:50])

    @cached_property
    def failed_elsewhere(self) -> list[tuple[Source, int]]:
        """How many failed of sources that this person only watches: their titles are drafts of another desk."""
        others = [source.pk for source in self.sources if source.pk not in self._own]
        if not others:
            return []
        counted = (
            Schedule.objects.failed().filter(page__source__in=others).order_by().values_list("page__source_id")
        ).annotate(Count("pk"))
        return [(self._by_id[pk], count) for pk, count in counted]

    @cached_property
    def _own(self) -> set[int]:
        return set(desk_sources(self.user).values_list("pk", flat=True))

    @cached_property
    def failed_count(self) -> int:
        """All that failed, also where the titles are not shown."""
        elsewhere = sum(count for _source, count in self.failed_elsewhere)
        return len(self.failed) + len(self.failed_releases) + elsewhere

    @cached_property
    def punctuality(self) -> list[Punctuality]:
        """Of the last four weeks, each source that had something to go out."""
        since = self.now - datetime.timedelta(weeks=LATE_WEEKS)
        late = Q(published_at__gt=F("due_at") + PUNCTUAL)
        delay = ExpressionWrapper(F("published_at") - F("due_at"), output_field=DurationField())
        counted = (
            Publication.objects.filter(published_at__gte=since, item__source_code__in=list(self._by_code))
            .order_by()
            .values("item__source_code")
            .annotate(count=Count("pk"), late_count=Count("pk", filter=late), worst=Max(delay, filter=late))
            .values_list("item__source_code", "count", "late_count", "worst")
        )
        return sorted(
            (
                Punctuality(self._by_code[code], count, late_count, worst or datetime.timedelta())
                for code, count, late_count, worst in counted
            ),
            key=lambda row: self._place[row.source.pk],
        )

    # --- what came out

    @cached_property
    def weeks(self) -> list[datetime.date]:
        """The Mondays of the last twelve weeks, this week's last."""
        today = timezone.localdate(self.now)
        monday = today - datetime.timedelta(days=today.weekday())
        return [monday - datetime.timedelta(weeks=n) for n in reversed(range(WEEKS))]

    @cached_property
    def output(self) -> dict[Source, list[int]]:
        """How much of each source came out for the first time in each of the weeks."""
        start = timezone.make_aware(datetime.datetime.combine(self.weeks[0], datetime.time()))
        counted = (
            PublishedItem.objects.filter(
                locale=LANGUAGE, first_published_at__gte=start, source_code__in=list(self._by_code)
            )
            .order_by()
            .annotate(week=TruncWeek("first_published_at"))
            .values_list("source_code", "week")
            .annotate(Count("pk"))
        )
        place = {week: n for n, week in enumerate(self.weeks)}
        made = {source: [0] * WEEKS for source in self.sources}
        for code, week, count in counted:
            if (n := place.get(timezone.localdate(week))) is not None:
                made[self._by_code[code]][n] += count
        return made

    # --- what is owed

    @cached_property
    def month(self) -> datetime.date:
        """The first day of the month that is running."""
        return timezone.localdate(self.now).replace(day=1)

    @property
    def days_left(self) -> int:
        """Days of the month after today."""
        today = timezone.localdate(self.now)
        return calendar.monthrange(today.year, today.month)[1] - today.day

    @cached_property
    def owed(self) -> list[Owed]:
        """The duties of the sources, with what has come out since the first of the month; what is owed first."""
        duties = list(Duty.objects.filter(source__in=list(self._by_id)).select_related("source", "category"))
        start = timezone.make_aware(datetime.datetime.combine(self.month, datetime.time()))
        counted = list(
            PublishedItem.objects.filter(
                locale=LANGUAGE, first_published_at__gte=start, source_code__in={each.source.code for each in duties}
            )
            .order_by()
            .values_list("source_code", "kind", "category_path")
            .annotate(Count("pk"))
        )
        found = [
            Owed(
                duty,
                sum(
                    count
                    for code, kind, path, count in counted
                    if (code, kind) == (duty.source.code, duty.kind)
                    and path.startswith(duty.category.path if duty.category else "")
                ),
            )
            for duty in duties
        ]
        return sorted(found, key=lambda row: (row.left == 0, self._place[row.duty.source_id], folded(row.duty.name)))

    @cached_property
    def owed_count(self) -> int:
        """How many duties are not fulfilled yet."""
        return sum(1 for row in self.owed if row.left)


class _WatchedDesk(Desk):
    """The desk of everyone in the sources that are watched: its lists are counted here, never shown."""

    watched: list[int]

    @cached_property
    def pages(self) -> QuerySet[ContentPage]:
        return ContentPage.objects.filter(source__in=self.watched)
