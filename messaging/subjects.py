"""What pushes are about. The rooms above know it; here they say how it is asked.

A subject is asked anew for each batch, in the moment it is sent: its readers and its words are those of now.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from organizations.scope import Scope


@dataclasses.dataclass(frozen=True, kw_only=True)
class Subject:
    """Who may be told (audience keys of ``organizations.scope``), and in which words.

    ``text`` stands on a locked screen, which others read: rooms put nothing there that only some members may know.
    ``accounts`` names by their ids the only ones who are told, whatever the audience says: something between a few people.
    ``data`` is for the app, beside what every push carries.
    ``silent``: nothing is shown, the app alone is woken; ``replaces`` (``kind:id``) is the subject whose push it takes the
    place of, on its way and where an app finds it shown.
    ``settled`` gives those of some accounts (by their ids) for whom there is nothing to tell any more.
    """

    audience: frozenset[str]
    text: str
    settled: Callable[[Iterable[int]], set[int]] | None = None
    accounts: frozenset[int] | None = None
    data: dict[str, str] = dataclasses.field(default_factory=dict)
    silent: bool = False
    replaces: str = ""

    def reaches(self, user_id: int, scope: Scope) -> bool:
        """Whether this account, with this scope, may be told."""
        return scope.sees(self.audience) if self.accounts is None else user_id in self.accounts


# None: it is gone, and nobody is told of it.
Finder = Callable[[str], Subject | None]

_finders: dict[str, Finder] = {}


def subject(kind: str) -> Callable[[Finder], Finder]:
    """Register a function that finds the subjects of a kind by their id."""

    def register(finder: Finder) -> Finder:
        _finders[kind] = finder
        return finder

    return register


def subject_now(kind: str, subject_id: str) -> Subject | None:
    """A subject as it is now."""
    return _finders[kind](subject_id)
