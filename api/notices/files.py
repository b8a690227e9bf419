"""The files that go with notices: for whom the notice exists, and for nobody else."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.tokens import InvalidToken
from api.caller import caller_of
from api.files import not_found, serve
from api.viewer import bearer_of
from handbook.notices.models import NoticeFile
from handbook.notices.permissions import files_visible_to


@require_safe
def file(request: HttpRequest, file_id: UUID, name: str) -> HttpResponse:
    """A file of a notice, by access token or by the admin's session. ``name`` is for people.

    404 in the same words for what is unknown, recalled or not for this caller; 401 where the token is wrong.
    """
    try:
        token = bearer_of(request)
        user_id = caller_of(token).user_id if token else None
        user = User.objects.filter(pk=user_id or 0).first() if token else request.user
    except InvalidToken:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    found: NoticeFile | None = files_visible_to(user, timezone.now()).filter(pk=file_id).first()
    response = not_found() if found is None else serve(request, found, is_public=False)
    patch_vary_headers(response, ["Authorization", "Cookie"])
    response["X-Content-Type-Options"] = "nosniff"
    return response
