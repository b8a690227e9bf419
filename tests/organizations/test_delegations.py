"""Ủy quyền: one seat is one voice, for the days that were written down, and never two for one person."""

import datetime

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from audit.models import AuditEntry
from audit.refusals import Refused
from organizations import actions
from organizations.delegations import Delegation
from organizations.enums import PositionKind, Right
from organizations.models import Position
from organizations.scope import held_by, holders, seat_of
from tests.conftest import make_member, make_user

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 25)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(datetime.datetime(2026, 11, 25, 2, 0, tzinfo=datetime.UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def deputy(province):
    """A member of the province with an account and no seat."""
    user = make_user("thay", "Cấp ủy phê duyệt")
    user.own = make_member("THAY", province.units.TB02XA, user)
    return user


@pytest.fixture
def seat(province):
    return Position.objects.get(member__user=province.thuongtruc1)


@pytest.fixture
def delegate(province, seat, deputy, clock):
    def make(actor=None, **facts):
        return actions.delegate(
            **{
                "actor": actor or province.thuongtruc1,
                "position": seat,
                "to_code": "THAY",
                "first_day": TODAY,
                "last_day": TODAY + DAY,
                "reason": "Nghỉ phép",
                **facts,
            }
        )

    return make


def committee(province):
    found = holders(Right.APPROVE, province.units.TB).order_by("code")
    return list(found.values_list("code", flat=True))


def test_who_stands_in_decides_and_the_holder_rests_for_those_days(province, deputy, delegate, seat, clock):
    delegate(first_day=TODAY + DAY, last_day=TODAY + 2 * DAY)
    both = {}
    for day in range(5):
        both[day] = committee(province)
        for user in (province.thuongtruc1, deputy):  # the same answer, asked the other way round
            assert held_by(user, Right.APPROVE).exists() == (user.member.code in both[day])
            found = seat_of(user, province.units.TB)
            assert found == (seat if user.member.code in both[day] else None)
        clock.shift(DAY)
    own, stood_in = ["THUONGTRUC1", "THUONGTRUC2", "THUONGTRUC3"], ["THAY", "THUONGTRUC2", "THUONGTRUC3"]
    assert list(both.values()) == [own, stood_in, stood_in, own, own]


def test_nothing_else_is_delegated(province, deputy, delegate):
    delegate()
    for right in set(Right) - {Right.APPROVE}:
        assert not held_by(deputy, right).exists()
        assert "THAY" not in holders(right, province.units.TB).values_list("code", flat=True)
        assert "THUONGTRUC1" in holders(right, province.units.TB).values_list("code", flat=True)


def test_it_ends_early_and_with_the_position_and_with_the_account(province, deputy, delegate, seat, clock):
    made = delegate(last_day=TODAY + 10 * DAY)
    actions.end_delegation(actor=province.thuongtruc1, delegation=made)
    assert "THAY" not in committee(province)
    delegate(last_day=TODAY + 10 * DAY)
    assert "THAY" in committee(province)
    deputy.is_active = False
    deputy.save()
    assert not held_by(deputy, Right.APPROVE).exists()
    deputy.is_active = True
    deputy.save()
    Position.objects.filter(pk=seat.pk).update(valid_to=TODAY)
    assert committee(province) == ["THUONGTRUC2", "THUONGTRUC3"]


def refused(call):
    before = (Delegation.objects.count(), AuditEntry.objects.count())
    with pytest.raises(Refused) as refusal, transaction.atomic():
        call()
    assert (Delegation.objects.count(), AuditEntry.objects.count()) == before
    return refusal.value.code, refusal.value.field


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({"reason": " "}, ("REQUIRED", "reason")),
        ({"first_day": TODAY - DAY}, ("INVALID", "first_day")),
        ({"last_day": TODAY - DAY}, ("INVALID", "first_day")),
        ({"last_day": TODAY + 93 * DAY}, ("INVALID", "last_day")),
        ({"to_code": "KHONG-CO"}, ("INVALID", "to_code")),
        ({"to_code": "THUONGTRUC1"}, ("INVALID", "to_code")),
        ({"to_code": "THUONGTRUC2"}, ("INVALID", "to_code")),
    ],
)
def test_what_makes_no_sense_is_refused(delegate, facts, answer):
    assert refused(lambda: delegate(**facts)) == answer


def test_nobody_without_an_account_and_nobody_of_another_unit(province, delegate, seat, clock):
    make_member("KHONG-MAY", province.units.TB02XA)
    assert refused(lambda: delegate(to_code="KHONG-MAY")) == ("INVALID", "to_code")
    commune = Position.objects.create(
        member=make_member("BT-XA", province.units.TB01XA, make_user("bt-xa")),
        organization=province.units.TB01X,
        kind=PositionKind.SECRETARY,
        valid_from=TODAY,
    )
    answer = refused(lambda: delegate(actor=commune.member.user, position=commune, to_code="THAY"))
    assert answer == ("INVALID", "to_code")  # a member of the other district


def test_days_that_are_taken_and_positions_without_a_voice(province, delegate, clock):
    delegate()
    assert refused(delegate) == ("CONFLICT", "first_day")
    officer = Position.objects.create(
        member=make_member("CB", province.units.TB01XA, make_user("cb")),
        organization=province.units.TB,
        kind=PositionKind.OFFICER,
        valid_from=TODAY,
    )
    assert refused(lambda: delegate(actor=officer.member.user, position=officer)) == ("INVALID", "position")


def test_the_four_visitors(province, delegate, deputy, clock):
    """The holder and who manages the unit's people; nobody else, also not who is to stand in."""
    stranger = make_user("bt-02")
    make_member("BT-02", province.units.TB02XA, stranger, [(province.units.TB02X, PositionKind.SECRETARY)])
    for user in (deputy, stranger, province.board):
        assert refused(lambda user=user: delegate(actor=user)) == ("FORBIDDEN", None)
    made = delegate(actor=province.thuongtruc2)  # a deputy secretary manages the unit's people
    for user in (deputy, stranger):
        with pytest.raises(Refused, match="không được quản lý"):
            actions.end_delegation(actor=user, delegation=made)
    assert AuditEntry.objects.get(act="delegate").detail["to"] == "THAY"


def test_the_screens(province, delegate, deputy, seat, client, clock):
    client.force_login(province.thuongtruc1)
    page = client.get(reverse("organizations:delegations")).content.decode()
    assert reverse("organizations:delegate", args=[seat.pk]) in page
    address = reverse("organizations:delegate", args=[seat.pk])
    facts = {"to_code": "THAY", "first_day": "25/11/2026", "last_day": "27/11/2026", "reason": "Nghỉ phép"}
    wrong = client.post(address, {**facts, "to_code": "X"})
    assert "mang mã này" in wrong.content.decode() and not Delegation.objects.exists()
    assert client.post(address, facts).status_code == 302
    made = Delegation.objects.get()
    assert (made.first_day, made.last_day, made.made_by) == (TODAY, TODAY + 2 * DAY, province.thuongtruc1)
    client.force_login(deputy)
    assert client.post(reverse("organizations:end_delegation", args=[made.pk])).status_code == 404
    client.force_login(province.thuongtruc1)
    assert "Kết thúc ủy quyền" in client.get(reverse("organizations:delegations")).content.decode()
    client.post(reverse("organizations:end_delegation", args=[made.pk]))
    assert Delegation.objects.get().ended_at is not None


def test_who_has_no_seat_and_manages_nobody_finds_nothing_there(province, deputy, client):
    client.force_login(deputy)
    assert client.get(reverse("organizations:delegations")).status_code in (302, 403)
