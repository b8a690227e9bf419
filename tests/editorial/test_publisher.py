"""The publisher: what is due is done, once, in order, whatever fails beside it."""

from __future__ import annotations

import datetime
import threading

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from audit.models import AuditEntry
from cms.models import ContentPage
from editorial import actions, gate, publisher
from editorial.enums import ScheduledAct, ScheduleState
from editorial.models import Schedule
from publishing.enums import Act
from publishing.models import Change, Publication, PublishedItem

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 3, 3, 12, 0, tzinfo=datetime.UTC)


def minutes(number):
    return datetime.timedelta(minutes=number)


@pytest.fixture
def scheduled(draft, approve):
    """A function that makes an approved article with its times, as counted in minutes from noon."""

    def make(go_live, expire=None, **fields):
        if expire is not None:
            fields["expire_at"] = NOON + minutes(expire)
        return approve(draft(go_live_at=NOON + minutes(go_live), **fields))

    with time_machine.travel(NOON, tick=False):
        yield make


def run_at(minute):
    with time_machine.travel(NOON + minutes(minute), tick=False):
        report = publisher.publish_due()
    return (report.done, report.failed, report.taken)


def schedule_of(page, act=ScheduledAct.PUBLISH):
    return Schedule.objects.filter(page=page, act=act).latest("pk")


def test_nothing_goes_out_before_its_minute_and_everything_at_it(scheduled):
    page = scheduled(10)
    assert run_at(9) == (0, 0, 0)
    assert PublishedItem.objects.count() == 0
    assert run_at(10) == (1, 0, 0)
    assert Publication.objects.get().lateness_seconds == 0
    assert schedule_of(page).state == ScheduleState.DONE
    assert run_at(11) == (0, 0, 0)


def test_one_run_after_a_long_downtime_catches_up_in_order(scheduled):
    later, earlier = scheduled(20), scheduled(10)
    assert run_at(3 * 24 * 60) == (2, 0, 0)
    order = list(Change.objects.order_by("seq").values_list("item__page_id", flat=True))
    assert order == [earlier.pk, later.pk]
    lateness = Publication.objects.get(item__page_id=earlier.pk).lateness_seconds
    assert lateness == (3 * 24 * 60 - 10) * 60
    assert schedule_of(earlier).lateness == minutes(3 * 24 * 60 - 10)


def test_a_failing_item_stays_due_with_growing_pauses_and_others_go_on(scheduled, monkeypatch):
    broken, sound = scheduled(1), scheduled(2)
    form = gate.published_form

    def failing(page):
        if page.pk == broken.pk:
            raise OSError("the disk is full")
        return form(page)

    monkeypatch.setattr(gate, "published_form", failing)
    at = 5
    assert run_at(at) == (1, 1, 0)
    assert [item.page_id for item in PublishedItem.objects.all()] == [sound.pk]
    assert ContentPage.objects.get(pk=broken.pk).live is False
    pauses = []
    for attempt in range(1, 9):
        row = schedule_of(broken)
        assert (row.state, row.attempts, row.last_error) == (ScheduleState.PENDING, attempt, "the disk is full")
        pause = (row.next_attempt_at - NOON) - minutes(at)
        pauses.append(pause // minutes(1))
        assert run_at(at + pauses[-1] - 1) == (0, 0, 0)
        at += pauses[-1]
        assert run_at(at) == (0, 1, 0)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert schedule_of(broken).has_failed
    monkeypatch.setattr(gate, "published_form", form)
    assert run_at(at + 60) == (1, 0, 0)
    assert PublishedItem.objects.get(page_id=broken.pk).version == 1
    assert not schedule_of(broken).has_failed


def test_what_lacks_approvals_at_its_time_is_refused_and_audited(scheduled):
    page = scheduled(10)
    page.approvals.update(voided_at=timezone.now())
    assert run_at(10) == (0, 1, 0)
    assert PublishedItem.objects.count() == 0
    entry = AuditEntry.objects.get(act="publish")
    assert (entry.outcome, entry.actor, entry.detail["channel"]) == ("refused", "publisher", "publisher")
    assert "chưa đủ phê duyệt" in schedule_of(page).last_error


def test_what_was_called_off_never_goes_out(scheduled, province):
    page = scheduled(10)
    actions.cancel_schedule(actor=province.board, schedule_id=schedule_of(page).pk)
    assert run_at(24 * 60) == (0, 0, 0)
    assert Change.objects.count() == 0


def test_a_new_time_counts(scheduled, province):
    page = scheduled(10)
    actions.reschedule(actor=province.board, schedule_id=schedule_of(page).pk, due_at=NOON + minutes(30))
    assert run_at(29) == (0, 0, 0)
    assert run_at(30) == (1, 0, 0)


def test_what_expires_is_taken_down_at_its_minute(scheduled):
    page = scheduled(10, expire=20)
    assert run_at(10) == (1, 0, 0)
    assert run_at(19) == (0, 0, 0)
    assert run_at(20) == (1, 0, 0)
    assert list(Change.objects.order_by("seq").values_list("seq", "act")) == [(1, Act.UPSERT), (2, Act.REMOVE)]
    row = ContentPage.objects.get(pk=page.pk)
    assert (row.live, row.expired) == (False, True)
    assert PublishedItem.objects.out().count() == 0


def test_what_expired_while_nobody_published_never_goes_out(scheduled):
    page = scheduled(10, expire=20)
    assert run_at(30) == (0, 1, 0)
    assert PublishedItem.objects.count() == 0
    assert "hết hạn đã qua" in schedule_of(page).last_error


@pytest.fixture
def many(province, draft, approve):
    """Eight approved articles that are due: planned for tomorrow, then moved into the past."""
    for _ in range(8):
        approve(draft(go_live_at=timezone.now() + datetime.timedelta(days=1)))
    Schedule.objects.update(due_at=timezone.now() - datetime.timedelta(minutes=1))


def four_at_once():
    """Four publishers in threads with connections of their own, starting together."""
    together, reports, errors = threading.Barrier(4), [], []

    def run():
        try:
            due = list(Schedule.objects.due(timezone.now()).values_list("pk", flat=True))
            together.wait(timeout=30)
            report = publisher.Report()
            for pk in due:
                publisher._run_one(Schedule, pk, report)
            reports.append(report)
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return reports


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_four_publishers_at_once_do_each_item_once(many):
    reports = four_at_once()
    assert sum(report.done for report in reports) == 8
    assert sum(report.failed for report in reports) == 0
    assert sum(report.taken for report in reports) == 24
    assert list(Change.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 9))
    assert Publication.objects.count() == PublishedItem.objects.filter(version=1).count() == 8


def _without_state(wanted):
    return Schedule.objects.all().filter(**{name: value for name, value in wanted.items() if name != "state"})


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_without_the_compare_and_set_they_would_collide(many, monkeypatch):
    """The control: with the state left out of the claim, the ledger's unique row is all that holds."""
    monkeypatch.setattr(publisher.Schedule.objects, "filter", lambda **wanted: _without_state(wanted))
    reports = four_at_once()
    assert sum(report.done for report in reports) == 8
    assert sum(report.failed for report in reports) == 24
    assert Publication.objects.count() == PublishedItem.objects.filter(version=1).count() == 8
