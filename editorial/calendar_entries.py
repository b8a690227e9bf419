"""What stands on the editorial calendar: the days of a month or a week, and the entries that fall on them."""

from __future__ import annotations

import calendar
import dataclasses
import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cms.models import ContentPage, Source
from editorial.enums import PENDING_RELEASES, ReleaseState, ScheduledAct, ScheduleState
from editorial.models import Release, Schedule
from publishing.models import Publication

# Publications less late than this, in seconds, are shown as on time: the publisher runs once a minute.
ON_TIME = 60
# Of what went out, so many entries of a day are named in a month; the week names them all. A province has 100 a day.
NAMED_IN_A_MONTH = 12

LABELS = {
    "pending": gettext_lazy("Hẹn đăng"),
    "overdue": gettext_lazy("Đến giờ, chờ đăng"),
    "failed": gettext_lazy("Chưa đăng được"),
    "lifts": gettext_lazy("Mở cho đảng viên"),
    "expires": gettext_lazy("Hẹn hết hạn"),
    "published": gettext_lazy("Đã đăng"),
    "emergency": gettext_lazy("Đăng khẩn cấp"),
    "expired": gettext_lazy("Đã hết hạn"),
    "lifted": gettext_lazy("Đã mở cho đảng viên"),
    "release_waiting": gettext_lazy("Đợt phát hành, chờ duyệt"),
    "release": gettext_lazy("Đợt phát hành"),
    "release_failed": gettext_lazy("Đợt chưa phát hành được"),
    "release_out": gettext_lazy("Đợt đã phát hành"),
}

# What follows a publication: its word while it is to come, and once it is done.
FOLLOW_UPS: dict[str, tuple[str, str]] = {
    ScheduledAct.LIFT: ("lifts", "lifted"),
    ScheduledAct.EXPIRE: ("expires", "expired"),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing on the calendar. ``at`` is local time; ``status`` names its colour and its words."""

    at: datetime.datetime
    status: str
    title: str
    source: str
    page_id: int | None
    schedule_id: int | None = None
    movable: bool = False
    note: str = ""
    owner_id: int | None = None
    source_id: int | None = None
    edit_url: str = ""

    @property
    def label(self) -> str:
        """The status in words."""
        return str(LABELS[self.status])


@dataclasses.dataclass(frozen=True)
class Day:
    """One day with its entries, earliest first."""

    date: datetime.date
    entries: list[Entry]

    @property
    def by_hour(self) -> list[tuple[int, list[Entry]]]:
        """The 24 hours of the day, each with its entries."""
        hours: list[tuple[int, list[Entry]]] = [(hour, []) for hour in range(24)]
        for entry in self.entries:
            hours[entry.at.hour][1].append(entry)
        return hours

    @property
    def named_in_a_month(self) -> list[Entry]:
        """All that is still to come or went wrong, and the first of what went out."""
        out = [entry for entry in self.entries if entry.status == "published"]
        folded = {id(entry) for entry in out[NAMED_IN_A_MONTH:]}
        return [entry for entry in self.entries if id(entry) not in folded]

    @property
    def folded_in_a_month(self) -> int:
        """How many entries a month does not name."""
        return max(0, sum(entry.status == "published" for entry in self.entries) - NAMED_IN_A_MONTH)


def month_days(date: datetime.date) -> list[datetime.date]:
    """The whole weeks, Monday first, in which this date's month lies."""
    weeks = calendar.Calendar(firstweekday=calendar.MONDAY).monthdatescalendar(date.year, date.month)
    return [day for week in weeks for day in week]


def week_days(date: datetime.date) -> list[datetime.date]:
    """Monday to Sunday of this date's week."""
    monday = date - datetime.timedelta(days=date.weekday())
    return [monday + datetime.timedelta(days=n) for n in range(7)]


def sort_into_days(dates: list[datetime.date], entries: Iterable[Entry]) -> list[Day]:
    """Each date with the entries that fall on it by the province's clock."""
    days = {date: Day(date, []) for date in dates}
    for entry in sorted(entries, key=lambda each: (each.at, each.title)):
        days[entry.at.date()].entries.append(entry)
    return list(days.values())


def entries_between(first: datetime.date, last: datetime.date, *, sources: list[Source], may_move: bool) -> list[Entry]:
    """What goes out, comes down, went out and came down from one date to another (both included), of these sources."""
    start = timezone.make_aware(datetime.datetime.combine(first, datetime.time.min))
    end = timezone.make_aware(datetime.datetime.combine(last + datetime.timedelta(days=1), datetime.time.min))
    return [*_scheduled(start, end, sources, may_move), *_published(start, end, sources)]


def _scheduled(
    start: datetime.datetime, end: datetime.datetime, sources: list[Source], may_move: bool
) -> Iterable[Entry]:
    """Pending acts, and what followed a publication; publications that were done are told by the ledger."""
    now = timezone.now()
    rows = (
        Schedule.objects.filter(due_at__gte=start, due_at__lt=end, page__source__in=sources)
        .exclude(state=ScheduleState.CANCELLED)
        .exclude(state=ScheduleState.DONE, act=ScheduledAct.PUBLISH)
        .order_by()
        .values(
            "pk",
            "act",
            "state",
            "due_at",
            "attempts",
            "last_error",
            "page_id",
            "page__draft_title",
            "page__owner_id",
            "page__source_id",
            "page__source__name",
        )
    )
    for row in rows:
        publishes = row["act"] == ScheduledAct.PUBLISH
        pending = row["state"] == ScheduleState.PENDING
        if pending and row["attempts"]:
            status = "failed"
        elif not publishes:
            to_come, done = FOLLOW_UPS[row["act"]]
            status = to_come if pending else done
        else:
            status = "pending" if row["due_at"] > now else "overdue"
        yield Entry(
            at=timezone.localtime(row["due_at"]),
            status=status,
            title=row["page__draft_title"],
            source=row["page__source__name"],
            page_id=row["page_id"],
            schedule_id=row["pk"],
            movable=may_move and pending and publishes,
            note=_failure(row["attempts"], row["last_error"]) if status == "failed" else "",
            owner_id=row["page__owner_id"],
            source_id=row["page__source_id"],
        )


def _published(start: datetime.datetime, end: datetime.datetime, sources: list[Source]) -> Iterable[Entry]:
    by_code = {source.code: source for source in sources}
    rows = list(
        Publication.objects.filter(published_at__gte=start, published_at__lt=end, item__source_code__in=by_code)
        .order_by()
        .values(
            "published_at",
            "due_at",
            "emergency",
            "item__title",
            "item__page_id",
            "item__source_code",
            "item__removed_at",
        )
    )
    # Of what was recalled the store keeps no title; its desk still has the draft.
    untitled = [row["item__page_id"] for row in rows if not row["item__title"]]
    drafts = dict(ContentPage.objects.filter(pk__in=untitled).values_list("pk", "draft_title")) if untitled else {}
    for row in rows:
        notes = []
        late = (row["published_at"] - row["due_at"]).total_seconds()
        if late >= ON_TIME:
            notes.append(_("trễ %(time)s") % {"time": _duration(late)})
        if row["item__removed_at"]:
            notes.append(_("nay đã lấy xuống"))
        source = by_code[row["item__source_code"]]
        yield Entry(
            at=timezone.localtime(row["published_at"]),
            status="emergency" if row["emergency"] else "published",
            title=row["item__title"] or drafts.get(row["item__page_id"], ""),
            source=source.name,
            page_id=row["item__page_id"],
            note="; ".join(notes),
            source_id=source.pk,
        )


def releases_between(first: datetime.date, last: datetime.date) -> list[Entry]:
    """The releases that go out or went out from one date to another (both included), for who composes them."""
    start = timezone.make_aware(datetime.datetime.combine(first, datetime.time.min))
    end = timezone.make_aware(datetime.datetime.combine(last + datetime.timedelta(days=1), datetime.time.min))
    planned = Q(due_at__gte=start, due_at__lt=end, state__in=PENDING_RELEASES)
    went_out = Q(out_at__gte=start, out_at__lt=end, state=ReleaseState.OUT)
    return [
        Entry(
            at=timezone.localtime(release.out_at or release.due_at),
            status=_release_status(release),
            title=release.title,
            source="",
            page_id=None,
            note=_failure(release.attempts, release.last_error) if release.has_failed else "",
            edit_url=reverse("editorial_release", args=[release.pk]),
        )
        for release in Release.objects.filter(planned | went_out)
    ]


def _release_status(release: Release) -> str:
    if release.has_failed:
        return "release_failed"
    return {ReleaseState.OUT: "release_out", ReleaseState.WAITING: "release_waiting"}.get(
        ReleaseState(release.state), "release"
    )


def _failure(attempts: int, error: str) -> str:
    times = ngettext("đã thử %(n)d lần", "đã thử %(n)d lần", attempts) % {"n": attempts}
    return f"{times}: {error}" if error else times


def _duration(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes < 60:
        return _("%(minutes)d phút") % {"minutes": minutes}
    if minutes < 24 * 60:
        return _("%(hours)d giờ %(minutes)d phút") % {"hours": minutes // 60, "minutes": minutes % 60}
    return _("%(days)d ngày %(hours)d giờ") % {"days": minutes // 1440, "hours": minutes % 1440 // 60}


def seen_sources(user: Any, *, everything: bool) -> list[Source]:
    """The sources whose entries exist for this person: all for the board, else those on whose desk they work."""
    return list(Source.objects.all() if everything else Source.objects.with_desk_of(user))
