"""What this room does when accounts, below it, began a session."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import Session
from messaging.actions import keep_device
from messaging.enums import Transport


@receiver(post_save, sender=Session)
def keep_the_device_that_signed_in(instance: Session, created: bool, raw: bool, **kwargs: Any) -> None:
    """Whichever way somebody signs in, a push token that came along is in the registry with the session."""
    if created and not raw and instance.push_token:
        keep_device(session=instance, transport=Transport.FCM, address=instance.push_token)
