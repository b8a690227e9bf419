"""What may be put before a committee, as the rooms above register it."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from editorial.enums import RequestKind

if TYPE_CHECKING:
    from editorial.models import ApprovalRequest

Thing = TypeVar("Thing", bound=models.Model)


@dataclasses.dataclass(frozen=True)
class ThingFile:
    """A file that goes with a thing, as templates show it: ``row`` is that of its room, ``url`` where it opens now."""

    row: models.Model
    storage_name: str
    name: str
    content_type: str
    size: int
    # Where it opens for who is signed in; a link for review puts its own in the place of it.
    url: str

    @property
    def key(self) -> str:
        """Its name among the files of its thing."""
        return f"{self.row._meta.label_lower}:{self.row.pk}"


class Subject(Generic[Thing]):
    """What this room must know of a kind of thing to have it approved. One object for each model."""

    kind: RequestKind
    # Shows the thing on the review page; gets ``context``.
    template: str

    def form(self, thing: Thing) -> dict[str, Any]:
        """All that is approved, as JSON: a difference in it voids every approval."""
        raise NotImplementedError

    def title(self, thing: Thing) -> str:
        """What the list of waiting things calls it."""
        return str(thing)

    def writers(self, thing: Thing) -> Iterable[int]:
        """The accounts that wrote it, which have no say on it."""
        raise NotImplementedError

    def goes_out_at(self, thing: Thing) -> datetime.datetime | None:
        """When it would go out by itself, once it is approved; None where it has no such time."""
        return None

    def context(self, thing: Thing, user: Any) -> dict[str, Any]:
        """What its template shows to this person, who decides on it."""
        return {"thing": thing}

    def files(self, thing: Thing) -> list[ThingFile]:
        """The files that its template shows, besides those of texts; who is asked about the thing may open them."""
        return []

    def approved(self, thing: Thing, request: ApprovalRequest) -> None:
        """Go on, in the transaction of the last approval: whatever is done here asks the gate itself."""
        raise NotImplementedError

    def returned(self, thing: Thing, request: ApprovalRequest) -> None:
        """Go back to the writer, in the transaction of the return."""
        raise NotImplementedError

    def lapsed(self, thing: Thing, request: ApprovalRequest) -> None:
        """Go back to the writer: it was changed while it waited, or taken back."""
        raise NotImplementedError


_subjects: dict[type[models.Model], Subject[Any]] = {}


def register(model: type[models.Model], subject: Subject[Any]) -> None:
    """Let things of this model be put before a committee. Called by a room's AppConfig.ready."""
    _subjects[model] = subject


def subject_of(thing: models.Model) -> Subject[Any]:
    """What was registered for a thing. KeyError where nothing was: it cannot be approved."""
    return _subjects[type(thing)]


def digest_of(thing: models.Model) -> str:
    """SHA-256 of a thing's form and writers as they are now."""
    subject = subject_of(thing)
    bound = {"form": subject.form(thing), "writers": sorted(set(subject.writers(thing)))}
    text = json.dumps(bound, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def thing_of(request: ApprovalRequest) -> models.Model | None:
    """What a request is about, as it is now; None where it is gone."""
    model = request.subject_type.model_class()
    return model._default_manager.filter(pk=request.subject_id).first() if model else None
