"""A draft in a real app, for a quarter of an hour: a signed token of one exact text, made by who may edit it.

Nothing is stored. The token names page, revision, digest and who made it; all four are asked again each time it is used.
That of a release names all of its texts as they are, by one digest.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from typing import Any

from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Revision

from accounts.models import User
from audit.actions import record
from audit.enums import RefusalCode
from audit.readings import record_reading, record_refused_reading
from audit.refusals import Refused
from cms.models import ContentPage
from editorial.models import Release
from editorial.models.approval import content_digest
from editorial.permissions import may_compose_releases, may_open_editor, works_on
from editorial.releases.preview import revisions_of

LIFETIME = datetime.timedelta(minutes=15)
MAKE, OPEN = "make_app_preview", "open_app_preview"
SALT, RELEASE_SALT = "editorial.app_preview", "editorial.app_preview.release"
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
    stands = revision is not None and content_digest(revision.content) == digest
    if reason := _ended(token, SALT, stands, may_preview(maker, page)):
        detail["reason"] = reason
        record_refused_reading(act=OPEN, actor=maker, target=page, channel="api", address=address, detail=detail)
        return None
    if revision is None:
        return None
    record_reading(act=OPEN, actor=maker, target=page, detail=detail)
    return Draft(page, revision, maker)


# --- a release


@dataclasses.dataclass(frozen=True)
class ReleaseDrafts:
    """One exact state of a release: its texts in their order, and who let them be seen."""

    release: Release
    drafts: list[Draft]


def make_release_token(*, actor: User, release: Release) -> tuple[str, datetime.datetime]:
    """A token for a release as it would go out now, and until when it is good. Raises Refused NOT_FOUND."""
    if not may_compose_releases(actor):
        raise Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy đợt phát hành này."), act=MAKE, target=release)
    record(MAKE, actor=actor, target=release)
    named = (release.pk, _state_of(release, _drafts_of(release, actor)), actor.pk)
    return signing.dumps(named, salt=RELEASE_SALT), timezone.now() + LIFETIME


def release_of(token: str, *, address: str = "") -> ReleaseDrafts | None:
    """The release of a token; None where it was tampered with, is too old, anything in it was changed, or the right is gone.

    In the audit as ``draft_of``.
    """
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        release_id, state, maker_id = signing.loads(token, salt=RELEASE_SALT)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    release = Release.objects.filter(pk=release_id).first()
    maker = User.objects.filter(pk=maker_id).first()
    if release is None or maker is None:
        return None
    drafts, detail = _drafts_of(release, maker), {"address": address}
    stands = _state_of(release, drafts) == state
    if reason := _ended(token, RELEASE_SALT, stands, may_compose_releases(maker)):
        detail["reason"] = reason
        record_refused_reading(act=OPEN, actor=maker, target=release, channel="api", address=address, detail=detail)
        return None
    record_reading(act=OPEN, actor=maker, target=release, detail=detail)
    return ReleaseDrafts(release, drafts)


def _drafts_of(release: Release, maker: User) -> list[Draft]:
    return [Draft(item.page, revision, maker) for item, revision in revisions_of(release)]


def _state_of(release: Release, drafts: list[Draft]) -> str:
    """SHA-256 of all that its readers would get: title, time, and each text in its place."""
    texts = [(draft.page.pk, draft.revision.pk, content_digest(draft.revision.content)) for draft in drafts]
    named = json.dumps([release.title, release.due_at, texts], cls=DjangoJSONEncoder)
    return hashlib.sha256(named.encode()).hexdigest()


def _ended(token: str, salt: str, stands: bool, may: bool) -> str:
    """Why a token of ours shows nothing; empty where it does."""
    try:
        signing.loads(token, salt=salt, max_age=LIFETIME)
    except signing.SignatureExpired:
        return "expired"
    if not stands:
        return "superseded"
    return "" if may else "no_right"
