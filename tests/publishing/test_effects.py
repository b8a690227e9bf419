"""Consumers of the change log: none skipped, none out of order, one failing does not hold up the others."""

import pytest

from publishing import effects
from publishing.models import Change, Consumer, PublishedItem

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
