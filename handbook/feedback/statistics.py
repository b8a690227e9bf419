"""How units do with what members ask: counted anew each time, by owner, and added up the tree.

Only threads on which the person may work are counted, so a number never tells of one that does not exist for them. There are
no numbers by the author's cell: in a cell of few members they would say who asked.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections import defaultdict
from typing import Any

from django.db.models import Avg, Count, F, Q

from handbook.feedback.enums import RUNNING, State
from handbook.feedback.models import FeedbackThread, Lateness
from organizations.enums import Right
from organizations.models import Organization, ids_in
from organizations.scope import organizations_where

SETTLED = (State.ANSWERED, State.CLOSED)


@dataclasses.dataclass(frozen=True)
class Numbers:
    """What a unit got in a period, what it settled and let grow late in it, and what lies there now."""

    received: int = 0
    settled: int = 0
    late: int = 0
    open: int = 0
    overdue: int = 0
    waiting: int = 0
    rated: int = 0
    stars: int = 0

    def __add__(self, other: Numbers) -> Numbers:
        return Numbers(*(a + b for a, b in zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)))

    @property
    def rating(self) -> float | None:
        """The mean of the stars that were given; None where none were."""
        return round(self.stars / self.rated, 1) if self.rated else None


@dataclasses.dataclass(frozen=True)
class Row:
    """The numbers of a unit: of its subtree, or of what it owns itself where it heads the list."""

    organization: Organization
    numbers: Numbers
    is_head: bool = False


@dataclasses.dataclass(frozen=True)
class Table:
    """The numbers of a subtree, and of each unit directly below its head. The rows add up to the total."""

    organization: Organization
    total: Numbers
    rows: list[Row]


def numbers_by_owner(
    user: Any, unit: Organization, since: datetime.datetime, at: datetime.datetime
) -> dict[int, Numbers]:
    """The numbers of each unit in a subtree that owns or let grow late anything, by its id; of the time since then."""
    threads = FeedbackThread.objects.workable_by(user).filter(owner__path__startswith=unit.path)
    counted = (
        threads.order_by()
        .values("owner")
        .annotate(
            received=Count("pk", filter=Q(created_at__gte=since)),
            settled=Count("pk", filter=Q(state__in=SETTLED, settled_at__gte=since)),
            open=Count("pk", filter=Q(state__in=RUNNING)),
            overdue=Count("pk", filter=Q(due_at__lt=at)),
            waiting=Count("pk", filter=Q(state=State.WAITING)),
            rated=Count("rating", filter=Q(settled_at__gte=since)),
            mean=Avg("rating", filter=Q(settled_at__gte=since)),
        )
    )
    found: dict[int, Numbers] = defaultdict(Numbers)
    for row in counted:
        facts: dict[str, Any] = dict(row)
        owner, mean = facts.pop("owner"), facts.pop("mean")
        found[owner] = Numbers(**facts, stars=round((mean or 0) * facts["rated"]))
    late = Lateness.objects.filter(
        organization__in=organizations_where(user, Right.ANSWER_FEEDBACK).order_by().values("pk"),
        organization__path__startswith=unit.path,
        due_at__gte=since,
        thread__confidential=False,
    )
    for owner, count in late.order_by().values_list("organization").annotate(n=Count("pk")):
        found[owner] += Numbers(late=count)
    return dict(found)


def table_of(user: Any, unit: Organization, since: datetime.datetime, at: datetime.datetime) -> Table:
    """The numbers of a unit and of those directly below it."""
    by_owner = numbers_by_owner(user, unit, since, at)
    paths = dict(Organization.objects.filter(pk__in=by_owner).values_list("pk", "path"))
    depth = len(ids_in(unit.path))
    below: dict[int, Numbers] = defaultdict(Numbers)
    for pk, numbers in by_owner.items():
        line = ids_in(paths[pk])
        below[line[depth] if len(line) > depth else unit.pk] += numbers
    total = sum(below.values(), Numbers())
    children = Organization.objects.filter(pk__in=below).exclude(pk=unit.pk).order_by("name", "pk")
    rows = [Row(unit, below[unit.pk], is_head=True)] if unit.pk in below else []
    rows += [Row(child, below[child.pk]) for child in children]
    return Table(unit, total, rows)


def every_unit(user: Any, unit: Organization, since: datetime.datetime, at: datetime.datetime) -> list[Row]:
    """The numbers of each unit of a subtree by itself, in the order of the tree: for files."""
    by_owner = numbers_by_owner(user, unit, since, at)
    units = Organization.objects.filter(pk__in=by_owner).select_related("parent").order_by(F("path"))
    return [Row(each, by_owner[each.pk]) for each in units]
