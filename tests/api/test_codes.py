"""Codes over GraphQL: sign-in by a code that was sent, and by one that was printed."""

import pytest

from accounts.models import OneTimeCode, Session, User
from audit.models import AuditEntry
from messaging.models import TwinMessage
from organizations.actions import print_activation_codes
from organizations.models import Member
from tests.conftest import make_member

pytestmark = pytest.mark.django_db
DEVICE = {"name": "Điện thoại", "platform": "ANDROID", "pushToken": "abc"}


@pytest.fixture
def phone(people):
    """Member DV1 has a telephone."""
    Member.objects.filter(code="DV1").update(phone="0200000001")


def sent():
    return TwinMessage.objects.first().text.partition(": ")[2][:6]


@pytest.mark.parametrize("visitor", ["anonymous", "member", "elsewhere", "secretary"])
def test_each_visitor_asks_signs_in_by_the_code_and_is_the_member(api, people, phone, commit, visitor):
    user = getattr(people, visitor)
    with commit():
        asked = api.data("request-sign-in-code", {"username": "DV1", "device": DEVICE}, user=user)
    assert asked["requestSignInCode"] == {"expiresIn": 600, "errors": []}
    payload = api.data("sign-in-with-code", {"username": "DV1", "code": sent(), "device": DEVICE}, user=user)
    session = payload["signInWithCode"]["session"]
    assert (payload["signInWithCode"]["errors"], session["expiresIn"]) == ([], 600)
    assert api.data("me", token=session["accessToken"])["me"]["code"] == "DV1"
    assert Session.objects.get(push_token="abc").user == people.member


def test_a_name_that_nobody_has_gets_the_same_answer_and_the_same_refusal(api, people, phone, commit):
    answers, refusals = [], []
    for name in ("DV1", "khong-co", "DV2"):
        with commit():
            answers.append(api("request-sign-in-code", {"username": name}))
        refusals.append(api("sign-in-with-code", {"username": name, "code": "abc", "device": DEVICE}))
    assert answers[0] == answers[1] == answers[2]
    assert refusals[0] == refusals[1] == refusals[2]
    payload = refusals[0]["data"]["signInWithCode"]
    assert (payload["session"], payload["errors"][0]["code"]) == (None, "UNAUTHENTICATED")
    assert Session.objects.count() == 0
    assert AuditEntry.objects.filter(act="sign_in_with_code", outcome="refused").count() == 3


def test_the_text_comes_in_the_language_of_the_request(api, people, phone, commit):
    with commit():
        api.data("request-sign-in-code", {"username": "DV1"}, language="en")
    assert TwinMessage.objects.first().text.startswith("Sổ tay sign-in code: ")


@pytest.fixture
def slip(people, province):
    """The slip of a member without account, in the secretary's cell."""
    make_member("DV9", province.units.TB01XA)
    sheet = print_activation_codes(actor=people.secretary, cell=province.units.TB01XA)
    [slip] = [each for each in sheet.slips if each.member.code == "DV9"]
    return {"memberCode": "DV9", "activationCode": slip.code, "newPassword": "tau-thuy-2026", "device": DEVICE}


@pytest.mark.parametrize("visitor", ["anonymous", "member", "elsewhere", "secretary"])
def test_each_visitor_activates_by_the_slip_alone(api, people, slip, visitor):
    payload = api.data("activate-account", slip, user=getattr(people, visitor))["activateAccount"]
    assert payload["errors"] == []
    assert api.data("me", token=payload["session"]["accessToken"])["me"]["code"] == "DV9"
    variables = {"username": "DV9", "password": "tau-thuy-2026", "device": DEVICE}
    assert api.data("sign-in", variables)["signIn"]["errors"] == []


def test_a_wrong_slip_and_a_member_who_is_none_get_the_same(api, people, slip):
    answers = [
        api("activate-account", slip | change)
        for change in ({"activationCode": "AAAAA-AAAAA"}, {"memberCode": "khong-co"}, {"memberCode": "DV2"})
    ]
    assert answers[0] == answers[1] == answers[2]
    [error] = answers[0]["data"]["activateAccount"]["errors"]
    assert (error["code"], error["field"]) == ("UNAUTHENTICATED", None)
    assert not User.objects.filter(username="DV9").exists()


def test_a_weak_password_is_told_beside_its_field(api, people, slip):
    [error] = api.data("activate-account", slip | {"newPassword": "ngan"})["activateAccount"]["errors"]
    assert (error["code"], error["field"]) == ("INVALID", "newPassword")
    assert not User.objects.filter(username="DV9").exists()
    assert OneTimeCode.objects.get(holder=Member.objects.get(code="DV9").pk).used_at is None
    entry = AuditEntry.objects.get(act="activate_account")
    assert "ngan" not in entry.target and slip["activationCode"] not in f"{entry.target} {entry.detail}"
