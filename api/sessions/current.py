"""The session that a request comes with."""

from __future__ import annotations

from accounts.models import Session
from accounts.tokens import InvalidToken, session_of
from api.errors import unauthenticated
from api.viewer import Context


def session_of_request(context: Context, *, act: str = "") -> Session:
    """The session of the access token. Raises Refused UNAUTHENTICATED where the request carries none that is good."""
    _scheme, _, token = context.request.headers.get("Authorization", "").partition(" ")
    try:
        return session_of(token.strip())
    except InvalidToken:
        raise unauthenticated(act=act) from None
