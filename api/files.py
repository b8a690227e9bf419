"""Published files over HTTP: the reader's scope is asked each time, and nothing is told to who may not read."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header, parse_etags
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.tokens import InvalidToken
from api.caller import Caller, caller_of
from api.viewer import bearer_of
from audit.readings import record_reading, record_refused_reading
from handbook.feedback.models import FeedbackFile
from handbook.notices.models import NoticeFile
from organizations.scope import scope_of
from publishing.files import files_visible_to
from publishing.models import PublishedFile

logger = logging.getLogger("sotay.api")

LINK_SECONDS = 60
CHUNK = 64 * 1024
# What a browser may show by itself; everything else is saved, for it could be a page with a script in it.
SHOWN = re.compile(r"(image/(webp|png|jpeg|gif)|audio/[\w.+-]+|application/pdf)\Z")
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})\Z")


@require_safe
def file(request: HttpRequest, file_id: UUID, name: str) -> HttpResponse:
    """A file of an item that exists for the caller: by access token, or by the admin's session. ``name`` is for people.

    404 in the same words for what is unknown, withdrawn or not for this caller; 401 where the token is wrong.
    """
    try:
        token = bearer_of(request)
        caller = caller_of(token) if token else None
    except InvalidToken:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    scope = caller.scope if caller else scope_of(request.user)
    found: Any = files_visible_to(scope).filter(pk=file_id).first()
    if found is None:
        refuse(request, PublishedFile.objects.select_related("item").filter(pk=file_id).first(), caller)
        response = not_found()
    else:
        if found.is_restricted:
            record_reading(actor=person(request, caller), target=found, detail={"title": found.item.title})
        response = serve(request, found, is_public=found.is_public)
    patch_vary_headers(response, ["Authorization", "Cookie"])
    response["X-Content-Type-Options"] = "nosniff"
    return response


# What is served: each has a name, a type, and a place in the storage.
Served = PublishedFile | NoticeFile | FeedbackFile


def person(request: HttpRequest, caller: Caller | None) -> Any:
    """Who asks: the account of the token, or of the admin's session."""
    return User.objects.filter(pk=caller.user_id or 0).first() if caller else request.user


def refuse(request: HttpRequest, file: Served | None, caller: Caller | None) -> None:
    """Have the audit know that someone asked for a file that is not for them; nothing for one that never was."""
    if file is not None:
        address = request.META.get("REMOTE_ADDR", "")
        record_refused_reading(actor=person(request, caller), target=file, channel="files", address=address)


def serve(request: HttpRequest, found: Served, *, is_public: bool) -> HttpResponse:
    """The bytes of a file that the caller may have, or a link to them."""
    disposition = content_disposition_header(SHOWN.match(found.content_type) is None, found.name)
    assert disposition  # noqa: S101 - a name is never empty
    try:
        default_storage.path(found.storage_name)
    except NotImplementedError:
        return _link(found, disposition)
    etag = f'"{found.pk.hex}-{found.size}"'
    if etag in [each.removeprefix("W/") for each in parse_etags(request.headers.get("If-None-Match", ""))]:
        response: Any = HttpResponseNotModified()
    else:
        try:
            opened = default_storage.open(found.storage_name)
        except FileNotFoundError:
            logger.error("File %s (%s) is not in the storage", found.storage_name, found.pk)
            return not_found()
        response = _stream(request, opened, opened.size)
        response["Content-Type"] = found.content_type
        response["Content-Disposition"] = disposition
    response["ETag"] = etag
    # What is not for everyone is asked for again each time, so that a withdrawal or a move shows at once.
    response["Cache-Control"] = "public, max-age=300" if is_public else "private, no-cache"
    return response


def _link(found: Served, disposition: str) -> HttpResponse:
    """Leave the bytes to the object store, by a link that lasts a minute."""
    url = default_storage.url(  # type: ignore[call-arg]
        found.storage_name,
        parameters={"ResponseContentDisposition": disposition, "ResponseContentType": found.content_type},
        expire=LINK_SECONDS,
    )
    response = HttpResponseRedirect(url)
    response["Cache-Control"] = "no-store"
    return response


def _stream(request: HttpRequest, opened: IO[bytes], size: int) -> HttpResponse | StreamingHttpResponse:
    """The whole file, or the one range that was asked for: players on phones begin in the middle."""
    first, last, status = 0, size - 1, 200
    if asked := RANGE.match(request.headers.get("Range", "")):
        start, end = asked.groups()
        if start:
            first, last = int(start), min(int(end), size - 1) if end else size - 1
        elif end:
            first = max(size - int(end), 0)
        if first > last:
            opened.close()
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        status = 206 if start or end else 200
    response = StreamingHttpResponse(_chunks(opened, first, last - first + 1), status=status)
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    response["Content-Encoding"] = "identity"  # compressed, the numbers of bytes would be wrong
    if status == 206:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _chunks(opened: IO[bytes], first: int, length: int) -> Iterator[bytes]:
    with opened:
        opened.seek(first)
        while length > 0 and (chunk := opened.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


def not_found() -> HttpResponse:
    """The one answer for what does not exist, or not for the caller."""
    return HttpResponse(status=404, headers={"Cache-Control": "no-store"})
