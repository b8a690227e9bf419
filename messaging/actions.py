"""Reaching people. Nothing is sent inside the caller's transaction: what is rolled back tells nobody."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Session, User
from audit.enums import RefusalCode
from audit.refusals import Refused
from messaging.enums import TEXT_LIFETIMES, Channel, DeliveryState, PushCategory, TextKind, Transport
from messaging.models import Device, Push, PushPreference, TextDelivery
from messaging.providers.webpush import usable
from messaging.tasks import wake
from organizations.models import Member


@transaction.atomic
def send_text(*, member: Member, text: str, kind: TextKind, effect_key: str) -> TextDelivery:
    """Have a text sent after commit: by SMS where the member has a telephone, else by e-mail.

    ``effect_key`` (at most 128 characters) names what the text follows from; asked again with the same key, nothing is
    sent and the first row comes back. Where the member has no address the row says so and nothing is sent.
    """
    channel = Channel.SMS if member.phone else Channel.EMAIL if member.email else ""
    return _send(channel=channel, text=text, kind=kind, effect_key=effect_key, member=member)


@transaction.atomic
def send_letter(*, user: User, text: str, kind: TextKind, effect_key: str) -> TextDelivery:
    """Have a text sent after commit to the e-mail address of an account, whose person is no member that can be reached.

    As ``send_text`` in all else.
    """
    channel = Channel.EMAIL if user.email else ""
    return _send(channel=channel, text=text, kind=kind, effect_key=effect_key, user=user)


def _send(*, channel: str, text: str, kind: TextKind, effect_key: str, **to: Any) -> TextDelivery:
    now = timezone.now()
    delivery, created = TextDelivery.objects.get_or_create(
        effect_key=effect_key,
        defaults={
            **to,
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


# Longer than any quiet hours, so that what was held for the morning still goes out then.
PUSH_LIFETIME = datetime.timedelta(hours=36)
LONGEST_ADDRESS = 4096


@transaction.atomic
def push(*, effect_key: str, subject_kind: str, subject_id: str, category: PushCategory, urgent: bool = False) -> Push:
    """Have something told to the devices of all who may see it, after commit; asked again with the same key: once.

    Who is told, and in which words, is asked of the subject when it is sent (``messaging.subjects``). What is urgent
    goes out at night too, and to those who muted its category.
    """
    now = timezone.now()
    made, created = Push.objects.get_or_create(
        effect_key=effect_key,
        defaults={
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "category": category,
            "urgent": urgent,
            "created_at": now,
            "expires_at": now + PUSH_LIFETIME,
        },
    )
    if created:
        transaction.on_commit(lambda: wake("messaging.tasks.send_pushes"))
    return made


@transaction.atomic
def call_off(*, subject_kind: str, subject_id: str) -> int:
    """Tell nobody else of a subject, also where it comes back later; how many pushes were called off."""
    now = timezone.now()
    pending = Push.objects.filter(finished_at=None, subject_kind=subject_kind, subject_id=subject_id)
    return pending.filter(expires_at__gt=now).update(expires_at=now)


@transaction.atomic
def register_device(*, session: Session, token: str = "", subscription: str = "") -> Device:
    """Say where pushes of this session go: an FCM token, or a browser's Web Push subscription as JSON.

    The address leaves whichever session had it before. Raises Refused: REQUIRED where neither or both are given,
    INVALID where it is none.
    """
    if bool(token.strip()) == bool(subscription):
        raise Refused(
            RefusalCode.REQUIRED,
            _("Hãy gửi mã FCM hoặc đăng ký Web Push, một trong hai."),
            field="token",
            act="register_push",
            target=session,
        )
    if subscription:
        transport, address = Transport.WEB_PUSH, _subscription(subscription, session)
    else:
        transport, address = Transport.FCM, token.strip()
    if len(address) > LONGEST_ADDRESS or not (address.isascii() and address.isprintable()):
        raise Refused(
            RefusalCode.INVALID,
            _("Mã nhận thông báo không dùng được. Hãy gửi nguyên văn mã mà FCM đưa."),
            field="token",
            act="register_push",
            target=session,
        )
    return keep_device(session=session, transport=transport, address=address)


@transaction.atomic
def keep_device(*, session: Session, transport: Transport, address: str) -> Device:
    """The row of this address, now of this session. It stays the same row: what it was told it is not told again."""
    digest = hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()
    Device.objects.filter(session=session).exclude(digest=digest).delete()
    device, _created = Device.objects.update_or_create(
        digest=digest, defaults={"session": session, "transport": transport.value, "address": address}
    )
    return device


@transaction.atomic
def set_push_preferences(
    *, user: User, categories: Iterable[str], quiet_from: datetime.time, quiet_to: datetime.time
) -> PushPreference:
    """Keep what a person wants to be told of, and between which hours of the province's day only what is urgent."""
    wanted = set(categories)
    preference, _created = PushPreference.objects.update_or_create(
        user=user,
        defaults={
            "muted": [category.value for category in PushCategory if category not in wanted],
            "quiet_from": quiet_from,
            "quiet_to": quiet_to,
        },
    )
    return preference


def _subscription(text: str, session: Session) -> str:
    """A subscription in one spelling, so that the same browser is the same address. Raises Refused INVALID."""
    given: Any = None
    if len(text) <= LONGEST_ADDRESS:
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            given = None
    if not usable(given):
        raise Refused(
            RefusalCode.INVALID,
            _("Đăng ký Web Push không dùng được. Hãy gửi nguyên văn JSON mà trình duyệt đưa."),
            field="subscription",
            act="register_push",
            target=session,
        )
    keys = {name: given["keys"][name] for name in ("auth", "p256dh")}
    return json.dumps({"endpoint": given["endpoint"], "keys": keys}, sort_keys=True)
