"""Consumers of the change log: none skipped, none out of order, one failing does not hold up the others."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from publishing import effects
from publishing.actions import take_down
from publishing.models import Change, Consumer, PublishedItem
from tests.publishing.conftest import put_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def handlers(monkeypatch):
    registry = {}
    monkeypatch.setattr(effects, "_handlers", registry)
    return registry


@pytest.fixture
def three_changes(draft, approve, handlers):
    for title in ("Một", "Hai", "Ba"):
        approve(draft(title))
    return list(Change.objects.order_by("seq"))


def test_each_change_is_handled_once_and_in_order(handlers, three_changes):
    seen = []
    handlers["list"] = lambda change: seen.append(change.seq)
    assert effects.drain_all() == {"list": 3}
    assert effects.drain_all() == {"list": 0}
    assert seen == [1, 2, 3]
    assert Consumer.objects.get(name="list").seq == 3


def test_a_failing_consumer_stops_where_it_fails_and_goes_on_when_mended(handlers, three_changes):
    seen, broken = [], [2]

    def flaky(change):
        PublishedItem.objects.filter(pk=change.item_id).update(summary="half done")
        if change.seq in broken:
            raise RuntimeError("no answer")
        seen.append(change.seq)

    handlers["flaky"] = flaky
    handlers["steady"] = lambda change: None
    assert effects.drain_all() == {"flaky": 1, "steady": 3}
    state = Consumer.objects.get(name="flaky")
    assert (state.seq, state.error) == (1, "no answer")
    assert PublishedItem.objects.filter(summary="half done").count() == 1  # the failing step was rolled back
    broken.clear()
    assert effects.drain("flaky") == 2
    state.refresh_from_db()
    assert (seen, state.seq, state.failed_at) == ([1, 2, 3], 3, None)


def test_a_queue_that_is_down_does_not_undo_a_publication(draft, approve, handlers, monkeypatch):
    def down(*args, **kwargs):
        raise ConnectionError("queue")

    monkeypatch.setattr("django_q.tasks.async_task", down)
    assert approve(draft("Tin")).live
    assert PublishedItem.objects.out().count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_log_tells_what_one_transaction_wrote():
    one = put_out("public")
    with transaction.atomic():
        put_out("public")
        with pytest.raises(IntegrityError), transaction.atomic():
            put_out("public")
            raise IntegrityError
        put_out("public", page_id=one.page_id)
        take_down(page_id=one.page_id)
    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic():
            put_out("public")
            raise IntegrityError
        put_out("public")
    assert list(Change.objects.values_list("continues", flat=True)) == [False, False, True, True, False]


@pytest.fixture
def two_transactions(three_changes):
    """The first change, and two that went out together."""
    Change.objects.update(continues=False)
    Change.objects.filter(seq=3).update(continues=True)


def test_a_consumer_of_transactions_is_never_given_a_part_of_one(handlers, two_transactions, monkeypatch):
    steps = []

    @effects.consumer_of_transactions("whole")
    def whole(changes):
        steps.append([change.seq for change in changes])

    monkeypatch.setattr(effects, "AT_ONCE", 1)
    assert effects.drain("whole") == 3
    assert steps == [[1], [2, 3]]
    Consumer.objects.update(seq=0)
    steps.clear()
    monkeypatch.setattr(effects, "AT_ONCE", 500)
    assert effects.drain("whole") == 3
    assert steps == [[1, 2, 3]]


def test_where_many_fail_together_all_before_the_failing_one_are_handled(handlers, two_transactions):
    seen, broken = [], [3]

    @effects.consumer_of_transactions("whole")
    def whole(changes):
        if any(change.seq in broken for change in changes):
            raise RuntimeError("no answer")
        seen.extend(change.seq for change in changes)

    assert effects.drain("whole") == 1
    assert (seen, Consumer.objects.get(name="whole").seq) == ([1], 1)
    broken.clear()
    assert effects.drain("whole") == 2 and seen == [1, 2, 3]


def test_what_has_been_brought_about_in_another_way_is_skipped(handlers, three_changes):
    seen = []
    handlers["list"] = lambda change: seen.append(change.seq)
    assert effects.is_behind("list") and effects.last_seq() == 3
    effects.skip_to("list", 2)
    effects.skip_to("list", 1)  # never back
    assert effects.still_to_come("list", [change.item_id for change in three_changes]) == {three_changes[2].item_id}
    assert effects.drain("list") == 1 and seen == [3]
    assert not effects.is_behind("list")


def test_work_that_fails_afterwards_holds_up_nothing(handlers, three_changes, monkeypatch):
    done = []
    monkeypatch.setattr(
        effects, "_afterwards", {"a": lambda: 1 / 0, "b": lambda: done.append(Consumer.objects.count())}
    )
    handlers["list"] = lambda change: None
    assert effects.drain_all() == {"list": 3}
    assert done == [1]


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_consumer_that_another_process_is_at(handlers):
    put_out("public")
    at_it, go_on, seen = threading.Event(), threading.Event(), []

    def slow(change):
        seen.append(change.seq)
        at_it.set()
        assert go_on.wait(20)

    def other():
        effects.drain("slow")
        connection.close()

    handlers["slow"] = slow
    process = threading.Thread(target=other)
    process.start()
    assert at_it.wait(20)
    put_out("public")
    assert effects.drain("slow") == 0  # at once, and not lost: the other goes on with it
    go_on.set()
    process.join()
    assert seen == [1, 2] and Consumer.objects.get(name="slow").seq == 2


@pytest.mark.django_db(transaction=True)
def test_a_change_that_comes_while_a_consumer_lets_go_is_handled(handlers, monkeypatch):
    """The wake-up for it found the consumer taken, and nobody wakes it again."""
    seen, look = [], effects.is_behind
    handlers["list"] = lambda change: seen.append(change.seq)

    def look_after_one_came(name):
        if not seen:
            put_out("public")
        return look(name)

    monkeypatch.setattr(effects, "is_behind", look_after_one_came)
    assert effects.drain("list") == 1 and seen == [1]
