"""The acts on what is out, each of its own, each with a reason and a right. The gate does them; here is who may, and when.

What readers notice: a correction is a new text with a note on it; of what was withdrawn or replaced, whoever holds a link
reads why; what was recalled has never been there.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Revision

from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from cms.models import ContentPage
from editorial import gate
from editorial.enums import ScheduledAct
from editorial.models import Release, Schedule
from publishing.enums import Ending
from publishing.models import PublishedItem

LONGEST_REASON = 2000  # characters


@transaction.atomic
def correct(*, actor: Any, page_id: int, note: str) -> Revision:
    """Begin to put right what is out (đính chính): a new draft of the text that is out, with a note for its readers.

    The draft then goes the way of every draft. A later draft that was not out yet stays in the history.
    """
    act = "correct"
    page = gate.lock_page(page_id)
    _refuse_who_may_not(actor, "editorial.correct", page, act)
    note = _reason(note, page, act, missing=_("Hãy ghi điều được đính chính, để người đọc biết chỗ nào đã sửa."))
    _refuse_not_out(page, act)
    _refuse_on_its_way(page, act)
    left = page.latest_revision_id if page.latest_revision_id != page.live_revision_id else None
    text = page.live_revision.as_object()
    text.corrections = [*text.corrections, {"at": timezone.now().isoformat(), "note": note}]
    text.go_live_at = None
    revision = text.save_revision(user=actor)
    record(
        act,
        actor=actor,
        target=page,
        detail={"reason": note, "revision": revision.pk, "of": page.live_revision_id, "draft_left": left},
    )
    return revision


@transaction.atomic
def withdraw(*, actor: Any, page_id: int, reason: str) -> None:
    """Take what is out from its readers (gỡ). Whoever holds a link reads the reason."""
    act = "withdraw"
    page = gate.lock_page(page_id)
    _refuse_who_may_not(actor, "editorial.withdraw", page, act)
    reason = _reason(reason, page, act, missing=_("Hãy ghi lý do gỡ."))
    _refuse_not_out(page, act)
    gate.take_out(page_id, actor=actor, ending=Ending.WITHDRAWN, reason=reason)


@transaction.atomic
def replace(*, actor: Any, page_id: int, by_page_id: int, reason: str) -> None:
    """Take what is out from its readers, and lead whoever holds a link to another item that is out (thay thế)."""
    act = "replace"
    page = gate.lock_page(page_id)
    _refuse_who_may_not(actor, "editorial.replace", page, act)
    reason = _reason(reason, page, act, missing=_("Hãy ghi lý do thay."))
    _refuse_not_out(page, act)
    by = PublishedItem.objects.out().filter(page_id=by_page_id).exclude(page_id=page.pk).first()
    if by is None or (by.kind, by.locale) != (page.kind, page.locale.language_code):
        raise Refused(
            RefusalCode.INVALID,
            _("Hãy chọn một nội dung khác đang đăng, cùng loại và cùng thứ tiếng với “%(page)s”.") % {"page": page},
            field="by",
            act=act,
            target=page,
        )
    gate.take_out(page_id, actor=actor, ending=Ending.REPLACED, reason=reason, replaced_by=by)


@transaction.atomic
def recall(*, actor: Any, page_id: int, reason: str) -> None:
    """Make as if it had never been sent (thu hồi): nothing is left for readers, only the audit keeps that it was out."""
    act = "recall"
    page = gate.lock_page(page_id)
    _refuse_who_may_not(actor, "editorial.recall", page, act)
    reason = _reason(reason, page, act, missing=_("Hãy ghi lý do thu hồi."))
    if gate.take_out(page_id, actor=actor, ending=Ending.RECALLED, reason=reason) is None:
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(page)s” chưa từng đăng hoặc đã được thu hồi.") % {"page": page},
            act=act,
            target=page,
        )


def _refuse_who_may_not(actor: Any, right: str, page: ContentPage, act: str) -> None:
    if not actor.has_perm(right):
        raise Refused(
            RefusalCode.FORBIDDEN,
            _("Chỉ Ban Biên tập được đính chính, gỡ, thay hoặc thu hồi nội dung đã đăng."),
            act=act,
            target=page,
        )


def _reason(given: str, page: ContentPage, act: str, *, missing: str) -> str:
    reason = given.strip()
    if not reason:
        raise Refused(RefusalCode.REQUIRED, missing, field="reason", act=act, target=page)
    if len(reason) > LONGEST_REASON:
        raise Refused(
            RefusalCode.INVALID,
            _("Lời ghi dài quá %(most)d chữ. Hãy viết gọn lại.") % {"most": LONGEST_REASON},
            field="reason",
            act=act,
            target=page,
        )
    return reason


def _refuse_not_out(page: ContentPage, act: str) -> None:
    if not page.live:
        raise Refused(RefusalCode.CONFLICT, _("“%(page)s” hiện không đăng.") % {"page": page}, act=act, target=page)


def _refuse_on_its_way(page: ContentPage, act: str) -> None:
    """A newer text that is being decided on, or that waits for its time, is not thrown off its way by a correction."""
    planned = Schedule.objects.pending().filter(page=page, act=ScheduledAct.PUBLISH).exists()
    if page.workflow_in_progress or planned or Release.objects.pending_with(page.pk):
        raise Refused(
            RefusalCode.CONFLICT,
            _("“%(page)s” có bản mới đang chờ duyệt hoặc chờ giờ đăng. Hãy rút bản đó lại rồi đính chính.")
            % {"page": page},
            act=act,
            target=page,
        )
