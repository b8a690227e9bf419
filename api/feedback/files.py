"""The files that go with feedback: for its author and who may read that message, and for nobody else."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.tokens import InvalidToken
from api.caller import caller_of
from api.files import not_found, serve
from api.viewer import bearer_of
from handbook.feedback.models import FeedbackFile
from handbook.feedback.permissions import files_visible_to, shown_name


@require_safe
def file(request: HttpRequest, file_id: UUID, name: str) -> HttpResponse:
    """A file of a message, by access token or by the admin's session. ``name`` is for people.

    404 in the same words for what is unknown and what is not for this caller; 401 where the token is wrong.
    """
    try:
        token = bearer_of(request)
        user_id = caller_of(token).user_id if token else None
        user = User.objects.filter(pk=user_id or 0).first() if token else request.user
    except InvalidToken:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    files = files_visible_to(user).select_related("message__thread__author")
    found: FeedbackFile | None = files.filter(pk=file_id).first()
    if found is None:
        response = not_found()
    else:
        thread = found.message.thread
        if thread.author.user_id != getattr(user, "pk", None):
            found.name = shown_name(found, thread)
        response = serve(request, found, is_public=False)
    patch_vary_headers(response, ["Authorization", "Cookie"])
    response["X-Content-Type-Options"] = "nosniff"
    return response
