"""Positions given and ended."""

import datetime

import pytest

from audit.enums import RefusalCode
from audit.models import AuditEntry
from organizations import actions
from organizations.enums import PositionKind, Right
from organizations.models import Position, today
from organizations.scope import may
from tests.conftest import make_member, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(province):
    return make_member("DV1", province.units.TB01XA, make_user("dv1"))


def test_a_position_brings_its_rights_and_its_end_takes_them(province, officers, member):
    actor = officers("TB01")
    position = actions.give_position(
        actor=actor, member=member, organization=province.units.TB01X, kind=PositionKind.SECRETARY
    )
    assert may(member.user, Right.APPROVE, province.units.TB01XB)
    actions.end_position(actor=actor, position=position)
    position.refresh_from_db()
    assert position.valid_to == today()
    assert not may(member.user, Right.APPROVE, province.units.TB01XB)
    assert list(AuditEntry.objects.values_list("act", flat=True)) == ["give_position", "end_position"]


def test_a_position_is_given_by_who_manages_the_unit(province, officers, refused, member):
    here, elsewhere = officers("TB01X"), officers("TB02")
    with refused(RefusalCode.FORBIDDEN, "không được quản lý"):
        actions.give_position(actor=here, member=member, organization=province.units.TB01, kind=PositionKind.OFFICER)
    with refused(RefusalCode.NOT_FOUND, "Không tìm thấy đảng viên"):
        actions.give_position(
            actor=elsewhere, member=member, organization=province.units.TB02, kind=PositionKind.OFFICER
        )


def test_nobody_gives_a_position_to_themselves(province, officers, refused):
    actor = officers("TB01X", cell="TB01XA")
    with refused(RefusalCode.FORBIDDEN, "tự giao chức vụ"):
        actions.give_position(
            actor=actor, member=actor.member, organization=province.units.TB01X, kind=PositionKind.SECRETARY
        )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "emperor"}, "kind"),
        ({"valid_from": datetime.date(2999, 1, 1)}, "valid_from"),
        ({"valid_from": datetime.date(2019, 1, 1)}, "valid_from"),
    ],
)
def test_an_unfit_position_is_refused(province, refused, member, fields, field):
    given = {"kind": PositionKind.OFFICER, **fields}
    with refused(RefusalCode.INVALID, field=field):
        actions.give_position(actor=province.admin, member=member, organization=province.units.TB01X, **given)


def test_the_same_position_is_not_held_twice_and_none_in_a_unit_that_ended(province, refused, member):
    given = {"actor": province.admin, "member": member, "kind": PositionKind.OFFICER}
    actions.give_position(organization=province.units.TB01X, **given)
    with refused(RefusalCode.CONFLICT, "đang giữ chức vụ"):
        actions.give_position(organization=province.units.TB01X, **given)
    actions.close_organization(actor=province.admin, organization=province.units.TB02XA)
    with refused(RefusalCode.INVALID, "đã kết thúc", "organization"):
        actions.give_position(organization=province.units.TB02XA, **given)


def test_who_may_not_end_a_position(province, officers, refused, member):
    position = actions.give_position(
        actor=province.admin, member=member, organization=province.units.TB01X, kind=PositionKind.OFFICER
    )
    elsewhere, seeing = officers("TB02"), officers("TB", PositionKind.STANDING_MEMBER)
    with refused(RefusalCode.NOT_FOUND, "Không tìm thấy chức vụ"):
        actions.end_position(actor=elsewhere, position=position)
    with refused(RefusalCode.FORBIDDEN):
        actions.end_position(actor=seeing, position=position)
    with refused(RefusalCode.INVALID, "sớm hơn mốc", "valid_to"):
        actions.end_position(actor=province.admin, position=position, valid_to=datetime.date(2020, 1, 1))
    actions.end_position(actor=province.admin, position=position)
    with refused(RefusalCode.CONFLICT, "đã kết thúc rồi"):
        actions.end_position(actor=province.admin, position=position)
    assert Position.objects.filter(member=member).count() == 1
