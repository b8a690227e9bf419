"""Signing in and refreshing over GraphQL, and what a wrong token gets."""

import pytest
import time_machine

from accounts.limits import FAILURES_PER_ADDRESS
from accounts.models import Session
from audit.models import AuditEntry
from tests.api.conftest import token_for

pytestmark = pytest.mark.django_db
DEVICE = {"name": "Điện thoại", "platform": "ANDROID", "pushToken": "abc"}


@pytest.fixture
def sign_in(api):
    def ask(username="DV1", password="matkhau-2026", **options):
        variables = {"username": username, "password": password, "device": DEVICE}
        return api.data("sign-in", variables, **options)["signIn"]

    return ask


@pytest.fixture
def refresh(api):
    return lambda spent, **options: api.data("refresh", {"refreshToken": spent}, **options)["refreshSession"]


def test_sign_in_then_me_then_refresh_then_me(api, people, sign_in, refresh):
    payload = sign_in()
    assert payload["errors"] == []
    assert payload["session"]["expiresIn"] == 600
    assert api.data("me", token=payload["session"]["accessToken"])["me"]["code"] == "DV1"
    renewed = refresh(payload["session"]["refreshToken"])
    assert renewed["errors"] == []
    assert renewed["session"]["refreshToken"] != payload["session"]["refreshToken"]
    assert api.data("me", token=renewed["session"]["accessToken"])["me"]["code"] == "DV1"
    assert Session.objects.get().push_token == "abc"


def test_a_refusal_is_data_and_audited_with_who_and_why(people, sign_in):
    payload = sign_in(password="sai")
    message = "Tên đăng nhập hoặc mật khẩu không đúng. Hãy kiểm tra rồi nhập lại."
    assert payload == {"session": None, "errors": [{"code": "UNAUTHENTICATED", "field": None, "message": message}]}
    entry = AuditEntry.objects.get(outcome="refused")
    assert (entry.act, entry.target) == ("sign_in", "DV1 (127.0.0.1)")
    assert entry.detail == {"code": "UNAUTHENTICATED", "message": message, "channel": "api"}
    assert "sai" not in entry.target


def test_the_lock_is_data_too_and_not_the_page_of_the_admin(people, sign_in):
    codes = [sign_in(password="sai")["errors"][0]["code"] for _ in range(6)]
    assert codes == ["UNAUTHENTICATED"] * 4 + ["RATE_LIMITED"] * 2
    assert sign_in("DV2")["errors"] == []


def test_a_flood_from_one_address_is_audited_once_a_minute(people, sign_in):
    with time_machine.travel("2026-11-03T12:00:00Z", tick=False):
        for number in range(FAILURES_PER_ADDRESS.count + 20):
            sign_in(f"ten{number}")
    assert AuditEntry.objects.filter(detail__code="RATE_LIMITED").count() == 1


@pytest.mark.parametrize("token", ["x", "a.b.c", "", "é", "x" * 3000])
def test_a_wrong_token_is_401_with_a_code(api, people, token):
    response = api.send({"query": "{ me { id } }"}, HTTP_AUTHORIZATION=f"Bearer {token}")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}


def test_an_expired_token_is_401_and_does_not_keep_from_refreshing(api, people, sign_in, refresh):
    with time_machine.travel("2026-11-03T12:00:00Z", tick=False) as clock:
        session = sign_in()["session"]
        clock.shift(601)
        api("me", token=session["accessToken"], status=401)
        api("home", {"first": 1}, token=session["accessToken"], status=401)
        assert refresh(session["refreshToken"], token=session["accessToken"])["errors"] == []
        assert sign_in(token=session["accessToken"])["errors"] == []


def test_other_schemes_than_bearer_are_401(api, people):
    for header in ("Basic abc", "Bearer", token_for(people.member)):
        assert api.send({"query": "{ me { id } }"}, HTTP_AUTHORIZATION=header).status_code == 401


def test_a_cookie_of_the_admin_signs_nobody_in(api, people):
    api.client.force_login(people.member)
    assert api.data("me") == {"me": None}


def test_a_bad_refresh_token_is_data(refresh, db):
    payload = refresh("x")
    assert payload["session"] is None
    assert [(each["code"], each["field"]) for each in payload["errors"]] == [("UNAUTHENTICATED", "refreshToken")]
