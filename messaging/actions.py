"""Reaching people. Nothing is sent inside the caller's transaction: what is rolled back tells nobody."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from messaging.enums import TEXT_LIFETIMES, Channel, DeliveryState, TextKind
from messaging.models import TextDelivery
from messaging.tasks import wake
from organizations.models import Member


@transaction.atomic
def send_text(*, member: Member, text: str, kind: TextKind, effect_key: str) -> TextDelivery:
    """Have a text sent after commit: by SMS where the member has a telephone, else by e-mail.

    ``effect_key`` (at most 128 characters) names what the text follows from; asked again with the same key, nothing is
    sent and the first row comes back. Where the member has no address the row says so and nothing is sent.
    """
    channel = Channel.SMS if member.phone else Channel.EMAIL if member.email else ""
    now = timezone.now()
    delivery, created = TextDelivery.objects.get_or_create(
        effect_key=effect_key,
        defaults={
            "member": member,
            "kind": kind,
            "channel": channel,
            "text": text if channel else "",
            "state": DeliveryState.PENDING if channel else DeliveryState.UNREACHABLE,
            "created_at": now,
            "due_at": now,
            "expires_at": now + TEXT_LIFETIMES[TextKind(kind)],
            "finished_at": None if channel else now,
        },
    )
    if created and channel:
        transaction.on_commit(lambda: wake("messaging.tasks.send_texts"))
    return delivery
