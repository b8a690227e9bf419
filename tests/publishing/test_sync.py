"""What one phone is told: each rule by itself. Phones by the thousand are in test_sync_phones.py."""

import datetime
import itertools
import uuid

import pytest
import time_machine
from django.db import connection
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext

from organizations.scope import Scope
from publishing import sync
from publishing.actions import take_down
from publishing.models import Change, Publication, PublishedAudience, PublishedItem

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def scope(*keys):
    return Scope(frozenset({"public", *keys}))


class Phone:
    """Keeps what it is told, as docs/sync.md says."""

    def __init__(self, *keys, locale="vi", first=100):
        self.keys, self.locale, self.first = keys, locale, first
        self.held = None
        self.store = {}

    def ask(self, first=None):
        """One page, not written."""
        return sync.next_page(self.held, scope=scope(*self.keys), locale=self.locale, first=first or self.first)

    def call(self, first=None):
        """One page, written."""
        page = self.ask(first)
        self.store |= {item.pk: item.version for item in page.upserts}
        for removal in page.removals:
            self.store.pop(removal.id, None)
        self.held = page.held
        return page

    def sync(self):
        """All pages; how many there were."""
        for number in itertools.count(1):
            if not self.call().has_more:
                return number


def told(page):
    """A page in short: titles of upserts in order, ids of removals, whether there is more."""
    return [item.title for item in page.upserts], [removal.id for removal in page.removals], page.has_more


def holds(phone, *items):
    return phone.store == {item.pk: PublishedItem.objects.get(pk=item.pk).version for item in items}


# --- the first sync


def test_nothing_is_out(out):
    phone = Phone()
    assert told(phone.call()) == ([], [], False)
    assert told(phone.call()) == ([], [], False)
    out("public", title="A")
    assert told(phone.call()) == (["A"], [], False)


def test_a_first_sync_brings_what_is_visible_newest_first(out):
    for title, key in [("A", "public"), ("B", "member"), ("C", "member:1"), ("D", "public")]:
        out(key, title=title)
    out("public", title="English", locale="en")
    assert told(Phone().call()) == (["D", "A"], [], False)
    assert told(Phone("member", "member:1").call()) == (["D", "C", "B", "A"], [], False)
    assert told(Phone(locale="en").call()) == (["English"], [], False)


def test_a_first_sync_goes_on_where_it_stopped_and_then_asks_once_more(out):
    for title in "ABCDE":
        out("public", title=title)
    phone = Phone(first=2)
    assert told(phone.call()) == (["E", "D"], [], True)
    assert told(phone.call(first=1)) == (["C"], [], True)
    # The walk ends here, but it tells how things stood when it began: one more call closes the gap.
    assert told(phone.call(first=2)) == (["B", "A"], [], True)
    assert told(phone.call()) == ([], [], False)


def test_items_of_one_moment_are_neither_doubled_nor_lost(out):
    with time_machine.travel("2026-11-03T12:00:00Z", tick=False):
        made = {out("public").pk for _ in range(7)}
    phone = Phone()
    pages = [[item.pk for item in phone.call(first=2).upserts] for _ in range(4)]
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    assert set(itertools.chain(*pages)) == made


def test_a_first_sync_brings_the_newest_so_many_and_what_is_older_is_never_told(out, monkeypatch):
    monkeypatch.setattr(sync, "FIRST_SYNC", 3)
    old, *others = [out("public", title=title) for title in "ABCD"]
    hidden = out("member")
    phone = Phone(first=2)
    assert phone.sync() == 3
    assert holds(phone, *others)
    out("public", page_id=old.page_id, title="A2")  # still below: it first went out before
    take_down(page_id=others[0].page_id)
    new = out("public")
    phone.sync()
    assert holds(phone, *others[1:], new)
    # One who gains an audience gets of it what is not below.
    phone.keys = ("member",)
    phone.sync()
    assert holds(phone, *others[1:], hidden, new)


def test_fewer_than_that_are_everything_and_leave_no_floor(out, monkeypatch):
    monkeypatch.setattr(sync, "FIRST_SYNC", 3)
    out("member", title="A")
    out("public", title="B")
    phone = Phone()
    phone.sync()
    phone.keys = ("member",)
    assert told(phone.call()) == (["A"], [], False)


# --- what happened since


def test_new_changed_and_withdrawn(out):
    kept, changed, withdrawn = (out("public", title=title) for title in "ABC")
    phone = Phone()
    phone.sync()
    out("public", page_id=changed.page_id, title="B2")
    take_down(page_id=withdrawn.page_id)
    new = out("public", title="D")
    assert told(phone.call()) == (["D", "B2"], [withdrawn.pk], False)
    assert holds(phone, kept, changed, new)
    assert told(phone.call()) == ([], [], False)


def test_what_came_and_went_meanwhile_is_not_told(out):
    phone = Phone()
    phone.sync()
    item = out("public")
    take_down(page_id=item.page_id)
    assert told(phone.call()) == ([], [], False)


def test_what_was_withdrawn_and_came_back_is_written_again(out):
    item = out("public", title="A")
    phone = Phone()
    phone.sync()
    take_down(page_id=item.page_id)
    out("public", page_id=item.page_id, title="A3")
    assert told(phone.call()) == (["A3"], [], False)
    assert phone.store == {item.pk: 3}


@pytest.mark.parametrize(
    "before, after, expected",
    [
        ("member:1", "member:1", "upsert"),
        ("member:1", "public", "upsert"),
        ("member:1", "member:2", "removal"),
        ("member:2", "member:1", "upsert"),
        ("member:2", "member:3", None),
        ("member:2", None, None),
        ("member:1", None, "removal"),
    ],
)
def test_other_readers(out, before, after, expected):
    phone = Phone("member", "member:1")
    item = out(before, title="A")
    phone.sync()
    if after:
        out(after, page_id=item.page_id, title="A")
    else:
        take_down(page_id=item.page_id)
    answer = {"upsert": (["A"], [], False), "removal": ([], [item.pk], False), None: ([], [], False)}
    assert told(phone.call()) == answer[expected]


def test_a_removal_tells_the_kind(out):
    item = out("public", kind="bulletin")
    phone = Phone()
    phone.sync()
    take_down(page_id=item.page_id)
    assert phone.call().removals == [sync.Removal(item.pk, "bulletin")]


def test_a_page_holds_upserts_and_removals_up_to_first(out):
    items = [out("public", title=title) for title in "ABCDEF"]
    phone = Phone()
    phone.sync()
    for item in items[::2]:
        take_down(page_id=item.page_id)
    for item in items[1::2]:
        out("public", page_id=item.page_id, title=f"{item.title}2")
    pages = [told(phone.call(first=4)) for _ in range(3)]
    assert pages == [
        (["F2", "D2"], [items[4].pk, items[2].pk], True),
        (["B2"], [items[0].pk], True),
        ([], [], False),
    ]


def test_a_page_that_was_lost_is_told_again(out):
    items = [out("public", title=title) for title in "ABC"]
    phone = Phone(first=1)
    phone.call()
    lost = phone.ask()
    assert told(lost) == told(phone.ask()) == (["B"], [], True)
    take_down(page_id=items[1].page_id)
    assert told(phone.call()) == (["A"], [], True)
    phone.sync()
    assert holds(phone, items[0], items[2])


def test_what_others_are_sent_is_passed_over_and_costs_empty_pages_at_most(out, monkeypatch):
    monkeypatch.setattr(sync, "SCAN", 3)
    phone = Phone("member:1")
    phone.sync()
    mine = out("member:1", title="A")
    for _ in range(7):
        out("member:2")
    pages = [told(phone.call()) for _ in range(4)]
    assert pages == [([], [], True), ([], [], True), (["A"], [], True), ([], [], False)]
    assert holds(phone, mine)


# --- in the middle of a walk


def test_what_becomes_visible_during_a_walk_waits_for_the_next(out):
    """Told at once, a withdrawal before the next walk would leave it on the phone for ever."""
    late = out("member:2", title="A")
    phone = Phone("member:1")
    phone.sync()
    for title in "BC":
        out("public", title=title)
    assert told(phone.call(first=1)) == (["C"], [], True)
    out("member:1", page_id=late.page_id, title="A2")
    assert told(phone.call(first=2)) == (["B"], [], True)
    take_down(page_id=late.page_id)
    phone.sync()
    assert late.pk not in phone.store


def test_what_is_withdrawn_ahead_of_a_walk_is_dropped(out):
    items = [out("public", title=title) for title in "ABC"]
    phone = Phone(first=1)
    phone.sync()
    for item in items:
        out("public", page_id=item.page_id, title=f"{item.title}2")
    phone.call()
    take_down(page_id=items[0].page_id)
    phone.sync()
    assert holds(phone, *items[1:])


def test_what_changes_behind_a_walk_is_told_by_the_next(out):
    items = [out("public", title=title) for title in "ABC"]
    phone = Phone(first=1)
    phone.call()
    take_down(page_id=items[2].page_id)
    out("public", page_id=items[1].page_id, title="B2")
    assert told(phone.call()) == (["B2"], [], True)
    phone.sync()
    assert holds(phone, *items[:2])


def test_what_is_withdrawn_while_a_call_runs_does_not_go_out(out, monkeypatch):
    item = out("public")

    class History(sync._History):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            take_down(page_id=item.page_id)

    monkeypatch.setattr(sync, "_History", History)
    assert told(Phone().ask()) == ([], [], False)


# --- another scope


def test_who_moves_loses_and_gains_without_a_line_in_the_log(out):
    mine, theirs, both = out("member:1", title="A"), out("member:2", title="B"), out("member:1", "member:2", title="C")
    phone = Phone("member:1")
    phone.sync()
    assert holds(phone, mine, both)
    phone.keys = ("member:2",)
    assert told(phone.call()) == (["B"], [mine.pk], False)
    assert holds(phone, theirs, both)


def test_what_was_withdrawn_is_not_among_what_is_gained(out):
    take_down(page_id=out("member:2").page_id)
    phone = Phone("member:1")
    phone.sync()
    phone.keys = ("member:2",)
    assert told(phone.call()) == ([], [], False)


def test_who_moves_and_what_is_readdressed_at_once(out):
    lost, gained, crossed = out("member:1", title="A"), out("member:1", title="B"), out("member:2", title="C")
    phone = Phone("member:1")
    phone.sync()
    out("member:3", page_id=lost.page_id)
    out("member:2", page_id=gained.page_id, title="B2")
    out("member:1", page_id=crossed.page_id)
    phone.keys = ("member:2",)
    assert told(phone.call()) == (["B2"], [lost.pk], False)
    assert holds(phone, gained)


def test_a_walk_begins_again_when_the_scope_changes_in_its_middle(out):
    ones = [out("member:1", title=f"{n}") for n in range(3)]
    twos = [out("member:2", title=f"{n}") for n in range(3, 6)]
    shared = [out("member:1", "member:2", title=f"{n}") for n in range(6, 8)]
    phone = Phone("member:1")
    phone.call(first=3)  # both of shared, and one of ones
    phone.keys = ("member:2",)
    assert told(phone.call()) == (["5", "4", "3"], [ones[2].pk], False)
    assert holds(phone, *twos, *shared)


def test_back_and_forth_in_the_middle_of_walks(out):
    ones = [out("member:1", "public") for _ in range(3)]
    twos = [out("member:2", "public") for _ in range(3)]
    only = [out(f"member:{n}") for n in (1, 2, 1, 2)]
    phone = Phone("member:1")
    for keys, first in [(1, 2), (2, 1), (1, 3), (2, 2)]:
        phone.keys = (f"member:{keys}",)
        phone.call(first=first)
    phone.sync()
    assert holds(phone, *ones, *twos, only[1], only[3])


def test_too_many_changes_of_scope_in_one_walk_begin_anew(out, monkeypatch):
    monkeypatch.setattr(sync, "MOST_SPANS", 2)
    for _ in range(3):
        out("member:1", "member:2", "member:3")
    phone = Phone("member:1", first=1)
    phone.call()
    phone.call()
    assert len(phone.held.spans) == 2
    out("member:2")
    out("member:2")
    phone.keys = ("member:2",)
    phone.call()
    assert len(phone.held.spans) == 3
    assert phone.ask() is None


# --- when the phone must begin anew


def test_a_phone_that_was_away_beyond_the_horizon_begins_anew(out):
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as clock:
        out("public")
        phone = Phone()
        phone.sync()
        clock.shift(300 * DAY)
        assert told(phone.ask()) == ([], [], False)  # nothing happened, so nothing is missing
        out("public", title="B")
        clock.shift(sync.HORIZON)
        assert told(phone.ask()) == (["B"], [], False)
        clock.shift(datetime.timedelta(microseconds=1))
        assert phone.ask() is None


def test_a_walk_that_was_left_for_so_long_begins_anew(out):
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as clock:
        for _ in range(3):
            out("public")
        phone = Phone(first=1)
        phone.call()
        out("public")
        clock.shift(sync.HORIZON + DAY)
        assert phone.ask() is None


def test_a_first_sync_of_old_things_is_within_the_horizon(out):
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as clock:
        for _ in range(3):
            out("public")
        clock.shift(sync.HORIZON * 2)
        phone = Phone(first=1)
        assert phone.sync() == 4


@pytest.mark.parametrize("lines_after", [0, 1, 2])
def test_a_log_that_came_from_a_backup_is_seen_to_be_another(out, lines_after):
    """The backup knew the first line alone; what was written after it has numbers that the phone knows as others."""
    item = out("public")
    early = Phone()
    early.sync()
    lost = out("public")
    late = Phone()
    late.sync()
    Publication.objects.filter(change_id=2).delete()
    Change.objects.filter(seq=2).delete()
    PublishedItem.objects.filter(pk=lost.pk).delete()
    new = [out("public") for _ in range(lines_after)]
    assert late.ask() is None
    early.sync()
    assert holds(early, item, *new)


# --- what it costs


def pages_of(out, count):
    for _ in range(count):
        out("public")
        out("member:1")
        take_down(page_id=out("member:2").page_id)


@pytest.mark.parametrize("size", [3, 9])
def test_queries_of_a_call(out, django_assert_num_queries, size):
    pages_of(out, size)
    phone = Phone("member:1", first=size)
    with django_assert_num_queries(6):  # floor, head, candidates, audiences, log, rows
        phone.call()
    with django_assert_num_queries(5):  # lines, candidates, audiences, log, rows
        phone.call()
    phone.sync()
    with django_assert_num_queries(1):  # lines: nothing is new
        phone.call()
    pages_of(out, size)
    with django_assert_num_queries(6):  # lines, head, candidates, audiences, log, rows
        phone.call()
    phone.sync()
    phone.keys = ("member:2",)
    with django_assert_num_queries(6):  # lines, head, candidates by log and by audience, audiences, log; all are lost
        phone.call()


def many(count):
    """Items that have been out for long, each with its line in the log, in rows."""
    last = Change.objects.latest("seq").seq
    columns = model_to_dict(PublishedItem.objects.earliest("first_published_at"))
    at = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    items = PublishedItem.objects.bulk_create(
        PublishedItem(
            **columns
            | {
                "page_id": 9_000_000 + number,
                "translation_key": uuid.uuid4(),
                "first_published_at": at + number * datetime.timedelta(hours=1),
            }
        )
        for number in range(count)
    )
    keys = [f"member:{number % 50}" if number % 3 else "public" for number in range(count)]
    PublishedAudience.objects.bulk_create(
        PublishedAudience(item=item, key=key) for item, key in zip(items, keys, strict=True)
    )
    Change.objects.bulk_create(
        Change(seq=last + number, at=at, item=item, kind=item.kind, act="upsert", version=1, audience_after=[key])
        for number, (item, key) in enumerate(zip(items, keys, strict=True), start=1)
    )


def plans(phone, expected):
    """How the database answers a call of so many statements: each statement with its plan."""
    with CaptureQueriesContext(connection) as caught:
        phone.call(first=20)
    assert len(caught.captured_queries) == expected
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        for statement in caught.captured_queries:
            cursor.execute(f"{explain} {statement['sql']}")
            yield statement["sql"], "\n".join(str(row) for row in cursor.fetchall())


def test_the_cost_follows_what_happened_and_not_how_much_there_is(out):
    out("public")
    many(5000)
    phone = Phone("member:1")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":  # which would rather read and sort so few
            cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
        floor, _head, first, *_rest = plans(phone, 6)
        for sql, plan in (floor, first):
            assert "item_synced" in plan and "Sort" not in plan and "TEMP B-TREE" not in plan, (sql, plan)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_sort = on")
    phone.sync()
    out("public")
    phone.keys = ("member:2",)
    _lines, _head, by_log, by_audience, *_rest = plans(phone, 7)
    if connection.vendor == "postgresql":
        return  # among so few its choice depends on what ran before
    # From the lines of the log and the rows of the audience to their items, never along all items.
    for (sql, plan), start in ((by_log, "publishing_change"), (by_audience, "audience_key")):
        assert start in plan and "item_synced" not in plan, (sql, plan)
        assert "Seq Scan on publishing_publisheditem" not in plan and "SCAN publishing_publisheditem" not in plan, plan
