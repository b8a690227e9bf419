"""Which units and people the admin's screens show to whom: behind every list, page, search and count there."""

from __future__ import annotations

from typing import Any

from organizations.enums import MEMBER_LEVELS, Right
from organizations.models import Member, MemberQuerySet, Organization, OrganizationQuerySet
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


# What a chooser of units may be asked to choose among, by the word in its address. All in force where none is named:
# anyone who writes may address any unit, and a unit's name is no secret.
CHOICES = {
    "all": lambda user: Organization.objects.in_force(),
    "visible": visible_units,
    "managed": managed_units,
    "cells": managed_cells,
}
