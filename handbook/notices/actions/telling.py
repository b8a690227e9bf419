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
from handbook.notices.models.notice import in_force
from handbook.notices.permissions import tells_in_person
from handbook.notices.push import push_notice, push_reminder
from handbook.notices.reach import addressed_by
from organizations.models import Member, Organization

NOTICE_OF_DEADLINE = datetime.timedelta(days=1)


def tell(notice: Notice) -> bool:
    """Ask for the pushes of the version that is out, once; False where that was done already. In a transaction."""
    told = Notice.objects.filter(pk=notice.pk, version=notice.version).exclude(told_version=notice.version)
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


def remind_due() -> int:
    """Remind, a day before its deadline, those who have not done what a notice asks; of how many notices.

    Once for each version; not of what was sent within that day, and not of what asks for nothing.
    """
    now = timezone.now()
    soon = NoticeVersion.objects.filter(
        in_force(now, "notice"), number=F("notice__version"), deadline__gt=now, deadline__lte=now + NOTICE_OF_DEADLINE
    )
    soon = soon.exclude(notice__reminded_version=F("number")).select_related("notice").order_by("deadline", "pk")
    done = 0
    for version in soon[:100]:
        with transaction.atomic():
            due = Notice.objects.filter(pk=version.notice_id, version=version.number)
            if not due.exclude(reminded_version=version.number).update(
                reminded_version=version.number, reminders=F("reminders") + 1
            ):
                continue
            notice = Notice.objects.get(pk=version.notice_id)
            asks = version.requires_acknowledgement or version.question
            deadline, sent_at = version.deadline or now, notice.sent_at or now
            long_known = sent_at <= deadline - NOTICE_OF_DEADLINE
            if asks and long_known:
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
