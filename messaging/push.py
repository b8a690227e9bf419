"""Draining pushes to devices: in batches, each with its place kept, so that a kill at any moment skips nobody.

Each step is a transaction of its own. *Fanning out* looks at the next devices in the order of their keys and writes,
together with the new position, a row for each that is to be told: there is one row for a push and a device. *Sending*
hands the rows of one claim to the provider and then writes what became of them. Between these two a kill leaves rows
whose lease ends; they are sent again with the same key, and the later replaces the earlier on the screen. So a device
has one row, and is told at least once (docs/messaging.md).
"""

from __future__ import annotations

import datetime
import hashlib
import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation

from messaging import retry
from messaging.enums import DeliveryState, PushCategory
from messaging.models import QUIET_FROM, QUIET_TO, Device, Push, PushDelivery, PushPreference
from messaging.providers import provider_for
from messaging.providers.base import Message, Outcome, Result
from messaging.quiet import quiet_until
from messaging.subjects import Subject, subject_now
from messaging.tasks import wake
from organizations.scope import scopes_of

logger = logging.getLogger("sotay.messaging")

BATCH = 500
# So many failures and no success tell of the provider, fewer of devices.
NOWHERE = 20
KEPT = datetime.timedelta(days=30)
FINAL = {
    Outcome.ACCEPTED: DeliveryState.ACCEPTED,
    Outcome.DEAD: DeliveryState.DEAD,
    Outcome.REFUSED: DeliveryState.REFUSED,
}


def send_due(*, seconds: float) -> int:
    """Send what is due for about so long; safe many at a time. How many devices were told.

    Stops where a whole batch got nowhere: then the provider is in trouble, and the next run is a minute away.
    """
    stop, told = time.monotonic() + seconds, 0
    while time.monotonic() < stop:
        rows = _claim_due()
        if rows is None:
            rows = _fan_out()
        if rows is None:
            Push.objects.settled().update(finished_at=timezone.now())
            return told
        results = _send(rows)
        if len(results) >= NOWHERE and all(result.outcome is Outcome.LATER for result in results):
            return told
        told += sum(result.outcome is Outcome.ACCEPTED for result in results)
    wake("messaging.tasks.send_pushes")
    return told


@transaction.atomic
def forget_old() -> int:
    """Drop one push that was finished a month ago, with its rows; how many there were to drop, one or none."""
    old = Push.objects.filter(finished_at__lt=timezone.now() - KEPT).order_by("finished_at").first()
    if old is None:
        return 0
    PushDelivery.objects.filter(push=old).delete()
    old.delete()
    return 1


@transaction.atomic
def _claim_due() -> list[PushDelivery] | None:
    """Take the rows of one push that are due, and look at each anew. None where nothing is due."""
    now = timezone.now()
    due = PushDelivery.objects.due(now).order_by("due_at", "pk")
    push_id = due.values_list("push_id", flat=True).first()
    if push_id is None:
        return None
    pks = list(due.filter(push_id=push_id).values_list("pk", flat=True)[:BATCH])
    # Of two senders each gets the rows that it moved, on any database.
    claim = uuid.uuid4()
    PushDelivery.objects.due(now).filter(pk__in=pks).update(
        due_at=now + retry.LEASE, claim=claim, attempts=F("attempts") + 1
    )
    mine = PushDelivery.objects.filter(pk__in=pks, claim=claim)
    rows = list(mine.select_related("push", "device__session__user"))
    if not rows:
        return []
    push = rows[0].push
    subject = subject_now(push.subject_kind, push.subject_id) if push.expires_at > now else None
    verdicts = _verdicts(push, subject, [row.device for row in rows if row.device], now)
    to_send, held, dropped, worn_out = [], defaultdict(list), [], []
    for row in rows:
        at = verdicts.get(row.device_id) if row.device_id else None
        if at is None:
            dropped.append(row.pk)
        elif at > now:
            held[at].append(row.pk)
        elif row.attempts > retry.MAX_ATTEMPTS:
            worn_out.append(row.pk)
        else:
            to_send.append(row)
    mine.filter(pk__in=dropped).update(state=DeliveryState.DROPPED)
    mine.filter(pk__in=worn_out).update(state=DeliveryState.FAILED)
    for at, held_pks in held.items():
        mine.filter(pk__in=held_pks).update(due_at=at, attempts=F("attempts") - 1)
    return to_send


@transaction.atomic
def _fan_out() -> list[PushDelivery] | None:
    """Look at the next devices of a push, and claim those to be told now. None where no push is left to look at."""
    # Where rows can be locked, two senders take different pushes; the compare-and-set below is right everywhere.
    push = Push.objects.to_fan_out().select_for_update(skip_locked=True).first()
    if push is None:
        return None
    now = timezone.now()
    subject = subject_now(push.subject_kind, push.subject_id) if push.expires_at > now else None
    devices: list[Device] = []
    if subject is not None:
        found = Device.objects.possibly_told(subject).filter(pk__gt=push.position)
        devices = list(found.select_related("session__user").order_by("pk")[:BATCH])
    place = Push.objects.filter(pk=push.pk, position=push.position, fanned_out_at=None)
    last = {"position": devices[-1].pk} if devices else {"fanned_out_at": now}
    if not place.update(**last) or not devices:
        return []
    verdicts = _verdicts(push, subject, devices, now)
    claim = uuid.uuid4()
    rows = [
        PushDelivery(push=push, device=device, due_at=now + retry.LEASE, claim=claim, attempts=1)
        if at <= now
        else PushDelivery(push=push, device=device, due_at=at)
        for device in devices
        if (at := verdicts.get(device.pk)) is not None
    ]
    PushDelivery.objects.bulk_create(rows)
    return [row for row in rows if row.claim]


def _verdicts(
    push: Push, subject: Subject | None, devices: Iterable[Device], now: datetime.datetime
) -> dict[int, datetime.datetime]:
    """When each of these devices is to be told: now, or when its owner's night ends. Who is not to be told is absent."""
    if subject is None:
        return {}
    open_ones = [device for device in devices if device.session.is_open]
    people = {device.session.user_id for device in open_ones}
    scopes = scopes_of(people)
    preferences = {each.user_id: each for each in PushPreference.objects.filter(user__in=people)}
    settled = subject.settled(people) if subject.settled else set()
    verdicts = {}
    for device in open_ones:
        user_id = device.session.user_id
        preference = preferences.get(user_id)
        if user_id in settled or not subject.reaches(user_id, scopes[user_id]):
            continue
        if push.urgent or subject.silent:
            verdicts[device.pk] = now
        elif preference is None:
            verdicts[device.pk] = quiet_until(now, QUIET_FROM, QUIET_TO) or now
        elif push.category not in preference.muted:
            verdicts[device.pk] = quiet_until(now, preference.quiet_from, preference.quiet_to) or now
    return verdicts


def _send(rows: Sequence[PushDelivery]) -> list[Result]:
    """Hand these rows over and write what became of them. The words are those of this moment."""
    if not rows:
        return []
    push = rows[0].push
    subject = subject_now(push.subject_kind, push.subject_id)
    if subject is None:
        PushDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(state=DeliveryState.DROPPED)
        return []
    by_transport: dict[str, list[PushDelivery]] = defaultdict(list)
    for row in rows:
        by_transport[_device(row).transport].append(row)
    all_results: list[Result] = []
    for transport, some in by_transport.items():
        messages = _messages(push, subject, some)
        try:
            results = provider_for(transport).send(messages)
        except Exception:
            logger.exception("pushes by %s failed", transport)
            results = [Result(Outcome.LATER, "failed")] * len(some)
        _write(some, results)
        all_results += results
    return all_results


def _messages(push: Push, subject: Subject, rows: Sequence[PushDelivery]) -> list[Message]:
    about = subject.replaces or f"{push.subject_kind}:{push.subject_id}"
    # 32 letters and digits: the most that the Topic of Web Push takes.
    collapse_key = hashlib.blake2s(about.encode(), digest_size=16).hexdigest()
    ttl = max(0, int((push.expires_at - timezone.now()).total_seconds()))
    with translation.override("vi"):  # the language of what is pushed
        title = str(PushCategory(push.category).label)
    return [
        Message(
            key=f"{push.effect_key}:{row.device_id}",
            address=_device(row).address,
            title=title,
            text=subject.text,
            data={**subject.data, "kind": push.subject_kind, "id": push.subject_id, "category": push.category},
            collapse_key=collapse_key,
            urgent=push.urgent,
            silent=subject.silent,
            ttl=ttl,
        )
        for row in rows
    ]


@transaction.atomic
def _write(rows: Sequence[PushDelivery], results: Sequence[Result]) -> None:
    """What became of these rows; addresses that reach nobody any more leave the registry."""
    now = timezone.now()
    groups: dict[tuple[str, datetime.datetime | None, str], list[int]] = defaultdict(list)
    for row, result in zip(rows, results, strict=True):
        reason = result.reason[:64]
        if result.outcome is not Outcome.LATER:
            groups[FINAL[result.outcome], None, reason].append(row.pk)
        elif row.attempts >= retry.MAX_ATTEMPTS:
            groups[DeliveryState.FAILED, None, reason].append(row.pk)
        else:
            due_at = now + retry.pause_after(row.attempts, result.retry_after)
            groups[DeliveryState.PENDING, due_at, reason].append(row.pk)
    for (state, again, reason), pks in groups.items():
        pending = PushDelivery.objects.filter(pk__in=pks, state=DeliveryState.PENDING)
        if again is None:
            pending.update(state=state, error=reason)
        else:
            # Not where this one took longer than its lease: then the row is another sender's.
            pending.filter(claim=rows[0].claim).update(due_at=again, error=reason)
    dead = [_device(row) for row, result in zip(rows, results, strict=True) if result.outcome is Outcome.DEAD]
    if dead:
        Device.objects.filter(pk__in=[device.pk for device in dead]).delete()


def _device(row: PushDelivery) -> Device:
    if row.device is None:
        raise ValueError(f"push delivery {row.pk} has no device")
    return row.device
