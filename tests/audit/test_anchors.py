"""Copies of the chain's end: kept once, never written over, made up for, and never in the way of an act."""

import datetime
import json
import os
import uuid

import pytest
import time_machine
from django.core.checks import run_checks
from django.utils import timezone

from audit import anchors
from audit.actions import record
from audit.anchors import Anchor, Bucket, Folder, anchor_head, troubles
from audit.models import AnchorStore, AuditEntry, AuditHead
from audit.tasks import anchor as anchor_task

pytestmark = pytest.mark.django_db
ON_S3 = pytest.mark.skipif(not os.environ.get("S3_ENDPOINT_URL"), reason="needs S3_ENDPOINT_URL")


class Away:
    """A store that can be taken away."""

    name = "s3"

    def __init__(self):
        self.kept, self.is_away = [], False

    def put(self, anchor):
        if self.is_away:
            raise OSError("không có đường đến kho")
        self.kept.append(anchor)

    def after(self, seq):
        if self.is_away:
            raise OSError("không có đường đến kho")
        yield from (each for each in self.kept if each.seq > seq)


@pytest.fixture
def two_stores(monkeypatch, anchors_of_this_test):
    folder, away = Folder(anchors_of_this_test), Away()
    monkeypatch.setattr(anchors, "stores", lambda: [folder, away])
    return folder, away


def test_the_end_is_kept_in_a_file_of_its_own(anchors_of_this_test):
    record("một")
    last = record("hai")
    anchor_task()
    anchor_task()
    (path,) = anchors_of_this_test.iterdir()
    assert path.name == f"000000000002-{last.digest}.json"
    assert path.stat().st_mode & 0o777 == 0o440
    kept = json.loads(path.read_text())
    assert (kept["seq"], kept["digest"]) == (2, last.digest)
    record("ba")
    anchor_task()
    assert [each.seq for each in Folder(anchors_of_this_test).after(0)] == [2, 3]
    assert [each.seq for each in Folder(anchors_of_this_test).after(2)] == [3]
    assert AnchorStore.objects.values_list("name", "seq", "failed_at").get() == ("folder", 3, None)


def test_nothing_is_anchored_of_nothing(anchors_of_this_test):
    anchor_head()
    assert not anchors_of_this_test.exists()


def test_a_file_is_never_written_over(anchors_of_this_test):
    folder, anchor = Folder(anchors_of_this_test), Anchor(7, "a" * 64)
    folder.put(anchor)
    before = (anchors_of_this_test / anchor.name).read_bytes()
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1)):
        folder.put(anchor)
    assert [each.name for each in anchors_of_this_test.iterdir()] == [anchor.name]
    assert (anchors_of_this_test / anchor.name).read_bytes() == before


def test_a_store_that_is_away_stops_nothing_and_is_made_up_for(two_stores):
    folder, away = two_stores
    first = record("một")
    anchor_head()
    away.is_away = True
    second = record("hai")
    anchor_head()
    third = record("ba")
    anchor_head()
    state = AnchorStore.objects.get(name="s3")
    assert (state.seq, state.error) == (1, "không có đường đến kho")
    assert state.failed_at is not None
    assert [each.seq for each in folder.after(0)] == [1, 2, 3]
    away.is_away = False
    fourth = record("bốn")
    anchor_head()
    assert [each.digest for each in away.kept] == [each.digest for each in (first, second, third, fourth)]
    state.refresh_from_db()
    assert (state.seq, state.failed_at, state.error) == (4, None, "")


def test_trouble_is_told_once_it_has_lasted(two_stores):
    _folder, away = two_stores
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        record("một")
        assert troubles() == []
        away.is_away = True
        anchor_head()
        assert troubles() == []
    with time_machine.travel(now + datetime.timedelta(minutes=16), tick=False):
        assert troubles() == ["s3: không có đường đến kho"]
        found = [each for each in run_checks(databases=["default"]) if each.id == "audit.W002"]
        assert [each.msg for each in found] == ["Audit anchors: s3: không có đường đến kho."]
        away.is_away = False
        anchor_head()
        assert troubles() == []
        assert not [each for each in run_checks(databases=["default"]) if each.id.startswith("audit.")]


def test_a_tail_that_was_cut_is_told_by_the_next_anchor(tamper):
    entries = [record(f"act{n}") for n in range(5)]
    anchor_head()
    tamper("DELETE FROM audit_auditentry WHERE seq > 3")
    AuditHead.objects.update(seq=3, digest=entries[2].digest)
    anchor_head()
    assert "the audit ends at 3, but 5 was anchored" in AnchorStore.objects.get().error


def test_many_entries_ask_for_an_anchor_themselves(
    monkeypatch, django_capture_on_commit_callbacks, anchors_of_this_test
):
    monkeypatch.setattr("audit.actions.EVERY", 10)
    with django_capture_on_commit_callbacks(execute=True):
        for n in range(25):
            record(f"act{n}")
    assert [each.seq for each in Folder(anchors_of_this_test).after(0)] == [25]
    assert AuditEntry.objects.count() == 25


def test_a_queue_that_is_away_spoils_no_act(monkeypatch, django_capture_on_commit_callbacks):
    def away():
        raise OSError("không có hàng đợi")

    monkeypatch.setattr("audit.actions.EVERY", 1)
    monkeypatch.setattr("audit.actions.ask_for_anchor", away)
    with django_capture_on_commit_callbacks(execute=True):
        record("act")
    assert AuditEntry.objects.count() == 1


@pytest.mark.s3
@ON_S3
def test_the_bucket_refuses_to_write_over_an_anchor(settings, monkeypatch):
    """The server itself holds it: without the condition the second body would lie there (the control)."""
    bucket = Bucket(settings.S3_BUCKET)
    monkeypatch.setattr(anchors, "PREFIX", f"audit-anchors-test-{uuid.uuid4()}/")
    first, second = Anchor(9, "a" * 64), Anchor(10, "b" * 64)
    bucket.put(first)
    key = anchors.PREFIX + first.name
    body = bucket.client.get_object(Bucket=bucket.bucket, Key=key)["Body"].read()
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=1)):
        bucket.put(first)
        bucket.put(second)
    assert bucket.client.get_object(Bucket=bucket.bucket, Key=key)["Body"].read() == body
    assert list(bucket.after(0)) == [first, second]
    assert list(bucket.after(9)) == [second]
    bucket.client.put_object(Bucket=bucket.bucket, Key=key, Body=b"x")
    assert bucket.client.get_object(Bucket=bucket.bucket, Key=key)["Body"].read() == b"x"
    for each in (first, second):
        bucket.client.delete_object(Bucket=bucket.bucket, Key=anchors.PREFIX + each.name)


@pytest.mark.s3
@ON_S3
def test_a_bucket_with_wrong_keys_is_told(settings):
    settings.AUDIT_ANCHORS_BUCKET, settings.AWS_SECRET_ACCESS_KEY = settings.S3_BUCKET, "wrong"
    record("act")
    anchor_head()
    states = dict(AnchorStore.objects.values_list("name", "seq"))
    assert states == {"folder": 1, "s3": 0}
    assert AnchorStore.objects.get(name="s3").failed_at is not None
