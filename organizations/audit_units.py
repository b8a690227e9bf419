"""Tells the audit to which unit people and units belong (``audit.units``), and who is meant by a name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from accounts.models import Session, User
from audit import people, units
from organizations.models import Member, Organization, OrganizationVersion, Position
from organizations.names import folded

MOST_UNITS = 50  # that one text may mean


def register() -> None:
    """Enter what this room knows."""
    units.register(Organization, lambda unit: unit.path)
    units.register(Member, lambda member: member.cell.path)
    units.register(Position, lambda position: position.organization.path)
    units.register(User, _path_of_user)
    units.register(Session, lambda session: _path_of_user(session.user))
    units.register_tree(search=paths_named, names=names_of)
    people.register(accounts_of)


def accounts_of(text: str) -> list[int]:
    """All accounts whose name or account name has these words, with or without accents, and those of members who are found
    by their code or telephone."""
    words = folded(text).split()
    if not words:
        return []
    # Who is no member: some hundreds of editors, so their names need no folded column.
    others = User.objects.filter(member=None).order_by("pk").values_list("pk", "username", "last_name", "first_name")
    named = [pk for pk, *names in others if all(word in folded(" ".join(names)) for word in words)]
    has_word = (Q(username__icontains=word) | Q(member__name_folded__contains=word) for word in words)
    members = User.objects.filter(
        Q(member__in=Member.objects.found_by(text).order_by()) | Q(*has_word, member__isnull=False)
    )
    return [*named, *members.values_list("pk", flat=True)[: people.MOST]][: people.MOST]


def path_of_unit(pk: int | None) -> str | None:
    """The path of the unit with this id."""
    return Organization.objects.filter(pk=pk).values_list("path", flat=True).first() if pk else None


def paths_named(text: str) -> list[str]:
    """All paths that the units ever had which have exactly this code, or else a name with these words."""
    found = list(Organization.objects.filter(code__iexact=text.strip()).values_list("pk", flat=True))
    if not found:
        found = list(Organization.objects.all().found_by(text).values_list("pk", flat=True)[:MOST_UNITS])
    today = dict(Organization.objects.filter(pk__in=found).values_list("pk", "path"))
    return sorted({path for pk in found for path in _paths_ever(pk, frozenset())} | set(today.values()))


def names_of(ids: Iterable[int]) -> dict[int, str]:
    """What units are called now."""
    return dict(Organization.objects.filter(pk__in=list(ids)).values_list("pk", "name"))


def _paths_ever(pk: int, below: frozenset[int]) -> set[str]:
    """One for each line of parents that the unit ever stood under."""
    parents = set(OrganizationVersion.objects.filter(organization=pk).values_list("parent_id", flat=True))
    parents |= set(Organization.objects.filter(pk=pk).values_list("parent_id", flat=True))
    paths: set[str] = set()
    for parent in parents - below - {pk}:
        above = _paths_ever(parent, below | {pk}) if parent else {"/"}
        paths.update(f"{each}{pk}/" for each in above)
    return paths


def _path_of_user(user: Any) -> str | None:
    return Member.objects.filter(user_id=user.pk).values_list("cell__path", flat=True).first()
