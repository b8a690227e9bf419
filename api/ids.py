"""The opaque texts that stand for rows and places in lists. Clients give them back as they got them."""

from __future__ import annotations

import base64
import binascii
import functools
import hmac
import json
import zlib
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

TAG_LENGTH = 12


class BadId(ValueError):
    """A text that was not made here, or was made for something else."""


def opaque(kind: str, key: Any) -> str:
    """The id of a row that is only ever given out, such as an organization: the same for ever."""
    return _encode(f"{kind}:{key}".encode())


def signed(kind: str, *parts: Any) -> str:
    """An id or cursor that comes back. Signed, so that what comes back is what was given out."""
    text = json.dumps(parts, separators=(",", ":")).encode()
    return _encode(_tag(kind, text) + text)


def read_signed(kind: str, text: str) -> list[Any]:
    """The parts of a signed text of this kind. Raises BadId for anything else."""
    raw = _decode(text)
    tag, parts = raw[:TAG_LENGTH], raw[TAG_LENGTH:]
    if not constant_time_compare(tag, _tag(kind, parts)):
        raise BadId(text[:100])
    return json.loads(parts)


def sealed(kind: str, *parts: Any) -> str:
    """A cursor that comes back and tells its bearer nothing: encrypted, and the same for the same parts."""
    text = zlib.compress(json.dumps(parts, separators=(",", ":")).encode(), level=9)
    return _encode(_seal().encrypt(text, [kind.encode()]))


def read_sealed(kind: str, text: str) -> list[Any]:
    """The parts of a sealed text of this kind. Raises BadId for anything else."""
    try:
        opened = _seal().decrypt(_decode(text), [kind.encode()])
    except (InvalidTag, ValueError) as error:
        raise BadId(text[:100]) from error
    return json.loads(zlib.decompress(opened))


def _tag(kind: str, text: bytes) -> bytes:
    return hmac.digest(_key(kind, settings.SECRET_KEY), text, "sha256")[:TAG_LENGTH]


@functools.lru_cache(maxsize=64)
def _key(kind: str, secret: str) -> bytes:
    """The key for texts of this kind: made once, for a page of a list has a hundred."""
    return salted_hmac(f"api.ids.{kind}", "", secret=secret, algorithm="sha256").digest()


def _seal() -> AESSIV:
    return AESSIV(salted_hmac("api.ids.sealed", b"", algorithm="sha512").digest())


def _decode(text: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error) as error:
        raise BadId(text[:100]) from error
    # base64 has several spellings of the same bytes, and an id has one.
    if _encode(raw) != text:
        raise BadId(text[:100])
    return raw


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
