"""What phones tell of notices: in any order, twice, days late, and many at once; each fact is kept once."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.notices.actions import guards
from handbook.notices.enums import IMPLIED, WERE_OUT, ReceiptKind
from handbook.notices.models import Notice, NoticeAudience, NoticeReceipt, NoticeVersion
from organizations.models import Member
from organizations.scope import Scope, scope_since

MOST_AT_ONCE = 200
FACTS = [f"{kind}_{time}" for kind in ReceiptKind.values for time in ("at", "said_at")] + [
    "answer",
    "reason",
    "answered_by",
]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Told:
    """One thing a phone tells. ``at`` is the phone's time; without it the server's."""

    notice_id: uuid.UUID
    version: int
    kind: str
    at: datetime.datetime | None = None
    answer: str = ""
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of it: kept (also where it was known already), or why not."""

    told: Told
    code: RefusalCode | None = None


@transaction.atomic
def record_receipts(*, member: Member, scope: Scope, told: Sequence[Told]) -> list[Outcome]:
    """Keep what a phone tells, as far as it is about notices that were for its owner; in as many statements for 200 as
    for two. ``scope`` is the member's, as it is now.

    Taken late as well: for a version that was corrected since, a notice that expired or was recalled, and a cell that
    the member left since the notice was out. Raises Refused INVALID where too much is told at once.
    """
    if len(told) > MOST_AT_ONCE:
        raise Refused(
            RefusalCode.INVALID,
            _("Mỗi lần gửi nhiều nhất %(most)d xác nhận. Hãy chia nhỏ.") % {"most": MOST_AT_ONCE},
            field="receipts",
        )
    now = timezone.now()
    versions = _theirs(member, scope, {each.notice_id for each in told}, now)
    outcomes = [Outcome(each, _fault(each, versions.get((each.notice_id, each.version)), now)) for each in told]
    kept = [outcome.told for outcome in outcomes if outcome.code is None]
    if kept:
        _keep(member, kept, now)
    return outcomes


@transaction.atomic
def record_one(
    *,
    member: Member,
    scope: Scope,
    notice_id: uuid.UUID,
    version: int,
    kind: str,
    answer: str = "",
    reason: str = "",
) -> Notice:
    """Keep one thing that a member does with a notice before them. The notice comes back.

    Raises Refused: NOT_FOUND where it is not in their inbox, CONFLICT where a correction asks again, INVALID for an
    answer that is none, REQUIRED for one that lacks its reason, EXPIRED for one after the deadline.
    """
    act = f"notice_{kind}"
    now = timezone.now()
    inbox = Notice.objects.in_inbox_of(member, scope=scope, at=now).select_related("organization")
    notice = inbox.filter(pk=notice_id).first()
    text = notice.versions.filter(number=version).first() if notice else None
    if notice is None or text is None or version > notice.version:
        raise guards.not_found(act)
    if version < notice.counts_from:
        raise Refused(
            RefusalCode.CONFLICT,
            _("Thông báo đã được đính chính. Hãy tải lại và xem bản mới."),
            field="version",
            act=act,
            target=notice,
        )
    told = Told(notice_id=notice.pk, version=version, kind=kind, answer=answer, reason=reason)
    require_no_fault(told, text, now, act=act)
    _keep(member, [told], now)
    return notice


def require_no_fault(told: Told, version: NoticeVersion, now: datetime.datetime, *, act: str) -> None:
    """Refuse what cannot be kept of this version: INVALID for an answer that is none, REQUIRED for one that wants a
    reason, EXPIRED for one too late."""
    fault = _fault(told, version, now)
    if fault is None:
        return
    messages = {
        RefusalCode.EXPIRED: ("answer", _("Đã quá hạn trả lời thông báo này.")),
        RefusalCode.REQUIRED: ("reason", _("Trả lời “%(answer)s” cần kèm lý do. Hãy ghi lý do.")),
    }
    field, message = messages.get(fault, ("answer", _("Hãy chọn một trong các câu trả lời có sẵn.")))
    raise Refused(fault, message % {"answer": told.answer}, field=field, act=act, target=version.notice)


def _theirs(
    member: Member, scope: Scope, ids: set[uuid.UUID], now: datetime.datetime
) -> dict[tuple[uuid.UUID, int], NoticeVersion]:
    """The texts of those of these notices that were for the member at any time since they were out, or that they have
    received; by notice and number."""
    addressed = NoticeAudience.objects.filter(notice=OuterRef("notice"), key__in=scope.keys)
    received = NoticeReceipt.objects.filter(notice=OuterRef("notice"), member=member)
    out = NoticeVersion.objects.filter(
        notice__in=ids, notice__sent_at__lte=now, notice__state__in=WERE_OUT, number__lte=F("notice__version")
    )
    found = list(
        out.annotate(is_theirs=Exists(addressed) | Exists(received))
        .select_related("notice")
        .only("notice_id", "number", "answers", "reason_wanted_for", "deadline", "notice__sent_at")
        .order_by()
    )
    theirs = {text.notice_id for text in found if text.is_theirs}
    if others := {text.notice for text in found if text.notice_id not in theirs}:
        # Only here it is asked where they were before: few phones were offline while their owner moved.
        since = timezone.localdate(min(notice.sent_at for notice in others if notice.sent_at))
        then = NoticeAudience.objects.filter(notice__in=others, key__in=scope_since(member, since).keys)
        theirs.update(then.order_by().values_list("notice", flat=True))
    return {(text.notice_id, text.number): text for text in found if text.notice_id in theirs}


def _fault(told: Told, version: NoticeVersion | None, now: datetime.datetime) -> RefusalCode | None:
    if version is None:
        return RefusalCode.NOT_FOUND
    if told.kind not in IMPLIED:
        return RefusalCode.INVALID
    if told.kind == ReceiptKind.ANSWERED:
        if told.answer not in version.answers or len(told.reason) > 500:
            return RefusalCode.INVALID
        if told.answer in version.reason_wanted_for and not told.reason.strip():
            return RefusalCode.REQUIRED
        if version.deadline and _said(told, now) > version.deadline:
            return RefusalCode.EXPIRED
    return None


def _keep(member: Member, told: Sequence[Told], now: datetime.datetime) -> None:
    """Write the facts. A fact that is there stays as it is; of several answers the latest by the phone's time counts."""
    told = sorted(told, key=lambda each: _said(each, now))
    new = {
        (each.notice_id, each.version): NoticeReceipt(notice_id=each.notice_id, member=member, version=each.version)
        for each in told
    }
    for each in told:
        _set(new[each.notice_id, each.version], each, now)
    NoticeReceipt.objects.bulk_create([new[place] for place in sorted(new, key=str)], ignore_conflicts=True)
    # Two phones of one person: the second waits here for the first, and sees what it wrote. Where the row is the one
    # that was just made, nothing of this is new to it.
    mine = NoticeReceipt.objects.select_for_update().filter(member=member, notice__in={pk for pk, _version in new})
    rows = {(row.notice_id, row.version): row for row in mine}
    changed = set()
    for each in told:
        place = (each.notice_id, each.version)
        if _set(rows[place], each, now):
            changed.add(place)
    if len(changed) == 1:  # what nearly every request brings
        rows[changed.pop()].save(update_fields=FACTS)
    elif changed:
        NoticeReceipt.objects.bulk_update([rows[place] for place in sorted(changed, key=str)], FACTS)


def _set(row: NoticeReceipt, told: Told, now: datetime.datetime) -> bool:
    """Set what one thing told says on its row; False where nothing was new."""
    said, changed = _said(told, now), False
    for kind in IMPLIED[told.kind]:
        if kind == ReceiptKind.ANSWERED:
            # What a secretary wrote down has the server's time alone.
            last = row.answered_said_at or row.answered_at
            if last and last >= said:
                continue
            row.answer, row.reason, row.answered_by = told.answer, told.reason, None
        elif getattr(row, f"{kind}_at") is not None:
            continue
        setattr(row, f"{kind}_at", now)
        setattr(row, f"{kind}_said_at", said)
        changed = True
    return changed


def _said(told: Told, now: datetime.datetime) -> datetime.datetime:
    """The phone's time of a fact; a clock that runs ahead cannot have read it later than the server hears of it."""
    return min(told.at, now) if told.at else now
