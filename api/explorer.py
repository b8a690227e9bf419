"""GraphiQL for those who work in the admin: the schema to read, and documents of their own to try.

GraphQL takes no cookie, so the page gets an access token for the person who is signed in to the admin. It is of one
session, which ends when they sign out there.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import tokens
from accounts.actions import Device, begin_session, end_session
from accounts.enums import DevicePlatform, EndReason
from accounts.models import Session

KEY = "api_session"  # of the cookie session


def explorer(request: HttpRequest) -> HttpResponse:
    """The page."""
    return render(request, "api/explorer.html")


@never_cache
@require_POST
def explorer_token(request: HttpRequest) -> JsonResponse:
    """An access token for the person at the page, and its life in seconds."""
    session = _session_of(request)
    if session is None or not session.is_open:
        device = Device(name=_("Trang quản trị"), platform=DevicePlatform.WEB)
        session = begin_session(user=request.user, device=device, request=request, by="admin").session
        request.session[KEY] = str(session.pk)
    return JsonResponse(
        {"token": tokens.access_token(session), "expiresIn": int(tokens.ACCESS_LIFETIME.total_seconds())}
    )


def _session_of(request: HttpRequest) -> Session | None:
    if KEY not in request.session or request.user.pk is None:
        return None
    return Session.objects.select_related("user").filter(pk=request.session[KEY], user_id=request.user.pk).first()


@receiver(user_logged_out)
def end_with_the_admin(request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    """Signing out of the admin ends the page's session as well."""
    if user is not None and (session := _session_of(request)):
        end_session(actor=user, session=session, reason=EndReason.SIGNED_OUT)
