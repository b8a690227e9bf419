"""Telling people of a notice: pushes when it comes into force, reminders, and in person where there is no phone."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.notices.actions import guards
from handbook.notices.actions.guards import Actor
from handbook.notices.actions.receipts import Told, require_no_fault
from handbook.notices.audience import members_at
from handbook.notices.enums import ReceiptKind
from handbook.notices.models import Notice, NoticeReceipt, NoticeVersion
from handbook.notices.permissions import tells_in_person
from handbook.notices.push import push_notice, push_reminder
from handbook.notices.reach import addressed_by
from organizations.models import Member, Organization


def tell(notice: Notice) -> bool:
    """Ask for the pushes of the version that is out, once; False where that was done already. In a transaction."""
    # In force: its time may have been put off since the caller looked.
    told = Notice.objects.in_force(timezone.now()).filter(pk=notice.pk, version=notice.version)
    told = told.exclude(told_version=notice.version)
    if not told.update(told_version=notice.version):
        return False
    notice.told_version = notice.version
    push_notice(notice)
    return True


def tell_due() -> int:
    """Ask for the pushes of notices whose time has come; how many there were. Safe many at a time."""
    due = Notice.objects.in_force(timezone.now()).exclude(told_version=F("version")).order_by("sent_at", "pk")
    done = 0
    for notice in due[:100]:
        with transaction.atomic():
            done += tell(notice)
    return done


def reminder_at(
    text: NoticeVersion, *, known_since: datetime.datetime, after: datetime.datetime
) -> datetime.datetime | None:
    """When those are reminded who have not done what a text asks by then, as its sender chose; None where nobody is.

    Before a deadline only where it asks for something; without one so many days after people came to know it
    (``known_since``). Not where that moment is no later than ``after``: who has just been told is not reminded.
    """
    if text.deadline is None:
        at = known_since + datetime.timedelta(days=text.remind_after) if text.remind_after else None
    elif text.remind_before and (text.requires_acknowledgement or text.question):
        at = text.deadline - datetime.timedelta(days=text.remind_before)
    else:
        at = None
    return at if at is not None and at > after else None


def remind_due() -> int:
    """Remind, by the rule of each notice, those who have not done what it asks; of how many notices. Once for each version."""
    now = timezone.now()
    due = Notice.objects.in_force(now).filter(remind_at__lte=now).order_by("remind_at", "pk")
    done = 0
    for found in due[:100]:
        with transaction.atomic():
            claimed = Notice.objects.filter(pk=found.pk, version=found.version, remind_at=found.remind_at)
            if not claimed.update(remind_at=None, reminders=F("reminders") + 1):
                continue
            notice = Notice.objects.get(pk=found.pk)
            deadline = notice.current.deadline
            if deadline is None or deadline > now:  # else nobody looked in time
                push_reminder(notice)
                done += 1
    return done


@transaction.atomic
def remind_notice(*, actor: Actor, notice: Notice) -> Notice:
    """Remind by push those who have not done what the notice asks."""
    act = "remind_notice"
    found = guards.locked(actor, notice, act)
    now = timezone.now()
    if not Notice.objects.in_force(now).filter(pk=found.pk).exists():
        raise Refused(
            RefusalCode.CONFLICT,
            _("Thông báo chưa đến giờ gửi hoặc đã hết hiệu lực nên không nhắc được."),
            act=act,
            target=found,
        )
    found.reminders += 1
    found.save(update_fields=["reminders"])
    push_reminder(found)
    record(act, actor=actor, target=found, detail={"title": found.current.title, "items": found.reminders})
    return found


@transaction.atomic
def tell_in_person(
    *, actor: User, notice: Notice, unit: Organization, member: Member, answer: str = "", reason: str = ""
) -> NoticeReceipt:
    """Say that a member of one's own unit was told in person (no phone, no signal). Recorded as that, by whom.

    Counts as read, and as acknowledged where that is asked for. ``answer``, where there is one, is what the member said to
    the question, with their reason: written down on their behalf. Raises Refused NOT_FOUND where the member is not one of
    those whom the notice reaches in this unit, or the unit is not the actor's own; CONFLICT where they answered
    themselves; else as for any answer (``record_one``).
    """
    act = "tell_in_person"
    found = Notice.objects.select_for_update().filter(pk=notice.pk).first()
    if found is None or not tells_in_person(actor, unit) or member.pk not in members_at(addressed_by(found), unit):
        raise Refused(
            RefusalCode.NOT_FOUND,
            _("Không có đảng viên này trong danh sách của tổ chức bạn phụ trách."),
            field="member",
            act=act,
            target=notice,
        )
    guards.require_state(found, act)
    now = timezone.now()
    if not Notice.objects.in_force(now).filter(pk=found.pk).exists():
        raise guards.not_found(act, found)
    answer, reason = guards.tidy_line(answer), guards.tidy_line(reason)
    NoticeReceipt.objects.get_or_create(notice=found, member=member, version=found.version)
    # Locked, for a phone of the member may be telling in this moment.
    counted = NoticeReceipt.objects.select_for_update().filter(notice=found, version__gte=found.counts_from)
    receipts = list(counted.filter(member=member).order_by("version"))
    if answer:
        _require_answer(found, receipts, member, answer, reason)
    receipt = receipts[-1]
    changed = _told(receipt, found, actor, now) + _answered(receipt, answer, reason, actor, now)
    if changed:
        receipt.save(update_fields=changed)
        detail = {"person": member.code, "organization": unit.pk}
        if answer:
            detail["kind"] = ReceiptKind.ANSWERED.value
        record(act, actor=actor, target=found, detail=detail)
    return receipt


def _require_answer(notice: Notice, receipts: list[NoticeReceipt], member: Member, answer: str, reason: str) -> None:
    """Refuse an answer that cannot be kept, and one in the place of what the member said themselves."""
    act, kind = "tell_in_person", ReceiptKind.ANSWERED.value
    told = Told(notice_id=notice.pk, version=notice.version, kind=kind, answer=answer, reason=reason)
    require_no_fault(told, notice.current, timezone.now(), act=act)
    if any(each.answered_at and each.answered_by_id is None for each in receipts):
        raise Refused(
            RefusalCode.CONFLICT,
            _("%(member)s đã tự trả lời trên điện thoại. Hãy tải lại trang.") % {"member": member.full_name},
            field="answer",
            act=act,
            target=notice,
        )


def _told(receipt: NoticeReceipt, notice: Notice, actor: User, now: datetime.datetime) -> list[str]:
    """Set on a receipt that the member was told; the names of the fields that changed. Once, and what is known stays."""
    if receipt.told_at is not None:
        return []
    facts = ["delivered", "read"] + ["acknowledged"] * notice.current.requires_acknowledgement
    changed = [f"{fact}_at" for fact in facts if getattr(receipt, f"{fact}_at") is None]
    for name in changed:
        setattr(receipt, name, now)
    receipt.told_at, receipt.told_by = now, actor
    return [*changed, "told_at", "told_by"]


def _answered(receipt: NoticeReceipt, answer: str, reason: str, actor: User, now: datetime.datetime) -> list[str]:
    """Set what the member said; the names of the fields that changed."""
    if not answer or (receipt.answer, receipt.reason) == (answer, reason):
        return []
    receipt.answer, receipt.reason, receipt.answered_at, receipt.answered_by = answer, reason, now, actor
    return ["answer", "reason", "answered_at", "answered_by"]
