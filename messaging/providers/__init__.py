"""Who carries a message out of the house. Each channel has a provider, or a log twin where none is set."""

from __future__ import annotations

from django.conf import settings

from messaging.enums import Channel
from messaging.providers.base import Provider
from messaging.providers.mail import DjangoMail
from messaging.providers.sms import HttpGateway
from messaging.providers.twin import LogTwin


def provider_for(channel: str) -> Provider:
    """The provider of a channel, as the settings name it now."""
    if channel == Channel.SMS and settings.SMS_GATEWAY_URL:
        return HttpGateway(url=settings.SMS_GATEWAY_URL, token=settings.SMS_GATEWAY_TOKEN, sender=settings.SMS_SENDER)
    if channel == Channel.EMAIL and settings.EMAIL_URL:
        return DjangoMail()
    return LogTwin(channel)
