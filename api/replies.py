"""From an answer to what is sent: status, headers and bytes, the same by whichever door the request came in."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.http import parse_etags

from api.answers import Answer

VARY = "Authorization, Accept-Language, Accept-Encoding"


@dataclasses.dataclass(frozen=True)
class Reply:
    """What is sent. ``body`` is empty where the client has it already (304)."""

    status: int
    headers: dict[str, str]
    body: bytes


def reply_to(answer: Answer, sent: Mapping[str, Any], language: str, *, cache: str | None = None) -> Reply:
    """The reply to a request with these headers (as WSGI names them).

    ``cache``: who may keep it, to ask with its ETag whether it still holds; None where nobody may.
    """
    headers = {"Cache-Control": "no-store", "Content-Language": language, "Vary": VARY}
    if cache:
        headers |= {"Cache-Control": f"{cache}, no-cache", "ETag": answer.etag}
        known = sent.get("HTTP_IF_NONE_MATCH")
        if known and answer.etag in parse_etags(known):
            return Reply(304, headers, b"")
    body, encoding = answer.encoded(sent.get("HTTP_ACCEPT_ENCODING", ""))
    headers["Content-Type"] = "application/json"
    headers["Content-Length"] = str(len(body))  # without it the server would send the body in pieces
    if encoding:
        headers["Content-Encoding"] = encoding
    return Reply(answer.status, headers, body)


def safety_headers(*, secure: bool) -> dict[str, str]:
    """What Django's SecurityMiddleware says of bytes of JSON; the rest of it is about pages and their windows."""
    headers = {"X-Content-Type-Options": "nosniff"}
    if secure and settings.SECURE_HSTS_SECONDS:
        headers["Strict-Transport-Security"] = _strict_transport()
    return headers


@functools.cache
def _strict_transport() -> str:
    """The header that keeps a client on https, as the settings have it."""
    told = f"max-age={settings.SECURE_HSTS_SECONDS}"
    told += "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
    return told + ("; preload" if settings.SECURE_HSTS_PRELOAD else "")
