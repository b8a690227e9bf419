"""The media library's own files, for those who work in it."""

from __future__ import annotations

import mimetypes

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from wagtail.admin.auth import require_admin_access

# What a browser may show inside the admin; everything else is saved to disk.
SHOWN = {"image/jpeg", "image/png", "image/gif", "image/webp"}


@require_admin_access
def media(request: HttpRequest, name: str) -> FileResponse:
    """A picture or a file of the library, as the editing screens show it; readers never get this address.

    Where media lie on S3 the screens link there directly, by signed addresses of a minute, and this view is not asked.
    """
    try:
        file = default_storage.open(name)
    except (OSError, SuspiciousFileOperation) as error:
        raise Http404 from error
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = FileResponse(file, content_type=content_type, as_attachment=content_type not in SHOWN)
    response["Cache-Control"] = "private, max-age=600"
    response["X-Content-Type-Options"] = "nosniff"
    return response
