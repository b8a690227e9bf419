"""The media library's own files, for those who work in it."""

from __future__ import annotations

import mimetypes
import posixpath

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseRedirect
from wagtail.admin.auth import require_admin_access

from audit.readings import record_reading
from cms.models import Attachment, Picture
from cms.payload import PICTURE_SPEC
from publishing.files import is_for_some_only, is_open_to_members

# What a browser may show inside the admin; everything else is saved to disk.
SHOWN = {"image/jpeg", "image/png", "image/gif", "image/webp"}

# Where Wagtail puts documents, the pictures that were brought, and what it makes of them; nothing else is of the library.
DOCUMENTS = "documents/"
ORIGINALS = "original_images/"
LIBRARY = (DOCUMENTS, ORIGINALS, "images/", "avatar_images/")
# In the name of a picture at the size in which it goes out.
PUBLISHED_SIZE = f".{PICTURE_SPEC.replace('|', '.')}."


@require_admin_access
def media(request: HttpRequest, name: str) -> FileResponse | HttpResponseRedirect:
    """A picture or a file of the library, as the editing screens show it; readers never get this address.

    Where media lie on S3 this leads there by a signed address of a minute. Who opens a document that not every member may
    read is recorded; so is who opens a picture, whole or as it goes out, of what is out for some only. The small pictures
    by which screens let one choose are no reading.
    """
    if not name.startswith(LIBRARY) or posixpath.normpath(name) != name:
        raise Http404
    restricted = _restricted_document(name) if name.startswith(DOCUMENTS) else _restricted_picture(name)
    if restricted is not None:
        record_reading(actor=request.user, target=restricted, detail={"channel": "admin"})
    try:
        default_storage.path(name)
    except NotImplementedError:
        response = HttpResponseRedirect(default_storage.url(name))
        response["Cache-Control"] = "no-store"
        return response
    except SuspiciousFileOperation as error:
        raise Http404 from error
    try:
        file = default_storage.open(name)
    except (OSError, SuspiciousFileOperation) as error:
        raise Http404 from error
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    shown = FileResponse(file, content_type=content_type, as_attachment=content_type not in SHOWN)
    kept = restricted is None and not name.startswith(DOCUMENTS)
    shown["Cache-Control"] = "private, max-age=600" if kept else "private, no-cache"
    shown["X-Content-Type-Options"] = "nosniff"
    return shown


def _restricted_document(name: str) -> Attachment | None:
    """The document of this file, where it is not part of something out that every member may read."""
    document = Attachment.objects.filter(file=name).first()
    if document is None:
        raise Http404
    return None if is_open_to_members(name) else document


def _restricted_picture(name: str) -> Picture | None:
    """The picture of this file, where it is part of something that is out and not for every member."""
    if name.startswith(ORIGINALS):
        picture = Picture.objects.filter(file=name).first()
    elif PUBLISHED_SIZE in name:
        picture = Picture.objects.filter(renditions__file=name).first()
    else:
        return None
    if picture is None:
        return None
    out = picture.renditions.filter(filter_spec=PICTURE_SPEC).values_list("file", flat=True)
    return picture if is_for_some_only(list(out)) else None
