"""Trusted documents come first: they use no cookie, no session and no page, so nothing of these is set up for them.

They come before Django's SecurityMiddleware as well. What it does for bytes of JSON is done here: nothing is answered over
http where https is asked for, and the two headers that mean something to who reads JSON are there. The others are about
pages and their windows; on a hall's wifi each header is sent by everybody.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from api.replies import safety_headers
from api.view import graphql

PATH = "/graphql"


class TrustedDocuments:
    """Answers GET /graphql before the rest of the middleware; everything else goes its way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != PATH or request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        secure = request.is_secure()
        if settings.SECURE_SSL_REDIRECT and not secure:
            return self.get_response(request)  # to be sent to https
        response = graphql(request)
        for name, value in safety_headers(secure=secure).items():
            response[name] = value
        return response
