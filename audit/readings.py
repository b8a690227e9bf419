"""Recording who read what not everyone may read, who was refused it, and who tried what they may not (ADR 0011)."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest

from audit.actions import record
from audit.enums import Outcome, RefusalCode

# A player that asks for ranges and a phone that asks whether a file has changed read it once: seconds.
SAME_READING = 15 * 60
READ_FILE = "read_file"
USE_ADMIN = "use_admin"
ASK_API = "ask_api"
OPEN_PAGE = "open_page"


def record_reading(*, act: str = READ_FILE, actor: Any, target: Any, detail: dict[str, Any] | None = None) -> None:
    """Append that a person got a restricted file, or what ``act`` says.

    Again within a quarter of an hour it is the same reading.

    Call it before the bytes are handed out: what cannot be recorded is not read.
    """
    _once(act, actor, target, Outcome.DONE, detail or {})


def record_refused_reading(
    *,
    act: str = READ_FILE,
    actor: Any,
    target: Any,
    channel: str,
    address: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Append that someone asked for what exists, but not for them. ``address`` tells anonymous visitors apart.

    Never for what does not exist at all: else anyone could fill the audit by guessing.
    """
    facts = {"code": RefusalCode.NOT_FOUND.value, "channel": channel, **(detail or {})}
    if address:
        facts["address"] = address
    _once(act, actor, target, Outcome.REFUSED, facts)


def record_forbidden(
    request: HttpRequest,
    *,
    act: str,
    actor: Any,
    channel: str,
    target: Any = None,
    code: RefusalCode = RefusalCode.FORBIDDEN,
) -> None:
    """Append that somebody who is signed in tried what they may not; of no ``target``, the address. The same again within
    a quarter of an hour is the same try: a screen that asks by itself every second does not fill the audit."""
    facts = {"code": code.value, "channel": channel, "method": str(request.method), "path": request.path}
    _once(act, actor, target or request.path, Outcome.REFUSED, facts)


def _once(act: str, actor: Any, target: Any, outcome: Outcome, detail: dict[str, Any]) -> None:
    who = getattr(actor, "pk", None)
    asker = f"user {who}" if who else detail.get("address", "")
    what = f"{target._meta.label_lower} {target.pk}" if hasattr(target, "_meta") else str(target)
    told_apart = [str(detail.get(name, "")) for name in ("file", "method", "path", "code")]
    known = (act, outcome.value, asker, what, *told_apart)
    key = f"audit-reading:{_hash_of(known)}"
    if cache.get(key) is None:
        record(act, actor=actor if who else None, target=target, outcome=outcome, detail=detail)
        cache.set(key, True, SAME_READING)


def _hash_of(facts: tuple[str, ...]) -> str:
    """A cache key takes no spaces and no Vietnamese."""
    return hashlib.sha256("\x00".join(facts).encode()).hexdigest()
