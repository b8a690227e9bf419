"""Who carries a message out of the house. Each channel has a provider, or a log twin where none is set."""

from __future__ import annotations

from django.conf import settings

from messaging.enums import Channel, Transport
from messaging.providers.base import Provider
from messaging.providers.fcm import Fcm
from messaging.providers.mail import DjangoMail
from messaging.providers.sms import HttpGateway
from messaging.providers.twin import LogTwin
from messaging.providers.webpush import WebPush


def provider_for(channel: str) -> Provider:
    """The provider of a channel or transport, as the settings name it now."""
    if channel == Channel.SMS and settings.SMS_GATEWAY_URL:
        return HttpGateway(
            url=settings.SMS_GATEWAY_URL,
            token=settings.SMS_GATEWAY_TOKEN,
            sender=settings.SMS_SENDER,
            takes_a_key_once=settings.SMS_GATEWAY_TAKES_IDS_ONCE,
        )
    if channel == Channel.EMAIL and settings.EMAIL_URL:
        return DjangoMail()
    if channel == Transport.FCM and settings.FCM_CREDENTIALS:
        return Fcm(credentials=settings.FCM_CREDENTIALS)
    if channel == Transport.WEB_PUSH and settings.VAPID_PRIVATE_KEY:
        return WebPush(private_key=settings.VAPID_PRIVATE_KEY, subject=settings.VAPID_SUBJECT)
    return LogTwin(channel)
