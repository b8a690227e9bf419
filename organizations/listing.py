"""Lists for the screens: one page at a time without counting the rest, and the numbers beside the units of a page."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, QuerySet

from organizations.models import Member, Organization

PER_PAGE = 50


@dataclasses.dataclass(frozen=True)
class Slice:
    """One page of a list. Whether there is another is learnt from one row more, never from a COUNT over all."""

    rows: list[Any]
    number: int
    has_next: bool
    parameter: str = "p"

    @property
    def previous(self) -> int | None:
        """The number of the page before, or None on the first."""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The number of the page after, or None on the last."""
        return self.number + 1 if self.has_next else None


def page_of(queryset: QuerySet[Any], asked: str | None, *, parameter: str = "p", size: int = PER_PAGE) -> Slice:
    """The page that was asked for; the first where that is no number. Pages beyond a million are not looked for."""
    number = int(asked) if asked and asked.isdecimal() and len(asked) < 7 else 1
    number = max(number, 1)
    rows = list(queryset[(number - 1) * size : number * size + 1])
    return Slice(rows[:size], number, len(rows) > size, parameter)


@dataclasses.dataclass(frozen=True)
class UnitRow:
    """A unit with what lies below it: units directly, members in the whole subtree."""

    unit: Organization
    children: int
    members: int


def with_counts(units: Iterable[Organization], *, within: Organization | None = None) -> list[UnitRow]:
    """The units with their numbers, in three queries however many they are.

    ``within`` is a unit on or above all of them, so that only its subtree is counted.
    """
    units = list(units)
    tree = Organization.objects.all() if within is None else Organization.objects.subtree_of(within)
    people = Member.objects.active()
    if within is not None and within.parent_id:
        people = people.filter(cell__in=tree.order_by())
    ids = {unit.pk for unit in units}
    direct = tree.in_force().filter(parent__in=ids).order_by().values("parent").annotate(n=Count("pk"))
    children = Counter(dict(direct.values_list("parent", "n")))
    # Grouped by the number of the cell alone; the paths come in one read of the tree.
    counted = dict(people.order_by().values("cell").annotate(n=Count("pk")).values_list("cell", "n"))
    members: Counter[int] = Counter()
    for pk, path in tree.order_by().values_list("pk", "path"):
        if count := counted.get(pk, 0):
            members.update(dict.fromkeys(ids.intersection(map(int, path.strip("/").split("/"))), count))
    return [UnitRow(unit, children[unit.pk], members[unit.pk]) for unit in units]
