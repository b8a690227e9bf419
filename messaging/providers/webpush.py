"""Browsers by Web Push (RFC 8030), signed with a key of ours (VAPID, RFC 8292) and encrypted to the browser's."""

from __future__ import annotations

import base64
import concurrent.futures
import dataclasses
import functools
import json
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests

from messaging.providers.base import ACCEPTED, Message, Outcome, Result, retry_after

THREADS = 16
TIMEOUT = (5, 10)  # seconds to connect, seconds to answer
# The push services of the browsers. The address comes from the client: nothing else is written to from our network.
SERVICES = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")
TRY_AGAIN = frozenset({408, 425, 429})
GONE = frozenset({404, 410})


def is_push_service(endpoint: str) -> bool:
    """Whether an address is one of the known push services, by https."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    known = any(host == service or host.endswith(f".{service}") for service in SERVICES)
    return parts.scheme == "https" and known and port in (None, 443) and parts.username is None


@dataclasses.dataclass(frozen=True, kw_only=True)
class WebPush:
    """``private_key`` is a VAPID key (base64url or the path of a PEM file), ``subject`` how a service reaches us."""

    private_key: str
    subject: str
    takes_a_key_once: ClassVar[bool] = True  # the second replaces the first on the screen, by its topic

    def send(self, messages: Sequence[Message]) -> list[Result]:
        """One request for each message, some at a time."""
        with requests.Session() as session, concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            session.max_redirects = 0
            session.mount("https://", requests.adapters.HTTPAdapter(pool_connections=8, pool_maxsize=THREADS))
            return list(pool.map(functools.partial(self._post, session), messages))

    def _post(self, session: requests.Session, message: Message) -> Result:
        from pywebpush import WebPushException, webpush

        subscription = json.loads(message.address)
        if not is_push_service(subscription["endpoint"]):
            return Result(Outcome.DEAD, "not a push service")
        content = {
            "title": message.title,
            "body": message.text,
            "tag": message.collapse_key,
            "data": {**message.data, "key": message.key},
        }
        try:
            webpush(
                subscription,
                json.dumps(content, ensure_ascii=False),
                vapid_private_key=vapid(self.private_key),
                vapid_claims={"sub": self.subject},  # a new one each time: the library writes the service into it
                ttl=message.ttl,
                headers={"Topic": message.collapse_key, "Urgency": "high" if message.urgent else "normal"},
                timeout=TIMEOUT,  # type: ignore[arg-type] # it goes to requests as it is
                requests_session=session,
            )
        except WebPushException as error:
            # Not `if error.response`: a response of 4xx is false. Without one, the keys of the browser are unusable.
            return Result(Outcome.DEAD, "keys") if error.response is None else result_of(error.response)
        except requests.TooManyRedirects:
            return Result(Outcome.REFUSED, "redirect")
        except requests.RequestException as error:
            return Result(Outcome.LATER, type(error).__name__)
        except ValueError:  # keys that are no base64 or no point of the curve
            return Result(Outcome.DEAD, "keys")
        return ACCEPTED


def result_of(response: Any) -> Result:
    """What an answer of a push service means for the message."""
    status, reason = response.status_code, f"HTTP {response.status_code}"
    if status in GONE:
        return Result(Outcome.DEAD, reason)
    if status >= 500 or status in TRY_AGAIN or status in (401, 403):  # 401, 403: our key, not the browser
        return Result(Outcome.LATER, reason, retry_after(response.headers.get("Retry-After")))
    return Result(Outcome.REFUSED, reason)


@functools.cache
def vapid(private_key: str) -> Any:
    """The key, read once."""
    import os

    from py_vapid import Vapid

    return Vapid.from_file(private_key) if os.path.isfile(private_key) else Vapid.from_string(private_key)


def public_key(private_key: str) -> str:
    """The public half as a browser wants it (``applicationServerKey``): the uncompressed point, base64url."""
    from cryptography.hazmat.primitives import serialization

    point = vapid(private_key).public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def usable(subscription: Any) -> bool:
    """Whether a browser's subscription has what is needed: a known service, a point of the curve, 16 secret bytes."""
    try:
        endpoint, keys = subscription["endpoint"], subscription["keys"]
        point, secret = (_decoded(keys[name]) for name in ("p256dh", "auth"))
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    return isinstance(endpoint, str) and is_push_service(endpoint) and len(point) == 65 and len(secret) == 16


def _decoded(text: str) -> bytes:
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
