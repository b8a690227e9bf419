"""A draft in a real app, for a quarter of an hour: a signed token of one exact text, made by who may edit it.

Nothing is stored. The token names page, revision, digest and who made it; all four are asked again each time it is used.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Revision

from accounts.models import User
from audit.actions import record
from audit.enums import RefusalCode
from audit.readings import record_reading, record_refused_reading
from audit.refusals import Refused
from cms.models import ContentPage
from editorial.models.approval import content_digest
from editorial.permissions import may_open_editor, works_on

LIFETIME = datetime.timedelta(minutes=15)
MAKE, OPEN = "make_app_preview", "open_app_preview"
SALT = "editorial.app_preview"
LONGEST_TOKEN = 400


@dataclasses.dataclass(frozen=True)
class Draft:
    """One exact text, and who let it be seen."""

    page: ContentPage
    revision: Revision
    maker: User


def may_preview(user: Any, page: ContentPage) -> bool:
    """Whether this person may see the page's drafts in an app: who may edit it."""
    return works_on(user, page) and may_open_editor(user, page)


def make_token(*, actor: User, page_id: int) -> tuple[str, datetime.datetime]:
    """A token for the latest draft of a page, and until when it is good. Raises Refused NOT_FOUND."""
    page = ContentPage.objects.filter(pk=page_id).first()
    revision = page.get_latest_revision() if page else None
    if page is None or revision is None or not may_preview(actor, page.specific):
        raise Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy bản nháp này."), act=MAKE, target=page)
    record(MAKE, actor=actor, target=page.specific, detail={"revision": revision.pk})
    named = (page.pk, revision.pk, content_digest(revision.content), actor.pk)
    return signing.dumps(named, salt=SALT), timezone.now() + LIFETIME


def draft_of(token: str, *, address: str = "") -> Draft | None:
    """The text of a token; None where it was tampered with, is too old, or the text or the right is not there any more.

    Both are in the audit, but for tokens that are not ours: anyone could fill it with those.
    """
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        page_id, revision_id, digest, maker_id = signing.loads(token, salt=SALT)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    page = ContentPage.objects.filter(pk=page_id).first()
    maker = User.objects.filter(pk=maker_id).first()
    if page is None or maker is None:
        return None
    page = page.specific
    revision = page.revisions.filter(pk=revision_id).first()
    detail = {"revision": revision_id, "address": address}
    if reason := _ended(token, revision, digest, may_preview(maker, page)):
        detail["reason"] = reason
        record_refused_reading(act=OPEN, actor=maker, target=page, channel="api", address=address, detail=detail)
        return None
    record_reading(act=OPEN, actor=maker, target=page, detail=detail)
    return Draft(page, revision, maker)


def _ended(token: str, revision: Revision | None, digest: str, may: bool) -> str:
    """Why a token of ours shows nothing; empty where it does."""
    try:
        signing.loads(token, salt=SALT, max_age=LIFETIME)
    except signing.SignatureExpired:
        return "expired"
    if revision is None or content_digest(revision.content) != digest:
        return "superseded"
    return "" if may else "no_right"
