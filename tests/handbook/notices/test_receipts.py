"""What phones tell: in any order, twice, late, and many at once."""

import datetime
import uuid

import pytest
from django.utils import timezone

from audit.enums import RefusalCode
from handbook.notices import actions
from handbook.notices.actions import Content, Told
from handbook.notices.models import NoticeReceipt
from organizations import actions as organizations
from organizations.scope import scope_of_member
from tests.conftest import make_member
from tests.handbook.notices.conftest import HOUR, MORNING, everything, inbox, tell, told

pytestmark = pytest.mark.django_db
FACTS = ("delivered_at", "read_at", "acknowledged_at", "answered_at")
ASKS = {"question": "Đồng chí có dự họp không?", "answers": ("Có", "Không")}


@pytest.fixture
def member(province):
    return make_member("DV1", province.units.TB01XA)


def facts(receipt=None):
    receipt = receipt or NoticeReceipt.objects.get()
    return [name.removesuffix("_at") for name in FACTS if getattr(receipt, name)]


@pytest.mark.parametrize(
    ("kind", "implied"),
    [
        ("delivered", ["delivered"]),
        ("read", ["delivered", "read"]),
        ("acknowledged", ["delivered", "read", "acknowledged"]),
        ("answered", ["delivered", "read", "answered"]),
    ],
)
def test_each_fact_holds_what_it_implies(write, member, kind, implied):
    notice = write(**ASKS)
    assert tell(member, told(notice, kind, answer="Có" if kind == "answered" else "")) == [None]
    assert facts() == implied


def test_told_twice_and_in_any_order_it_is_the_same(clock, write, member):
    notice = write()
    early = MORNING + HOUR
    clock.shift(2 * HOUR)
    tell(member, told(notice, "acknowledged", at=early + HOUR / 2), told(notice, "read", at=early))
    before = everything()
    clock.shift(HOUR)
    tell(member, told(notice, "read"), told(notice, "acknowledged"), told(notice, "delivered"))
    assert everything() == before
    receipt = NoticeReceipt.objects.get()
    assert (receipt.read_at, receipt.read_said_at) == (MORNING + 2 * HOUR, early)
    assert receipt.acknowledged_said_at == early + HOUR / 2


def test_a_clock_that_runs_ahead_is_set_back_to_the_servers(clock, write, member):
    tell(member, told(write(), at=MORNING + datetime.timedelta(days=400)))
    assert NoticeReceipt.objects.get().read_said_at == MORNING


def test_two_hundred_cost_as_many_statements_as_two(write, member, django_assert_num_queries):
    notices = [write() for _ in range(12)]
    for some in (notices[:3], notices[3:]):
        with django_assert_num_queries(6):
            assert tell(member, *[told(each, kind) for each in some for kind in ("read", "acknowledged")]) == [None] * (
                2 * len(some)
            )
    assert NoticeReceipt.objects.filter(acknowledged_at__isnull=False).count() == 12


def test_too_many_at_once_are_refused(write, member, refused):
    notice = write()
    with refused(RefusalCode.INVALID, "receipts"):
        tell(member, *[told(notice)] * 201)


def test_what_was_never_for_them_does_not_exist_for_them(write, member):
    foreign, mine = write(unit="TB02X"), write(unit="TB01X")
    later = write(unit="TB01X", sent_at=timezone.now() + HOUR)
    unknown = Told(notice_id=uuid.uuid4(), version=1, kind="read")
    facts = (told(foreign), unknown, told(later), told(mine, version=2), told(mine, version=0), told(mine))
    assert tell(member, *facts) == [RefusalCode.NOT_FOUND] * 5 + [None]
    assert NoticeReceipt.objects.count() == 1


def test_who_moved_before_the_phone_had_a_line_is_still_believed(clock, write, province, member):
    notice = write(unit="TB01XA")
    clock.shift(datetime.timedelta(days=2))
    moved = organizations.move_member(actor="test", member=member, cell=province.units.TB02XA, reason="Chuyển")
    assert inbox(moved) == []
    assert tell(moved, told(notice, at=MORNING + HOUR)) == [None]
    assert inbox(moved) == ["Họp chi bộ"]


def test_who_moved_away_before_it_was_out_is_not(clock, write, province, member):
    moved = organizations.move_member(actor="test", member=member, cell=province.units.TB02XA, reason="Chuyển")
    clock.shift(datetime.timedelta(days=2))
    assert tell(moved, told(write(unit="TB01XA"))) == [RefusalCode.NOT_FOUND]


def test_late_for_a_corrected_an_ended_and_a_recalled_notice(clock, write, member):
    corrected = write()
    actions.correct_notice(actor="test", notice=corrected, content=Content(title="B", body="b"), asks_again=True)
    ended = write(expires_at=timezone.now() + HOUR)
    recalled = write()
    actions.recall_notice(actor="test", notice=recalled, reason="Nhầm")
    clock.shift(2 * HOUR)
    assert tell(member, told(corrected, version=1), told(ended), told(recalled)) == [None] * 3
    assert NoticeReceipt.objects.count() == 3


def test_the_latest_answer_by_the_phones_time_counts(clock, write, member):
    notice = write(**ASKS)
    clock.shift(5 * HOUR)
    tell(member, told(notice, "answered", at=MORNING + 2 * HOUR, answer="Không", reason="Ốm"))
    tell(member, told(notice, "answered", at=MORNING + HOUR, answer="Có"))
    receipt = NoticeReceipt.objects.get()
    assert (receipt.answer, receipt.reason) == ("Không", "Ốm")
    tell(member, told(notice, "answered", at=MORNING + 3 * HOUR, answer="Có"))
    receipt.refresh_from_db()
    assert (receipt.answer, receipt.reason) == ("Có", "")


def test_an_answer_is_one_of_those_given_and_in_time_by_the_phone(clock, write, member):
    notice = write(deadline=MORNING + HOUR, **ASKS)
    clock.shift(2 * HOUR)
    assert tell(
        member,
        told(notice, "answered", at=MORNING, answer="Có lẽ"),
        told(notice, "answered", answer="Có"),
        told(notice, "nhìn"),
    ) == [RefusalCode.INVALID, RefusalCode.EXPIRED, RefusalCode.INVALID]
    assert tell(member, told(notice, "answered", at=MORNING, answer="Có")) == [None]


def test_one_at_a_time_it_is_for_what_is_before_the_member(write, province, member, refused):
    notice = write(**ASKS)
    other = make_member("DV2", province.units.TB02XA)
    foreign = write(unit="TB02X")

    def one(who, what, version=1, kind="read", **fields):
        return actions.record_one(
            member=who, scope=scope_of_member(who), notice_id=what.pk, version=version, kind=kind, **fields
        )

    with refused(RefusalCode.NOT_FOUND, "id"):
        one(member, foreign)
    with refused(RefusalCode.NOT_FOUND, "id"):
        one(member, notice, version=2)
    with refused(RefusalCode.INVALID, "answer"):
        one(member, notice, kind="answered", answer="Có lẽ")
    assert one(other, foreign).pk == foreign.pk
    actions.correct_notice(actor="test", notice=notice, content=Content(title="B", body="b"), asks_again=True)
    with refused(RefusalCode.CONFLICT, "version"):
        one(member, notice, kind="acknowledged")
    one(member, notice, version=2, kind="acknowledged")
    assert NoticeReceipt.objects.get(notice=notice).version == 2
