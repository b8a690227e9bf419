"""Units made, changed, merged and closed."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.enums import RefusalCode
from audit.models import AuditEntry
from organizations import actions
from organizations.enums import Level, PositionKind
from organizations.models import Member, Membership, Organization, OrganizationVersion, Position, today
from tests.conftest import make_member, make_user

pytestmark = pytest.mark.django_db

DAY = datetime.date(2025, 7, 1)


def versions(unit):
    rows = OrganizationVersion.objects.filter(organization=unit).order_by("pk")
    return list(rows.values_list("name", "level", "parent__code", "valid_from", "valid_to", "reason"))


def test_a_new_unit_lies_below_its_parent_and_has_its_first_version(province):
    unit = actions.create_organization(
        actor=province.admin,
        code="TB01X1",
        name="  Chi bộ   thôn 1 ",
        level=Level.CELL,
        parent=province.units.TB01X,
        valid_from=DAY,
        reason="Thành lập",
    )
    assert (unit.name, unit.path) == ("Chi bộ thôn 1", f"{province.units.TB01X.path}{unit.pk}/")
    assert versions(unit) == [("Chi bộ thôn 1", "cell", "TB01X", DAY, None, "Thành lập")]
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.target) == ("create_organization", "admin", "Chi bộ thôn 1")


@pytest.mark.parametrize(
    ("fields", "field", "match"),
    [
        ({"code": "TB 1"}, "code", "không hợp lệ"),
        ({"code": "TB01"}, "code", "đã có tổ chức khác dùng"),
        ({"name": "  "}, "name", "thiếu tên"),
        ({"name": "a" * 256}, "name", "255"),
        ({"level": "village"}, "level", "Không có cấp"),
        ({"valid_from": datetime.date(2999, 1, 1)}, "valid_from", "chưa đến"),
    ],
)
def test_an_unfit_unit_is_refused(province, refused, fields, field, match):
    given = {"code": "N1", "name": "Mới", "level": Level.CELL, "parent": province.units.TB, **fields}
    code = RefusalCode.CONFLICT if given["code"] == "TB01" else RefusalCode.INVALID
    with refused(code, match, field):
        actions.create_organization(actor=province.admin, **given)


@pytest.mark.parametrize("act", ["create", "update", "close", "merge"])
def test_only_who_administers_changes_the_tree(province, officers, refused, act):
    actor, units = officers("TB", PositionKind.SECRETARY), province.units
    calls = {
        "create": lambda: actions.create_organization(actor=actor, code="N", name="N", level=Level.CELL),
        "update": lambda: actions.update_organization(actor=actor, organization=units.TB01, name="N"),
        "close": lambda: actions.close_organization(actor=actor, organization=units.TB02XA),
        "merge": lambda: actions.merge_organization(actor=actor, organization=units.TB02XA, into=units.TB01XA),
    }
    with refused(RefusalCode.FORBIDDEN, "Văn phòng Tỉnh ủy"):
        calls[act]()


def test_an_inactive_administrator_changes_nothing(province, refused):
    former = make_user("cu", is_superuser=True, is_active=False)
    with refused(RefusalCode.FORBIDDEN):
        actions.update_organization(actor=former, organization=province.units.TB01, name="N")


def test_a_rename_keeps_the_old_name_in_the_history(province):
    unit = actions.update_organization(
        actor=province.admin, organization=province.units.TB01X, name="Đảng ủy xã Mới", valid_from=DAY, reason="Đổi tên"
    )
    assert unit.name == "Đảng ủy xã Mới"
    assert versions(unit) == [
        ("Đảng ủy xã 01", "grassroots", "TB01", datetime.date(2020, 1, 1), DAY, ""),
        ("Đảng ủy xã Mới", "grassroots", "TB01", DAY, None, "Đổi tên"),
    ]


def test_a_move_rewrites_the_paths_below_in_one_statement(province):
    units = province.units
    with CaptureQueriesContext(connection) as queries:
        actions.update_organization(actor=province.admin, organization=units.TB01X, parent=units.TB02)
    assert sum(query["sql"].startswith("UPDATE") and '"path" = ' in query["sql"] for query in queries) == 1
    expected = {f"{units.TB02.path}{units.TB01X.pk}/"}
    expected |= {f"{units.TB02.path}{units.TB01X.pk}/{cell.pk}/" for cell in (units.TB01XA, units.TB01XB)}
    moved = Organization.objects.filter(code__startswith="TB01X")
    assert set(moved.values_list("path", flat=True)) == expected


def test_a_unit_may_become_a_root(province):
    unit = actions.update_organization(actor=province.admin, organization=province.units.TB01, parent=None)
    assert unit.path == f"/{unit.pk}/"
    assert Organization.objects.get(code="TB01XA").path.startswith(unit.path)


@pytest.mark.parametrize("target", ["TB01", "TB01X", "TB01XA"])
def test_a_unit_never_comes_to_lie_below_itself(province, refused, target):
    with refused(RefusalCode.INVALID, "không thể trực thuộc chính nó", "parent"):
        actions.update_organization(
            actor=province.admin, organization=province.units.TB01, parent=getattr(province.units, target)
        )


def test_what_does_not_change_anything_is_refused(province, refused):
    with refused(RefusalCode.INVALID, "Không có gì thay đổi"):
        actions.update_organization(actor=province.admin, organization=province.units.TB01, name="Huyện ủy 01")


def test_a_cell_with_members_stays_a_cell(province, refused):
    with refused(RefusalCode.CONFLICT, "còn đảng viên sinh hoạt", "level"):
        actions.update_organization(actor=province.admin, organization=province.units.TB01XA, level=Level.GRASSROOTS)
    unit = actions.update_organization(actor=province.admin, organization=province.units.TB01XB, level=Level.GROUP)
    assert unit.level == "group"


def test_a_change_before_the_last_one_is_refused(province, refused):
    with refused(RefusalCode.INVALID, "sớm hơn mốc gần nhất", "valid_from"):
        actions.update_organization(
            actor=province.admin,
            organization=province.units.TB01,
            name="N",
            valid_from=datetime.date(2019, 12, 31),
        )


def test_closing_names_what_still_depends_on_the_unit(province, refused):
    units = province.units
    with refused(RefusalCode.CONFLICT, r"2 tổ chức trực thuộc \(Chi bộ 01A, Chi bộ 01B\)"):
        actions.close_organization(actor=province.admin, organization=units.TB01X)
    with refused(RefusalCode.CONFLICT, "3 đảng viên"):
        actions.close_organization(actor=province.admin, organization=units.TB01XA)
    Position.objects.create(
        member=Member.objects.first(), organization=units.TB02XA, kind=PositionKind.OFFICER, valid_from=DAY
    )
    with refused(RefusalCode.CONFLICT, "1 chức vụ"):
        actions.close_organization(actor=province.admin, organization=units.TB02XA)


def test_an_empty_unit_is_closed_and_stays_readable(province, refused):
    unit = actions.close_organization(actor=province.admin, organization=province.units.TB02XA, valid_to=DAY)
    assert unit.valid_to == DAY
    assert versions(unit)[-1][4] == DAY
    assert not Organization.objects.in_force().filter(pk=unit.pk).exists()
    with refused(RefusalCode.INVALID, "đã kết thúc"):
        actions.update_organization(actor=province.admin, organization=unit, name="N")
    with refused(RefusalCode.INVALID, "đã kết thúc", "parent"):
        actions.create_organization(actor=province.admin, code="N", name="N", level=Level.CELL, parent=unit)


def test_a_merger_moves_members_and_children_and_ends_the_rest(province):
    units = province.units
    group = actions.create_organization(
        actor=province.admin, code="T1", name="Tổ đảng 1", level=Level.GROUP, parent=units.TB01XA, valid_from=DAY
    )
    people = set(Member.objects.filter(cell=units.TB01XA).values_list("code", flat=True))
    secretary = make_member("BT1", units.TB01XA, positions=[(units.TB01XA, PositionKind.SECRETARY)])
    target = actions.merge_organization(
        actor=province.admin, organization=units.TB01XA, into=units.TB02XA, reason="Sáp nhập xã"
    )
    assert target == units.TB02XA
    assert set(target.members.values_list("code", flat=True)) == people | {"BT1"}
    assert list(Membership.objects.filter(member=secretary).values_list("cell__code", "valid_to", "reason")) == [
        ("TB01XA", today(), ""),
        ("TB02XA", None, "Sáp nhập xã"),
    ]
    group.refresh_from_db()
    assert (group.parent, group.path) == (target, f"{target.path}{group.pk}/")
    assert Position.objects.get(member=secretary).valid_to == today()
    merged = Organization.objects.get(code="TB01XA")
    assert merged.valid_to == today()
    detail = AuditEntry.objects.get(act="merge_organization").detail
    assert (detail["members"], detail["children"], detail["positions_ended"]) == (4, [group.pk], 1)


@pytest.mark.parametrize(
    ("into", "match"),
    [("TB01XA", "trực thuộc chính nó"), ("TB02X", "chỉ nhập được vào chi bộ")],
)
def test_an_unfit_merger_is_refused(province, refused, into, match):
    with refused(RefusalCode.INVALID, match):
        actions.merge_organization(
            actor=province.admin, organization=province.units.TB01XA, into=getattr(province.units, into)
        )


def test_a_merger_into_what_lies_below_or_has_ended_is_refused(province, refused):
    units = province.units
    with refused(RefusalCode.INVALID, "trực thuộc chính nó"):
        actions.merge_organization(actor=province.admin, organization=units.TB01, into=units.TB01X)
    actions.close_organization(actor=province.admin, organization=units.TB02XA)
    with refused(RefusalCode.INVALID, "đã kết thúc", "into"):
        actions.merge_organization(actor=province.admin, organization=units.TB01XA, into=units.TB02XA)


def test_a_path_that_the_column_cannot_hold_is_refused(province, refused):
    unit = province.units.TB01XB
    Organization.objects.filter(pk=unit.pk).update(path="/" + "1234567890/" * 23)
    with refused(RefusalCode.INVALID, "quá sâu"):
        actions.create_organization(actor=province.admin, code="S", name="Sâu", level=Level.GROUP, parent=unit)
