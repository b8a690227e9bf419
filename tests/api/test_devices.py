"""Devices over GraphQL: the list, signing out, and an officer's help after a lost phone."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Session
from accounts.tokens import access_token
from audit.models import AuditEntry
from tests.api.conftest import token_for

pytestmark = pytest.mark.django_db
LOST = {"memberCode": "DV1", "reason": "Mất điện thoại"}


def begin(user, name="Máy", **fields):
    return Session.objects.create(
        user=user,
        device_name=name,
        platform="ios",
        push_token="abc",
        auth_hash=user.get_session_auth_hash(),
        **fields,
    )


def listed(api, token, first=10, **variables):
    return api.data("devices", {"first": first, **variables}, token=token)["devices"]


def names(page):
    return [edge["node"]["name"] for edge in page["edges"]]


def test_the_list_has_ones_own_open_sessions_the_last_used_first(api, people):
    with time_machine.travel("2026-11-03T12:00:00Z", tick=False) as clock:
        here = begin(people.member, "Điện thoại")
        clock.shift(60)
        begin(people.member, "Máy tính bảng")
        begin(people.elsewhere, "Của người khác")
        begin(people.member, "Đã đăng xuất", ended_at="2026-11-03T12:00:00Z")
        begin(people.member, "Mật khẩu cũ")
        Session.objects.filter(device_name="Mật khẩu cũ").update(auth_hash="x")
        page = listed(api, access_token(here))
    assert names(page) == ["Máy tính bảng", "Điện thoại"]
    node = page["edges"][1]["node"]
    assert node.pop("id")
    assert node == {
        "name": "Điện thoại",
        "platform": "IOS",
        "createdAt": "2026-11-03T19:00:00+07:00",
        "lastUsedAt": "2026-11-03T19:00:00+07:00",
        "current": True,
    }
    assert page["edges"][0]["node"]["current"] is False


def test_the_list_has_pages_and_costs_the_same_for_any_length(api, people):
    token = token_for(people.member)

    def cost():
        with CaptureQueriesContext(connection) as asked:
            listed(api, token, first=100)
        return len(asked)

    for number in range(3):
        begin(people.member, f"Máy {number}")
    few = cost()
    for number in range(3, 12):
        begin(people.member, f"Máy {number}")
    assert cost() == few <= 4
    first = listed(api, token, first=7)
    second = listed(api, token, first=7, after=first["pageInfo"]["endCursor"])
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert sorted(names(first) + names(second)) == sorted(["Máy thử", *(f"Máy {number}" for number in range(12))])


def test_who_is_not_signed_in_has_no_list(api, people):
    answer = api("devices", {"first": 10})
    assert answer["data"] == {"devices": None}
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_signing_out_ends_this_session_at_once(api, people):
    here, there = begin(people.member), begin(people.member)
    token = access_token(here)
    assert api.data("sign-out", token=token)["signOut"] == {"signedOut": True, "errors": []}
    api("me", token=token, status=401)
    assert names(listed(api, access_token(there))) == ["Máy"]
    here.refresh_from_db()
    assert (here.end_reason, here.push_token) == ("signed_out", "")


def test_a_device_is_ended_by_its_owner_and_by_nobody_else(api, people):
    mine, lost = begin(people.member), begin(people.member, "Mất")
    [given] = [edge["node"]["id"] for edge in listed(api, access_token(mine))["edges"] if edge["node"]["name"] == "Mất"]
    for visitor in (people.elsewhere, people.secretary):
        [error] = api.data("end-device", {"id": given}, user=visitor)["endDevice"]["errors"]
        assert (error["code"], error["field"]) == ("NOT_FOUND", "id")
    [error] = api.data("end-device", {"id": given})["endDevice"]["errors"]
    assert error["code"] == "UNAUTHENTICATED"
    lost.refresh_from_db()
    assert lost.is_open
    payload = api.data("end-device", {"id": given}, token=access_token(mine))["endDevice"]
    assert payload == {"id": given, "errors": []}
    api("me", token=access_token(lost), status=401)
    for odd in (given, "x", str(mine.pk)):
        [error] = api.data("end-device", {"id": odd}, token=access_token(mine))["endDevice"]["errors"]
        assert error["code"] == "NOT_FOUND"


@pytest.mark.parametrize(("variables", "ended"), [({"keepCurrent": True}, 2), ({"keepCurrent": False}, 3), ({}, 3)])
def test_signing_out_everywhere(api, people, variables, ended):
    here, *others = [begin(people.member) for _ in range(3)]
    bystander = begin(people.elsewhere)
    token = access_token(here)
    payload = api.data("sign-out-everywhere", variables, token=token)["signOutEverywhere"]
    assert payload == {"ended": ended, "errors": []}
    api("me", token=token, status=200 if ended == 2 else 401)
    for each in others:
        api("me", token=access_token(each), status=401)
    api("me", token=access_token(bystander))


@pytest.mark.parametrize("name", ["sign-out", "sign-out-everywhere"])
def test_who_is_not_signed_in_ends_nothing(api, people, name):
    begin(people.member)
    [payload] = api.data(name).values()
    assert payload["errors"][0]["code"] == "UNAUTHENTICATED"
    assert Session.objects.filter(ended_at=None).count() == 1


@pytest.mark.parametrize(
    ("visitor", "code"), [("anonymous", "UNAUTHENTICATED"), ("member", "NOT_FOUND"), ("elsewhere", "NOT_FOUND")]
)
def test_a_lost_phone_is_not_for_everyone_to_report(api, people, visitor, code):
    lost = begin(people.member)
    payload = api.data("end-member-sessions", LOST, user=getattr(people, visitor))["endMemberSessions"]
    assert (payload["ended"], [error["code"] for error in payload["errors"]]) == (None, [code])
    unknown = api.data("end-member-sessions", LOST | {"memberCode": "khong-co"}, user=getattr(people, visitor))
    assert unknown["endMemberSessions"] == payload
    lost.refresh_from_db()
    assert (lost.is_open, lost.push_token) == (True, "abc")
    assert AuditEntry.objects.filter(act="end_member_sessions", outcome="refused").count() == 2


def test_the_secretary_reports_a_lost_phone_and_the_member_reads_why(api, people):
    variables = {"username": "DV1", "password": "matkhau-2026", "device": {"name": "Máy", "platform": "ANDROID"}}
    session = api.data("sign-in", variables)["signIn"]["session"]
    payload = api.data("end-member-sessions", LOST, user=people.secretary)["endMemberSessions"]
    assert payload == {"ended": 1, "errors": []}
    api("me", token=session["accessToken"], status=401)
    [error] = api.data("refresh", {"refreshToken": session["refreshToken"]})["refreshSession"]["errors"]
    assert error["code"] == "UNAUTHENTICATED"
    assert "Lý do: Mất điện thoại." in error["message"]
    again = api.data("sign-in", variables)["signIn"]["session"]
    assert api.data("me", token=again["accessToken"])["me"]["code"] == "DV1"
    [error] = api.data("end-member-sessions", LOST | {"reason": " "}, user=people.secretary)["endMemberSessions"][
        "errors"
    ]
    assert (error["code"], error["field"]) == ("REQUIRED", "reason")
