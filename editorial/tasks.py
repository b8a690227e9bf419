"""What django-q2 runs. Each task is a wake-up call: the work is read from our tables, so one that is lost or run twice
changes nothing (docs/publishing.md)."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from editorial import publisher
from publishing.models import Heartbeat

WORKER = "worker"
# Task and minutes between its runs. Q_CLUSTER["catch_up"] is off: missed runs are not made up for.
SCHEDULES = {
    "editorial.tasks.publish_due": 1,
    "editorial.tasks.heartbeat": 1,
    "editorial.tasks.poll_feeds": 15,
    "audit.tasks.anchor": 5,
    "editorial.tasks.send_review_links": 1,
    "editorial.tasks.watch_deadlines": 5,
    "editorial.tasks.warn_of_expiry": 60,
    "publishing.effects.drain_all": 1,
    "messaging.tasks.send_texts": 1,
    "messaging.tasks.send_pushes": 1,
    "uploads.tasks.drop_expired": 60,
}


def publish_due() -> dict[str, int]:
    """Do what is due; the counts are kept with the task for whoever looks."""
    report = publisher.publish_due()
    return {"done": report.done, "failed": report.failed, "taken": report.taken}


def heartbeat() -> None:
    """Say that a worker runs tasks. ``/readyz`` and ``run_worker`` believe this and nothing else."""
    Heartbeat.objects.update_or_create(name=WORKER, defaults={"at": timezone.now()})


def ask_for_heartbeat() -> None:
    """Queue a heartbeat now: a new worker is known to be well after a second, not after its scheduler's first round."""
    from django_q.tasks import async_task  # django-q2 reads its models at import, so not before the apps are ready

    async_task("editorial.tasks.heartbeat")


def send_review_links() -> int:
    """Send those who decide their links to what waits for them; how many."""
    from editorial.phone_review.sending import send_missing

    return send_missing()


def poll_feeds() -> int:
    """Queue each feed as a task of its own, so that slow ones do not use up each other's time."""
    from django_q.tasks import async_task

    from editorial.models import Feed

    feeds = list(Feed.objects.to_poll().values_list("pk", flat=True))
    for pk in feeds:
        async_task("editorial.tasks.poll_feed", pk)
    return len(feeds)


def poll_feed(feed_id: int) -> int:
    """Poll one feed, if it is still on; the number of new drafts."""
    from editorial.ingest.actions import poll_feed as poll
    from editorial.models import Feed

    feed = Feed.objects.to_poll().filter(pk=feed_id).first()
    return poll(feed).made if feed else 0


@transaction.atomic
def ensure_schedules() -> None:
    """Make django-q2's schedule say what SCHEDULES says: one row a task, without end, due within one interval."""
    from django_q.models import Schedule

    now = timezone.now()
    for func, minutes in SCHEDULES.items():
        rows = list(Schedule.objects.select_for_update().filter(func=func).order_by("pk"))
        row = rows[0] if rows else Schedule(func=func)
        Schedule.objects.filter(pk__in=[extra.pk for extra in rows[1:]]).delete()
        row.name = func.rsplit(".", 1)[1]
        row.schedule_type, row.minutes, row.repeats = Schedule.MINUTES, minutes, -1
        if row.pk is None or row.next_run is None or row.next_run > now + datetime.timedelta(minutes=minutes):
            row.next_run = now
        row.save()


def watch_deadlines() -> dict[str, int]:
    """Remind those whose word is missing, and pass on what is overdue; how many of each."""
    from editorial.deadlines.actions import watch

    return watch()


def warn_of_expiry() -> int:
    """Tell desks what of theirs is about to expire; how many."""
    from editorial.deadlines.expiry import warn

    return warn()
