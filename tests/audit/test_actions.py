"""The chain: what is appended, what tampering shows, and that two who append at once do not fork it."""

import json
import threading

import pytest
from django.db import connection, connections, transaction

from audit.actions import first_broken_entry, lock_order, record, record_refusal
from audit.enums import Outcome, RefusalCode
from audit.models import GENESIS, AppendOnly, AuditEntry, AuditHead
from audit.refusals import Refused
from tests.conftest import make_user


def five():
    return [
        record(f"act{n}", actor="người thử", target=f"vật {n}", detail={"n": n, "chữ": "Đảng ủy"}) for n in range(1, 6)
    ]


@pytest.mark.django_db
def test_entries_are_numbered_and_chained():
    user = make_user("ghi")
    first = record("publish", actor=user, target=user, detail={"revision": 7})
    second = record("expire", actor="publisher")
    third = record("sign_in")
    assert [e.seq for e in (first, second, third)] == [1, 2, 3]
    assert (first.previous, second.previous, third.previous) == (GENESIS, first.digest, second.digest)
    assert (first.actor_id, first.actor, first.target_type, first.target_id) == (
        user.pk,
        "ghi",
        "accounts.user",
        str(user.pk),
    )
    assert (second.actor_id, second.actor, third.actor) == (None, "publisher", "anonymous")
    head = AuditHead.objects.get()
    assert (head.seq, head.digest) == (3, third.digest)
    assert first_broken_entry() is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "detail",
    [
        {"số": 1.5, "lồng": {"b": [1, 2, {"a": None}], "a": True}},
        {"ngày": "2026-01-31T23:59:59.999999+07:00"},
        {"chữ": "Đồng chí “Nguyễn Văn Ả”\n\t\\ /"},
        {},
    ],
)
def test_every_store_gives_back_what_was_hashed(detail):
    record("act", actor="x" * 300, target="y" * 300, detail=detail)
    assert AuditEntry.objects.get().detail == detail
    assert first_broken_entry() is None


@pytest.mark.django_db
def test_text_that_postgresql_cannot_keep_is_recorded_without_it():
    record("act\x00", actor="kẻ\x00 phá", target="a\x00b", detail={"k\x00": "v\x00", "nửa": "\ud800", "sâu": ["\x00"]})
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.target) == ("act\ufffd", "kẻ\ufffd phá", "a\ufffdb")
    assert entry.detail == {"k\ufffd": "v\ufffd", "nửa": "\ufffd", "sâu": ["\ufffd"]}
    assert first_broken_entry() is None


TAMPERED = {
    "at": "2020-01-01 00:00:00+00:00",
    "actor_id": 99,
    "actor": "người khác",
    "act": "khác",
    "outcome": "refused",
    "target_type": "cms.article",
    "target_id": "99",
    "target": "vật khác",
    "detail": json.dumps({"n": 4, "chữ": "Đảng ủy"}),
    "unit": "/1/",
    "actor_unit": "/1/",
    "previous": "f" * 64,
    "digest": "f" * 64,
}


COLUMNS = (
    "seq, at, actor_id, actor, act, outcome, target_type, target_id, target, detail, unit, actor_unit, previous, digest"
)


def test_the_tampered_fields_are_all_there_are():
    assert set(TAMPERED) == {field.column for field in AuditEntry._meta.fields} - {"seq"}


@pytest.mark.django_db
@pytest.mark.parametrize("column", sorted(TAMPERED))
def test_a_changed_field_is_found(tamper, column):
    five()
    tamper(f"UPDATE audit_auditentry SET {column} = %s WHERE seq = 3", TAMPERED[column])
    assert first_broken_entry() == 3


@pytest.mark.django_db
def test_a_changed_field_with_its_digest_made_to_fit_is_found_at_the_next_entry(tamper):
    five()
    tamper("UPDATE audit_auditentry SET actor = %s WHERE seq = 3", "người khác")
    tamper("UPDATE audit_auditentry SET digest = %s WHERE seq = 3", AuditEntry.objects.get(pk=3).computed_digest())
    assert first_broken_entry() == 4


@pytest.mark.django_db
def test_a_deleted_entry_is_found(tamper):
    five()
    tamper("DELETE FROM audit_auditentry WHERE seq = 2")
    assert first_broken_entry() == 2


@pytest.mark.django_db
def test_two_entries_that_changed_places_are_found(tamper):
    five()
    tamper("UPDATE audit_auditentry SET seq = 99 WHERE seq = 2")
    tamper("UPDATE audit_auditentry SET seq = 2 WHERE seq = 3")
    tamper("UPDATE audit_auditentry SET seq = 3 WHERE seq = 99")
    assert first_broken_entry() == 2


@pytest.mark.django_db
def test_an_entry_put_in_between_is_found(tamper):
    five()
    tamper("UPDATE audit_auditentry SET seq = 6 WHERE seq = 5")
    tamper(
        f"INSERT INTO audit_auditentry ({COLUMNS}) SELECT 5, at, actor_id, actor, act, outcome, target_type, target_id, target,"
        " detail, unit, actor_unit, previous, digest FROM audit_auditentry WHERE seq = 4"
    )
    assert first_broken_entry() == 5


@pytest.mark.django_db
def test_an_entry_put_behind_the_last_is_found(tamper):
    last = five()[-1]
    forged = AuditEntry(seq=6, at=last.at, actor="x", act="y", outcome=Outcome.DONE, previous=last.digest)
    forged.digest = forged.computed_digest()
    tamper(
        f"INSERT INTO audit_auditentry ({COLUMNS}) SELECT 6, at, NULL, 'x', 'y', outcome, '', '', '', '{{}}', '', '', %s, %s"
        " FROM audit_auditentry WHERE seq = 5",
        last.digest,
        forged.digest,
    )
    assert first_broken_entry() == 6


@pytest.mark.django_db
@pytest.mark.parametrize("kept", [0, 2, 4])
def test_a_cut_tail_is_found(tamper, kept):
    five()
    tamper("DELETE FROM audit_auditentry WHERE seq > %s", kept)
    assert first_broken_entry() == kept + 1


@pytest.mark.django_db
def test_a_head_set_back_together_with_the_tail_is_found_by_the_next_number(tamper):
    """What the chain cannot show by itself: who rewrites entries and head together. Anchors do (test_verification)."""
    entries = five()
    tamper("DELETE FROM audit_auditentry WHERE seq > 3")
    tamper("UPDATE audit_audithead SET seq = 3, digest = %s", entries[2].digest)
    assert first_broken_entry() is None


@pytest.mark.django_db
def test_what_was_rolled_back_left_no_entry():
    record("trước")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record("giữa")
        _ = 1 / 0
    record("sau")
    assert list(AuditEntry.objects.values_list("seq", "act")) == [(1, "trước"), (2, "sau")]
    assert first_broken_entry() is None


@pytest.mark.django_db
def test_a_refusal_is_recorded_with_its_code_and_channel():
    user = make_user("hoi")
    record_refusal(
        Refused(RefusalCode.FORBIDDEN, "Không được.", act="withdraw", target=user), actor=user, channel="admin"
    )
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.outcome, entry.actor_id, entry.target) == ("withdraw", "refused", user.pk, "hoi")
    assert entry.detail == {"code": "FORBIDDEN", "message": "Không được.", "channel": "admin"}


@pytest.mark.django_db
def test_a_refusal_without_an_act_is_recorded_too():
    record_refusal(Refused(RefusalCode.INVALID, "Sai."), channel="api")
    assert AuditEntry.objects.values_list("act", "actor", "outcome").get() == ("refused", "anonymous", "refused")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "write",
    [
        lambda entry: entry.save(),
        lambda entry: entry.save(update_fields=["actor"]),
        lambda entry: entry.delete(),
        lambda entry: AuditEntry(seq=99, at=entry.at, actor="x", act="y").save(),
        lambda entry: AuditEntry.objects.create(seq=99, at=entry.at, actor="x", act="y"),
        lambda entry: AuditEntry.objects.bulk_create([AuditEntry(seq=99, at=entry.at, actor="x", act="y")]),
        lambda entry: AuditEntry.objects.get_or_create(seq=99, defaults={"at": entry.at}),
        lambda entry: AuditEntry.objects.update_or_create(seq=1, defaults={"actor": "x"}),
        lambda entry: AuditEntry.objects.filter(pk=1).update(actor="x"),
        lambda entry: AuditEntry.objects.bulk_update([entry], ["actor"]),
        lambda entry: AuditEntry.objects.filter(pk=1).delete(),
        lambda entry: AuditEntry.objects.all().delete(),
    ],
)
def test_entries_are_appended_by_the_actions_only(write):
    entry = record("act", actor="thật")
    entry.actor = "giả"
    with pytest.raises(AppendOnly):
        write(entry)
    assert list(AuditEntry.objects.values_list("seq", "actor")) == [(1, "thật")]
    assert first_broken_entry() is None


@pytest.mark.django_db(transaction=True)
def test_four_who_append_at_once_make_one_chain():
    threads, each, errors = 4, 25, []
    start = threading.Barrier(threads)

    def append(name):
        try:
            start.wait()
            for n in range(each):
                record("act", actor=f"luồng {name}", detail={"n": n})
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)
        finally:
            connections.close_all()

    running = [threading.Thread(target=append, args=(name,)) for name in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert errors == []
    assert list(AuditEntry.objects.values_list("seq", flat=True)) == list(range(1, threads * each + 1))
    assert first_broken_entry() is None
    for name in range(threads):
        mine = AuditEntry.objects.filter(actor=f"luồng {name}").values_list("detail__n", flat=True)
        assert list(mine) == list(range(each))


@pytest.mark.django_db(transaction=True)
def test_an_open_transaction_holds_the_next_number_back():
    """Without the lock the second would read the same head, and the chain would fork."""
    taken, seen = threading.Event(), []

    def second():
        taken.wait()
        seen.append(record("sau").seq)
        connections.close_all()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        lock_order()
        taken.set()
        thread.join(0.3)
        assert seen == []
        assert record("trước").seq == 1
    thread.join()
    assert seen == [2]
    assert first_broken_entry() is None
    assert connection.in_atomic_block is False
