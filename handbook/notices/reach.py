"""How far a notice has come: numbers by unit, rolled up the tree; names for one's own unit alone.

Nothing is counted ahead: one grouped statement gives the numbers of every unit in which people are counted, and they
are added up the line of each. So the numbers always equal a recount, also a second after a move or a merger.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from handbook.notices.audience import Addressed, members_at, people_statement
from handbook.notices.done import asked_by, lacking
from handbook.notices.models import Notice, NoticeReceipt, NoticeVersion
from organizations.models import Member, Organization, ids_in

# What of a receipt is counted, in the order of ``Numbers``.
FACTS = ("delivered", "read", "acknowledged", "answered", "told")


class Numbers(NamedTuple):
    """How many are addressed, and how many of them did what with the notice as it now is."""

    audience: int = 0
    delivered: int = 0
    read: int = 0
    acknowledged: int = 0
    answered: int = 0
    told: int = 0

    def percent(self, name: str) -> int:
        """A number as hundredths of the audience, rounded down."""
        return getattr(self, name) * 100 // self.audience if self.audience else 0


@dataclasses.dataclass(frozen=True)
class Row:
    """The numbers of a unit and how many gave each answer: of its subtree, or of those counted in the unit itself where it
    heads the list."""

    organization: Organization
    numbers: Numbers
    is_head: bool = False
    answers: dict[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Reach:
    """The numbers of a subtree, and of each unit directly below its head. The rows add up to the total.

    ``answers`` is how many gave each answer, in all; of each row likewise.
    """

    organization: Organization
    total: Numbers
    rows: list[Row]
    answers: dict[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Person:
    """A member of one's own unit, what they did with the notice as it now is, and which facts that it asks they lack."""

    member: Member
    receipt: dict[str, Any]
    lacks: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        """Whether they have done all that the notice asks, or it was said on their behalf."""
        return not self.lacks


def addressed_by(notice: Notice) -> Addressed:
    """The readers of a notice, in the tree as it stands now."""
    units = Organization.objects.filter(pk__in=notice.audiences.order_by().values("organization"))
    return Addressed.in_units(notice.audience, units)


def numbers_by_place(notice: Notice, root: str) -> dict[str, Numbers]:
    """The numbers of each unit of this subtree in which people are counted, by its path; none of them rolled up."""
    people, parameters = people_statement(addressed_by(notice), root)
    counts = ", ".join(f"COUNT(r.{name}) AS {name}" for name in FACTS)
    key = Notice._meta.pk.get_db_prep_value(notice.pk, connection)
    tables = {model: connection.ops.quote_name(model._meta.db_table) for model in (NoticeReceipt, Organization)}
    which = f"FROM {tables[NoticeReceipt]} WHERE notice_id = %s AND version >= %s"
    if len(ids_in(root)) > 1:  # a branch, not the whole tree: not everybody's receipts are looked at
        which += " AND member_id IN (SELECT member_id FROM people)"
    if notice.counts_from == notice.version:  # then there is one row for a member
        latest = ", ".join(f"{name}_at AS {name}" for name in FACTS)
        receipts = f"SELECT member_id, {latest} {which}"
    else:
        latest = ", ".join(f"MAX({name}_at) AS {name}" for name in FACTS)
        receipts = f"SELECT member_id, {latest} {which} GROUP BY member_id"
    statement = (  # names of our own tables only; what comes from outside is a parameter
        f"WITH people AS ({people}), r AS ({receipts}),"  # noqa: S608
        f" counted AS (SELECT people.place, COUNT(*) AS audience, {counts} FROM people"
        " LEFT JOIN r ON r.member_id = people.member_id GROUP BY people.place)"
        f" SELECT o.path, audience, {', '.join(FACTS)} FROM counted"
        f" JOIN {tables[Organization]} o ON o.id = counted.place"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, key, notice.counts_from])
        return {place: Numbers(*counted) for place, *counted in cursor.fetchall()}


def rolled_up(places: dict[str, Numbers], root: str) -> dict[str, Numbers]:
    """The numbers of every unit of the subtree, those below it included, by path."""
    return {path: Numbers(*sums) for path, sums in _summed(places, root).items()}


def _summed(places: Mapping[str, Sequence[int]], root: str) -> dict[str, list[int]]:
    """What is counted in each unit, added up the line of each as far as ``root``; by path."""
    at_depth: defaultdict[int, dict[str, list[int]]] = defaultdict(dict)
    for place, counts in places.items():
        at_depth[place.count("/")][place] = list(counts)
    # The deepest first, so that each unit is added once, to the one above it.
    for depth in range(max(at_depth, default=0), root.count("/"), -1):
        for path, values in at_depth[depth].items():
            above = path[: path.rindex("/", 0, -1) + 1]
            sums = at_depth[depth - 1].setdefault(above, [0] * len(values))
            for index, value in enumerate(values):
                sums[index] += value
    return {path: sums for units in at_depth.values() for path, sums in units.items()}


@dataclasses.dataclass(frozen=True)
class Answers:
    """How many gave each answer: of those counted in each unit itself, and of each subtree, by path."""

    texts: list[str]
    places: dict[str, list[int]]
    sums: dict[str, list[int]]

    @classmethod
    def within(cls, notice: Notice, text: NoticeVersion, root: str) -> Answers:
        """The answers to a text that is out in the subtree of this path; none where it asks nothing.

        In the sender's order; after them what was answered to an earlier text and is no answer any more.
        """
        given = answers_by_place(notice, root) if text.question else {}
        others = {answer for counts in given.values() for answer in counts} - set(text.answers)
        texts = [*text.answers, *sorted(others)]
        places = {path: [counts.get(answer, 0) for answer in texts] for path, counts in given.items()}
        return cls(texts, places, _summed(places, root))

    def of(self, path: str) -> dict[str, int]:
        """How many of a unit's subtree gave each."""
        return dict(zip(self.texts, self.sums.get(path, [0] * len(self.texts)), strict=True))

    def at(self, path: str) -> dict[str, int]:
        """How many of those counted in exactly this unit gave each."""
        return dict(zip(self.texts, self.places.get(path, [0] * len(self.texts)), strict=True))


def reach_of(notice: Notice, unit: Organization, text: NoticeVersion | None = None) -> Reach:
    """The numbers of the unit's subtree, and of the units directly below it that the notice reaches.

    With the ``text`` that is out also how many gave each answer to its question.
    """
    places = numbers_by_place(notice, unit.path)
    answers = Answers.within(notice, text, unit.path) if text else Answers([], {}, {})
    sums = rolled_up(places, unit.path)
    children = Organization.objects.filter(parent=unit).order_by("name", "pk")
    rows = [Row(child, sums[child.path], answers=answers.of(child.path)) for child in children if child.path in sums]
    if unit.path in places:
        rows.insert(0, Row(unit, places[unit.path], is_head=True, answers=answers.at(unit.path)))
    return Reach(unit, sums.get(unit.path, Numbers()), rows, answers.of(unit.path))


def everywhere(notice: Notice, unit: Organization, text: NoticeVersion) -> list[Row]:
    """The numbers of every unit of the subtree that the notice reaches, in the order of the tree: for a file."""
    sums = rolled_up(numbers_by_place(notice, unit.path), unit.path)
    answers = Answers.within(notice, text, unit.path)
    units = Organization.objects.subtree_of(unit).select_related("parent").order_by("path")
    return [Row(each, sums[each.path], answers=answers.of(each.path)) for each in units if each.path in sums]


def answers_by_place(notice: Notice, root: str) -> dict[str, dict[str, int]]:
    """How many gave each answer in each unit of this subtree in which people are counted, by its path."""
    people, parameters = people_statement(addressed_by(notice), root)
    key = Notice._meta.pk.get_db_prep_value(notice.pk, connection)
    tables = {model: connection.ops.quote_name(model._meta.db_table) for model in (NoticeReceipt, Organization)}
    statement = (  # names of our own tables only; what comes from outside is a parameter
        f"WITH people AS ({people}), given AS (SELECT member_id, answer,"  # noqa: S608
        " ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY version DESC) AS turn"
        f" FROM {tables[NoticeReceipt]} WHERE notice_id = %s AND version >= %s AND answered_at IS NOT NULL)"
        " SELECT o.path, given.answer, COUNT(*) FROM people JOIN given ON given.member_id = people.member_id"
        f" JOIN {tables[Organization]} o ON o.id = people.place WHERE given.turn = 1 GROUP BY o.path, given.answer"
    )
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, key, notice.counts_from])
        for path, answer, count in cursor.fetchall():
            found[path][answer] = count
    return dict(found)


def people_of(notice: Notice, unit: Organization) -> list[Person]:
    """Everyone counted in exactly this unit, those who have not done what it asks first, then by name."""
    asked = asked_by(notice.current)
    members = Member.objects.filter(pk__in=members_at(addressed_by(notice), unit)).select_related("cell")
    receipts = receipts_of(notice, [member.pk for member in members])
    people = []
    for member in members:
        receipt = receipts.get(member.pk, {})
        people.append(Person(member, receipt, lacking(asked, receipt)))
    return sorted(people, key=lambda each: (each.is_done, each.member.full_name.split()[-1:], each.member.code))


def receipts_of(notice: Notice, member_ids: list[int]) -> dict[int, dict[str, Any]]:
    """What these members did with the notice as it now is, by the member's id: when each fact came last, and their answer."""
    found: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    counted = NoticeReceipt.objects.filter(notice=notice, member__in=member_ids, version__gte=notice.counts_from)
    for receipt in counted.order_by("version"):
        known = found[receipt.member_id]
        for fact in FACTS:
            times = (known.get(fact), getattr(receipt, f"{fact}_at"))
            known[fact] = max((time for time in times if time), default=None)
        if receipt.answered_at:
            known["answer"], known["reason"] = receipt.answer, receipt.reason
    return dict(found)
