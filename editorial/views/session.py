"""Whether the session is still there: what ``keep-text.js`` asks before a form leaves the browser."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from editorial.views.desk import EditorialView


@never_cache
def session(request: HttpRequest) -> JsonResponse:
    """Who is signed in, and the token that their forms need now. Wagtail answers 403 where nobody is."""
    return JsonResponse({"user": request.user.pk, "csrf": get_token(request)})


class SignedInView(EditorialView):
    """Where a sign-in in a second tab ends: it says to go back to the first."""

    template_name = "editorial/signed_in.html"
    page_title = _("Đã đăng nhập lại")
    header_icon = "check"
