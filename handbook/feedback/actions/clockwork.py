"""What the clock does by itself. Each step finds its rows by an index, and takes each with a compare-and-set: any number
of runs at once, or one that was killed, do nothing twice."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from audit.actions import lock_order, record
from handbook.feedback.actions import guards
from handbook.feedback.actions.consulting import tell_due_consultations
from handbook.feedback.clock import Clock
from handbook.feedback.enums import REOPEN_WITHIN, RUNNING, HandoverKind, State
from handbook.feedback.models import FeedbackReader, FeedbackThread, Handover
from handbook.feedback.naming import has_reader, name_readers
from handbook.feedback.push import push_arrival, push_deadline
from organizations.models import Organization, today

MOST = 200  # of each kind in one run; the next is minutes away
ACTOR = "clock"


def run_clock() -> dict[str, int]:
    """Warn, escalate, close for good, name readers where nobody is left, tell of drafts; how many of each."""
    return {
        "warned": warn_due(),
        "escalated": escalate_due(),
        "closed": close_settled(),
        "named": name_missing_readers(),
        "asked": tell_due_consultations(),
    }


def warn_due() -> int:
    """Tell who answers that a deadline is near."""
    done = 0
    for thread in FeedbackThread.objects.filter(warn_at__lte=timezone.now()).order_by("warn_at")[:MOST]:
        with transaction.atomic():
            if FeedbackThread.objects.filter(pk=thread.pk, warn_at=thread.warn_at).update(warn_at=None):
                push_deadline(thread, f"near:{_stamp(thread.due_at)}")
                done += 1
    return done


def escalate_due() -> int:
    """Note deadlines that passed, and tell the next committee above. The owner stays the owner, and late."""
    done = 0
    due = FeedbackThread.objects.filter(escalate_at__lte=timezone.now()).order_by("escalate_at")
    for pk in due.values_list("pk", flat=True)[:MOST]:
        with transaction.atomic():
            done += _escalate(pk)
    return done


def close_settled() -> int:
    """Close what was answered and can no longer be taken up again."""
    over = timezone.now() - REOPEN_WITHIN
    done = 0
    settled = FeedbackThread.objects.filter(state=State.ANSWERED, settled_at__lt=over).order_by("settled_at")
    for thread in settled[:MOST]:
        with transaction.atomic():
            lock_order()
            still = FeedbackThread.objects.filter(pk=thread.pk, state=State.ANSWERED, settled_at=thread.settled_at)
            if still.update(state=State.CLOSED):
                record("close_feedback", actor=ACTOR, target=thread)
                done += 1
    return done


def name_missing_readers() -> int:
    """Name the present secretary in confidential threads whose readers have all gone: somebody must answer them."""
    done = 0
    named = FeedbackReader.objects.filter(
        thread=OuterRef("pk"), member__left_on=None, member__positions__valid_to=None, member__user__is_active=True
    )
    doubtful = FeedbackThread.objects.unsettled().filter(~Exists(named), confidential=True)
    for thread in doubtful.select_related("owner", "author").order_by("created_at")[:MOST]:
        with transaction.atomic():
            lock_order()
            if not has_reader(thread):
                before = thread.readers.count()
                name_readers(thread, thread.owner, at=timezone.now())
                done += thread.readers.count() > before
                push_arrival(thread)
    return done


def _escalate(pk: uuid.UUID) -> int:
    lock_order()
    now = timezone.now()
    thread = FeedbackThread.objects.select_related(*guards.RELATED).filter(pk=pk, state__in=RUNNING).first()
    if thread is None or thread.escalate_at is None or thread.escalate_at > now:
        return 0
    clock = Clock.at(now)
    clock.note_lateness(thread)
    above = _committee_above(thread.escalated_to or thread.owner)
    thread.escalate_at = clock.next_escalation() if above is not None else None
    if above is not None:
        Handover.objects.create(
            thread=thread,
            kind=HandoverKind.ESCALATION,
            from_unit=thread.escalated_to or thread.owner,
            to_unit=above,
            through=thread.last_number,
            at=now,
        )
        thread.escalated_to = above
    thread.save(update_fields=["escalate_at", "escalated_to"])
    if above is not None:
        if thread.confidential:
            name_readers(thread, above, at=now)
        record("escalate_feedback", actor=ACTOR, target=thread, detail={"to": above.pk, "due_at": thread.due_at})
    push_deadline(thread, f"over:{_stamp(thread.due_at)}:{above.pk if above else 0}")
    return int(above is not None)


def _committee_above(unit: Organization) -> Organization | None:
    above = Organization.objects.filter(pk__in=unit.line_ids[:-1]).order_by("-path")
    return next((each for each in above if each.valid_to is None or each.valid_to > today()), None)


def _stamp(moment: datetime.datetime | None) -> str:
    return f"{int(moment.timestamp())}" if moment else ""
