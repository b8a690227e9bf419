"""Whom a notice is for, and where each of them is counted: in exactly one unit.

Who is addressed is what the audience keys say (``organizations.scope``), asked the other way round: not what one person
belongs to, but who belongs to these units, whether or not they have an account. A test holds the two equal.

A member is counted in their cell where the notice reaches them there; who is reached through a position alone is counted
in the unit of that position, and where there are several, in the one that was entered first.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable
from typing import Any

from django.db import connection

from handbook.notices.enums import LEVELS, POSITIONS, Audience
from organizations.models import Member, Organization, Position, ids_in, today
from organizations.scope import audience_keys


@dataclasses.dataclass(frozen=True)
class Addressed:
    """The readers of a notice: an audience within the subtrees of these units, given by their paths."""

    audience: str
    paths: tuple[str, ...]

    @classmethod
    def in_units(cls, audience: str, units: Iterable[Organization]) -> Addressed:
        """The readers of this kind in the subtrees of these units."""
        return cls(audience, _topmost(unit.path for unit in units))

    def meets(self, root: str) -> bool:
        """Whether any of its units lies in the subtree of this path, or the other way round."""
        return any(path.startswith(root) or root.startswith(path) for path in self.paths)


def keys_for(audience: str, units: Iterable[Organization]) -> dict[int, str]:
    """The audience key of each unit that a notice addresses, by the unit's id."""
    return {unit.pk: audience_keys(LEVELS[audience], [unit])[0] for unit in units}


_NOBODY = "SELECT id AS member_id, id AS place FROM {member} WHERE 1 = 0"


def people_statement(addressed: Addressed, root: str) -> tuple[str, list[Any]]:
    """SQL that gives ``member_id, place`` of everyone addressed whose place lies in the subtree of ``root``.

    ``place`` is the id of the unit in which they are counted.
    """
    if not addressed.paths:
        return _NOBODY.format(**_tables()), []
    parts, parameters = [], []
    now = today()
    in_cell, cell_parameters = _under("c.path", addressed.paths)
    held, held_parameters = _under("o.path", addressed.paths)
    if addressed.audience == Audience.ALL:
        within, within_parameters = _under("c.path", _meeting(addressed.paths, root))
        parts.append(
            "SELECT m.id AS member_id, c.id AS place FROM {member} m JOIN {unit} c ON c.id = m.cell_id"  # noqa: S608
            f" WHERE m.left_on IS NULL AND {within}"
        )
        parameters += within_parameters
        kinds, elsewhere = "", f" AND NOT {in_cell}"
        kind_parameters: list[Any] = []
        elsewhere_parameters = cell_parameters
    else:
        names = sorted(POSITIONS[addressed.audience])
        kinds, elsewhere = f" AND p.kind IN ({', '.join(['%s'] * len(names))})", ""
        kind_parameters, elsewhere_parameters = [*names], []
    near, near_parameters = "", []
    if len(ids_in(root)) > 1:  # a branch, not the whole tree: only who holds something in it is looked at
        near = (
            " AND m.id IN (SELECT h.member_id FROM {position} h JOIN {unit} u ON u.id = h.organization_id"
            " WHERE u.path LIKE %s)"
        )
        near_parameters = [f"{root}%"]
    parts.append(
        "SELECT first.member_id, o.id AS place FROM (SELECT m.id AS member_id, MIN(o.id) AS unit_id"  # noqa: S608
        " FROM {position} p"
        " JOIN {unit} o ON o.id = p.organization_id JOIN {member} m ON m.id = p.member_id"
        " JOIN {unit} c ON c.id = m.cell_id"
        " WHERE m.left_on IS NULL AND p.valid_from <= %s AND (p.valid_to IS NULL OR p.valid_to > %s)"
        f" AND {held}{kinds}{elsewhere}{near} GROUP BY m.id) first JOIN {{unit}} o ON o.id = first.unit_id WHERE o.path LIKE %s"
    )
    parameters += [now, now, *held_parameters, *kind_parameters, *elsewhere_parameters, *near_parameters, f"{root}%"]
    return " UNION ALL ".join(parts).format(**_tables()), parameters


def count_addressed(addressed: Addressed, root: str = "/") -> int:
    """How many people a notice reaches, in all or in the subtree of a path."""
    people, parameters = people_statement(addressed, root)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({people}) people", parameters)  # noqa: S608 - our own tables only
        return cursor.fetchone()[0]


def members_at(addressed: Addressed, unit: Organization) -> list[int]:
    """The ids of those who are counted in exactly this unit."""
    people, parameters = people_statement(addressed, unit.path)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT member_id FROM ({people}) people WHERE place = %s",  # noqa: S608 - our own tables only
            [*parameters, unit.pk],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _topmost(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths that lie below none of the others."""
    found: list[str] = []
    for path in sorted(paths):
        if not found or not path.startswith(found[-1]):
            found.append(path)
    return tuple(found)


def _meeting(paths: tuple[str, ...], root: str) -> tuple[str, ...]:
    """The part of these subtrees that lies in the subtree of ``root``."""
    if any(root.startswith(path) for path in paths):
        return (root,)
    return tuple(path for path in paths if path.startswith(root))


def _under(column: str, paths: tuple[str, ...]) -> tuple[str, list[Any]]:
    if not paths:
        return "(1 = 0)", []
    return f"({' OR '.join([f'{column} LIKE %s'] * len(paths))})", [f"{path}%" for path in paths]


@functools.cache
def _tables() -> dict[str, str]:
    models = {"member": Member, "unit": Organization, "position": Position}
    return {name: connection.ops.quote_name(model._meta.db_table) for name, model in models.items()}
