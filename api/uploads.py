"""Files from phones, in pieces, by the tus protocol 1.0 (https://tus.io), so that its libraries work as they are.

Who asks is told by the access token alone, as at /graphql; an upload of another person does not exist.
"""

from __future__ import annotations

import base64
import binascii
import tempfile
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.models import User
from accounts.tokens import InvalidToken
from api import rates
from api.caller import caller_of
from api.errors import RequestRefused
from api.viewer import bearer_of
from audit.actions import record_refusal
from audit.enums import RefusalCode
from audit.refusals import Refused
from uploads import actions
from uploads.enums import LARGEST
from uploads.models import Upload

TUS = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
PIECE = "application/offset+octet-stream"
CHUNK = 64 * 1024
# What tells a client that trying again is of no use, and 409 that it must ask where the file stands.
STATUSES = {
    RefusalCode.NOT_FOUND: 404,
    RefusalCode.CONFLICT: 409,
    RefusalCode.RATE_LIMITED: 429,
    RefusalCode.UNAUTHENTICATED: 401,
}
FIELD_STATUSES = {"size": 413, "name": 415}

Handler = Callable[..., HttpResponse]


def tus(**handlers: Handler) -> Handler:
    """A view of the protocol: the handler of each method, given the caller's account."""

    @csrf_exempt  # no cookie counts here
    def view(request: HttpRequest, **arguments: Any) -> HttpResponse:
        # Where a phone's network lets only GET and POST through, the header says what is meant.
        method = request.headers.get("X-HTTP-Method-Override", request.method or "").upper()
        if method == "OPTIONS":
            response = HttpResponse(status=204)
            response["Tus-Version"], response["Tus-Extension"], response["Tus-Max-Size"] = TUS, EXTENSIONS, LARGEST
            response["Tus-Resumable"] = TUS
            return response
        handler = handlers.get(method)
        if handler is None:
            response = HttpResponse(status=405, headers={"Allow": ", ".join([*handlers, "OPTIONS"])})
        elif request.headers.get("Tus-Resumable") != TUS:
            response = HttpResponse(status=412, headers={"Tus-Version": TUS})
        else:
            response = _answered(request, handler, arguments)
        response["Tus-Resumable"] = TUS
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    return view


def _answered(request: HttpRequest, handler: Handler, arguments: dict[str, Any]) -> HttpResponse:
    user = None
    try:
        user = _caller(request)
        return handler(request, user, **arguments)
    except RequestRefused as refused:
        return JsonResponse({"errors": refused.errors}, status=refused.status)
    except Refused as refusal:
        if refusal.act:
            record_refusal(refusal, actor=user, channel="api")
        status = STATUSES.get(refusal.code) or FIELD_STATUSES.get(refusal.field or "", 400)
        error = {"code": refusal.code.value, "field": refusal.field, "message": refusal.message}
        response = JsonResponse({"errors": [error]}, status=status)
        if status == 401:
            response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return response


def _caller(request: HttpRequest) -> User:
    """Whose access token the request carries. Raises Refused UNAUTHENTICATED, RequestRefused for who asks too often."""
    try:
        caller = caller_of(bearer_of(request))
    except InvalidToken:
        caller = None
    if caller is None or caller.user_id is None:
        message = _("Phiên đăng nhập không còn hiệu lực. Hãy làm mới hoặc đăng nhập lại.")
        raise Refused(RefusalCode.UNAUTHENTICATED, message)
    rates.count(request, caller)
    return User.objects.get(pk=caller.user_id)


def _create(request: HttpRequest, user: User) -> HttpResponse:
    size = _number(request, "Upload-Length")
    upload = actions.begin_upload(actor=user, name=_metadata(request).get("filename", ""), size=size)
    response = _standing(upload, status=201)
    response["Location"] = request.build_absolute_uri(reverse("upload", args=[upload.pk]))
    return response


def _head(request: HttpRequest, user: User, upload_id: UUID) -> HttpResponse:
    return _standing(actions.own_upload(actor=user, upload_id=upload_id), status=200)


def _patch(request: HttpRequest, user: User, upload_id: UUID) -> HttpResponse:
    if request.content_type != PIECE:
        raise RequestRefused(f"Content-Type: {PIECE}", status=415)
    offset = _number(request, "Upload-Offset")
    # What is too much is told before it is sent.
    actions.refuse_misplaced(actor=user, upload_id=upload_id, offset=offset, length=_number(request, "Content-Length"))
    with tempfile.SpooledTemporaryFile(max_size=1024 * 1024) as piece:
        try:
            while chunk := request.read(CHUNK):
                piece.write(chunk)
        except UnreadablePostError:
            pass  # the line broke: what came is kept, and the phone goes on behind it
        upload = actions.add_piece(actor=user, upload_id=upload_id, offset=offset, piece=piece)  # type: ignore[arg-type]
    return _standing(upload, status=204)


def _delete(request: HttpRequest, user: User, upload_id: UUID) -> HttpResponse:
    actions.cancel_upload(actor=user, upload_id=upload_id)
    return HttpResponse(status=204)


def _standing(upload: Upload, *, status: int) -> HttpResponse:
    """How far a file has come, and until when it waits."""
    response = HttpResponse(status=status)
    response["Upload-Offset"] = upload.received
    response["Upload-Length"] = upload.size
    response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response


def _number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise RequestRefused(_("Thiếu hoặc sai tiêu đề %(header)s.") % {"header": header}, status=400)
    return int(text)


def _metadata(request: HttpRequest) -> dict[str, str]:
    """The pairs of Upload-Metadata: names, and values in base64. The kind that a client names is not believed."""
    found = {}
    try:
        for pair in filter(None, request.headers.get("Upload-Metadata", "").split(",")):
            name, _space, value = pair.strip().partition(" ")
            found[name] = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise RequestRefused(
            _("Thiếu hoặc sai tiêu đề %(header)s.") % {"header": "Upload-Metadata"}, status=400
        ) from error
    return found


uploads = tus(POST=_create)
upload = tus(HEAD=_head, PATCH=_patch, DELETE=_delete)
