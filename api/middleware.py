"""Trusted documents come first: they use no cookie, no session and no page, so nothing of these is set up for them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from api.view import graphql

PATH = "/graphql"


class TrustedDocuments:
    """Answers GET /graphql before the rest of the middleware; everything else goes its way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == PATH and request.method in ("GET", "HEAD"):
            return graphql(request)
        return self.get_response(request)
