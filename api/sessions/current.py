"""The session that a request comes with."""

from __future__ import annotations

from accounts.models import Session
from api.errors import unauthenticated
from api.viewer import Context


def session_of_request(context: Context, *, act: str = "") -> Session:
    """The session of the access token. Raises Refused UNAUTHENTICATED where nobody is signed in."""
    if context.session is None:
        raise unauthenticated(act)
    return context.session
