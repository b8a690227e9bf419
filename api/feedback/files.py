"""The files that go with feedback: for its author and who may read that message, and for nobody else."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.tokens import InvalidToken
from api.caller import caller_of
from api.files import not_found, person, refuse, serve
from api.viewer import bearer_of
from audit.readings import record_reading
from handbook.feedback.models import FeedbackFile
from handbook.feedback.permissions import files_visible_to, shown_name


@require_safe
def file(request: HttpRequest, file_id: UUID, name: str) -> HttpResponse:
    """A file of a message, by access token or by the admin's session. ``name`` is for people.

    404 in the same words for what is unknown and what is not for this caller; 401 where the token is wrong.
    """
    try:
        token = bearer_of(request)
        caller = caller_of(token) if token else None
    except InvalidToken:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    user = person(request, caller)
    files = files_visible_to(user).select_related("message__thread__author")
    found: FeedbackFile | None = files.filter(pk=file_id).first()
    if found is None:
        refuse(request, FeedbackFile.objects.filter(pk=file_id).first(), caller)
        response = not_found()
    else:
        thread = found.message.thread
        # What an author opens of their own is nobody's business, and would tell who an anonymous one is.
        if thread.author.user_id != getattr(user, "pk", None):
            record_reading(actor=user, target=found)
            found.name = shown_name(found, thread)
        response = serve(request, found, is_public=False)
    patch_vary_headers(response, ["Authorization", "Cookie"])
    response["X-Content-Type-Options"] = "nosniff"
    return response
