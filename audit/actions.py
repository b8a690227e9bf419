"""Appending to the audit."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone

from audit import units
from audit.anchors import EVERY
from audit.enums import Outcome
from audit.models import AuditEntry, AuditHead
from audit.refusals import Refused
from audit.tasks import ask_for_anchor
from audit.verification import first_broken_entry

__all__ = ["first_broken_entry", "lock_order", "record", "record_refusal"]

logger = logging.getLogger("sotay.audit")


def lock_order() -> AuditHead:
    """Hold, until the transaction ends, the one lock under which numbered rows are appended.

    The audit and the change log share it, so two transactions can never hold one each and wait for the other, and a
    number is never seen before a smaller one. Must be called inside a transaction.
    """
    head, _created = AuditHead.objects.select_for_update().get_or_create(pk=1)
    return head


@transaction.atomic
def record(
    act: str,
    *,
    actor: Any = None,
    target: Any = None,
    outcome: Outcome = Outcome.DONE,
    detail: dict[str, Any] | None = None,
) -> AuditEntry:
    """Append one entry. ``actor`` is a user, a text such as ``publisher``, or None for an anonymous visitor."""
    actor_id = getattr(actor, "pk", None)
    name = actor if isinstance(actor, str) else actor.get_username() if actor_id else "anonymous"
    target_type, target_id, label = _describe(target)
    unit, actor_unit = units.path_of(target), units.path_of(actor)
    head = lock_order()
    entry = AuditEntry(
        seq=head.seq + 1,
        # PostgreSQL and SQLite keep microseconds, JSON milliseconds: hash what every store gives back unchanged.
        at=_whole_milliseconds(),
        actor_id=actor_id,
        actor=_storable(name)[:255],
        act=_storable(act)[:64],
        outcome=outcome,
        target_type=target_type,
        target_id=target_id,
        target=_storable(label)[:255],
        unit=unit,
        actor_unit=actor_unit,
        detail=_storable(json.loads(json.dumps(detail or {}, cls=DjangoJSONEncoder))),
        previous=head.digest,
    )
    entry.digest = entry.computed_digest()
    entry.append()
    head.seq, head.digest = entry.seq, entry.digest
    head.save(update_fields=["seq", "digest"])
    if entry.seq % EVERY == 0:
        transaction.on_commit(ask_for_anchor, robust=True)  # a queue that is away must not spoil the act
    return entry


def record_refusal(refusal: Refused, *, actor: Any = None, channel: str) -> None:
    """Append a refusal, after its transaction was rolled back. ``channel`` is ``admin``, ``api`` or ``command``."""
    record(
        refusal.act or "refused",
        actor=actor,
        target=refusal.target,
        outcome=Outcome.REFUSED,
        detail={"code": refusal.code.value, "message": refusal.message, "channel": channel, **refusal.detail},
    )


def _whole_milliseconds() -> Any:
    now = timezone.now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


# What PostgreSQL cannot keep in text: an entry about it must be written all the same.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _storable(value: Any) -> Any:
    """The same text, list or mapping with U+FFFD for each character that no store keeps."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    return value


def _describe(target: Any) -> tuple[str, str, str]:
    if isinstance(target, models.Model):
        return target._meta.label_lower[:64], str(target.pk)[:64], str(target)
    return "", "", str(target or "")
