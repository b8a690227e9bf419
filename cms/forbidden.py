"""Every "you may not" of the admin in the audit.

Wagtail answers most of them before a middleware could see an exception: around each of its views, and of ours in its
admin, ``require_admin_access`` turns PermissionDenied into a message, and other decorators raise nothing at all. All of
them answer through two functions of one module, and it is there that this listens.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from wagtail.admin import auth

from audit.readings import USE_ADMIN, record_forbidden
from cms.models import ContentPage

# Wagtail's two answers: to who may use the admin but not this, and to who may not use the admin.
ANSWERS = ("permission_denied", "reject_request")
PAGE_ARGUMENTS = ("page_id", "page_pk", "parent_page_id")


def listen() -> None:
    """Record whatever Wagtail forbids. Called once, at the start."""
    for name in ANSWERS:
        setattr(auth, name, _recorded(getattr(auth, name)))


def record_what_is_forbidden(request: HttpRequest) -> None:
    """Append that this person may not do this; nothing where nobody is signed in, who is asked to sign in."""
    if request.user.is_authenticated:
        record_forbidden(request, act=USE_ADMIN, actor=request.user, channel="admin", target=_page_of(request))


def _recorded(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    @functools.wraps(answer)
    def answer_and_record(request: HttpRequest) -> HttpResponse:
        response = answer(request)  # to a script it raises PermissionDenied, which the middleware records
        record_what_is_forbidden(request)
        return response

    return answer_and_record


def _page_of(request: HttpRequest) -> Any:
    """The page that the address names."""
    named = request.resolver_match.kwargs if request.resolver_match else {}
    ids = [named[name] for name in PAGE_ARGUMENTS if str(named.get(name, "")).isdigit()]
    page = ContentPage.objects.filter(pk=ids[0]).first() if ids else None
    return page.specific if page else None
