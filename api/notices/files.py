"""The files that go with notices: for whom the notice exists, and for nobody else."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.tokens import InvalidToken
from api.caller import caller_of
from api.files import not_found, person, refuse, serve
from api.viewer import bearer_of
from audit.readings import record_reading
from handbook.notices.models import NoticeFile
from handbook.notices.permissions import files_visible_to


@require_safe
def file(request: HttpRequest, file_id: UUID, name: str) -> HttpResponse:
    """A file of a notice, by access token or by the admin's session. ``name`` is for people.

    404 in the same words for what is unknown, recalled or not for this caller; 401 where the token is wrong.
    """
    try:
        token = bearer_of(request)
        caller = caller_of(token) if token else None
    except InvalidToken:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    user = person(request, caller)
    found: NoticeFile | None = files_visible_to(user, timezone.now()).filter(pk=file_id).first()
    if found is None:
        refuse(request, NoticeFile.objects.filter(pk=file_id).first(), caller)
        response = not_found()
    else:
        if found.is_restricted:
            record_reading(actor=user, target=found)
        response = serve(request, found, is_public=False)
    patch_vary_headers(response, ["Authorization", "Cookie"])
    response["X-Content-Type-Options"] = "nosniff"
    return response
