"""The media library's own files, for those who work in it."""

from __future__ import annotations

import mimetypes

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseRedirect
from wagtail.admin.auth import require_admin_access

from audit.readings import record_reading
from cms.models import Attachment
from publishing.files import is_open_to_members

# What a browser may show inside the admin; everything else is saved to disk.
SHOWN = {"image/jpeg", "image/png", "image/gif", "image/webp"}

# Where Wagtail puts documents; pictures need no look into their table.
DOCUMENTS = "documents/"


@require_admin_access
def media(request: HttpRequest, name: str) -> FileResponse | HttpResponseRedirect:
    """A picture or a file of the library, as the editing screens show it; readers never get this address.

    Where media lie on S3 this leads there by a signed address of a minute; pictures are linked there directly. Who opens
    a document that not every member may read is recorded.
    """
    attachment = Attachment.objects.filter(file=name).first() if name.startswith(DOCUMENTS) else None
    if attachment is not None and not is_open_to_members(name):
        record_reading(actor=request.user, target=attachment, detail={"channel": "admin"})
    try:
        default_storage.path(name)
    except NotImplementedError:
        if attachment is None:
            raise Http404 from None
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
    shown["Cache-Control"] = "private, max-age=600" if attachment is None else "private, no-cache"
    shown["X-Content-Type-Options"] = "nosniff"
    return shown
