"""What goes out with a release besides pages, as the rooms above register it: notices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models

from editorial.requests.subjects import ThingFile

if TYPE_CHECKING:
    from editorial.models import Release, ReleasePart

Thing = TypeVar("Thing", bound=models.Model)


class PartKind(Generic[Thing]):
    """What this room must know of a kind of thing to send it out with a release. One object for each model.

    A thing that is held goes out by no other way until the release goes out or lets it go.
    """

    label: Any
    # Shows the thing among the texts of its release; gets ``context``.
    template: str
    # Shows what a member's phone will show of it; gets the same as ``part``.
    phone_template: str

    def candidates(self, user: Any) -> models.QuerySet[Thing]:
        """What this person may put into a release, the latest first."""
        raise NotImplementedError

    def title(self, thing: Thing) -> str:
        """What the release's list calls it."""
        return str(thing)

    def form(self, thing: Thing) -> dict[str, Any]:
        """All that is approved, as JSON: a difference in it voids every approval of the release."""
        raise NotImplementedError

    def writers(self, thing: Thing) -> Iterable[int]:
        """The accounts that wrote it, which have no say on the release."""
        raise NotImplementedError

    def problem(self, thing: Thing, release: Release) -> str:
        """Why it cannot be submitted with this release, in words; empty where it can."""
        raise NotImplementedError

    def context(self, thing: Thing, user: Any) -> dict[str, Any]:
        """What its template shows."""
        raise NotImplementedError

    def files(self, thing: Thing) -> list[ThingFile]:
        """The files that its template shows."""
        return []

    def hold(self, thing: Thing, actor: Any) -> None:
        """It waits now with the release."""
        raise NotImplementedError

    def let_go(self, thing: Thing) -> None:
        """The release was returned, taken back or changed: a draft again."""
        raise NotImplementedError

    def put_out(self, thing: Thing, release: Release, actor: Any) -> None:
        """Out, in the transaction of the release, which the gate has found approved."""
        raise NotImplementedError

    def take_back(self, thing: Thing, actor: Any, reason: str) -> None:
        """The release is recalled or rolled back: take it from its readers, where they still have it."""
        raise NotImplementedError


_kinds: dict[type[models.Model], PartKind[Any]] = {}


def register(model: type[models.Model], kind: PartKind[Any]) -> None:
    """Let things of this model go out with releases. Called by a room's AppConfig.ready."""
    _kinds[model] = kind


def kinds() -> dict[str, tuple[type[models.Model], PartKind[Any]]]:
    """All that were registered, by the name under which the screen calls them."""
    return {model._meta.label_lower: (model, kind) for model, kind in _kinds.items()}


def kind_of(thing: models.Model) -> PartKind[Any]:
    """What was registered for a thing."""
    return _kinds[type(thing)]


def things_of(release: Release) -> list[tuple[ReleasePart, models.Model]]:
    """What goes out with a release besides its pages, in order. LookupError where one that is still to go out is gone."""
    found = []
    for part in release.parts.all():
        model = ContentType.objects.get_for_id(part.thing_type_id).model_class()
        thing = model._default_manager.filter(pk=part.thing_id).first() if model else None
        if thing is not None:
            found.append((part, thing))
        elif part.is_open:
            raise LookupError(f"part {part.pk} of release {release.pk} is gone")
    return found
