"""What phones are told of feedback. Locked screens are read by others: neither a name nor a subject stands on them.

Three subjects, each for the few people whom it concerns at the moment it is sent: an answer, for its author; something new,
for who answers at the owner; and a deadline that is near or over, for the same or the next committee above.
"""

from __future__ import annotations

import uuid

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from handbook.feedback.enums import RUNNING
from handbook.feedback.models import Consultation, FeedbackReader, FeedbackThread
from messaging.actions import push
from messaging.enums import PushCategory
from messaging.subjects import Subject, subject
from organizations.enums import Right
from organizations.models import Member
from organizations.scope import audience_keys, holders

ANSWER = "feedback_answer"
ARRIVAL = "feedback_arrival"
DEADLINE = "feedback_due"
CONSULTATION = "consultation"


def push_answer(thread: FeedbackThread) -> None:
    """Tell the author of the last word of the committee, once for each."""
    _push(thread, ANSWER, f"{thread.answered_number}")


def push_arrival(thread: FeedbackThread, *, said_in: FeedbackThread | None = None) -> None:
    """Tell who answers at the owner that something came, in the thread or a duplicate of it: once for each message and
    owner."""
    said_in = said_in or thread
    where = "" if said_in.pk == thread.pk else f"{said_in.pk}:"
    _push(thread, ARRIVAL, f"{thread.owner_id}:{where}{said_in.last_number}")


def push_deadline(thread: FeedbackThread, what: str) -> None:
    """Tell that a deadline is near or over; ``what`` keeps one of these from another."""
    _push(thread, DEADLINE, what)


def push_consultation(consultation: Consultation) -> None:
    """Tell the members of the unit's subtree that their opinion is asked, once."""
    push(
        effect_key=f"{CONSULTATION}:{consultation.pk}",
        subject_kind=CONSULTATION,
        subject_id=str(consultation.pk),
        category=PushCategory.FEEDBACK,
        urgent=False,
    )


@subject(CONSULTATION)
def asked_for(consultation_id: str) -> Subject | None:
    """A draft on which opinions are taken now."""
    found = Consultation.objects.filter(pk=uuid.UUID(consultation_id)).first()
    if found is None or not found.is_open_at(timezone.now()):
        return None
    with override("vi"):
        text = _("Xin ý kiến đồng chí về dự thảo: %(title)s") % {"title": found.title}
    return Subject(audience=frozenset(audience_keys("member", [found.organization_id])), text=text)


@subject(ANSWER)
def answered(thread_id: str) -> Subject | None:
    """An answer that the author has not read."""
    thread = FeedbackThread.objects.unread().filter(pk=uuid.UUID(thread_id)).select_related("author").first()
    if thread is None or thread.author.left_on is not None or thread.author.user_id is None:
        return None
    with override("vi"):
        text = _("Cấp ủy đã trả lời ý kiến của đồng chí. Mở ứng dụng để xem.")
    return Subject(audience=frozenset(), text=text, accounts=frozenset({thread.author.user_id}))


@subject(ARRIVAL)
def arrived(thread_id: str) -> Subject | None:
    """Something that waits for an answer."""
    with override("vi"):
        return _to_officers(thread_id, _("Có ý kiến của đảng viên chờ xử lý. Mở ứng dụng để xem."))


@subject(DEADLINE)
def due(thread_id: str) -> Subject | None:
    """Something whose deadline is near or over."""
    with override("vi"):
        return _to_officers(thread_id, _("Có ý kiến của đảng viên sắp hết hạn hoặc quá hạn trả lời."))


def _push(thread: FeedbackThread, kind: str, what: str) -> None:
    push(
        effect_key=f"{kind}:{thread.pk}:{what}",
        subject_kind=kind,
        subject_id=str(thread.pk),
        category=PushCategory.FEEDBACK,
        urgent=False,
    )


def _to_officers(thread_id: str, text: str) -> Subject | None:
    thread = FeedbackThread.objects.filter(pk=uuid.UUID(thread_id), state__in=RUNNING)
    found = thread.select_related("owner", "escalated_to").first()
    if found is None:
        return None
    people = Member.objects.active().filter(user__isnull=False).exclude(pk=found.author_id)
    if found.confidential:
        readers = FeedbackReader.objects.filter(thread=found).values("member")
        who = people.filter(pk__in=readers)
    else:
        who = people.filter(pk__in=holders(Right.ANSWER_FEEDBACK, found.owner).values("pk"))
        if found.escalated_to:
            who |= people.filter(pk__in=holders(Right.ANSWER_FEEDBACK, found.escalated_to).values("pk"))
    accounts = frozenset(pk for pk in who.values_list("user_id", flat=True) if pk)
    return Subject(audience=frozenset(), text=text, accounts=accounts)
