"""Which units and people the admin's screens show to whom: behind every list, page, search and count there."""

from __future__ import annotations

import dataclasses
from typing import Any

from organizations.delegations import Delegation
from organizations.enums import MEMBER_LEVELS, Right
from organizations.models import Member, MemberQuerySet, Organization, OrganizationQuerySet, Position
from organizations.scope import organizations_where


def visible_units(user: Any) -> OrganizationQuerySet:
    """Units whose people this person may see."""
    return organizations_where(user, Right.VIEW_MEMBERS)


def visible_members(user: Any) -> MemberQuerySet:
    """People of the units that this person may see; for them the others do not exist."""
    members = Member.objects.all()
    if user.is_active and user.has_perm("organizations.administer"):
        return members
    return members.filter(cell__in=visible_units(user))


def top_units(user: Any) -> OrganizationQuerySet:
    """Where this person's view of the tree begins: the units they may see below none that they may see."""
    units = visible_units(user)
    return units.in_force().exclude(parent__in=units)


def managed_units(user: Any) -> OrganizationQuerySet:
    """Units in force where this person may give positions."""
    return organizations_where(user, Right.MANAGE_MEMBERS).in_force()


def managed_cells(user: Any) -> OrganizationQuerySet:
    """Units in force to which this person may move a member."""
    return managed_units(user).filter(level__in=MEMBER_LEVELS)


@dataclasses.dataclass(frozen=True)
class Handing:
    """Whether someone may hand this member an activation code."""

    member: Member
    may: bool


def may_hand_codes_to(user: Any, cell: Organization) -> list[Handing]:
    """The members of the cell who never signed in, and whether this person may hand them a code.

    Who holds a code can become its member. So it is handed out only by someone who may do at least what the member may:
    who manages every unit in which they hold a position, and has every group that their account has.
    """
    members = Member.objects.never_signed_in().within([cell]).select_related("user").order_by("code")
    found = list(members.prefetch_related("user__groups", "user__user_permissions"))
    where: dict[int, set[int]] = {member.pk: set() for member in found}
    held = Position.objects.in_force().filter(member__in=found).order_by()
    for member_id, unit_id in held.values_list("member_id", "organization_id"):
        where[member_id].add(unit_id)
    standing_in = Delegation.objects.in_force().filter(to__in=found).order_by()
    for member_id, unit_id in standing_in.values_list("to_id", "position__organization_id"):
        where[member_id].add(unit_id)
    units = set().union(*where.values())
    managed = set(managed_units(user).filter(pk__in=units).values_list("pk", flat=True))
    groups = set(user.groups.values_list("pk", flat=True))

    def may(member: Member) -> bool:
        if user.is_superuser:
            return True
        if not where[member.pk] <= managed:
            return False
        account = member.user
        if account is None:
            return True
        has_more = account.is_superuser or account.user_permissions.all()
        return not has_more and {group.pk for group in account.groups.all()} <= groups

    return [Handing(member, may(member)) for member in found]


# What a chooser of units may be asked to choose among, by the word in its address. All in force where none is named:
# anyone who writes may address any unit, and a unit's name is no secret.
CHOICES = {
    "all": lambda user: Organization.objects.in_force(),
    "visible": visible_units,
    "managed": managed_units,
    "cells": managed_cells,
    "sending": lambda user: organizations_where(user, Right.SEND_NOTICES).in_force(),
    "answering": lambda user: organizations_where(user, Right.ANSWER_FEEDBACK).in_force(),
}
