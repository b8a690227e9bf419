"""Effects that follow a publication: consumers that read the change log, each at its own pace.

A consumer is a function that brings one effect up to date for one change, or for all changes of one transaction where
readers must get them together. It may be called again for the same change and must then leave things as they are. Each
step is a transaction of its own, together with the consumer's offset; where one fails, that consumer stops there, says so
in its row, and tries again at the next wake-up, so that no change is skipped and their order holds. Consumers do not wait
for each other, and a process does not wait for another that is at the same consumer: it leaves the log to it.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import logging
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from publishing.models import Change, Consumer

logger = logging.getLogger("sotay.effects")

Handler = Callable[[Change], None]
WholeHandler = Callable[[Sequence[Change]], None]
Work = Callable[[], object]

# Changes that a consumer of whole transactions takes at once. What is still to come is taken in one step as far as this
# goes, so that an item that a later transaction changed again is not shown before what went out with that.
AT_ONCE = 500


@dataclasses.dataclass(frozen=True)
class _Whole:
    """A handler that is given whole transactions."""

    handle: WholeHandler


class _Step(enum.Enum):
    """How a step ended where it handled nothing."""

    NOTHING_LEFT = enum.auto()
    TAKEN = enum.auto()
    FAILED = enum.auto()
    FAILED_TOGETHER = enum.auto()


_handlers: dict[str, Handler | _Whole] = {}
_afterwards: dict[str, Work] = {}


def consumer(name: str) -> Callable[[Handler], Handler]:
    """Register a function as the consumer of this name."""

    def register(handler: Handler) -> Handler:
        _handlers[name] = handler
        return handler

    return register


def consumer_of_transactions(name: str) -> Callable[[WholeHandler], WholeHandler]:
    """Register a function as the consumer of this name that is never given a part of what one transaction wrote."""

    def register(handler: WholeHandler) -> WholeHandler:
        _handlers[name] = _Whole(handler)
        return handler

    return register


def afterwards(name: str) -> Callable[[Work], Work]:
    """Register what is done after the consumers at each wake-up, in no transaction: long work that keeps its own account
    of what is left, and that leaves it to another process where one is at it."""

    def register(work: Work) -> Work:
        _afterwards[name] = work
        return work

    return register


def consumers() -> list[str]:
    """The names of all consumers."""
    return sorted(_handlers)


def drain(name: str) -> int:
    """Handle every change that this consumer has not seen; returns how many were handled.

    Where another process is at it, that one handles them: it looks once more after it has let go.
    """
    handled, most = 0, AT_ONCE
    while True:
        done = _step(name, most)
        if isinstance(done, int):
            handled += done
        elif done is _Step.FAILED_TOGETHER:
            most = 1  # as far as the one that fails
        elif done is not _Step.NOTHING_LEFT or not is_behind(name):
            return handled


def drain_all() -> dict[str, int]:
    """Drain every consumer, then do the long work; called by django-q2 after a publication and every minute."""
    handled = {name: drain(name) for name in consumers()}
    for name, work in _afterwards.items():
        try:
            work()
        except Exception:
            logger.exception("%s failed; it is tried again within a minute", name)
    return handled


def wake_consumers() -> None:
    """Have the log drained soon. A wake-up that is lost costs a minute, never a change."""
    from django_q.tasks import async_task  # django-q2 reads its models at import, so not before the apps are ready

    try:
        async_task("publishing.effects.drain_all")
    except Exception:
        logger.exception("the consumers of the change log could not be woken; they run again within a minute")


def skip_to(name: str, seq: int) -> None:
    """Let a consumer go on after this change: what was before it has been brought about in another way."""
    Consumer.objects.get_or_create(name=name)
    Consumer.objects.filter(name=name, seq__lt=seq).update(seq=seq, failed_at=None, error="")


def still_to_come(name: str, item_ids: Iterable[UUID]) -> set[UUID]:
    """Of these items those of which a consumer has changes to handle."""
    seen = Consumer.objects.filter(name=name).values_list("seq", flat=True).first() or 0
    return set(Change.objects.filter(seq__gt=seen, item__in=item_ids).values_list("item_id", flat=True))


def is_behind(name: str, at: datetime.datetime | None = None) -> bool:
    """Whether a consumer has not handled all changes, or all of before this moment."""
    seen = Consumer.objects.filter(name=name).values_list("seq", flat=True).first() or 0
    changes = Change.objects.filter(seq__gt=seen)
    return (changes.filter(at__lt=at) if at else changes).exists()


def last_seq() -> int:
    """The number of the last change in the log."""
    return Change.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def _step(name: str, most: int) -> int | _Step:
    """Handle the next changes of a consumer; how many, or why none."""
    Consumer.objects.get_or_create(name=name)
    handler = _handlers[name]
    changes: list[Change] = []
    try:
        with transaction.atomic():
            state = Consumer.objects.select_for_update(skip_locked=True).filter(name=name).first()
            if state is None:
                return _Step.TAKEN
            changes = _next(state.seq, most if isinstance(handler, _Whole) else None)
            if not changes:
                return _Step.NOTHING_LEFT
            if isinstance(handler, _Whole):
                handler.handle(changes)
            else:
                handler(changes[0])
            state.seq, state.failed_at, state.error = changes[-1].seq, None, ""
            state.save()
    except Exception as error:
        logger.exception("consumer %s failed", name)
        Consumer.objects.filter(name=name).update(failed_at=timezone.now(), error=str(error)[:2000])
        return _Step.FAILED_TOGETHER if len(changes) > 1 and most > 1 else _Step.FAILED
    return len(changes)


def _next(seq: int, most: int | None) -> list[Change]:
    """The change after this one; with ``most`` about so many, up to the end of a transaction."""
    coming = Change.objects.filter(seq__gt=seq).select_related("item").order_by("seq")
    if most is None:
        return list(coming[:1])
    begin = Change.objects.filter(seq__gt=seq + most, continues=False).order_by("seq")
    end = begin.values_list("seq", flat=True).first()
    return list(coming.filter(seq__lt=end) if end else coming)
