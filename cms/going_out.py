"""What goes out together: each text of a release links to the others, also to those that are written after it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from publishing.models import PublishedItem

_together: ContextVar[Mapping[int, uuid.UUID]] = ContextVar("going_out_together", default=MappingProxyType({}))


@contextmanager
def going_out(ids: Mapping[int, uuid.UUID]) -> Iterator[None]:
    """Make forms, until the block ends, as if these pages were out under these ids."""
    token = _together.set(ids)
    try:
        yield
    finally:
        _together.reset(token)


def linked_ids(page_ids: Iterable[int]) -> dict[int, uuid.UUID]:
    """The ids under which readers have those of these pages that are out, or go out with the text that links to them."""
    wanted = set(page_ids)
    together = _together.get()
    out = PublishedItem.objects.out().filter(page_id__in=wanted).values_list("page_id", "id")
    return {**dict(out), **{page_id: together[page_id] for page_id in wanted & together.keys()}}


def id_to_be(page_id: int) -> uuid.UUID | None:
    """The id that others have been told for this page; None where it goes out alone."""
    return _together.get().get(page_id)
