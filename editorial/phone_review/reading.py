"""What a link shows: the very text that would go out, with addresses of files that open by this link alone."""

from __future__ import annotations

import dataclasses
import mimetypes
from typing import Any

from django.core import signing
from django.core.files.storage import default_storage
from django.db import models
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from audit.enums import RefusalCode
from audit.readings import record_reading
from audit.refusals import Refused
from cms.models import ContentPage
from editorial.enums import LinkEnd
from editorial.models import ReviewLink
from editorial.moments import moment
from editorial.phone_review.access import Gone
from editorial.reading import INLINE_TYPES, named_file, readable_form
from editorial.requests.subjects import ThingFile, subject_of, thing_of
from organizations.scope import member_of

OPEN_FILE = "open_review_file"
# A signed name says: this link showed this file, of this text or of the thing that the link is about.
SALT = "editorial.phone_review.file"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShownFile:
    """A file that a link shows: what it belongs to (for the audit), and its bytes."""

    target: models.Model
    storage_name: str
    name: str
    content_type: str
    detail: dict[str, Any]


def name_of(link: ReviewLink) -> str:
    """The name of its person, as it stands across what they read."""
    member = member_of(link.person)
    return member.full_name if member else link.person.get_full_name()


def shown(link: ReviewLink, token: str) -> dict[str, Any]:
    """What the page of a link shows to its person."""
    if link.request is not None:
        thing = thing_of(link.request)
        if thing is None:
            raise Gone(LinkEnd.SUPERSEDED)
        subject = subject_of(thing)
        context = {"template": subject.template, **subject.context(thing, link.person)}
        for each in context.get("texts", ()):
            each.form_out = _by_link(each.form_out, link, token)
        return {key: _by_link(value, link, token) for key, value in context.items()}
    assert link.revision is not None  # noqa: S101 - a constraint of the table
    text = link.revision.as_object()
    return {
        "text": text,
        "form_out": _by_link(readable_form(text, link.revision.pk, link.person), link, token),
        "shortcomings": text.shortcomings(),
        "units": list(text.addressed_to.all()),
    }


def file_of(link: ReviewLink, signed: str) -> HttpResponseBase:
    """A file that this link showed, with the person's name and the hour in it where its kind can carry them.

    Raises Gone for any other, also where another link showed it. Raises Refused CONFLICT where the name cannot be put
    into a file that should carry it: such a file is not shown without.
    """
    try:
        link_id, *named = signing.loads(signed, salt=SALT)
    except (signing.BadSignature, TypeError, ValueError):
        raise Gone(LinkEnd.UNKNOWN) from None
    file = _named(link, named) if link_id == link.pk else None
    if file is None or not default_storage.exists(file.storage_name):
        raise Gone(LinkEnd.UNKNOWN)
    if not file.content_type.startswith("image/"):  # pictures are part of the page that shows them
        record_reading(actor=link.person, target=file.target, detail={**file.detail, "channel": "phone"})
    return _response(link, file)


def _named(link: ReviewLink, named: list[Any]) -> ShownFile | None:
    """The file that a signed name of this link names; None where there is none, or no longer."""
    if len(named) == 1:
        thing = thing_of(link.request) if link.request is not None else None
        files = subject_of(thing).files(thing) if thing is not None else []
        found = next((each for each in files if each.key == named[0]), None)
        if found is None:
            return None
        return ShownFile(
            target=found.row,
            storage_name=found.storage_name,
            name=found.name,
            content_type=found.content_type,
            detail={"file": found.name},
        )
    page_id, revision_id, storage_name = named
    page = ContentPage.objects.filter(pk=page_id).first()
    if page is None:
        return None
    name = storage_name.rsplit("/", 1)[-1]
    return ShownFile(
        target=page.specific,
        storage_name=storage_name,
        name=name,
        content_type=mimetypes.guess_type(storage_name)[0] or "application/octet-stream",
        detail={"file": name, "revision": revision_id},
    )


def _response(link: ReviewLink, file: ShownFile) -> HttpResponseBase:
    """Its bytes, stamped where their kind can be."""
    # Tens of megabytes of libraries, and only here.
    from editorial.phone_review.stamping import CannotStamp, is_stamped, picture_that_says, stamped

    inline = file.content_type in INLINE_TYPES
    if not is_stamped(file.content_type):
        source = default_storage.open(file.storage_name)
        return FileResponse(source, as_attachment=not inline, filename=file.name, content_type=file.content_type)
    words = f"{name_of(link)} · {moment(timezone.now())}"
    content_type = file.content_type
    try:
        with default_storage.open(file.storage_name) as source:
            content = stamped(source, size=source.size, content_type=content_type, words=words)
    except CannotStamp:
        message = _(
            "Không in được tên người xem lên “%(file)s” (tệp quá lớn, có mật khẩu, bị hỏng hoặc là ảnh động), nên không "
            "mở ở đây. Hãy mở tệp trong trang quản trị Sổ tay, hoặc báo Ban Biên tập."
        ) % {"file": file.name}
        if not inline:
            raise Refused(RefusalCode.CONFLICT, message, act=OPEN_FILE, target=link) from None
        content, content_type = picture_that_says(message), "image/png"  # its page has no other place to say it
    disposition = content_disposition_header(not inline, file.name)
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})


def _by_link(value: Any, link: ReviewLink, token: str) -> Any:
    """The same with each address of the admin replaced by one of this link."""
    if isinstance(value, list):
        return [_by_link(each, link, token) for each in value]
    if isinstance(value, ThingFile):
        signed = signing.dumps((link.pk, value.key), salt=SALT)
        return dataclasses.replace(value, url=reverse("phone_review_file", args=[token, signed]))
    if not isinstance(value, dict):
        return value
    found = {key: _by_link(each, link, token) for key, each in value.items()}
    if "signed" in value:
        signed = signing.dumps((link.pk, *named_file(found.pop("signed"))), salt=SALT)
        found["url"] = reverse("phone_review_file", args=[token, signed])
    return found
