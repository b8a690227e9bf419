"""What django-q2 runs, and the schedule it runs it by."""

import datetime

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule

from cms.health import _queue
from cms.models import Article
from editorial import tasks
from editorial.models import Feed
from publishing.models import Heartbeat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("queue")]


NOW = datetime.datetime(2026, 3, 2, 8, 0, tzinfo=datetime.UTC)


def test_the_schedules_are_made_once():
    tasks.ensure_schedules()
    before = list(Schedule.objects.order_by("pk").values())
    tasks.ensure_schedules()
    assert list(Schedule.objects.order_by("pk").values()) == before
    assert {row["func"]: (row["schedule_type"], row["minutes"], row["repeats"]) for row in before} == {
        "editorial.tasks.publish_due": ("I", 1, -1),
        "editorial.tasks.heartbeat": ("I", 1, -1),
        "editorial.tasks.poll_feeds": ("I", 15, -1),
        "audit.tasks.anchor": ("I", 5, -1),
        "editorial.tasks.send_review_links": ("I", 1, -1),
        "editorial.tasks.watch_deadlines": ("I", 5, -1),
        "editorial.tasks.warn_of_expiry": ("I", 60, -1),
        "publishing.effects.drain_all": ("I", 1, -1),
        "messaging.tasks.send_texts": ("I", 1, -1),
        "messaging.tasks.send_pushes": ("I", 1, -1),
        "uploads.tasks.drop_expired": ("I", 60, -1),
        "handbook.notices.tasks.tell_due": ("I", 1, -1),
        "handbook.feedback.tasks.run_clock": ("I", 5, -1),
    }
    assert settings.Q_CLUSTER["catch_up"] is False


def test_schedules_that_were_spoilt_are_mended():
    with time_machine.travel(NOW, tick=False):
        tasks.ensure_schedules()
        row = Schedule.objects.get(func="editorial.tasks.publish_due")
        row.pk = None
        row.save()
        Schedule.objects.filter(func="editorial.tasks.publish_due").update(
            minutes=999, repeats=0, next_run=NOW + datetime.timedelta(days=300)
        )
        Schedule.objects.create(func="other.room.task", minutes=5)
        tasks.ensure_schedules()
    row = Schedule.objects.get(func="editorial.tasks.publish_due")
    assert (row.minutes, row.repeats, row.next_run) == (1, -1, NOW)
    assert Schedule.objects.count() == len(tasks.SCHEDULES) + 1


def test_every_scheduled_function_exists():
    for func in tasks.SCHEDULES:
        assert callable(import_string(func))


def test_the_heartbeat_is_what_readiness_looks_at():
    assert _queue() is False
    with time_machine.travel(NOW, tick=False):
        tasks.heartbeat()
        tasks.heartbeat()
        assert _queue() is True
    assert Heartbeat.objects.get().at == NOW
    with time_machine.travel(NOW + datetime.timedelta(minutes=3), tick=False):
        assert _queue() is False


def test_the_wake_up_publishes(draft, approve):
    page = approve(draft(go_live_at=timezone.now() + datetime.timedelta(hours=1)))
    assert tasks.publish_due() == {"done": 0, "failed": 0, "taken": 0}
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=2), tick=False):
        assert tasks.publish_due() == {"done": 1, "failed": 0, "taken": 0}
    page.refresh_from_db()
    assert page.live


def test_each_feed_is_a_task_of_its_own(province, queue):
    on = Feed.objects.create(source=province.source, url="package:to-chuc-hoi-dap.xml")
    off = Feed.objects.create(source=province.source, url="package:tuyen-giao-chuyen-de.xml", active=False)
    assert tasks.poll_feeds() == 1
    assert queue.queue_size() == 1
    assert (tasks.poll_feed(on.pk), tasks.poll_feed(on.pk), tasks.poll_feed(off.pk), tasks.poll_feed(0)) == (2, 0, 0, 0)
    assert Article.objects.count() == 2
