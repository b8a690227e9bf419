"""Texts to members, the registry of devices, and what a person chooses."""

import datetime
import json
import logging

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from accounts.models import Session
from audit.refusals import Refused
from messaging import actions, retry, texts
from messaging.enums import PushCategory, TextKind
from messaging.models import Device, PushPreference, TextDelivery
from messaging.providers.base import Outcome, Result
from tests.messaging.conftest import MORNING, browser_subscription

pytestmark = pytest.mark.django_db
LATER = Result(Outcome.LATER, "HTTP 503")


@pytest.fixture
def member(person):
    made = person(devices=0).own
    made.phone, made.email = "0912345678", "hoa@example.vn"
    made.save()
    return made


def send(member, key="code:1", text="Mã của bạn: 482913", kind=TextKind.CODE):
    return actions.send_text(member=member, text=text, kind=kind, effect_key=key)


def row():
    return TextDelivery.objects.values("channel", "state", "text", "attempts", "error").get()


def test_it_goes_by_sms_after_the_commit_and_leaves_no_words(clock, provider, member, commit):
    with commit():
        send(member)
        assert provider.messages == []
    [message] = provider.messages
    assert (message.key, message.address, message.text) == ("code:1", "0912345678", "Mã của bạn: 482913")
    assert row() == {"channel": "sms", "state": "accepted", "text": "", "attempts": 1, "error": ""}
    assert TextDelivery.objects.get().finished_at == MORNING


def test_without_a_telephone_it_goes_by_email(clock, provider, member, commit):
    member.phone = ""
    member.save()
    with commit():
        send(member)
    [message] = provider.messages
    assert (message.address, message.title) == ("hoa@example.vn", "Mã dùng một lần")
    assert row()["channel"] == "email"


def test_an_account_without_a_member_gets_a_letter_once(clock, provider, commit):
    user = get_user_model().objects.create_user("bt", email="bt@tinh.example.vn")
    for _n in range(2):
        with commit():
            actions.send_letter(user=user, text="Quá hạn", kind=TextKind.REVIEW, effect_key="late:1")
    [message] = provider.messages
    assert (message.key, message.address, message.text) == ("late:1", "bt@tinh.example.vn", "Quá hạn")
    delivery = TextDelivery.objects.get()
    assert (delivery.member, delivery.user, delivery.channel, delivery.state) == (None, user, "email", "accepted")


def test_an_account_without_an_address_is_unreachable(clock, provider, commit):
    user = get_user_model().objects.create_user("bt")
    with commit():
        actions.send_letter(user=user, text="Quá hạn", kind=TextKind.REVIEW, effect_key="late:1")
    assert (provider.messages, row()["state"], row()["channel"]) == ([], "unreachable", "")


def test_a_text_is_for_a_member_or_an_account_and_never_for_both_or_nobody(member):
    for to in ({}, {"member": member, "user": member.user}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TextDelivery.objects.create(effect_key="x", kind=TextKind.REVIEW, expires_at=MORNING, **to)


def test_without_any_address_nothing_is_sent_and_the_row_says_so(clock, provider, member, commit):
    member.phone = member.email = ""
    member.save()
    with commit():
        send(member)
    assert provider.messages == []
    assert row() == {"channel": "", "state": "unreachable", "text": "", "attempts": 0, "error": ""}


def test_the_same_effect_tells_once(clock, provider, member, commit):
    with commit():
        first = send(member)
    with commit():
        assert send(member, text="other") == first
    assert len(provider.messages) == 1
    # The negative control: another key is another effect.
    with commit():
        send(member, key="code:2")
    assert len(provider.messages) == 2


def test_what_is_rolled_back_tells_nobody(clock, provider, member, commit):
    with commit():
        try:
            with transaction.atomic():
                send(member)
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    assert (provider.messages, TextDelivery.objects.count()) == ([], 0)


def test_it_is_tried_again_while_it_is_of_use(clock, provider, member):
    provider.answers["0912345678"] = LATER
    send(member)
    for attempt, pause in enumerate([30, 60, 120, 240], start=1):
        assert texts.send_due() == 0
        assert row()["attempts"] == attempt and row()["error"] == "HTTP 503"
        assert texts.send_due() == 0 and len(provider.messages) == attempt
        clock.shift(pause)
    texts.send_due()  # after 7.5 minutes
    clock.shift(480)
    texts.send_due()  # a code of 10 minutes is of no use any more
    assert row() == {"channel": "sms", "state": "dropped", "text": "", "attempts": 6, "error": "expired"}
    assert len(provider.messages) == 5


def test_it_is_given_up_after_six_times(clock, provider, member):
    provider.answers["0912345678"] = LATER
    send(member, kind=TextKind.NOTICE)
    for _ in range(10):
        texts.send_due()
        clock.shift(3600)
    assert row() == {"channel": "sms", "state": "failed", "text": "", "attempts": 6, "error": "HTTP 503"}
    assert len(provider.messages) == 6


@pytest.mark.parametrize(("outcome", "state"), [(Outcome.DEAD, "dead"), (Outcome.REFUSED, "refused")])
def test_what_will_never_be_taken_is_not_tried_again(clock, provider, member, outcome, state):
    provider.answers["0912345678"] = Result(outcome, "no")
    send(member)
    texts.send_due()
    clock.shift(3600)
    texts.send_due()
    assert (row()["state"], row()["text"], len(provider.messages)) == (state, "", 1)


def test_a_killed_sender_is_made_up_for_after_its_lease(clock, provider, member, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(delivery):
        raise Killed

    send(member)
    with monkeypatch.context() as patch:
        patch.setattr(texts, "_hand_over", kill)
        with pytest.raises(Killed):
            texts.send_due()
    assert texts.send_due() == 0
    clock.shift(retry.LEASE)
    assert texts.send_due() == 1
    assert len(provider.messages) == 1


def test_without_keys_what_may_have_been_taken_is_not_sent_again(clock, provider, member, monkeypatch):
    """At most once: a killed sender and a lost answer leave a text of which nobody knows, and the ledger says so."""
    provider.takes_a_key_once = False

    class Killed(BaseException):
        pass

    def taken_then_killed(messages):
        provider.messages.extend(messages)
        raise Killed

    send(member)
    with monkeypatch.context() as patch:
        patch.setattr(provider, "send", taken_then_killed)
        with pytest.raises(Killed):
            texts.send_due()
    clock.shift(retry.LEASE)
    assert (texts.send_due(), len(provider.messages)) == (0, 1)
    assert (row()["state"], row()["text"], row()["error"]) == ("uncertain", "", "killed")
    provider.answers[member.phone] = Result(Outcome.UNCERTAIN, "ReadTimeout")
    send(member, key="code:2")
    assert (texts.send_due(), len(provider.messages)) == (0, 2)
    assert TextDelivery.objects.get(effect_key="code:2").state == "uncertain"
    # What was said to be tried again is: that is no kill.
    provider.answers[member.phone] = Result(Outcome.LATER, "HTTP 503")
    send(member, key="code:3")
    texts.send_due()
    provider.answers.clear()
    clock.shift(retry.FIRST_PAUSE)
    assert (texts.send_due(), len(provider.messages)) == (1, 4)


def test_negative_control_a_provider_that_is_wrongly_said_to_take_a_key_once_gets_it_twice(
    clock, provider, member, monkeypatch
):
    send(member)
    with monkeypatch.context() as patch:
        patch.setattr(texts, "_finish", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            texts.send_due()
    clock.shift(retry.LEASE)
    texts.send_due()
    assert [message.key for message in provider.messages] == ["code:1", "code:1"]


def test_a_text_that_another_sender_has_taken_is_left_to_them(clock, provider, member):
    delivery = send(member)
    TextDelivery.objects.update(due_at=MORNING + retry.LEASE)
    assert texts._send(delivery.pk) is False
    assert provider.messages == []


def test_no_code_is_in_the_log_when_a_provider_breaks(clock, provider, member, monkeypatch, caplog):
    def broken(messages):
        raise RuntimeError(messages[0].text)

    monkeypatch.setattr(provider, "send", broken)
    send(member)
    with caplog.at_level(logging.DEBUG):
        texts.send_due()
    assert "RuntimeError" in caplog.text
    assert "482913" not in caplog.text
    assert row()["error"] == "RuntimeError"


def test_a_new_session_is_in_the_registry_and_one_without_a_token_is_not(person):
    user = person(devices=1)
    Session.objects.create(user=user, device_name="Máy", platform="web", auth_hash="x")
    assert list(Device.objects.values_list("session__user", "transport", "address")) == [
        (user.pk, "fcm", user.phones[0])
    ]


def test_a_new_token_takes_the_place_of_the_old_one(person):
    session = person().sessions.get()
    actions.register_device(session=session, token=" moi ")
    assert list(Device.objects.values_list("session", "address")) == [(session.pk, "moi")]


def test_a_phone_on_which_someone_else_signs_in_is_theirs(person):
    first, second = person().sessions.get(), person().sessions.get()
    token = first.push_device.address
    before = first.push_device.pk
    device = actions.register_device(session=second, token=token)
    assert device.pk == before
    assert list(Device.objects.values_list("session", "address")) == [(second.pk, token)]


def test_a_browser_is_one_address_however_it_spells_its_subscription(person):
    session = person().sessions.get()
    text = browser_subscription()
    device = actions.register_device(session=session, subscription=text)
    given = json.loads(text)
    assert device.transport == "webpush"
    assert json.loads(device.address) == {"endpoint": given["endpoint"], "keys": given["keys"]}
    given["keys"] = dict(reversed(given["keys"].items()))
    assert actions.register_device(session=session, subscription=json.dumps(given, indent=2)).pk == device.pk


BAD_KEYS = {"auth": "AAAA", "p256dh": "AAAA"}


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({}, "REQUIRED", "token"),
        ({"token": "  "}, "REQUIRED", "token"),
        ({"token": "x", "subscription": "{}"}, "REQUIRED", "token"),
        ({"token": "x" * 4097}, "INVALID", "token"),
        ({"token": "a\0b"}, "INVALID", "token"),
        ({"token": "mã"}, "INVALID", "token"),
        ({"subscription": "[" * 4000}, "INVALID", "subscription"),
        ({"subscription": "không phải JSON"}, "INVALID", "subscription"),
        ({"subscription": "[" * 5000}, "INVALID", "subscription"),
        ({"subscription": "[1]"}, "INVALID", "subscription"),
        ({"subscription": "{}"}, "INVALID", "subscription"),
        (
            {"subscription": browser_subscription("http://updates.push.services.mozilla.com/x")},
            "INVALID",
            "subscription",
        ),
        ({"subscription": browser_subscription("https://10.0.0.1/x")}, "INVALID", "subscription"),
        ({"subscription": browser_subscription("https://evilpush.apple.com.example/x")}, "INVALID", "subscription"),
        ({"subscription": browser_subscription("https://fcm.googleapis.com:8443/x")}, "INVALID", "subscription"),
        ({"subscription": browser_subscription("https://a:b@fcm.googleapis.com/x")}, "INVALID", "subscription"),
        (
            {"subscription": json.dumps({"endpoint": "https://fcm.googleapis.com/x", "keys": BAD_KEYS})},
            "INVALID",
            "subscription",
        ),
        ({"subscription": json.dumps({"endpoint": 1, "keys": {"auth": 1, "p256dh": None}})}, "INVALID", "subscription"),
    ],
)
def test_what_is_no_address_changes_nothing(person, given, code, field):
    session = person().sessions.get()
    before = list(Device.objects.values())
    with pytest.raises(Refused) as caught:
        actions.register_device(session=session, **given)
    assert (caught.value.code, caught.value.field, caught.value.act) == (code, field, "register_push")
    assert list(Device.objects.values()) == before


def test_what_is_muted_is_kept_so_that_new_categories_are_on(person):
    user = person()
    times = {"quiet_from": datetime.time(22), "quiet_to": datetime.time(5)}
    actions.set_push_preferences(user=user, categories=["document", "article"], **times)
    actions.set_push_preferences(user=user, categories=[PushCategory.BULLETIN], **times)
    assert PushPreference.objects.values("user", "muted", "quiet_from", "quiet_to").get() == {
        "user": user.pk,
        "muted": ["document", "article", "notice", "feedback", "review"],
        **times,
    }


def test_a_person_who_is_deleted_takes_everything_along(person):
    user = person()
    send(user.own)
    user.own.delete()
    get_user_model().objects.filter(pk=user.pk).delete()
    assert (Device.objects.count(), TextDelivery.objects.count()) == (0, 0)
