"""Android, iOS and browsers by Firebase Cloud Messaging.

firebase-admin is imported where it is used: with gRPC and its kin it takes a second and 60 MB, and only the worker of an
installation that has set FCM_CREDENTIALS needs it.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any, ClassVar

from messaging.providers.base import ACCEPTED, Message, Outcome, Result, retry_after

# `send_each` takes 500, but makes a thread for each message and shares 100 connections among them.
BATCH = 100
TIMEOUT = 15  # seconds; the library itself tries 500 and 503 again, for 7 s more
APP = "sotay"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fcm:
    """``credentials`` is the path of the service account's JSON file."""

    credentials: str
    takes_a_key_once: ClassVar[bool] = True  # the second replaces the first on the screen, by its collapse key

    def send(self, messages: Sequence[Message]) -> list[Result]:
        """One request for each message, a batch at a time."""
        from firebase_admin import exceptions, messaging

        app = _app(self.credentials)
        results: list[Result] = []
        for start in range(0, len(messages), BATCH):
            part = [fcm_message(message) for message in messages[start : start + BATCH]]
            try:
                answer = messaging.send_each(part, app=app)
            except exceptions.FirebaseError as error:  # the batch as a whole, such as a token for us that never came
                results.extend([result_of(error)] * len(part))
            else:
                results.extend(ACCEPTED if each.success else result_of(each.exception) for each in answer.responses)
            if all(result.outcome is Outcome.LATER for result in results[start:]):
                # Nothing gets through: the rest would only wait as long, past the sender's lease.
                return results + [Result(Outcome.LATER, "not tried")] * (len(messages) - len(results))
        return results


def fcm_message(message: Message) -> Any:
    """A message in FCM's form. A later one about the same subject replaces it, under way and on the screen.

    A silent one has nothing to show: the app takes the shown one away itself, by its ``tag``.
    """
    from firebase_admin import messaging

    tag, ttl = message.collapse_key, message.ttl
    if message.silent:
        return messaging.Message(
            token=message.address,
            data={**message.data, "key": message.key, "tag": tag},
            android=messaging.AndroidConfig(collapse_key=tag, priority="normal", ttl=ttl),
            apns=messaging.APNSConfig(
                headers={"apns-collapse-id": tag, "apns-priority": "5", "apns-push-type": "background"},
                payload=messaging.APNSPayload(aps=messaging.Aps(content_available=True)),
            ),
        )
    return messaging.Message(
        token=message.address,
        notification=messaging.Notification(title=message.title, body=message.text),
        data={**message.data, "key": message.key},
        android=messaging.AndroidConfig(
            collapse_key=tag,
            priority="high" if message.urgent else "normal",
            ttl=ttl,
            notification=messaging.AndroidNotification(tag=tag),
        ),
        apns=messaging.APNSConfig(
            headers={"apns-collapse-id": tag, "apns-priority": "10" if message.urgent else "5"},
            payload=messaging.APNSPayload(aps=messaging.Aps(sound="default" if message.urgent else None)),
        ),
        webpush=messaging.WebpushConfig(
            headers={"TTL": str(ttl), "Urgency": "high" if message.urgent else "normal", "Topic": tag},
            notification=messaging.WebpushNotification(tag=tag),
        ),
    )


def result_of(error: Any) -> Result:
    """What an error of firebase-admin means for the message."""
    from firebase_admin import exceptions, messaging

    reason = type(error).__name__
    if isinstance(error, messaging.UnregisteredError | messaging.SenderIdMismatchError):
        return Result(Outcome.DEAD, reason)  # uninstalled or expired; or a token of another app than ours
    if isinstance(error, exceptions.InvalidArgumentError) and "registration token" in str(error):
        return Result(Outcome.DEAD, reason)
    if isinstance(error, exceptions.InvalidArgumentError):
        return Result(Outcome.REFUSED, reason)
    # Quota, unavailable, internal, no answer, and what is wrong with our own credentials: the device is not to blame.
    headers = getattr(error.http_response, "headers", {})
    return Result(Outcome.LATER, reason, retry_after(headers.get("Retry-After")))


@functools.cache
def _app(credentials: str) -> Any:
    import firebase_admin

    certificate = firebase_admin.credentials.Certificate(credentials)
    return firebase_admin.initialize_app(certificate, {"httpTimeout": TIMEOUT}, name=APP)
