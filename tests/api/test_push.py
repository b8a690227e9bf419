"""Registering for pushes and choosing them over GraphQL, as each of the visitors."""

import pytest
from django.test import override_settings

from accounts.models import Session
from audit.models import AuditEntry
from messaging.models import Device, PushPreference
from tests.api.conftest import token_for
from tests.messaging.conftest import browser_subscription

pytestmark = pytest.mark.django_db
DEFAULTS = {
    "categories": ["DOCUMENT", "BULLETIN", "ARTICLE", "NOTICE", "FEEDBACK", "REVIEW"],
    "quietFrom": "21:00",
    "quietTo": "06:00",
    "webPushKey": None,
}
WANTED = {"categories": ["BULLETIN"], "quietFrom": "22:30", "quietTo": "05:00"}


@pytest.fixture
def choose(api):
    def ask(user=None, **variables):
        return api.data("push", {**WANTED, **variables}, name="SetPushPreferences", user=user)["setPushPreferences"]

    return ask


@pytest.mark.parametrize("who", ["member", "elsewhere", "secretary"])
def test_a_device_is_that_of_the_session_that_asks(api, people, who):
    user = getattr(people, who)
    token_for(user)  # another phone of the same person
    token = token_for(user)
    answer = api.data("push", {"token": "fcm-1"}, name="RegisterPush", token=token)["registerPush"]
    assert answer["errors"] == []
    assert answer["device"]["transport"] == "FCM"
    assert answer["device"]["registeredAt"].endswith("+07:00")
    device = Device.objects.get()
    assert (device.session.user, device.address) == (user, "fcm-1")
    assert device.session == Session.objects.order_by("-created_at").first()


def test_a_browser_registers_its_subscription(people, api):
    variables = {"subscription": browser_subscription()}
    answer = api.data("push", variables, name="RegisterPush", user=people.member)["registerPush"]
    assert answer["device"]["transport"] == "WEB_PUSH"
    assert Device.objects.get().transport == "webpush"


@pytest.mark.parametrize(
    ("variables", "code", "field"),
    [
        ({}, "REQUIRED", "token"),
        ({"token": "a", "subscription": "{}"}, "REQUIRED", "token"),
        ({"token": "mã"}, "INVALID", "token"),
        ({"subscription": '{"endpoint": "https://10.0.0.1/"}'}, "INVALID", "subscription"),
    ],
)
def test_a_refusal_is_data_is_audited_and_changes_nothing(people, api, variables, code, field):
    answer = api.data("push", variables, name="RegisterPush", user=people.member)["registerPush"]
    assert answer["device"] is None
    assert [(each["code"], each["field"]) for each in answer["errors"]] == [(code, field)]
    assert Device.objects.count() == 0
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.outcome, entry.actor) == ("register_push", "refused", "DV1")


def test_the_public_has_neither_devices_nor_preferences(people, api, choose):
    answer = api.data("push", {"token": "x"}, name="RegisterPush")["registerPush"]
    assert [each["code"] for each in answer["errors"]] == ["UNAUTHENTICATED"]
    answer = choose()
    assert answer["preferences"] is None
    assert [each["code"] for each in answer["errors"]] == ["UNAUTHENTICATED"]
    assert api.data("push", name="PushPreferences") == {"pushPreferences": None}
    assert (Device.objects.count(), PushPreference.objects.count()) == (0, 0)


def test_preferences_are_the_callers_own(people, api, choose):
    answer = choose(people.member)
    assert answer == {"preferences": WANTED, "errors": []}
    shown = {
        who: api.data("push", name="PushPreferences", user=getattr(people, who))["pushPreferences"]
        for who in ("member", "elsewhere", "secretary")
    }
    assert shown == {"member": {**WANTED, "webPushKey": None}, "elsewhere": DEFAULTS, "secretary": DEFAULTS}


@pytest.mark.parametrize(
    ("field", "value"), [("quietFrom", "25:00"), ("quietTo", ""), ("quietTo", "9"), ("quietFrom", "21:00:00")]
)
def test_a_time_that_is_none_changes_nothing(people, choose, field, value):
    choose(people.member)
    before = PushPreference.objects.values().get()
    answer = choose(people.member, categories=[], **{field: value})
    assert [(each["code"], each["field"]) for each in answer["errors"]] == [("INVALID", field)]
    assert PushPreference.objects.values().get() == before


def test_browsers_learn_the_key_to_subscribe_with(people, api):
    with override_settings(VAPID_PRIVATE_KEY="T4ChisMTu10YF9M69C52WrP_bhxlh3uOYvylSiSetMA"):
        found = api.data("push", name="PushPreferences", user=people.member)["pushPreferences"]
    assert found["webPushKey"].startswith("B") and len(found["webPushKey"]) == 87


def test_sign_in_registers_the_token_that_came_along(people, api):
    device = {"name": "Máy", "platform": "ANDROID", "pushToken": "fcm-2"}
    api.data("sign-in", {"username": "DV1", "password": "matkhau-2026", "device": device})
    assert list(Device.objects.values_list("session__user__username", "address")) == [("DV1", "fcm-2")]
