"""A lost phone: who may sign a member out, and what is left afterwards."""

import pytest

from accounts.models import Session
from audit.enums import RefusalCode
from audit.models import AuditEntry
from organizations import actions
from organizations.enums import PositionKind
from tests.conftest import make_member, make_user

pytestmark = pytest.mark.django_db
REASON = "Mất điện thoại ngày 24/11"


def phone_of(user):
    return Session.objects.create(
        user=user, device_name="Máy", platform="ios", push_token="x", auth_hash=user.get_session_auth_hash()
    )


@pytest.fixture
def member(province):
    member = make_member("DV1", province.units.TB01XA, make_user("dv1", "Cấp ủy phê duyệt"))
    phone_of(member.user)
    phone_of(member.user)
    return member


@pytest.fixture
def still_signed_in(member):
    def check():
        assert Session.objects.usable_by(member.user).count() == 2
        member.user.refresh_from_db()
        assert member.user.session_round == 0

    return check


def test_an_officer_here_signs_the_member_out_everywhere(officers, member, client):
    client.force_login(member.user)
    assert client.get("/admin/editorial/desk/").status_code == 200
    bystander = phone_of(make_user("khac"))
    officer = officers("TB01")
    assert actions.end_member_sessions(actor=officer, member=member, reason=f"  {REASON} ") == 2
    rows = Session.objects.filter(user=member.user)
    assert set(rows.values_list("end_reason", "end_note", "push_token")) == {("ended_by_officer", REASON, "")}
    assert client.get("/admin/editorial/desk/").status_code == 302
    bystander.refresh_from_db()
    assert bystander.is_open
    entry = AuditEntry.objects.get(act="end_member_sessions")
    assert (entry.actor_id, entry.target_id) == (officer.pk, str(member.pk))
    assert entry.detail == {"reason": REASON, "ended": 2}
    assert actions.end_member_sessions(actor=officer, member=member, reason=REASON) == 0


@pytest.mark.parametrize(
    ("unit", "kind", "code"),
    [
        ("TB02", PositionKind.OFFICER, RefusalCode.NOT_FOUND),
        ("TB01XB", PositionKind.SECRETARY, RefusalCode.NOT_FOUND),
        ("TB01", PositionKind.STANDING_MEMBER, RefusalCode.FORBIDDEN),
        ("TB01XA", PositionKind.COMMITTEE_MEMBER, RefusalCode.FORBIDDEN),
    ],
)
def test_others_are_refused(officers, refused, member, still_signed_in, unit, kind, code):
    officer = officers(unit, kind)
    with refused(code):
        actions.end_member_sessions(actor=officer, member=member, reason=REASON)
    still_signed_in()


@pytest.mark.parametrize(("reason", "code"), [("", "REQUIRED"), (" \n", "REQUIRED"), ("x" * 256, "INVALID")])
def test_a_reason_is_wanted(officers, refused, member, still_signed_in, reason, code):
    officer = officers("TB01")
    with refused(code, field="reason"):
        actions.end_member_sessions(actor=officer, member=member, reason=reason)
    still_signed_in()


def test_a_member_without_account_has_nothing_to_end(officers, province):
    member = make_member("DV2", province.units.TB01XA)
    assert actions.end_member_sessions(actor=officers("TB01"), member=member, reason=REASON) == 0
