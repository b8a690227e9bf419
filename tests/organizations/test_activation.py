"""Activation codes: printed for a cell by who may, and the account that is made with one."""

import datetime
import itertools

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions as accounts
from accounts.actions import Device
from accounts.limits import WRONG_CODES
from accounts.models import OneTimeCode, Session, User
from audit.enums import RefusalCode
from audit.models import AuditEntry
from audit.refusals import Refused
from organizations import actions
from organizations.enums import Level, PositionKind
from organizations.models import Member, today
from organizations.permissions import may_hand_codes_to
from tests.conftest import make_member, make_organization, make_user

pytestmark = pytest.mark.django_db
DEVICE = Device(name="Điện thoại", platform="android")
PASSWORD = "tau-thuy-2026"
WRONG = (
    "Mã đảng viên hoặc mã kích hoạt không đúng, đã dùng hoặc hết hạn. "
    "Hãy kiểm tra lại từng chữ trên phiếu; nếu vẫn không được, hãy hỏi bí thư chi bộ."
)
_addresses = itertools.count(1)


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()


@pytest.fixture
def secretary(province):
    """The secretary of TB01XA, who has signed in."""
    user = make_user("bt-chi-bo", last_login=timezone.now())
    make_member("BT", province.units.TB01XA, user, [(province.units.TB01XA, PositionKind.SECRETARY)])
    User.objects.filter(username__startswith="thuongtruc").update(last_login=timezone.now())
    return user


@pytest.fixture
def cell(province, secretary):
    """A cell: without account, with one never used, and those for whom nothing is printed."""
    cell = province.units.TB01XA
    make_member("DV1", cell)
    make_member("DV2", cell, make_user("DV2"))
    make_member("DV3", cell, make_user("DV3", last_login=timezone.now()))
    make_member("DV4", cell, make_user("DV4", is_active=False))
    Member.objects.filter(pk=make_member("DV5", cell).pk).update(left_on=today())
    make_member("DV6", province.units.TB01XB)
    return cell


def codes_of(sheet):
    return {slip.member.code: slip.code for slip in sheet.slips}


def activate(member_code, code, password=PASSWORD, address=None):
    request = RequestFactory().post("/graphql", REMOTE_ADDR=address or f"10.2.{next(_addresses) % 250}.1")
    return actions.activate_account(
        member_code=member_code, activation_code=code, new_password=password, device=DEVICE, request=request
    )


def refusal_of(function, *args, **kwargs):
    """The refusal, which must have changed neither people nor accounts."""
    before = list(User.objects.order_by("pk").values("pk", "password")), list(Member.objects.values("pk", "user"))
    sessions = Session.objects.count()
    with pytest.raises(Refused) as caught:
        function(*args, **kwargs)
    after = list(User.objects.order_by("pk").values("pk", "password")), list(Member.objects.values("pk", "user"))
    assert (after, Session.objects.count()) == (before, sessions)
    return caught.value


def test_the_sheet_has_those_who_never_signed_in_and_the_audit_their_names(cell, secretary):
    sheet = actions.print_activation_codes(actor=secretary, cell=cell)
    assert list(codes_of(sheet)) == ["DV1", "DV2"]
    assert OneTimeCode.objects.count() == 2
    entry = AuditEntry.objects.get(act="print_activation_codes")
    assert (entry.actor_id, entry.target) == (secretary.pk, "Chi bộ 01A")
    assert entry.detail == {"members": 2, "names": ["Nguyễn Văn DV1 (DV1)", "Nguyễn Văn DV2 (DV2)"]}
    for code in codes_of(sheet).values():
        assert code not in str(entry.detail) and code.replace("-", "") not in str(entry.detail)


def test_a_group_below_the_cell_is_on_its_sheet(cell, secretary):
    group = make_organization("TB01XA1", "Tổ đảng 1", Level.GROUP, cell)
    make_member("DV7", group)
    assert list(codes_of(actions.print_activation_codes(actor=secretary, cell=cell))) == ["DV1", "DV2", "DV7"]
    assert refusal_of(actions.print_activation_codes, actor=secretary, cell=group).code == RefusalCode.INVALID


@pytest.mark.parametrize(("unit", "code"), [("TB01X", "FORBIDDEN"), ("TB01XB", "FORBIDDEN"), ("TB02XA", "FORBIDDEN")])
def test_another_unit_is_refused(cell, province, secretary, unit, code):
    refusal = refusal_of(actions.print_activation_codes, actor=secretary, cell=getattr(province.units, unit))
    assert (refusal.code, refusal.act) == (code, "print_activation_codes")
    assert OneTimeCode.objects.count() == 0


def test_who_only_sees_members_prints_nothing(cell, province):
    viewer = make_user("xem")
    make_member("XEM", province.units.TB02XA, viewer, [(cell, PositionKind.COMMITTEE_MEMBER)])
    assert refusal_of(actions.print_activation_codes, actor=viewer, cell=cell).code == RefusalCode.FORBIDDEN
    assert OneTimeCode.objects.count() == 0


def test_a_closed_cell_and_one_where_nobody_is_left(cell, province, secretary):
    Member.objects.filter(code__in=["DV1", "DV2"]).update(left_on=today())
    assert refusal_of(actions.print_activation_codes, actor=secretary, cell=cell).code == RefusalCode.NOT_FOUND
    cell.valid_to = today()
    cell.save()
    assert refusal_of(actions.print_activation_codes, actor=province.admin, cell=cell).code == RefusalCode.INVALID


def test_nobody_hands_out_a_code_of_someone_who_may_do_more(cell, province, secretary):
    units = province.units
    make_member("CAO", cell, positions=[(units.TB01, PositionKind.STANDING_MEMBER)])
    make_member("BTV", cell, make_user("BTV", "Ban Biên tập"))
    make_member("SU", cell, make_user("SU", is_superuser=True))
    make_member("PHO", cell, positions=[(cell, PositionKind.DEPUTY_SECRETARY)])
    former = make_member("CU", cell, positions=[(units.TB01, PositionKind.STANDING_MEMBER)])
    former.positions.update(valid_to=today())
    district = make_user("huyen", last_login=timezone.now())
    make_member("HU", units.TB02XA, district, [(units.TB01, PositionKind.OFFICER)])

    def held_back(user):
        return [row.member.code for row in may_hand_codes_to(user, cell) if not row.may]

    assert held_back(secretary) == ["BTV", "CAO", "SU"]
    assert held_back(district) == ["BTV", "SU"]
    assert held_back(province.admin) == []
    assert held_back(province.board) == ["CAO", "PHO", "SU"]
    assert list(codes_of(actions.print_activation_codes(actor=secretary, cell=cell))) == ["CU", "DV1", "DV2", "PHO"]


def test_printing_again_replaces_what_was_not_used(cell, secretary):
    first = codes_of(actions.print_activation_codes(actor=secretary, cell=cell))
    activate("DV2", first["DV2"])
    second = codes_of(actions.print_activation_codes(actor=secretary, cell=cell))
    assert list(second) == ["DV1"]
    assert refusal_of(activate, "DV1", first["DV1"]).code == RefusalCode.UNAUTHENTICATED
    assert activate("DV1", second["DV1"]).session.is_open


def test_a_member_without_account_gets_one(cell, secretary):
    code = codes_of(actions.print_activation_codes(actor=secretary, cell=cell))["DV1"]
    got = activate(" DV1 ", code.lower().replace("-", " "))
    user = User.objects.get(username="DV1")
    assert (user.last_name, user.first_name, user.is_staff, user.groups.count()) == ("Nguyễn Văn", "DV1", False, 0)
    assert user.check_password(PASSWORD)
    assert Member.objects.get(code="DV1").user == user
    assert got.session == Session.objects.get()
    assert (got.session.user, got.session.is_open, user.last_login is not None) == (user, True, True)
    entry = AuditEntry.objects.get(act="activate_account")
    assert (entry.actor_id, entry.target, entry.detail) == (user.pk, "Nguyễn Văn DV1 (DV1)", {"account_made": True})
    request = RequestFactory().post("/graphql")
    assert accounts.sign_in(username="DV1", password=PASSWORD, device=DEVICE, request=request).session.is_open


def test_an_account_that_was_never_used_gets_its_password(cell, secretary):
    code = codes_of(actions.print_activation_codes(actor=secretary, cell=cell))["DV2"]
    activate("DV2", code)
    user = User.objects.get(username="DV2")
    assert user.check_password(PASSWORD) and not user.check_password("matkhau-2026")
    assert AuditEntry.objects.get(act="activate_account").detail == {"account_made": False}


def test_it_works_once(cell, secretary):
    code = codes_of(actions.print_activation_codes(actor=secretary, cell=cell))["DV1"]
    activate("DV1", code)
    refusal = refusal_of(activate, "DV1", code, "mat-khau-khac-2026")
    assert (refusal.code, refusal.message) == (RefusalCode.UNAUTHENTICATED, WRONG)


def test_who_signed_in_otherwise_no_longer_can_be_taken_over_by_the_slip(cell, secretary):
    code = codes_of(actions.print_activation_codes(actor=secretary, cell=cell))["DV2"]
    accounts.sign_in(username="DV2", password="matkhau-2026", device=DEVICE, request=RequestFactory().post("/graphql"))
    assert refusal_of(activate, "DV2", code).code == RefusalCode.UNAUTHENTICATED


def test_it_lasts_to_the_end_of_the_thirtieth_day(cell, secretary):
    with time_machine.travel("2026-11-03T10:00:00+07:00", tick=False) as clock:
        sheet = actions.print_activation_codes(actor=secretary, cell=cell)
        assert sheet.last_day == datetime.date(2026, 12, 3)
        clock.move_to("2026-12-03T23:59:59+07:00")
        activate("DV1", codes_of(sheet)["DV1"])
        clock.move_to("2026-12-04T00:00:00+07:00")
        assert refusal_of(activate, "DV2", codes_of(sheet)["DV2"]).code == RefusalCode.UNAUTHENTICATED


@pytest.mark.parametrize("password", ["ngan", "1234567890", "password123", "Nguyễn Văn DV1"])
def test_a_weak_password_is_refused_and_leaves_the_code_good(cell, secretary, password):
    code = codes_of(actions.print_activation_codes(actor=secretary, cell=cell))["DV1"]
    refusal = refusal_of(activate, "DV1", code, password)
    assert (refusal.code, refusal.field, refusal.act) == (RefusalCode.INVALID, "newPassword", "activate_account")
    assert password not in refusal.message
    assert activate("DV1", code).session.is_open


def test_someone_elses_account_of_that_name_is_not_taken_over(cell, secretary):
    other = make_user("DV1")
    code = codes_of(actions.print_activation_codes(actor=secretary, cell=cell))["DV1"]
    refusal = refusal_of(activate, "DV1", code)
    assert (refusal.code, refusal.field) == (RefusalCode.CONFLICT, "memberCode")
    other.delete()
    assert activate("DV1", code).session.is_open


def test_twenty_wrong_tries_void_a_code(cell, secretary):
    code = codes_of(actions.print_activation_codes(actor=secretary, cell=cell))["DV1"]
    for _ in range(19):
        refusal_of(activate, "DV1", "AAAAA-AAAAA")
    activate("DV1", code)
    code = codes_of(actions.print_activation_codes(actor=secretary, cell=cell))["DV2"]
    for _ in range(20):
        refusal_of(activate, "DV2", "AAAAA-AAAAA")
    assert refusal_of(activate, "DV2", code).message == WRONG


def test_addresses_and_everyone_are_held_back(cell, secretary):
    sheet = codes_of(actions.print_activation_codes(actor=secretary, cell=cell))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(30):
            assert refusal_of(activate, f"X{number}", "A", address="10.0.0.1").code == RefusalCode.UNAUTHENTICATED
        assert refusal_of(activate, "DV1", sheet["DV1"], address="10.0.0.1").code == RefusalCode.RATE_LIMITED
        activate("DV1", sheet["DV1"], address="10.0.0.2")
        for _ in range(WRONG_CODES.count):
            WRONG_CODES.hit("everyone")
        assert refusal_of(activate, "DV2", sheet["DV2"]).code == RefusalCode.RATE_LIMITED
        clock.shift(60)
        activate("DV2", sheet["DV2"])


def test_a_wrong_code_costs_and_says_the_same_whoever_it_is_for(cell, secretary):
    actions.print_activation_codes(actor=secretary, cell=cell)
    refusal_of(activate, "khong-co", "x")  # makes nobody's row
    seen = set()
    for code in ("DV1", "DV2", "DV3", "DV4", "DV5", "DV6", "khong-co"):
        with CaptureQueriesContext(connection) as asked, pytest.raises(Refused) as caught:
            activate(code, "AAAAA-AAAAA", address="10.9.9.9")
        words = tuple(query["sql"].split()[0] for query in asked)
        seen.add((caught.value.code, caught.value.message, caught.value.field, caught.value.act, words))
        assert caught.value.target == f"{code} (10.9.9.9)"
    assert len(seen) == 1
    [(code, message, field, act, words)] = seen
    assert (code, message, field, act) == (RefusalCode.UNAUTHENTICATED, WRONG, None, "activate_account")
    assert words == ("SELECT", "SELECT", "UPDATE", "SAVEPOINT", "SELECT", "SELECT", "ROLLBACK", "RELEASE")


def test_printing_costs_the_same_number_of_queries_for_any_number_of_members(cell, secretary):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            actions.print_activation_codes(actor=secretary, cell=cell)
        return len(asked)

    cost()
    few = cost()
    for number in range(30):
        make_member(f"N{number}", cell, make_user(f"N{number}") if number % 2 else None)
    assert cost() == few <= 21
