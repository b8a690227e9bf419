"""The ledger of what was sent to whom. Written by ``messaging.actions`` and the senders of this room only."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from messaging.enums import Channel, DeliveryState, TextKind
from organizations.models import Member


class TextDeliveryQuerySet(models.QuerySet["TextDelivery"]):
    """Reads of the ledger of texts."""

    def due(self, now: datetime.datetime) -> TextDeliveryQuerySet:
        """Texts to send now: new ones, ones to try again, and ones whose sender was killed."""
        return self.filter(state=DeliveryState.PENDING, due_at__lte=now)


class TextDelivery(models.Model):
    """One text to one person by SMS or e-mail.

    ``effect_key`` names what the text follows from and is unique: asked twice, a person is told once. ``text`` is kept
    only until it is sent or given up, so that no one-time code stays behind. ``due_at`` is also the lease of a sender:
    while one is at it, it lies ahead; where that one was killed, the text is due again.
    """

    effect_key = models.CharField(max_length=128, unique=True)
    member = models.ForeignKey(Member, models.CASCADE, related_name="text_deliveries", verbose_name=_("đảng viên"))
    kind = models.CharField(_("loại tin"), max_length=16, choices=TextKind)
    channel = models.CharField(_("kênh"), max_length=8, choices=Channel, blank=True)
    state = models.CharField(_("trạng thái"), max_length=16, choices=DeliveryState, default=DeliveryState.PENDING)
    text = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
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
            models.Index(fields=["due_at"], condition=models.Q(state=DeliveryState.PENDING), name="text_due"),
        ]

    def __str__(self) -> str:
        return self.effect_key


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
