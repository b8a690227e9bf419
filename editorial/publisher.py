"""The publisher: does what is due, each item on its own, any number of publishers at once.

Woken by django-q2 every minute and at once after an approval, and run as ``manage.py publish_due``. It depends on
none of these: what is due is read from the table, so after any downtime one run catches up.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from audit.actions import record_refusal
from audit.refusals import Refused
from editorial import gate
from editorial.enums import ScheduledAct, ScheduleState
from editorial.models import Release, Schedule
from publishing.enums import Ending

logger = logging.getLogger("sotay.publisher")

ACTOR = "publisher"
# Pauses between attempts, in minutes: doubling, an hour at most. It is never given up.
FIRST_PAUSE = 1
LONGEST_PAUSE = 60


@dataclasses.dataclass
class Report:
    """What one run did: acts done, acts that failed and stay due, acts that another publisher did first."""

    done: int = 0
    failed: int = 0
    taken: int = 0


def publish_due(now: datetime.datetime | None = None) -> Report:
    """Do everything that is due, once."""
    report, now = Report(), now or timezone.now()
    for pk in list(Schedule.objects.due(now).values_list("pk", flat=True)):
        _run_one(Schedule, pk, report)
    for pk in list(Release.objects.due(now).values_list("pk", flat=True)):
        _run_one(Release, pk, report)
    return report


def wake(schedule_id: int) -> None:
    """Do one planned act now if it is due; called after the transaction that planned it has committed."""
    if Schedule.objects.due(timezone.now()).filter(pk=schedule_id).exists():
        _run_one(Schedule, schedule_id, Report())


def wake_release(release_id: int) -> None:
    """The same for a release, after the transaction of its last approval."""
    if Release.objects.due(timezone.now()).filter(pk=release_id).exists():
        _run_one(Release, release_id, Report())


def _run_one(kind: type[Schedule] | type[Release], pk: int, report: Report) -> None:
    try:
        done = _do(pk) if kind is Schedule else gate.publish_release(pk, actor=ACTOR)
    except Exception as error:  # noqa: BLE001 - one bad item never stops the others; it stays due and is shown as failed
        report.failed += 1
        _note_failure(kind, pk, error)
    else:
        if done:
            report.done += 1
        else:
            report.taken += 1


@transaction.atomic
def _do(pk: int) -> bool:
    """Do one act; False where it is no longer pending, because another publisher or an editor was first.

    The row is marked and the act done in one transaction: killed at any moment, either both are there or neither.
    """
    page_id = Schedule.objects.filter(pk=pk).values_list("page_id", flat=True).first()
    if page_id is None:
        return False
    gate.lock_page(page_id)
    now = timezone.now()
    # On SQLite the row lock is the transaction itself (IMMEDIATE); the compare-and-set is right on both.
    claimed = Schedule.objects.filter(pk=pk, state=ScheduleState.PENDING, due_at__lte=now).update(
        state=ScheduleState.DONE, done_at=now
    )
    if not claimed:
        return False
    schedule = Schedule.objects.select_related("revision").get(pk=pk)
    actor = schedule.planned_by or ACTOR
    if schedule.act == ScheduledAct.PUBLISH:
        gate.publish(schedule.revision, actor=actor, due_at=schedule.due_at)
    elif schedule.act == ScheduledAct.LIFT:
        gate.lift_embargo(schedule.revision, actor=ACTOR)
    else:
        gate.take_out(schedule.page_id, actor=ACTOR, ending=Ending.EXPIRED, reason="")
    return True


def _note_failure(kind: type[Schedule] | type[Release], pk: int, error: Exception) -> None:
    logger.error("%s %s failed", kind._meta.model_name, pk, exc_info=None if isinstance(error, Refused) else error)
    if connection.in_atomic_block and connection.needs_rollback:
        raise error
    found = kind._default_manager.filter(pk=pk).first()
    if found is None:
        return
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(found.attempts, 10))
    kind._default_manager.filter(pk=pk, state=found.state).update(
        attempts=F("attempts") + 1,
        next_attempt_at=timezone.now() + datetime.timedelta(minutes=pause),
        last_error=str(error)[:2000] or type(error).__name__,
    )
    if isinstance(error, Refused):
        record_refusal(error, actor=ACTOR, channel="publisher")
