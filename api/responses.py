"""Answers kept for all who see the same.

An answer about published content depends on the operation, its variables, the language, the address under which the
server was called, what the caller may see, and how far the change log has come. These are its key; so nothing here is
ever stale, nothing has to be thrown away, and time ends nothing but the use of memory. What a caller may see enters by
their audiences among those that any content has: members of a thousand cells share one answer until something is
addressed to one of these cells.

Kept in the process, and in Redis where there is one. Of many who miss the same at once, one fills and the others wait.
"""

from __future__ import annotations

import functools
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache

from api.answers import Answer
from api.caller import Caller, content_version
from api.prepared import Operation, Prepared
from api.reading import Asked
from organizations.scope import Scope
from publishing.models import PublishedAudience

MAX_BYTES = 48 * 1024 * 1024  # of answers kept in one process
KEPT_SECONDS = 3600  # in Redis: long enough for an evening; after that it only takes room
FILL_SECONDS = 5  # that one process may take to fill what others wait for
WAIT_SECONDS = 2.0
WAIT_STEP = 0.01
TRIES = 3  # at an answer during which nothing is published

# Makes an answer; it is told the state that the store has when it begins.
Fill = Callable[[str], Answer]


class _Kept:
    """The latest answers of this process, up to MAX_BYTES; the longest unused go first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[bytes, Answer] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: bytes) -> Answer | None:
        with self._lock:
            if answer := self._answers.get(key):
                self._answers.move_to_end(key)
            return answer

    def put(self, key: bytes, answer: Answer) -> None:
        with self._lock:
            if key not in self._answers:
                self._answers[key] = answer
                self._bytes += len(answer.body)
            while self._bytes > MAX_BYTES:
                _, dropped = self._answers.popitem(last=False)
                self._bytes -= len(dropped.body)

    def clear(self) -> None:
        with self._lock:
            self._answers.clear()
            self._bytes = 0


kept = _Kept()
_filling: dict[bytes, threading.Lock] = {}
_keys_in_use: tuple[str | None, frozenset[str]] = (None, frozenset())


@functools.lru_cache(maxsize=16_384)
def signature_of(scope: Scope, version: str) -> str:
    """The same for all callers who see the same content at this version."""
    return Scope(scope.keys & keys_in_use(version)).signature


def keys_in_use(version: str) -> frozenset[str]:
    """The audience keys that any content has at this version."""
    global _keys_in_use
    known, keys = _keys_in_use
    if known != version:
        keys = frozenset(PublishedAudience.objects.values_list("key", flat=True).distinct())
        if content_version() == version:
            _keys_in_use = (version, keys)
    return keys


def key_of(*parts: str) -> bytes:
    """The key of an answer, from everything that it depends on. No part holds a line feed but the last."""
    return hashlib.sha256("\n".join(parts).encode()).digest()


def key_for(
    prepared: Prepared, operation: Operation, asked: Asked, caller: Caller, language: str, origin: str
) -> bytes:
    """The key of what this caller asks for."""
    signature = signature_of(caller.scope, caller.version)
    name = operation.name or ""
    return key_of(prepared.id, name, language, origin, signature, caller.version, asked.variables_text)


def keeper_of(caller: Caller) -> str:
    """Who may keep an answer besides us: everybody on the way, or the caller's own device."""
    return "public" if caller.user_id is None else "private"


def shared_answer(key: bytes, version: str, fill: Fill) -> Answer:
    """The answer under this key; made by ``fill`` where there is none, by one caller for all who wait.

    An answer is kept only where it is complete and nothing was published while it was made: it might else show to
    some what is the next version's, under a key of this one.
    """
    if not settings.API_RESPONSE_CACHE:
        return whole_answer(version, fill)[0]
    if answer := kept.get(key):
        return answer
    lock = _filling.setdefault(key, threading.Lock())
    with lock:
        try:
            return kept.get(key) or _from_others(key) or _fill(key, version, fill)
        finally:
            _filling.pop(key, None)


def whole_answer(version: str, fill: Fill) -> tuple[Answer, str | None]:
    """An answer that is of one state of the store, and which; None where publications follow too fast upon each other.

    ``version``: the state before. An answer takes several statements, and a release goes out in one transaction: between
    two of them it would show the one half without the other.
    """
    answer = fill(version)
    for _ in range(TRIES):
        now = content_version()
        if now == version:
            return answer, version
        version, answer = now, fill(now)
    return answer, None


def _fill(key: bytes, version: str, fill: Fill) -> Answer:
    try:
        answer, made_at = whole_answer(version, fill)
        if answer.complete and made_at == version:
            kept.put(key, answer)
            if settings.REDIS_URL:
                cache.set(_name(key), answer.body, KEPT_SECONDS)
    finally:
        if settings.REDIS_URL:
            cache.delete(f"{_name(key)}:filling")
    return answer


def _from_others(key: bytes) -> Answer | None:
    """What another process has made, or is making just now; None where this one should."""
    if not settings.REDIS_URL:
        return None
    waited_until = time.monotonic() + WAIT_SECONDS
    while (body := cache.get(_name(key))) is None:
        if cache.add(f"{_name(key)}:filling", 1, FILL_SECONDS) or time.monotonic() > waited_until:
            return None
        time.sleep(WAIT_STEP)
    answer = Answer(body)
    kept.put(key, answer)
    return answer


def _name(key: bytes) -> str:
    return f"answer:{key.hex()}"
