"""Where in the tree an entry belongs, told by the rooms that know the tree.

The audit is at the foot of the house and knows no units. A room that has a kind of object of which it can say to which
unit it belongs registers a finder here when it starts; ``audit.actions.record`` asks for the target and for the actor.
What is kept is the unit's path at that moment (``/1/17/203/``), because the entry must read the same after a merger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection
from django.db.models import Q

# The path of the unit to which an object belongs; "" or None where it belongs to none.
Finder = Callable[[Any], str | None]

_finders: dict[type, Finder] = {}
_search: list[Callable[[str], list[str]]] = []
_names: list[Callable[[Iterable[int]], dict[int, str]]] = []
NO_UNIT = "/-/"  # no path is spelt so


def register(model: type, finder: Finder) -> None:
    """Say how the unit of objects of this model, and of models derived from it, is found."""
    _finders[model] = finder


def register_tree(*, search: Callable[[str], list[str]], names: Callable[[Iterable[int]], dict[int, str]]) -> None:
    """Say how units are found by what people type, as all paths they ever had, and what units are called by id."""
    _search[:], _names[:] = [search], [names]


def path_of(thing: Any) -> str:
    """The path of the unit to which this belongs now; empty where no room says so."""
    for each in type(thing).__mro__:
        if each in _finders:
            return (_finders[each](thing) or "")[:255]
    return ""


def paths_named(text: str) -> list[str]:
    """All paths, of today and of earlier, of the units that someone names."""
    return [path for search in _search for path in search(text)]


def names_of(paths: Iterable[str]) -> dict[str, str]:
    """What the units at the ends of these paths are called now."""
    ends = {path: int(path.rstrip("/").rpartition("/")[2]) for path in paths if path}
    names = {pk: name for known in _names for pk, name in known(set(ends.values())).items()}
    return {path: names.get(pk, path) for path, pk in ends.items()}


def at_or_below(paths: Iterable[str]) -> Q:
    """Entries whose target or actor belonged to one of the units or to one below it."""
    query = Q(unit=NO_UNIT)
    for path in paths:
        for field in ("unit", "actor_unit"):
            query |= _beginning_with(field, path)
    return query


def _beginning_with(field: str, path: str) -> Q:
    if connection.vendor == "sqlite":
        # LIKE cannot use SQLite's index; "0" is the character after the "/" with which every path ends.
        return Q(**{f"{field}__gte": path, f"{field}__lt": f"{path[:-1]}0"})
    return Q(**{f"{field}__startswith": path})
