"""Sending texts from the ledger, within their life.

At least once, the provider being given the same key again, where it takes a key once. Else at most once: what may have been
taken when the line broke or the sender was killed is not sent again, and the ledger says that nobody knows.
"""

from __future__ import annotations

import logging

from django.db.models import F
from django.utils import timezone, translation

from messaging.enums import DeliveryState, TextKind
from messaging.models import TextDelivery
from messaging.providers import provider_for
from messaging.providers.base import Message, Outcome, Result
from messaging.retry import LEASE, MAX_ATTEMPTS, pause_after

logger = logging.getLogger("sotay.messaging")

BATCH = 50
FINAL = {
    Outcome.ACCEPTED: DeliveryState.ACCEPTED,
    Outcome.DEAD: DeliveryState.DEAD,
    Outcome.REFUSED: DeliveryState.REFUSED,
    Outcome.UNCERTAIN: DeliveryState.UNCERTAIN,
}


def send_due() -> int:
    """Send every text that is due; safe many at a time. How many were handed over."""
    sent = 0
    while due := list(TextDelivery.objects.due(timezone.now()).order_by("due_at").values_list("pk", flat=True)[:BATCH]):
        sent += sum(_send(pk) for pk in due)
    return sent


def _send(pk: int) -> bool:
    """Take one text, send it, and say in the ledger what became of it. False where it was not handed over."""
    now = timezone.now()
    due = TextDelivery.objects.due(now).filter(pk=pk)
    was_in_hand = bool(due.values_list("in_hand", flat=True).first())
    # Of two senders one moves the lease, on any database; the other finds nothing that is due.
    if not due.filter(in_hand=was_in_hand).update(due_at=now + LEASE, attempts=F("attempts") + 1, in_hand=True):
        return False
    delivery = TextDelivery.objects.select_related("member", "user").get(pk=pk)
    if was_in_hand and not provider_for(delivery.channel).takes_a_key_once:
        _finish(delivery, DeliveryState.UNCERTAIN, "killed")
        return False
    if delivery.expires_at <= now:
        _finish(delivery, DeliveryState.DROPPED, "expired")
        return False
    result = _hand_over(delivery)
    if result.outcome is not Outcome.LATER:
        _finish(delivery, FINAL[result.outcome], result.reason)
    elif delivery.attempts >= MAX_ATTEMPTS:
        _finish(delivery, DeliveryState.FAILED, result.reason)
    else:
        again = timezone.now() + pause_after(delivery.attempts, result.retry_after)
        TextDelivery.objects.filter(pk=pk).update(due_at=again, in_hand=False, error=result.reason[:255])
    return result.outcome is Outcome.ACCEPTED


def _hand_over(delivery: TextDelivery) -> Result:
    with translation.override("vi"):  # the language of the texts
        message = Message(
            key=delivery.effect_key,
            address=delivery.address,
            title=str(TextKind(delivery.kind).label),
            text=delivery.text,
        )
    try:
        [result] = provider_for(delivery.channel).send([message])
    except Exception as error:  # noqa: BLE001 - only its name is logged: a trace could hold the text of a one-time code
        logger.error("sending %s %s failed: %s", delivery.channel, delivery.pk, type(error).__name__)
        return Result(Outcome.LATER, type(error).__name__)
    return result


def _finish(delivery: TextDelivery, state: DeliveryState, reason: str) -> None:
    """The end of a text. Its words go; that it was sent stays."""
    TextDelivery.objects.filter(pk=delivery.pk).update(
        state=state, text="", in_hand=False, finished_at=timezone.now(), error=reason[:255]
    )
