"""What a committee does with a thread short of answering it: assign, forward, note, name, look, close, reopen."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial.requests.actions import lapse
from handbook.feedback.actions import guards
from handbook.feedback.actions.answering import approvals_of
from handbook.feedback.actions.guards import Actor
from handbook.feedback.actions.messages import say
from handbook.feedback.clock import Clock
from handbook.feedback.enums import HandoverKind, MessageKind, State
from handbook.feedback.models import AnswerDraft, FeedbackMessage, FeedbackReader, FeedbackThread, Handover
from handbook.feedback.naming import name_readers
from handbook.feedback.permissions import may_reveal
from handbook.feedback.push import push_answer, push_arrival
from organizations.enums import Right
from organizations.models import Member, Organization, today
from organizations.scope import held_by, may


@transaction.atomic
def assign_feedback(*, actor: Actor, thread: FeedbackThread, to: Member | None) -> FeedbackThread:
    """Have somebody answer it who may answer at its owner; None: nobody in particular."""
    act = "assign_feedback"
    found = guards.worked_on(actor, thread, act)
    if to is not None and not _answers(to, found):
        raise Refused(
            RefusalCode.INVALID,
            _("Người này không trả lời góp ý ở “%(unit)s” được. Hãy chọn người khác.") % {"unit": found.owner},
            field="to",
            act=act,
            target=found,
        )
    guards.move(found, act)
    found.assigned_to = to
    found.save(update_fields=["assigned_to", "state"])
    record(act, actor=actor, target=found, detail={"person": to.code if to else ""})
    return found


@transaction.atomic
def forward_feedback(*, actor: Actor, thread: FeedbackThread, to: Organization, note: str) -> FeedbackThread:
    """Make another unit its owner: up, down or across, with a note to them. The member sees who owns it now.

    The deadline the member was told stays, but the new owner has at least a working day; one that has passed stays
    passed, and was the old owner's. What is confidential is then for the new unit's people alone.
    """
    act = "forward_feedback"
    found = guards.worked_on(actor, thread, act)
    note = guards.line(note, field="note", act=act, missing=_("Hãy ghi lý do chuyển."), longest=guards.LONGEST_NOTE)
    if to.pk == found.owner_id or (to.valid_to is not None and to.valid_to <= today()):
        raise Refused(
            RefusalCode.INVALID,
            _("Hãy chọn một tổ chức khác đang hoạt động."),
            field="to",
            act=act,
            target=found,
        )
    if found.state == State.APPROVING:
        lapse(actor=actor, thing=AnswerDraft.objects.get(thread=found))
        found.refresh_from_db()
    now = timezone.now()
    put_draft_aside(found, actor)
    say(found, MessageKind.NOTE, note, at=now, officer=guards.person(actor))
    clock, before = Clock.at(now), found.owner
    late = clock.note_lateness(found)
    guards.move(found, act)
    for each in [found, *found.duplicates.filter(state=State.MERGED)]:
        Handover.objects.create(
            thread=each,
            kind=HandoverKind.FORWARD,
            from_unit=before,
            to_unit=to,
            by=guards.person(actor),
            note=note,
            through=each.last_number,
            at=now,
        )
        each.owner, each.assigned_to = to, None
        each.save()
    clock.hand_over(found)
    above = found.escalated_to
    if above is not None and (to.pk == above.pk or not to.path.startswith(above.path)):
        found.escalated_to = None
        if late:
            found.escalate_at = clock.next_escalation()
    found.save()
    if found.confidential:
        name_readers(found, to, at=now, anew=True)
    record(act, actor=actor, target=found, detail={"from": before.pk, "to": to.pk, "note": note})
    push_arrival(found)
    return found


@transaction.atomic
def note_feedback(*, actor: Actor, thread: FeedbackThread, body: str) -> FeedbackMessage:
    """Write something for the committee alone; the member never reads it."""
    act = "note_feedback"
    found = guards.worked_on(actor, thread, act)
    body = guards.text(body, field="body", act=act, missing=_("Hãy ghi nội dung ghi chú."))
    message = say(found, MessageKind.NOTE, body, at=timezone.now(), officer=guards.person(actor))
    found.save(update_fields=["last_number"])
    record(act, actor=actor, target=found)
    return message


@transaction.atomic
def name_reader(*, actor: Actor, thread: FeedbackThread, member: Member) -> FeedbackReader:
    """Let one more person read a confidential thread; only who is named may name."""
    act = "name_reader"
    found = guards.worked_on(actor, thread, act)
    if not found.confidential or member.user is None or not _may_answer_somewhere(member):
        raise Refused(
            RefusalCode.INVALID,
            _("Chỉ thêm được cán bộ trả lời góp ý vào góp ý mật. Hãy chọn người khác."),
            field="member",
            act=act,
            target=found,
        )
    reader, _made = FeedbackReader.objects.get_or_create(
        thread=found, member=member, defaults={"named_by": guards.person(actor), "at": timezone.now()}
    )
    record(act, actor=actor, target=found, detail={"person": member.code})
    return reader


@transaction.atomic
def reveal_author(*, actor: User, thread: FeedbackThread) -> Member:
    """Look who wrote an anonymous thread. For upper committees alone; that they looked is recorded, whom they saw is not.

    Raises Refused: NOT_FOUND where there is no such thread for them, FORBIDDEN where they may not know.
    """
    act = "reveal_author"
    found = guards.worked_on(actor, thread, act)
    if not may_reveal(actor, found):
        raise Refused(
            RefusalCode.FORBIDDEN,
            _("Đảng viên xin ẩn danh với chi bộ. Chỉ cấp ủy cấp trên được xem người gửi."),
            act=act,
            target=found,
        )
    record(act, actor=actor, target=found)
    return found.author


@transaction.atomic
def close_feedback(*, actor: Actor, thread: FeedbackThread, reason: str) -> FeedbackThread:
    """End a thread. Where it was not answered, the reason goes to the member; its duplicates end with it.

    Where the owner's committee approves answers, no text goes out unapproved: the reason becomes a note, and the member
    of an unanswered thread gets a fixed sentence.
    """
    act = "close_feedback"
    found = guards.worked_on(actor, thread, act)
    answered = found.state == State.ANSWERED
    missing = "" if answered else _("Hãy ghi lý do kết thúc để đảng viên được biết.")
    reason = guards.text(reason, field="reason", act=act, missing=missing)
    by: dict[str, Any] = {"at": (now := timezone.now()), "officer": guards.person(actor)}
    clock = Clock.at(now)
    put_draft_aside(found, actor)
    told = reason
    if approvals_of(found):
        if reason:
            say(found, MessageKind.NOTE, reason, **by)
        told = "" if answered else _ended()
    for each in [found, *found.duplicates.filter(state=State.MERGED)]:
        clock.stop(each)
        if told:
            say(each, MessageKind.COMMITTEE, told, **by)
        each.settled_at = each.settled_at or now
        guards.move(each, act)
        each.save()
        if told:
            push_answer(each)
    record(act, actor=actor, target=found, detail={"reason": reason})
    found.refresh_from_db()
    return found


@transaction.atomic
def reopen_for_unit(*, actor: Actor, thread: FeedbackThread, note: str) -> FeedbackThread:
    """Take an answered thread up again on the committee's own account, within the time for it; with a new deadline."""
    act = "reopen_feedback"
    found = guards.worked_on(actor, thread, act)
    note = guards.line(note, field="note", act=act, missing=_("Hãy ghi lý do mở lại."), longest=guards.LONGEST_NOTE)
    now = timezone.now()
    guards.require_reopenable(found, now, act)
    guards.move(found, act)
    found.settled_at = found.merged_into = None
    Clock.at(now).start(found)
    say(found, MessageKind.NOTE, note, at=now, officer=guards.person(actor))
    found.save()
    record(act, actor=actor, target=found, detail={"note": note, "due_at": found.due_at})
    return found


def put_draft_aside(thread: FeedbackThread, actor: Actor) -> None:
    """Keep an answer that will not be given as a note, and drop the draft."""
    draft = AnswerDraft.objects.filter(thread=thread).first()
    if draft is None:
        return
    body = _("Dự thảo trả lời chưa gửi:\n%(body)s") % {"body": draft.body}
    say(thread, MessageKind.NOTE, body, at=timezone.now(), officer=guards.person(actor))
    draft.delete()


def _ended() -> str:
    """What a member reads of an end for which nobody has approved any words."""
    with override("vi"):
        return _(
            "Cấp ủy kết thúc góp ý này mà không có câu trả lời. Trong 14 ngày, đồng chí có thể viết tiếp vào đây để cấp ủy"
            " xử lý lại."
        )


def _answers(member: Member, thread: FeedbackThread) -> bool:
    if member.user is None or member.pk == thread.author_id:
        return False
    if thread.confidential:
        return FeedbackReader.objects.filter(thread=thread, member=member).exists()
    return may(member.user, Right.ANSWER_FEEDBACK, thread.owner)


def _may_answer_somewhere(member: Member) -> bool:
    return held_by(member.user, Right.ANSWER_FEEDBACK).exists()
