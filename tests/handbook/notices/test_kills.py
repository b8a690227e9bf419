"""Real processes, killed between a provider's taking a message and our writing it down (``bench.notice_kills``)."""

import signal

import pytest
from django.db import connections
from django.utils import timezone
from django_q.conf import Conf

from bench import notice_kills
from handbook.notices import actions
from handbook.notices.actions import Content
from handbook.notices.models import Notice, NoticeReceipt
from messaging.models import PushPreference
from organizations.models import Member
from tests.handbook.notices.conftest import HOUR

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def notice(province, person, monkeypatch):
    """An urgent notice of an hour ago to six people, of whom one has acknowledged it, and its reminder; none of it told."""
    monkeypatch.setattr(Conf, "SYNC", False)  # wake-ups go to a queue that nobody reads: here the tests say who sends
    people = [person("TB01XA") for _ in range(6)]
    for number, user in enumerate(people):
        Member.objects.filter(pk=user.own.pk).update(phone=f"09000000{number}")
        PushPreference.objects.create(user=user, quiet_from="00:00", quiet_to="00:00")
    unit = province.units.TB01X
    actions.set_text_budget(actor="test", organization=unit, per_month=100)
    content = Content(title="Bão", body="b", urgent=True, requires_acknowledgement=True)
    sent = actions.send_now(actor="test", organization=unit, content=content)
    now = timezone.now()
    NoticeReceipt.objects.create(
        notice=sent, member=people[0].own, version=1, delivered_at=now, read_at=now, acknowledged_at=now
    )
    actions.remind_notice(actor="test", notice=sent)
    Notice.objects.filter(pk=sent.pk).update(sent_at=now - HOUR)
    return sent


# By the number in its process: a text asked for, a batch of pushes taken, and a text taken.
KILLS = [("asking", 3), ("after", 2), ("after", 7)]


@pytest.mark.parametrize("keyless", [False, True])
def test_nobody_is_skipped_and_nobody_told_twice(notice, environment, tmp_path, keyless):
    record = tmp_path / "record"
    connections.close_all()
    statuses = [
        notice_kills.run(record, kill=kill, at=at, batch=2, keyless=keyless, env=environment) for kill, at in KILLS
    ]
    assert statuses == [-signal.SIGKILL] * 3
    assert notice_kills.run(record, batch=2, keyless=keyless, env=environment) == 0
    found = notice_kills.compare(record, notice, keyless=keyless)
    assert found["missed"] == []
    assert (found["told"], found["skipped"], found["twice"]) == ([6, 5, 5], [0, 0, 0], 0)
    pushes, texts = found["again"]
    assert pushes >= 2  # the batch in hand of the first kill, under its own keys
    # A text in hand at a kill: again under its key where that is safe, else never, and the ledger says so.
    assert (texts >= 1, found["uncertain"] >= 1) == (not keyless, keyless)
