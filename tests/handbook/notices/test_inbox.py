"""What exists for whom: computed from scope, whatever moves."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from handbook.notices import actions
from handbook.notices.actions import Content
from handbook.notices.models import Notice, NoticeAudience, NoticeReceipt
from organizations import actions as organizations
from organizations.enums import PositionKind
from organizations.scope import scope_of_member
from tests.conftest import make_member
from tests.handbook.notices.conftest import HOUR, inbox, tell, told, unread

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(province):
    return make_member("DV1", province.units.TB01XA)


@pytest.fixture
def other(province):
    return make_member("DV2", province.units.TB02XB)


def test_a_notice_reaches_its_subtree_and_nobody_else(write, member, other):
    write(unit="TB", title="Tỉnh")
    write(unit="TB01X", title="Xã")
    write(unit="TB01XB", title="Chi bộ khác")
    assert set(inbox(member)) == {"Tỉnh", "Xã"}
    assert inbox(other) == ["Tỉnh"]


def test_sending_to_the_province_writes_as_much_as_to_a_cell(write, province):
    for number in range(30):
        make_member(f"X{number}", province.units.TB01XA)
    for unit in ("TB01XA", "TB"):  # the first entry of the audit makes its head, and kinds of things become known
        write(unit=unit)
    counts, asked = [], []
    for unit in ("TB01XA", "TB"):
        with CaptureQueriesContext(connection) as queries:
            write(unit=unit)
        asked.append(len(queries))
        counts.append((NoticeAudience.objects.count(), NoticeReceipt.objects.count()))
    assert counts == [(3, 0), (4, 0)]
    assert asked == [36, 34]  # nobody stands above the province who might want to approve it first


def test_chosen_units_only(write, member, other):
    write(unit="TB", title="Huyện 2", sub=["TB02"])
    assert (inbox(member), inbox(other)) == ([], ["Huyện 2"])


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        ("all", {"DV", "TV", "BT", "PBT", "XA"}),
        ("committee", {"TV", "BT", "PBT"}),
        ("secretaries", {"BT"}),
    ],
)
def test_by_position(write, province, audience, readers):
    cell = province.units.TB01XA
    kinds = {
        "DV": None,
        "TV": PositionKind.COMMITTEE_MEMBER,
        "BT": PositionKind.SECRETARY,
        "PBT": PositionKind.DEPUTY_SECRETARY,
        "XA": PositionKind.OFFICER,
    }
    people = [make_member(code, cell, positions=[(cell, kind)] if kind else ()) for code, kind in kinds.items()]
    write(unit="TB01X", audience=audience)
    assert {member.code for member in people if inbox(member)} == readers


def test_a_position_brings_what_is_for_its_unit(write, province):
    watcher = make_member("DV3", province.units.TB01XA, positions=[(province.units.TB02X, PositionKind.AREA_WATCHER)])
    write(unit="TB02", title="Huyện 2")
    assert inbox(watcher) == ["Huyện 2"]


def test_who_joins_late_sees_what_is_still_in_force(clock, write, province):
    write(unit="TB01X", title="Còn hiệu lực")
    write(unit="TB01X", title="Hết hiệu lực", expires_at=timezone.now() + HOUR)
    clock.shift(2 * HOUR)
    late = make_member("DV9", province.units.TB01XA)
    assert (inbox(late), unread(late)) == (["Còn hiệu lực"], 1)


def test_who_moves_keeps_what_was_received_and_gets_what_is_for_the_new_unit(write, province, member):
    received = write(unit="TB01XA", title="Đã nhận")
    write(unit="TB01XA", title="Chưa nhận")
    write(unit="TB02X", title="Nơi mới")
    assert tell(member, told(received, "delivered")) == [None]
    moved = organizations.move_member(actor="test", member=member, cell=province.units.TB02XA, reason="Chuyển")
    assert set(inbox(moved)) == {"Đã nhận", "Nơi mới"}
    assert unread(moved) == 2


def test_it_is_there_from_its_minute_to_its_end(clock, write, member):
    now = timezone.now()
    write(title="Hẹn giờ", sent_at=now + HOUR, expires_at=now + 3 * HOUR)
    seen = []
    for _ in range(4):
        seen.append(inbox(member))
        clock.shift(HOUR)
    assert seen == [[], ["Hẹn giờ"], ["Hẹn giờ"], []]


def test_what_was_received_stays_after_its_end_but_waits_for_nobody(clock, write, member):
    notice = write(title="Cũ", expires_at=timezone.now() + HOUR)
    tell(member, told(notice, "delivered"))
    assert unread(member) == 1
    clock.shift(2 * HOUR)
    assert (inbox(member), unread(member)) == (["Cũ"], 0)


def test_without_an_end_it_is_in_force_for_a_year(clock, write, member):
    write()
    clock.shift(datetime.timedelta(days=364))
    assert len(inbox(member)) == 1
    clock.shift(datetime.timedelta(days=2))
    assert inbox(member) == []


def test_drafts_and_recalled_notices_exist_for_nobody(province, write, member):
    actions.save_notice(actor="test", organization=province.units.TB, content=Content(title="Nháp", body="x"))
    notice = write(title="Nhầm")
    tell(member, told(notice))
    actions.recall_notice(actor="test", notice=notice, reason="Gửi nhầm")
    assert (inbox(member), unread(member)) == ([], 0)


def test_reading_takes_it_from_the_unread_until_a_correction_asks_again(write, member):
    notice = write()
    assert unread(member) == 1
    tell(member, told(notice))
    assert unread(member) == 0
    content = Content(title="Đính chính", body="Ngày 4.")
    actions.correct_notice(actor="test", notice=notice, content=content, asks_again=False)
    assert (unread(member), inbox(member)) == (0, ["Đính chính"])
    actions.correct_notice(actor="test", notice=notice, content=content, asks_again=True)
    assert unread(member) == 1
    tell(member, told(notice, version=3))
    assert unread(member) == 0


def test_what_was_for_a_merged_unit_stays_addressed_to_it(write, province, member):
    write(unit="TB01XA", title="Của chi bộ cũ")
    write(unit="TB01X", title="Của xã")
    organizations.merge_organization(
        actor="test", organization=province.units.TB01XA, into=province.units.TB01XB, reason="Sáp nhập"
    )
    member.refresh_from_db()
    assert inbox(member) == ["Của xã"]


def test_the_list_and_the_count_cost_the_same_however_many(write, member, province, django_assert_num_queries):
    scope = scope_of_member(member)
    for count in (3, 6):
        for _ in range(count):
            tell(member, told(write(unit="TB01X"), "delivered"))
        with django_assert_num_queries(2):
            found = Notice.objects.in_inbox_of(member, scope=scope, at=timezone.now())
            assert len(found) == Notice.objects.unread_by(member, scope=scope, at=timezone.now()).count()
    assert len(found) == 9
