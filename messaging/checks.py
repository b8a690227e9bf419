"""Settings of the providers that would otherwise fail at the first message (``messaging.E...``, ``messaging.W...``)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from messaging.providers.webpush import public_key


@register("messaging")
def check_providers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001 to E003: what is named is there and can be read. W001: in an installation, codes have a way to people."""
    found: list[CheckMessage] = []
    url = settings.SMS_GATEWAY_URL
    if url and (urlsplit(url).scheme not in ({"http", "https"} if settings.DEMO else {"https"}) or "@" in url):
        found.append(
            Error(
                "SMS_GATEWAY_URL is not a URL that starts with https://.",
                hint="One-time codes pass there; its secret goes into SMS_GATEWAY_TOKEN, not into the address.",
                id="messaging.E001",
            )
        )
    if settings.FCM_CREDENTIALS and not os.access(settings.FCM_CREDENTIALS, os.R_OK):
        found.append(
            Error(
                "FCM_CREDENTIALS names no file that can be read.",
                hint="It is the path of the service account's JSON file from the Firebase console.",
                id="messaging.E002",
            )
        )
    if settings.VAPID_PRIVATE_KEY and not (_is_key(settings.VAPID_PRIVATE_KEY) and _is_subject(settings.VAPID_SUBJECT)):
        found.append(
            Error(
                "VAPID_PRIVATE_KEY is no key, or VAPID_SUBJECT is neither mailto: nor https:.",
                hint="Make a key with `vapid --gen`; the subject is how push services reach you, mailto:ops@example.vn",
                id="messaging.E003",
            )
        )
    if not settings.DEMO and not settings.SMS_GATEWAY_URL and not settings.EMAIL_URL:
        found.append(
            Warning(
                "Neither SMS_GATEWAY_URL nor EMAIL_URL is set: no text reaches a member.",
                hint="Without one of them nobody gets a one-time code.",
                id="messaging.W001",
            )
        )
    return found


def _is_key(text: str) -> bool:
    try:
        return bool(public_key(text))
    except Exception:  # noqa: BLE001 - whatever the library raises for what is no key
        return False


def _is_subject(text: str) -> bool:
    return text.startswith(("mailto:", "https://"))
