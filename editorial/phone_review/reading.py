"""What a link shows: the very text that would go out, with addresses of files that open by this link alone."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import FileResponse, Http404
from django.urls import reverse

from cms.models import ContentPage
from editorial.enums import LinkEnd
from editorial.models import ReviewLink
from editorial.phone_review.access import Gone
from editorial.reading import file_response, named_file, readable_form
from editorial.requests.subjects import subject_of, thing_of

# A signed name says: this link showed this file in this text.
SALT = "editorial.phone_review.file"


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
        return context
    assert link.revision is not None  # noqa: S101 - a constraint of the table
    text = link.revision.as_object()
    return {
        "text": text,
        "form_out": _by_link(readable_form(text, link.revision.pk, link.person), link, token),
        "shortcomings": text.shortcomings(),
        "units": list(text.addressed_to.all()),
    }


def file_of(link: ReviewLink, signed: str) -> FileResponse:
    """A file that this link showed. Raises Gone for any other, also where another link showed it."""
    try:
        link_id, page_id, revision_id, name = signing.loads(signed, salt=SALT)
    except (signing.BadSignature, TypeError, ValueError):
        raise Gone(LinkEnd.UNKNOWN) from None
    page = ContentPage.objects.filter(pk=page_id).first()
    if link_id != link.pk or page is None:
        raise Gone(LinkEnd.UNKNOWN)
    try:
        return file_response(page.specific, revision_id, name, link.person, channel="phone")
    except Http404:
        raise Gone(LinkEnd.UNKNOWN) from None


def _by_link(value: Any, link: ReviewLink, token: str) -> Any:
    """The same with each address of the admin replaced by one of this link."""
    if isinstance(value, list):
        return [_by_link(each, link, token) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: _by_link(each, link, token) for key, each in value.items()}
    if "signed" in value:
        signed = signing.dumps((link.pk, *named_file(found.pop("signed"))), salt=SALT)
        found["url"] = reverse("phone_review_file", args=[token, signed])
    return found
