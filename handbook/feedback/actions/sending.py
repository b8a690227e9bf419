"""What a member does: ask, go on, rate, read. Asked again with the same client id, the first comes back."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial.requests.actions import lapse
from handbook.feedback.actions import guards
from handbook.feedback.actions.messages import attach, say
from handbook.feedback.clock import Clock
from handbook.feedback.enums import Kind, MessageKind, State
from handbook.feedback.models import AnswerDraft, FeedbackMessage, FeedbackThread, Topic
from handbook.feedback.naming import name_readers
from handbook.feedback.publication import tell_of_withdrawn_consent
from handbook.feedback.push import push_arrival
from handbook.feedback.routing import owner_for, veil_over
from organizations.models import Member, Organization
from organizations.names import folded

# Of one member within 24 hours. A meeting's worth of questions stays below; a flood does not drown a cell's secretary.
MOST_THREADS_A_DAY = 10
MOST_MESSAGES_A_DAY = 60
DAY = datetime.timedelta(days=1)


@transaction.atomic
def send_feedback(
    *,
    member: Member,
    subject: str,
    body: str,
    kind: str = Kind.QUESTION,
    topic: str = "",
    to: str = "",
    anonymous_to_cell: bool = False,
    confidential: bool = False,
    client_id: str = "",
    uploads: Iterable[uuid.UUID] = (),
) -> FeedbackThread:
    """Ask, give an opinion or report. ``to`` is the code of a unit on the member's line, ``topic`` the code of a topic.

    Raises Refused: REQUIRED or INVALID with the field at fault, NOT_FOUND for files that are not theirs, RATE_LIMITED.
    """
    act = "" if anonymous_to_cell else "send_feedback"
    lock_order()
    client_id = client_id[:64]
    if client_id and (known := FeedbackThread.objects.filter(author=member, client_id=client_id).first()):
        return known
    subject = guards.line(subject, field="subject", act=act, missing=_("Hãy ghi tiêu đề của góp ý."))
    body = guards.text(body, field="body", act=act, missing=_("Hãy ghi nội dung của góp ý."))
    if kind not in Kind.values:
        raise Refused(RefusalCode.INVALID, _("Hãy chọn câu hỏi, góp ý hoặc phản ánh."), field="kind", act=act)
    about = _topic(topic, act)
    chosen = _unit_above(member, to, act)
    now = timezone.now()
    _refuse_floods(member, now, act, new=True)
    owner = owner_for(member, about, chosen)
    thread = FeedbackThread(
        kind=kind,
        topic=about,
        subject=subject,
        text_folded=folded(subject),
        author=member,
        cell=member.cell,
        veil=veil_over(member.cell),
        addressed_to=owner,
        owner=owner,
        anonymous_to_cell=anonymous_to_cell,
        confidential=confidential,
        created_at=now,
        client_id=client_id,
    )
    Clock.at(now).start(thread)
    thread.save()
    message = say(thread, MessageKind.MEMBER, body, at=now, client_id=client_id)
    if member.user:
        attach(message, uploads, actor=member.user)
    thread.save()
    if confidential:
        name_readers(thread, owner, at=now)
    record(
        "send_feedback",
        actor=guards.heard(member, anonymous=anonymous_to_cell),
        target=thread,
        detail={"kind": kind, "organization": owner.pk, "due_at": thread.due_at},
    )
    push_arrival(thread)
    return thread


@transaction.atomic
def reply_feedback(
    *,
    member: Member,
    thread_id: uuid.UUID,
    body: str,
    client_id: str = "",
    after: str = "",
    uploads: Iterable[uuid.UUID] = (),
) -> FeedbackThread:
    """Go on in one's own thread. What was answered is taken up again by that, within the time for it. What is said in a
    duplicate counts as said in the thread with which it is answered: its approvals lapse, its clock goes on.

    ``after`` is the client id of what the phone sent before: until that has come, this is refused with CONFLICT, so that
    messages written offline stand in their order. Raises Refused EXPIRED where the thread was settled too long ago.
    """
    thread = guards.own(member, thread_id)
    client_id = client_id[:64]
    if client_id and FeedbackMessage.objects.filter(thread=thread, client_id=client_id).exists():
        return thread
    silent = thread.anonymous_to_cell
    act = "reopen_feedback" if thread.state in (State.ANSWERED, State.CLOSED) else "reply_feedback"
    told = "" if silent else act
    guards.require_state(thread, act, by_author=True)
    if after and not FeedbackMessage.objects.filter(thread=thread, client_id=after[:64]).exists():
        raise Refused(
            RefusalCode.CONFLICT, _("Tin nhắn trước chưa gửi được. Hãy gửi lại theo thứ tự."), field="after", act=""
        )
    body = guards.text(body, field="body", act=told, missing=_("Hãy ghi nội dung trả lời."))
    now = timezone.now()
    if act == "reopen_feedback":
        guards.require_reopenable(thread, now, told)
    _refuse_floods(member, now, told)
    voice = guards.heard(member, anonymous=silent)
    answered_in = thread.merged_into if thread.state == State.MERGED and thread.merged_into else thread
    if answered_in.state == State.APPROVING:
        lapse(actor=voice, thing=AnswerDraft.objects.get(thread=answered_in))
        answered_in.refresh_from_db()
    clock = Clock.at(now)
    if act == "reopen_feedback":
        thread.settled_at = thread.merged_into = None
        clock.start(thread)
    elif answered_in.state == State.WAITING:
        clock.go_on(answered_in)
    if answered_in.pk != thread.pk:
        guards.move(answered_in, act)
        answered_in.save()
    guards.move(thread, act)
    message = say(thread, MessageKind.MEMBER, body, at=now, client_id=client_id)
    if member.user:
        attach(message, uploads, actor=member.user)
    thread.save()
    record(act, actor=voice, target=thread, detail={"due_at": answered_in.due_at})
    push_arrival(answered_in, said_in=thread)
    return thread


@transaction.atomic
def rate_feedback(*, member: Member, thread_id: uuid.UUID, stars: int, comment: str = "") -> FeedbackThread:
    """Say how good an answer was, 1 to 5; may be changed."""
    act = "rate_feedback"
    thread = guards.own(member, thread_id)
    told = "" if thread.anonymous_to_cell else act
    guards.require_state(thread, act, by_author=True)
    if not 1 <= stars <= 5:
        raise Refused(RefusalCode.INVALID, _("Hãy chấm từ 1 đến 5 sao."), field="stars", act=told)
    comment = guards.line(comment, field="comment", act=told, missing="", longest=guards.LONGEST_NOTE)
    thread.rating, thread.rating_comment = stars, comment
    thread.save(update_fields=["rating", "rating_comment"])
    voice = guards.heard(member, anonymous=thread.anonymous_to_cell)
    record(act, actor=voice, target=thread, detail={"stars": stars})
    return thread


@transaction.atomic
def allow_publication(*, member: Member, thread_id: uuid.UUID, allowed: bool) -> FeedbackThread:
    """Say whether the committee may publish the question with its answer, without names. Taken back at any time.

    Taken back, a draft can no longer go out, and the desk is told; one that is out lies there to be withdrawn.
    """
    act = "allow_publication"
    thread = guards.own(member, thread_id)
    taken_back = thread.may_publish and not allowed
    thread.may_publish = allowed
    thread.save(update_fields=["may_publish"])
    if taken_back and thread.published_page_id:
        tell_of_withdrawn_consent(thread.published_page_id)
    voice = guards.heard(member, anonymous=thread.anonymous_to_cell)
    record(act, actor=voice, target=thread, detail={"allowed": allowed})
    return thread


@transaction.atomic
def mark_feedback_read(*, member: Member, thread_id: uuid.UUID) -> FeedbackThread:
    """Say that the answers so far were read."""
    thread = guards.own(member, thread_id)
    if thread.read_number < thread.answered_number:
        thread.read_number = thread.answered_number
        thread.save(update_fields=["read_number"])
    return thread


def _topic(code: str, act: str) -> Topic | None:
    if not code:
        return None
    found = Topic.objects.offered().filter(code=code).first()
    if found is None:
        message = _("Không có lĩnh vực “%(code)s”. Hãy chọn lại.") % {"code": code[:32]}
        raise Refused(RefusalCode.INVALID, message, field="topic", act=act)
    return found


def _unit_above(member: Member, code: str, act: str) -> Organization | None:
    """The unit of this code on the member's line. Another's and one that nobody has are refused in the same words."""
    if not code:
        return None
    found = member.cell.line().in_force().filter(code=code).first()
    if found is None:
        message = _("“%(code)s” không phải chi bộ hoặc cấp ủy cấp trên của đồng chí.") % {"code": code[:32]}
        raise Refused(RefusalCode.INVALID, message, field="to", act=act)
    return found


def _refuse_floods(member: Member, now: datetime.datetime, act: str, *, new: bool = False) -> None:
    """Refuse more than a member may write within 24 hours, the first message of each thread included."""
    since = now - DAY
    threads = FeedbackThread.objects.filter(author=member, created_at__gt=since).count()
    said = FeedbackMessage.objects.filter(thread__author=member, kind=MessageKind.MEMBER, sent_at__gt=since)
    if (new and threads >= MOST_THREADS_A_DAY) or said.count() >= MOST_MESSAGES_A_DAY:
        raise Refused(
            RefusalCode.RATE_LIMITED,
            _("Hôm nay đồng chí đã gửi nhiều góp ý. Hãy đợi đến ngày mai, hoặc gặp trực tiếp cấp ủy nếu gấp."),
            act=act,
        )
