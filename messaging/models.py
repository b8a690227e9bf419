"""The ledger of what was sent to whom. Written by ``messaging.actions`` and the senders of this room only."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Session
from messaging.enums import Channel, DeliveryState, PushCategory, TextKind, Transport
from messaging.subjects import Subject
from organizations.models import Member
from organizations.scope import possible_readers

QUIET_FROM = datetime.time(21)
QUIET_TO = datetime.time(6)


class TextDeliveryQuerySet(models.QuerySet["TextDelivery"]):
    """Reads of the ledger of texts."""

    def due(self, now: datetime.datetime) -> TextDeliveryQuerySet:
        """Texts to send now: new ones, ones to try again, and ones whose sender was killed."""
        return self.filter(state=DeliveryState.PENDING, due_at__lte=now)


class TextDelivery(models.Model):
    """One text to one person by SMS or e-mail: to a member, or to an account whose person is none that can be reached.

    ``effect_key`` names what the text follows from and is unique: asked twice, a person is told once. ``text`` is kept
    only until it is sent or given up, so that no one-time code stays behind. ``due_at`` is also the lease of a sender:
    while one is at it, it lies ahead; where that one was killed, the text is due again. ``in_hand`` says that a sender
    began and has not said what became of it.
    """

    effect_key = models.CharField(max_length=128, unique=True)
    member = models.ForeignKey(
        Member, models.CASCADE, null=True, related_name="text_deliveries", verbose_name=_("đảng viên")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("tài khoản")
    )
    kind = models.CharField(_("loại tin"), max_length=16, choices=TextKind)
    channel = models.CharField(_("kênh"), max_length=8, choices=Channel, blank=True)
    state = models.CharField(_("trạng thái"), max_length=16, choices=DeliveryState, default=DeliveryState.PENDING)
    text = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    in_hand = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("lúc yêu cầu"), default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    finished_at = models.DateTimeField(_("lúc xong"), null=True, blank=True)
    error = models.CharField(_("lý do"), max_length=255, blank=True)

    objects = TextDeliveryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("tin đã gửi")
        verbose_name_plural = _("tin đã gửi")
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=DeliveryState.PENDING), name="text_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=False, user__isnull=True) | Q(member__isnull=True, user__isnull=False),
                name="text_to_a_member_or_an_account",
            )
        ]

    def __str__(self) -> str:
        return self.effect_key

    @property
    def address(self) -> str:
        """Where it goes, as it is when it is sent."""
        if self.member is None:
            return self.user.email if self.user else ""
        return self.member.phone if self.channel == Channel.SMS else self.member.email


class DeviceQuerySet(models.QuerySet["Device"]):
    """Reads of the registry."""

    def possibly_reading(self, audience: Iterable[str]) -> DeviceQuerySet:
        """Devices with an open session whose person may belong to this audience: all who do, and a few who do not."""
        found = self.filter(session__ended_at=None, session__user__is_active=True)
        readers = possible_readers(audience)
        if readers is None:
            return found
        return found.filter(Exists(readers.filter(user_id=OuterRef("session__user_id"))))

    def possibly_told(self, subject: Subject) -> DeviceQuerySet:
        """Devices of those whom a subject names, or of all who may belong to its audience.

        Browsers show something for every push, so a silent one is not for them.
        """
        devices = self.filter(transport=Transport.FCM) if subject.silent else self
        if subject.accounts is None:
            return devices.possibly_reading(subject.audience)
        named = devices.filter(session__user__in=subject.accounts)
        return named.filter(session__ended_at=None, session__user__is_active=True)


class Device(models.Model):
    """Where pushes of a session go. One row for each address: a phone on which someone else signs in is theirs then.

    ``address`` is an FCM registration token, or the subscription of a browser as JSON (endpoint and keys). Whether the
    session is still open is asked when something is sent.
    """

    session = models.OneToOneField(Session, models.CASCADE, related_name="push_device")
    transport = models.CharField(max_length=8, choices=Transport)
    address = models.TextField()
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the address, which is too long for an index
    registered_at = models.DateTimeField(default=timezone.now)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.transport} {self.session_id}"


class PushPreference(models.Model):
    """What a person wants to be told of, and when not. Without a row: everything, and quiet from 21:00 to 06:00.

    What is muted is kept, and not what is wanted: a category that comes later is on. Equal times mean no quiet hours.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_preference")
    muted = models.JSONField(default=list)
    quiet_from = models.TimeField(default=QUIET_FROM)
    quiet_to = models.TimeField(default=QUIET_TO)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id}: {self.muted}"


class PushQuerySet(models.QuerySet["Push"]):
    """Reads of what is to be told."""

    def to_fan_out(self) -> PushQuerySet:
        """Pushes for which not every device has been looked at; urgent ones first."""
        return self.filter(fanned_out_at=None).order_by("-urgent", "pk")

    def told_of(self, subject_kind: str, subject_id: str) -> PushQuerySet:
        """Pushes about a subject that have come to devices."""
        return self.filter(subject_kind=subject_kind, subject_id=subject_id, position__gt=0)

    def settled(self) -> PushQuerySet:
        """Pushes that are not marked as finished although nothing of them is left to do."""
        left = PushDelivery.objects.filter(push=OuterRef("pk"), state=DeliveryState.PENDING)
        return self.filter(finished_at=None).exclude(fanned_out_at=None).exclude(Exists(left))


class Push(models.Model):
    """That something is to be told to the devices of all who may see it, once.

    Neither words nor readers are kept: they are asked of the subject at each batch (``messaging.subjects``), so a title
    that was corrected is sent corrected and what was withdrawn is not sent. ``position`` is the last device that was
    looked at; the devices up to it have their row in ``PushDelivery`` or are not to be told.
    """

    effect_key = models.CharField(max_length=128, unique=True)
    subject_kind = models.CharField(max_length=16)
    subject_id = models.CharField(max_length=64)
    category = models.CharField(_("chuyên mục"), max_length=16, choices=PushCategory)
    urgent = models.BooleanField(_("khẩn"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    position = models.BigIntegerField(default=0)
    fanned_out_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True, db_index=True)

    objects = PushQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("thông báo đẩy")
        verbose_name_plural = _("thông báo đẩy")
        indexes = [models.Index(fields=["-urgent", "id"], condition=Q(fanned_out_at=None), name="push_to_fan_out")]

    def __str__(self) -> str:
        return self.effect_key


class PushDeliveryQuerySet(models.QuerySet["PushDelivery"]):
    """Reads of the ledger of pushes."""

    def due(self, now: datetime.datetime) -> PushDeliveryQuerySet:
        """What is to be sent now: held ones whose night is over, ones to try again, and ones whose sender was killed."""
        return self.filter(state=DeliveryState.PENDING, due_at__lte=now)


class PushDelivery(models.Model):
    """One push to one device. ``due_at`` is also the lease of a sender, who is known by ``claim``."""

    # No index of its own: the one of the constraint begins with it.
    push = models.ForeignKey(Push, models.CASCADE, related_name="deliveries", db_index=False)
    device = models.ForeignKey(Device, models.SET_NULL, null=True, related_name="deliveries")
    state = models.CharField(max_length=16, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    claim = models.UUIDField(null=True)
    error = models.CharField(max_length=64, blank=True)

    objects = PushDeliveryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["push", "device"], name="one_push_per_device")]
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(state=DeliveryState.PENDING), name="push_due")]

    def __str__(self) -> str:
        return f"{self.push_id} to {self.device_id}: {self.state}"


class TwinMessage(models.Model):
    """What a log twin would have sent. Kept only in the demo and in tests (``messaging.providers.twin``)."""

    at = models.DateTimeField(default=timezone.now)
    channel = models.CharField(max_length=8)
    key = models.CharField(max_length=160)
    address = models.TextField()
    title = models.CharField(max_length=255)
    text = models.TextField()
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.channel} {self.address}: {self.text}"
