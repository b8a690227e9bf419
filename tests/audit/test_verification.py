"""Whoever bends the audit is found: by the chain, or by what lies outside the database.

``TAMPERINGS=1000`` asks for as many; by default there are few.
"""

import os
import random
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from audit import protection
from audit.actions import record
from audit.anchors import Folder, anchor_head, stores
from audit.models import GENESIS, AnchorStore, AuditEntry, AuditHead
from audit.verification import verify
from tests.audit.conftest import as_owner

TAMPERINGS = int(os.environ.get("TAMPERINGS", "40"))
LENGTH = 30
FLIPPED = {
    "at": "2020-01-01 00:00:00+00:00",
    "actor_id": 99,
    "actor": "người khác",
    "act": "khác",
    "outcome": "refused",
    "target_type": "x.y",
    "target_id": "99",
    "target": "vật khác",
    "detail": '{"n": -1}',
    "unit": "/9/",
    "actor_unit": "/9/",
    "previous": "f" * 64,
    "digest": "e" * 64,
}


def forged(number, previous, **facts):
    """An entry as the product's own code would make it, by someone who has the code."""
    entry = AuditEntry(seq=number, actor="kẻ gian", act="giả", outcome="done", previous=previous, **facts)
    entry.digest = entry.computed_digest()
    return entry


def relinked(cursor, entries):
    """Digests and links made to fit again from here on, and the head with them."""
    previous = entries[0].previous
    for entry in entries:
        entry.previous = previous
        entry.digest = previous = entry.computed_digest()
        cursor.execute("DELETE FROM audit_auditentry WHERE seq = %s", [entry.seq])
    for entry in entries:
        entry.append()
    cursor.execute("UPDATE audit_audithead SET seq = %s, digest = %s", [entries[-1].seq, previous])


def flip(cursor, rng):
    seq, column = rng.randint(1, LENGTH), rng.choice(sorted(FLIPPED))
    cursor.execute(f"UPDATE audit_auditentry SET {column} = %s WHERE seq = %s", [FLIPPED[column], seq])
    return seq


def flip_one_character(cursor, rng):
    entry = AuditEntry.objects.get(pk=rng.randint(1, LENGTH))
    at = rng.randrange(len(entry.target))
    changed = entry.target[:at] + chr(ord(entry.target[at]) ^ 1) + entry.target[at + 1 :]
    cursor.execute("UPDATE audit_auditentry SET target = %s WHERE seq = %s", [changed, entry.seq])
    return entry.seq


def delete(cursor, rng):
    seq = rng.randint(1, LENGTH)
    cursor.execute("DELETE FROM audit_auditentry WHERE seq = %s", [seq])
    return seq


def delete_and_close_the_gap(cursor, rng):
    """With all numbers, links and digests made to fit: only the anchors know."""
    seq = rng.randint(1, LENGTH - 1)
    entries = list(AuditEntry.objects.filter(seq__gt=seq))
    previous = AuditEntry.objects.get(pk=seq).previous
    cursor.execute("DELETE FROM audit_auditentry WHERE seq >= %s", [seq])
    for entry in entries:
        entry.seq -= 1
    entries[0].previous = previous
    relinked(cursor, entries)
    return anchored_from(seq)


def reorder(cursor, rng):
    one, two = sorted(rng.sample(range(1, LENGTH + 1), 2))
    for old, new in ((one, 999), (two, one), (999, two)):
        cursor.execute("UPDATE audit_auditentry SET seq = %s WHERE seq = %s", [new, old])
    return one


def insert(cursor, rng):
    """The later ones move up to make room."""
    seq = rng.randint(1, LENGTH)
    entries = list(AuditEntry.objects.filter(seq__gte=seq))
    cursor.execute("DELETE FROM audit_auditentry WHERE seq >= %s", [seq])
    forged(seq, entries[0].previous, at=entries[0].at).append()
    for entry in entries:
        entry.seq += 1
        entry.append()
    cursor.execute("UPDATE audit_audithead SET seq = %s", [LENGTH + 1])
    return seq if seq % ANCHORED_EVERY == 0 else seq + 1


def insert_and_make_it_fit(cursor, rng):
    seq = rng.randint(1, LENGTH)
    entries = list(AuditEntry.objects.filter(seq__gte=seq))
    cursor.execute("DELETE FROM audit_auditentry WHERE seq >= %s", [seq])
    first = forged(seq, entries[0].previous, at=entries[0].at)
    for entry in entries:
        entry.seq += 1
    relinked(cursor, [first, *entries])
    return anchored_from(seq)


def append_behind_the_head(cursor, rng):
    last = AuditEntry.objects.get(pk=LENGTH)
    forged(LENGTH + 1, last.digest, at=last.at).append()
    return LENGTH + 1


def truncate(cursor, rng):
    kept = rng.randint(0, LENGTH - 1)
    cursor.execute("DELETE FROM audit_auditentry WHERE seq > %s", [kept])
    return kept + 1


def truncate_with_the_head(cursor, rng):
    kept = rng.randint(0, LENGTH - 1)
    digest = AuditEntry.objects.get(pk=kept).digest if kept else GENESIS
    cursor.execute("DELETE FROM audit_auditentry WHERE seq > %s", [kept])
    cursor.execute("UPDATE audit_audithead SET seq = %s, digest = %s", [kept, digest])
    return kept + 1


def truncate_with_head_and_states(cursor, rng):
    cursor.execute("DELETE FROM audit_anchorstore")
    return truncate_with_the_head(cursor, rng)


def recompute(cursor, rng):
    """One fact changed, and the whole chain after it made anew, head included."""
    seq = rng.randint(1, LENGTH)
    entries = list(AuditEntry.objects.filter(seq__gte=seq))
    entries[0].actor = "người khác"
    relinked(cursor, entries)
    return anchored_from(seq)


def recompute_everything(cursor, rng):
    entries = list(AuditEntry.objects.all())
    for entry in entries:
        entry.actor = "người khác"
    relinked(cursor, entries)
    return anchored_from(1)


KINDS = [
    flip, flip_one_character, delete, delete_and_close_the_gap, reorder, insert, insert_and_make_it_fit,
    append_behind_the_head, truncate, truncate_with_the_head, truncate_with_head_and_states, recompute,
    recompute_everything,
]  # fmt: skip
ANCHORED_EVERY = 5


def anchored_from(seq):
    """The first anchored entry that a rewriting from here on changes."""
    return -(-seq // ANCHORED_EVERY) * ANCHORED_EVERY


@pytest.fixture
def chain(db):
    """Thirty entries, the end anchored after each fifth."""
    for n in range(1, LENGTH + 1):
        record(f"act{n}", actor="người thử", target=f"vật {n}", detail={"n": n})
        if n % ANCHORED_EVERY == 0:
            anchor_head()


def tampered(kind, rng):
    """The verdict after one tampering, which is then undone; and the entry that had to be named."""

    class Undo(Exception):
        pass

    found = []

    def run(cursor):
        try:
            with transaction.atomic():
                expected = kind(cursor, rng)
                found.append((verify(stores()), expected))
                raise Undo
        except Undo:
            pass

    as_owner(run)
    return found[0]


def test_every_tampering_is_found_at_the_right_entry(chain):
    rng, kinds = random.Random(2026), {}
    for n in range(TAMPERINGS):
        kind = KINDS[n % len(KINDS)]
        verdict, expected = tampered(kind, rng)
        assert verdict.reason, (n, kind.__name__, expected)
        assert verdict.first_bad == expected, (n, kind.__name__, verdict)
        kinds[kind.__name__] = kinds.get(kind.__name__, 0) + 1
    assert sum(kinds.values()) == TAMPERINGS
    assert verify(stores()).is_sound


def test_what_the_chain_alone_would_not_find_the_anchors_do(chain, monkeypatch):
    """The control: without anchors these are invisible."""
    rng = random.Random(7)
    hidden = [delete_and_close_the_gap, insert_and_make_it_fit, truncate_with_the_head, recompute, recompute_everything]
    for kind in hidden:
        assert tampered(kind, rng)[0].reason, kind.__name__
    monkeypatch.setattr("tests.audit.test_verification.stores", list)
    for kind in hidden:
        assert not tampered(kind, rng)[0].reason, kind.__name__


def test_what_was_compared_is_said(chain, tamper):
    record("sau bản neo cuối")
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "Đã đối chiếu 31 mục với chuỗi." in out.getvalue()
    assert "Đã đối chiếu 6 bản neo ở folder." in out.getvalue()
    assert "Mục mới nhất có bản neo: số 30." in out.getvalue()
    assert "Nhật ký kiểm tra nguyên vẹn: 31 mục." in out.getvalue()
    tamper("UPDATE audit_auditentry SET act = 'khác' WHERE seq = 4")
    with pytest.raises(CommandError, match="hỏng tại mục số 4: nội dung mục này đã bị sửa"):
        call_command("verify_audit", stdout=out)


def test_the_command_ends_with_one(chain, anchors_of_this_test):
    (anchors_of_this_test / f"000000000030-{AuditHead.objects.get().digest}.json").unlink()
    with pytest.raises(CommandError, match="bản neo của mục này không còn ở nơi giữ") as error:
        call_command("verify_audit", stdout=StringIO())
    assert error.value.returncode == 1


def test_a_store_that_cannot_be_read_leaves_the_question_open(chain, monkeypatch):
    def away(self, seq):
        raise OSError("đĩa hỏng")
        yield

    monkeypatch.setattr(Folder, "after", away)
    with pytest.raises(CommandError, match="Không đọc được các bản neo ở folder: đĩa hỏng"):
        call_command("verify_audit", stdout=StringIO())


def test_an_anchor_that_never_was_is_found(chain, anchors_of_this_test):
    (anchors_of_this_test / f"000000000011-{'0' * 64}.json").write_text("{}")
    verdict = verify(stores())
    assert (verdict.first_bad, verdict.reason) == (11, "rewritten")


@pytest.mark.parametrize("n", [0, 1])
def test_the_database_itself_refuses(chain, n):
    statement = ["UPDATE audit_auditentry SET actor = 'x' WHERE seq = 3", "DELETE FROM audit_auditentry"][n]
    with pytest.raises(Exception, match="appended to, never changed or deleted"), transaction.atomic():
        connection.cursor().execute(statement)
    assert verify(stores()).is_sound


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_the_database_refuses_to_empty_the_table(chain):
    with pytest.raises(Exception, match="never changed or deleted"), transaction.atomic():
        connection.cursor().execute("TRUNCATE audit_auditentry")
    assert AuditEntry.objects.count() == LENGTH


def test_triggers_that_are_missing_are_said(chain):
    name = protection.NAMES[0]
    on_table = f" ON {protection.TABLE}" if connection.vendor == "postgresql" else ""
    connection.cursor().execute(f"DROP TRIGGER {name}{on_table}")
    assert protection.missing(connection) == [name]
    with pytest.raises(CommandError, match="không còn chặn việc sửa nhật ký: audit_no_update"):
        call_command("verify_audit", stdout=StringIO())


def test_who_puts_an_entry_where_one_is_fails(chain):
    with pytest.raises(IntegrityError), transaction.atomic():
        forged(7, GENESIS, at=AuditEntry.objects.get(pk=7).at).append()


APPEND = """
import django, sys
django.setup()
from audit.actions import record
for n in range(int(sys.argv[2])):
    record("act", actor=f"tiến trình {sys.argv[1]}", detail={"n": n})
"""


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_append_at_once_make_one_chain(environment):
    each = 40
    env = {key: value for key, value in environment.items() if key != "REDIS_URL"}
    env["PYTHONPATH"] = str(django_settings.BASE_DIR)
    running = [
        subprocess.Popen([sys.executable, "-c", APPEND, name, str(each)], env=env, cwd=django_settings.BASE_DIR)
        for name in ("một", "hai")
    ]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    assert list(AuditEntry.objects.values_list("seq", flat=True)) == list(range(1, 2 * each + 1))
    verdict = verify(stores())
    assert (verdict.entries, verdict.first_bad, AnchorStore.objects.count()) == (2 * each, None, 0)
    for name in ("một", "hai"):
        mine = AuditEntry.objects.filter(actor=f"tiến trình {name}").values_list("detail__n", flat=True)
        assert list(mine) == list(range(each))


# --- after a backup was restored


def cut_back(cursor, kept):
    digest = AuditEntry.objects.get(pk=kept).digest
    cursor.execute("DELETE FROM audit_auditentry WHERE seq > %s", [kept])
    cursor.execute("UPDATE audit_audithead SET seq = %s, digest = %s", [kept, digest])
    cursor.execute("UPDATE audit_anchorstore SET seq = %s", [kept])


def test_a_restored_backup_is_said_once_and_told_ever_after(chain, anchors_of_this_test):
    as_owner(lambda cursor: cut_back(cursor, 17))
    with pytest.raises(CommandError, match="mục số 18: từ mục này, phần cuối đã bị cắt"):
        call_command("verify_audit", stdout=StringIO())
    call_command("note_audit_restore", "Hỏng đĩa ngày 3", stdout=StringIO())
    for n in range(9):
        record(f"sau{n}")
        anchor_head()
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "Mục 18: đã khôi phục bản sao lưu, mất các mục từ 18 đến 30. Lý do: Hỏng đĩa ngày 3" in out.getvalue()
    assert "Đã đối chiếu 12 bản neo" in out.getvalue()  # 5, 10, 15, and 19 to 27
    entry = AuditEntry.objects.get(act="audit_restored")
    assert (entry.actor, entry.detail["after"], entry.detail["up_to"]) == ("note_audit_restore", 17, 30)
    # What it explains is exactly what lay there then: neither one more nor one less.
    (anchors_of_this_test / f"000000000020-{'0' * 64}.json").write_text("{}")
    assert (verify(stores()).first_bad, verify(stores()).reason) == (18, "lost")
    (anchors_of_this_test / f"000000000020-{'0' * 64}.json").unlink()
    assert verify(stores()).is_sound
    next(anchors_of_this_test.glob("000000000030-*")).unlink()
    assert verify(stores()).reason == "lost"


def test_a_tail_cut_after_a_restore_is_found(chain):
    as_owner(lambda cursor: cut_back(cursor, 17))
    call_command("note_audit_restore", "Hỏng đĩa", stdout=StringIO())
    for n in range(20):
        record(f"sau{n}")
    anchor_head()
    as_owner(lambda cursor: cut_back(cursor, 35))
    assert (verify(stores()).first_bad, verify(stores()).reason) == (36, "cut")


@pytest.mark.parametrize("broken", [False, True])
def test_nothing_is_explained_where_nothing_was_lost(chain, tamper, broken):
    if broken:
        tamper("UPDATE audit_auditentry SET act = 'khác' WHERE seq = 4")
    with pytest.raises(CommandError, match="Chỉ ghi việc khôi phục khi"):
        call_command("note_audit_restore", "Không có gì", stdout=StringIO())
    assert AuditEntry.objects.get(act="audit_restored").outcome == "refused"


def test_a_restore_needs_a_reason(chain):
    as_owner(lambda cursor: cut_back(cursor, 17))
    with pytest.raises(CommandError, match="Hãy ghi lý do"):
        call_command("note_audit_restore", " ", stdout=StringIO())
