"""What happens elsewhere when a unit ends. The rooms above own things of units; they say here what becomes of them.

Each is called in the transaction that ends the unit, before it ends, with the unit into which it was merged, or that to
which it belonged. One that raises Refused keeps the unit from ending.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from organizations.models import Organization

Heir = Callable[["Organization", "Organization | None"], None]

_heirs: list[Heir] = []


def when_a_unit_ends(heir: Heir) -> Heir:
    """Register a function that is told of each unit that ends. Called by a room's AppConfig.ready."""
    if heir not in _heirs:
        _heirs.append(heir)
    return heir


def tell_of_end(unit: Organization, successor: Organization | None) -> None:
    """Tell all of them. For ``organizations.actions.tree``, which checks and writes the end itself."""
    for heir in _heirs:
        heir(unit, successor)
