"""The two tokens of a session: a short one that is shown with each request, and a long one that renews it.

The access token is signed and not stored; it only names the session, which is looked up each time. The refresh token
is random and stored as a digest. Its successor is derived from it with a key of the server, so that a phone which never
got the answer and asks again gets the same successor, and nobody else can compute it.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import secrets
import time
import uuid

import jwt
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import Session, User

ACCESS_LIFETIME = datetime.timedelta(minutes=10)
ISSUER = "sotay"
AUDIENCE = "sotay-api"
TYPE = "access"
ALGORITHM = "HS256"
# Ours are shorter by far; what is longer is not worth the work of looking at it.
MAX_TOKEN_LENGTH = 1024


class InvalidToken(Exception):
    """The access token is not ours, is over, or names a session that is."""


def access_token(session: Session) -> str:
    """A token for this session, good for ACCESS_LIFETIME."""
    now = timezone.now()
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "typ": TYPE,
        "sub": str(session.user_id),
        "sid": str(session.pk),
        "iat": int(now.timestamp()),
        "exp": int((now + ACCESS_LIFETIME).timestamp()),
    }
    return jwt.encode(claims, _key("access"), algorithm=ALGORITHM)


def session_of(token: str) -> Session:
    """The session that an access token names, with its user, looked up now. Raises InvalidToken."""
    session_id, user_id = named_session(token)
    session = Session.objects.select_related("user").filter(pk=session_id).first()
    if session is None or not session.is_open or session.user_id != user_id:
        raise InvalidToken
    return session


def named_session(token: str) -> tuple[uuid.UUID, int]:
    """The ids of the session and the account that an access token names. Raises InvalidToken.

    Only says that the token is ours and not over; whether the session is open is for whoever looks it up.
    """
    if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
        raise InvalidToken
    session_id, user_id, expires = _read(token)
    if expires <= time.time():
        raise InvalidToken
    return session_id, user_id


@functools.lru_cache(maxsize=16_384)
def _read(token: str) -> tuple[uuid.UUID, int, int]:
    """What a token of ours says: session, account, and when it ends. A signature that held once holds for ever."""
    try:
        claims = jwt.decode(
            token,
            _key("access"),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"require": ["iss", "aud", "typ", "sub", "sid", "iat", "exp"]},
        )
        session_id, user_id, expires = uuid.UUID(claims["sid"]), int(claims["sub"]), int(claims["exp"])
    except (jwt.PyJWTError, ValueError, AttributeError, TypeError) as error:
        raise InvalidToken from error
    if claims["typ"] != TYPE:
        raise InvalidToken
    return session_id, user_id, expires


@functools.lru_cache(maxsize=16_384)
def auth_hash_of(password: str, session_round: int) -> str:
    """What sessions of this stored password and round carry: those of the admin, and ours (``Session.auth_hash``)."""
    return User(password=password, session_round=session_round).get_session_auth_hash()


def new_refresh_token() -> str:
    """The first refresh token of a session: 256 random bits."""
    return secrets.token_urlsafe(32)


def successor_of(refresh_token: str) -> str:
    """The token that follows this one: always the same, and not to be found without the server's key."""
    return salted_hmac("accounts.tokens.successor", refresh_token, algorithm="sha256").hexdigest()


def digest_of(refresh_token: str) -> str:
    """What is stored of a refresh token."""
    return hashlib.sha256(refresh_token.encode("utf-8", "surrogatepass")).hexdigest()


def _key(purpose: str) -> bytes:
    return salted_hmac(f"accounts.tokens.{purpose}", "", algorithm="sha256").digest()
