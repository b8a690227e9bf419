"""A text as its readers will get it, for those who decide about it: the very form in which it would go out."""

from __future__ import annotations

import logging
import mimetypes
from typing import Any

from django.core import signing
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.urls import reverse
from wagtail.models import Revision, TaskState, get_default_page_content_type

from audit.readings import record_reading
from cms.models import ContentPage
from cms.payload import published_form
from editorial.models import Approval
from editorial.models.steps import decided_by
from editorial.permissions import works_on
from organizations.scope import scope_of
from publishing.files import is_open_to_members
from publishing.models import PublishedItem

logger = logging.getLogger("sotay.editorial")

# A signed name says: this file was in this text when it was shown. It is of use only to who may read the text.
FILE_SALT = "editorial.reading"
INLINE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/mpeg", "audio/mp4", "audio/ogg")


def readable_form(text: ContentPage, revision_id: int, user: Any) -> dict[str, Any] | None:
    """The payload of a text with addresses that open in the admin; None where it cannot be made (a lost file).

    Related items are named only where the person could read them themselves.
    """
    try:
        payload = published_form(text).payload
    except Exception:  # a draft may lack anything; whatever stops the payload would stop the publication too
        logger.warning("text of revision %s cannot be shown", revision_id, exc_info=True)
        return None
    related = PublishedItem.objects.visible_to(scope_of(user)).filter(page_id__in=payload.pop("related"))
    shown = _with_addresses(payload, text.pk, revision_id)
    shown["related"] = list(related.values_list("title", flat=True))
    return shown


def open_file(page: ContentPage, revision_id: int, signed: str, user: Any) -> FileResponse:
    """A file of a text, its bytes never to be kept. The caller has asked whether the person may read the text.

    Who opens one before every member may is recorded; pictures are part of the page that shows them.
    """
    try:
        named_page, named_revision, name = named_file(signed)
    except signing.BadSignature:
        raise Http404 from None
    if (named_page, named_revision) != (page.pk, revision_id):
        raise Http404
    if not default_storage.exists(name):
        raise Http404
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if not content_type.startswith("image/") and not is_open_to_members(name):
        file = name.rsplit("/", 1)[-1]
        record_reading(actor=user, target=page, detail={"file": file, "revision": revision_id, "channel": "admin"})
    response = FileResponse(
        default_storage.open(name),
        as_attachment=content_type not in INLINE_TYPES,
        filename=name.rsplit("/", 1)[-1],
        content_type=content_type,
    )
    response["Cache-Control"] = "private, no-store"
    return response


def named_file(signed: str) -> tuple[int, int, str]:
    """The page, the revision and the file that a signed name names. Raises BadSignature."""
    page_id, revision_id, name = signing.loads(signed, salt=FILE_SALT)
    return page_id, revision_id, name


def earlier_text(page: ContentPage, revision: Revision, user: Any) -> Revision | None:
    """The text to compare with: the last before this one that was submitted or is out, of those the person may read."""
    submitted = TaskState.objects.filter(
        workflow_state__base_content_type=get_default_page_content_type(),
        workflow_state__object_id=str(page.pk),
        revision_id__lt=revision.pk,
    )
    if not works_on(user, page):
        submitted = submitted.filter(decided_by(user))
    ids = set(submitted.values_list("revision_id", flat=True))
    ids.update(
        Approval.objects.filter(page=page, person_id=user.pk, revision_id__lt=revision.pk).values_list(
            "revision_id", flat=True
        )
    )
    if page.live_revision_id and page.live_revision_id < revision.pk:
        ids.add(page.live_revision_id)
    return Revision.objects.filter(pk=max(ids)).select_related("user").first() if ids else None


def _with_addresses(value: Any, page_id: int, revision_id: int) -> Any:
    if isinstance(value, list):
        return [_with_addresses(each, page_id, revision_id) for each in value]
    if isinstance(value, dict):
        shown = {key: _with_addresses(each, page_id, revision_id) for key, each in value.items() if key != "file"}
        if "file" in value:
            signed = signing.dumps((page_id, revision_id, value["file"]), salt=FILE_SALT)
            shown["url"] = reverse("editorial_review_file", args=[page_id, revision_id, signed])
            shown["signed"] = signed
        return shown
    return value
