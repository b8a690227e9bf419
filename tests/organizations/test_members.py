"""Members entered, corrected, moved and leaving."""

import datetime

import pytest

from audit.enums import RefusalCode
from audit.models import AuditEntry
from organizations import actions
from organizations.enums import Level, PositionKind
from organizations.models import Member, Membership, Position, today
from organizations.scope import scope_of
from tests.conftest import make_member, make_organization, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(province):
    return make_member("DV1", province.units.TB01XA, make_user("dv1"))


def memberships(member):
    rows = Membership.objects.filter(member=member).order_by("pk")
    return list(rows.values_list("cell__code", "valid_from", "valid_to", "reason"))


def test_a_member_is_entered_in_a_cell(province, officers):
    member = actions.create_member(
        actor=officers("TB01X"),
        code="DV9",
        full_name=" Đặng  Thị Hoà ",
        cell=province.units.TB01XB,
        phone="0912 345-678",
        email="hoa@example.vn",
        birth_date=datetime.date(1960, 5, 3),
    )
    assert (member.full_name, member.name_folded, member.phone) == ("Đặng Thị Hoà", "dang thi hoa", "0912345678")
    assert memberships(member) == [("TB01XB", today(), None, "")]
    assert AuditEntry.objects.get().act == "create_member"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"code": "a b"}, "code"),
        ({"full_name": ""}, "full_name"),
        ({"phone": "12ab"}, "phone"),
        ({"email": "khong-phai"}, "email"),
        ({"birth_date": datetime.date(2999, 1, 1)}, "birth_date"),
        ({"status": "former"}, "status"),
        ({"valid_from": datetime.date(2019, 1, 1)}, "valid_from"),
        ({"cell": "TB01X"}, "cell"),
    ],
)
def test_an_unfit_member_is_refused(province, refused, fields, field):
    given = {"code": "DV9", "full_name": "Trần A", "cell": "TB01XA", **fields}
    given["cell"] = getattr(province.units, given["cell"])
    with refused(RefusalCode.INVALID, field=field):
        actions.create_member(actor=province.admin, **given)


def test_a_code_is_used_once(province, member, refused):
    with refused(RefusalCode.CONFLICT, "đã được dùng", "code"):
        actions.create_member(actor=province.admin, code="DV1", full_name="B", cell=province.units.TB01XA)


def test_a_correction_is_kept_and_the_audit_holds_no_private_fact(province, member):
    actions.update_member(actor=province.admin, member=member, full_name="Lê Thị Ủy", phone="0999999999")
    member.refresh_from_db()
    assert (member.full_name, member.name_folded, member.phone) == ("Lê Thị Ủy", "le thi uy", "0999999999")
    entry = AuditEntry.objects.get()
    assert entry.detail == {"changed": ["full_name", "phone"]}
    with pytest.raises(TypeError):
        actions.update_member(actor=province.admin, member=member, cell=province.units.TB01XB)


def test_a_move_closes_one_membership_and_opens_another(province, officers, member):
    moved = actions.move_member(
        actor=officers("TB01"), member=member, cell=province.units.TB01XB, reason="Giấy giới thiệu số 12"
    )
    assert moved.cell == province.units.TB01XB
    assert memberships(member) == [
        ("TB01XA", datetime.date(2021, 1, 1), today(), ""),
        ("TB01XB", today(), None, "Giấy giới thiệu số 12"),
    ]
    assert f"member:{province.units.TB01XB.pk}" in scope_of(member.user).keys
    assert f"member:{province.units.TB01XA.pk}" not in scope_of(member.user).keys
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.detail["from_name"], entry.detail["to_name"]) == (
        "move_member",
        "Chi bộ 01A",
        "Chi bộ 01B",
    )


@pytest.mark.parametrize(("unit", "target"), [("TB01X", "TB02XA"), ("TB01XA", "TB01XB")])
def test_a_move_needs_the_right_in_both_cells(province, officers, refused, member, unit, target):
    actor = officers(unit)
    with refused(RefusalCode.FORBIDDEN, "không được quản lý"):
        actions.move_member(actor=actor, member=member, cell=getattr(province.units, target), reason="Chuyển")


def test_to_see_is_not_to_move(province, officers, refused, member):
    actor = officers("TB", PositionKind.STANDING_MEMBER)
    with refused(RefusalCode.FORBIDDEN):
        actions.move_member(actor=actor, member=member, cell=province.units.TB01XB, reason="Chuyển")


def test_for_officers_elsewhere_the_member_does_not_exist(province, officers, refused, member):
    actor = officers("TB02")
    with refused(RefusalCode.NOT_FOUND, "Không tìm thấy") as caught:
        actions.move_member(actor=actor, member=member, cell=province.units.TB02XA, reason="Chuyển")
    assert "DV1" not in caught.value.message


@pytest.mark.parametrize(
    ("fields", "code", "match", "field"),
    [
        ({"cell": "TB01XA"}, RefusalCode.INVALID, "đang sinh hoạt tại", "cell"),
        ({"cell": "TB02X"}, RefusalCode.INVALID, "chỉ sinh hoạt tại chi bộ", "cell"),
        ({"reason": "  "}, RefusalCode.REQUIRED, "lý do", "reason"),
        ({"reason": "x" * 256}, RefusalCode.INVALID, "255", "reason"),
        ({"valid_from": datetime.date(2999, 1, 1)}, RefusalCode.INVALID, "chưa đến", "valid_from"),
        ({"valid_from": datetime.date(2020, 6, 1)}, RefusalCode.INVALID, "sớm hơn mốc", "valid_from"),
    ],
)
def test_an_unfit_move_is_refused(province, refused, member, fields, code, match, field):
    given = {"cell": "TB02XA", "reason": "Chuyển", **fields}
    given["cell"] = getattr(province.units, given["cell"])
    with refused(code, match, field):
        actions.move_member(actor=province.admin, member=member, **given)


def test_nobody_moves_into_a_cell_that_has_ended_but_a_group_will_do(province, refused, member):
    actions.close_organization(actor=province.admin, organization=province.units.TB02XA)
    with refused(RefusalCode.INVALID, "đã kết thúc", "cell"):
        actions.move_member(actor=province.admin, member=member, cell=province.units.TB02XA, reason="Chuyển")
    group = make_organization("T1", "Tổ đảng 1", Level.GROUP, province.units.TB02XB)
    assert actions.move_member(actor=province.admin, member=member, cell=group, reason="Chuyển").cell == group


def test_who_leaves_loses_cell_positions_and_rights(province, refused, member):
    Position.objects.create(
        member=member,
        organization=province.units.TB01X,
        kind=PositionKind.SECRETARY,
        valid_from=datetime.date(2022, 1, 1),
    )
    actions.member_leaves(actor=province.admin, member=member, reason="Chuyển ra ngoài tỉnh")
    member.refresh_from_db()
    assert member.left_on == today()
    assert memberships(member) == [("TB01XA", datetime.date(2021, 1, 1), today(), "")]
    assert Position.objects.get(member=member).valid_to == today()
    assert scope_of(member.user).keys == {"public"}
    assert not Member.objects.active().filter(pk=member.pk).exists()
    for act in (
        lambda: actions.member_leaves(actor=province.admin, member=member),
        lambda: actions.move_member(actor=province.admin, member=member, cell=province.units.TB02XA, reason="x"),
        lambda: actions.give_position(
            actor=province.admin, member=member, organization=province.units.TB01X, kind=PositionKind.OFFICER
        ),
    ):
        with refused(RefusalCode.CONFLICT, "đã ra khỏi Đảng bộ"):
            act()
