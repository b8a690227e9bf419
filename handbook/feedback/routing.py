"""To whom a thread goes. There is always an answer: the last of the rules is the member's own cell."""

from __future__ import annotations

from handbook.feedback.models import RoutingRule, Topic
from organizations.enums import MEMBER_LEVELS, PositionKind, Right
from organizations.models import Member, Organization, Position
from organizations.scope import holders


def owner_for(member: Member, topic: Topic | None, to: Organization | None) -> Organization:
    """The unit that gets what this member writes: the one they chose, else what the topic says, else their cell."""
    if to is not None:
        return to
    if topic is not None:
        line = member.cell.line_ids
        rules = RoutingRule.objects.filter(topic=topic, unit__in=line, goes_to__in=Organization.objects.in_force())
        by_unit = {rule.unit_id: rule.goes_to for rule in rules.select_related("goes_to")}
        for pk in reversed(line):
            if pk in by_unit:
                return by_unit[pk]
    return member.cell


def veil_over(cell: Organization) -> Organization:
    """The highest unit on the line of a cell that is itself a cell: its officers are those who know everybody there."""
    cells = [unit for unit in cell.line() if unit.level in MEMBER_LEVELS]
    return cells[0] if cells else cell


def secretaries_for(unit: Organization, *, but: Member) -> list[Member]:
    """Who reads what is confidential at a unit: its secretary, else who may answer there, else the same one level up."""
    for each in reversed(list(unit.line())):
        held = Position.objects.in_force().filter(organization=each, kind=PositionKind.SECRETARY)
        found = list(
            Member.objects.active().filter(pk__in=held.values("member"), user__isnull=False).exclude(pk=but.pk)
        )
        found = found or list(holders(Right.ANSWER_FEEDBACK, each).filter(user__isnull=False).exclude(pk=but.pk))
        if found:
            return found
    return []


def in_force_or_above(unit: Organization) -> Organization:
    """The unit, or where it has ended the lowest above it that has not."""
    line = list(unit.line().in_force())  # type: ignore[attr-defined]
    return line[-1] if line else unit
