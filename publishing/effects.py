"""Effects that follow a publication: consumers that read the change log, each at its own pace.

A consumer is a function that brings one effect up to date for one change. It may be called again for the same change
and must then leave things as they are. Each change is handled in a transaction of its own, together with the consumer's
offset; where one fails, that consumer stops there, says so in its row, and tries again at the next wake-up, so that no
change is skipped and their order holds. Consumers do not wait for each other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from publishing.models import Change, Consumer

logger = logging.getLogger("sotay.effects")

Handler = Callable[[Change], None]

_handlers: dict[str, Handler] = {}


def consumer(name: str) -> Callable[[Handler], Handler]:
    """Register a function as the consumer of this name."""

    def register(handler: Handler) -> Handler:
        _handlers[name] = handler
        return handler

    return register


def consumers() -> list[str]:
    """The names of all consumers."""
    return sorted(_handlers)


def drain(name: str) -> int:
    """Handle every change that this consumer has not seen; returns how many were handled."""
    handled = 0
    while _step(name):
        handled += 1
    return handled


def drain_all() -> dict[str, int]:
    """Drain every consumer; called by django-q2 after a publication and every minute."""
    return {name: drain(name) for name in consumers()}


def wake_consumers() -> None:
    """Have the log drained soon. A wake-up that is lost costs a minute, never a change."""
    from django_q.tasks import async_task  # django-q2 reads its models at import, so not before the apps are ready

    try:
        async_task("publishing.effects.drain_all")
    except Exception:
        logger.exception("the consumers of the change log could not be woken; they run again within a minute")


def _step(name: str) -> bool:
    """Handle the next change of a consumer; False where there is none, or where it failed."""
    Consumer.objects.get_or_create(name=name)
    try:
        with transaction.atomic():
            state = Consumer.objects.select_for_update().get(name=name)
            change = Change.objects.filter(seq__gt=state.seq).select_related("item").order_by("seq").first()
            if change is None:
                return False
            _handlers[name](change)
            state.seq, state.failed_at, state.error = change.seq, None, ""
            state.save()
    except Exception as error:
        logger.exception("consumer %s failed", name)
        Consumer.objects.filter(name=name).update(failed_at=timezone.now(), error=str(error)[:2000])
        return False
    return True
