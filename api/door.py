"""The door before Django's: answers that lie ready are given out without a request object, signals or middleware.

On the evening of the 3rd nearly every request is for an answer that another member has caused to be made. What Django does
around it takes longer than all that is ours, so such a request is answered here: the caller is looked up as for
every request, the key is made of the same parts, and the reply is made by the same function (``api.replies``). Whatever
is not ready, not a trusted document, not plain, or not clear goes on to Django as if there were no door; nothing is
refused here. Tests hold the replies of both equal.
"""

from __future__ import annotations

import functools
import http
import io
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError

from accounts.tokens import InvalidToken
from api import responses
from api.caller import caller_of
from api.errors import RequestRefused
from api.reading import from_address, language_of
from api.replies import Reply, reply_to, safety_headers
from api.trusted import trusted
from api.viewer import bearer_in

PATH = "/graphql"
# All that tells Django under which address it was called.
REACHED_BY = (
    "wsgi.url_scheme",
    "HTTP_HOST",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "SERVER_NAME",
    "SERVER_PORT",
)
STATUS_LINES = {code: f"{code} {http.HTTPStatus(code).phrase}" for code in (200, 304)}


class Door:
    """A WSGI application around Django's."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH or environ["REQUEST_METHOD"] != "GET":
            return self.application(environ, start_response)
        reply = ready_reply(environ)
        if reply is None:
            return self.application(environ, start_response)
        start_response(STATUS_LINES[reply.status], list(reply.headers.items()))
        return [reply.body]  # a list, for granian sends one whole and anything else in pieces


def ready_reply(environ: WSGIEnvironment) -> Reply | None:
    """The reply to a request whose answer this process has; None where Django is to look at it."""
    if not settings.API_RESPONSE_CACHE:
        return None
    reached = _reached(*(environ.get(each) for each in REACHED_BY))
    if reached is None:
        return None
    origin, secure = reached
    if settings.SECURE_SSL_REDIRECT and not secure:
        return None
    try:
        asked = from_address(environ.get("QUERY_STRING", ""))
        prepared = trusted().get(asked.document_id or "")
        if prepared is None or prepared.introspects:
            return None
        operation = prepared.operation(asked.operation_name)
        if operation.is_mutation or not operation.shared:
            return None
        caller = caller_of(bearer_in(environ))
        language = language_of(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        answer = responses.kept.get(responses.key_for(prepared, operation, asked, caller, language, origin))
    except (RequestRefused, InvalidToken, DatabaseError):
        return None
    if answer is None:
        return None
    reply = reply_to(answer, environ, language, cache=responses.keeper_of(caller))
    reply.headers.update(safety_headers(secure=secure))
    return reply


@functools.lru_cache(maxsize=256)
def _reached(*parts: str | None) -> tuple[str, bool] | None:
    """Scheme and host as Django reads them, and whether the line is secure; None where the host is not ours."""
    environ: dict[str, Any] = {name: part for name, part in zip(REACHED_BY, parts, strict=True) if part is not None}
    request = WSGIRequest(environ | {"REQUEST_METHOD": "GET", "wsgi.input": io.BytesIO()})
    try:
        return f"{request.scheme}://{request.get_host()}", request.is_secure()
    except DisallowedHost:
        return None
