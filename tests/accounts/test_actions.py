"""Signing in, staying signed in, signing out, and who is refused."""

import threading

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session as CookieSession
from django.db import connection

from accounts import actions, tokens
from accounts.enums import EndReason
from accounts.limits import FAILURES_PER_ADDRESS, REFRESHES_PER_SESSION
from accounts.models import REFRESH_LIFETIME, RefreshToken, Session
from audit.enums import RefusalCode
from audit.models import AuditEntry
from audit.refusals import Refused
from tests.conftest import make_user

pytestmark = pytest.mark.django_db
START = "2026-11-03T12:00:00Z"


@pytest.fixture
def sign_in(request_from, device):
    def act(username="hoa", password="matkhau-2026", address="10.0.0.1"):
        return actions.sign_in(username=username, password=password, device=device, request=request_from(address))

    return act


@pytest.fixture
def refresh(request_from):
    return lambda token, address="10.0.0.1": actions.refresh(refresh_token=token, request=request_from(address))


def refused(function, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        function(*args, **kwargs)
    return caught.value


def test_sign_in_begins_a_session_and_stores_no_token(sign_in):
    user = make_user("hoa")
    got = sign_in()
    session = Session.objects.get()
    assert (session.user, session.device_name, session.platform) == (user, "Điện thoại của Hòa", "android")
    assert got.expires_in == 600
    assert tokens.session_of(got.access_token) == session
    assert RefreshToken.objects.get().digest == tokens.digest_of(got.refresh_token) != got.refresh_token
    assert AuditEntry.objects.get(act="sign_in", outcome="done").actor_id == user.pk
    user.refresh_from_db()
    assert user.last_login is not None
    assert CookieSession.objects.count() == 0


@pytest.mark.parametrize("username, password", [("hoa", "sai"), ("khong-co", "matkhau-2026"), ("nghi", "matkhau-2026")])
def test_wrong_password_unknown_name_and_inactive_account_look_the_same(sign_in, username, password):
    make_user("hoa")
    make_user("nghi", is_active=False)
    refusal = refused(sign_in, username, password)
    assert (refusal.code, refusal.field, refusal.act) == (RefusalCode.UNAUTHENTICATED, None, "sign_in")
    assert refusal.message == "Tên đăng nhập hoặc mật khẩu không đúng. Hãy kiểm tra rồi nhập lại."
    assert refusal.target == f"{username} (10.0.0.1)"
    assert Session.objects.count() == 0


def test_an_unknown_name_costs_a_hash_as_a_known_one_does(sign_in, monkeypatch):
    from django.contrib.auth.hashers import MD5PasswordHasher

    make_user("hoa")
    hashed = []
    real = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *a, **k: hashed.append(1) or real(self, *a, **k))
    refused(sign_in, "hoa", "sai")
    known = len(hashed)
    refused(sign_in, "khong-co", "sai")
    assert (known, len(hashed)) == (1, 2)


def test_five_failures_hold_the_account_from_that_address_and_no_other(sign_in):
    make_user("hoa")
    make_user("binh")
    codes = [refused(sign_in, "hoa", "sai").code for _ in range(6)]
    assert codes == [RefusalCode.UNAUTHENTICATED] * 4 + [RefusalCode.RATE_LIMITED] * 2
    assert refused(sign_in, "hoa").code == RefusalCode.RATE_LIMITED
    assert sign_in("binh").session.user.username == "binh"
    assert sign_in("hoa", address="10.0.0.2").session.user.username == "hoa"


def test_the_hold_is_over_after_a_quarter_of_an_hour(sign_in):
    make_user("hoa")
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(5):
            refused(sign_in, "hoa", "sai")
        clock.shift(14 * 60)
        assert refused(sign_in, "hoa").code == RefusalCode.RATE_LIMITED
        clock.shift(2 * 60)
        assert sign_in("hoa").session.is_open


def test_success_forgets_the_failures(sign_in):
    make_user("hoa")
    for _ in range(4):
        refused(sign_in, "hoa", "sai")
    sign_in()
    assert AccessAttempt.objects.count() == 0
    assert refused(sign_in, "hoa", "sai").code == RefusalCode.UNAUTHENTICATED


def test_an_address_that_fails_for_many_accounts_waits_a_minute_and_others_do_not(sign_in):
    make_user("hoa")
    with time_machine.travel(START, tick=False) as clock:
        for number in range(FAILURES_PER_ADDRESS.count):
            assert refused(sign_in, f"ten{number}", "sai").code == RefusalCode.UNAUTHENTICATED
        first, second = refused(sign_in), refused(sign_in)
        assert (first.code, first.act) == (RefusalCode.RATE_LIMITED, "sign_in")
        assert (second.code, second.act) == (RefusalCode.RATE_LIMITED, "")  # audited once, not a thousand times
        assert sign_in(address="10.0.0.2").session.is_open
        clock.shift(60)
        assert sign_in().session.is_open


def test_wrong_refresh_tokens_from_an_address_do_not_hold_its_neighbours(sign_in, refresh):
    """Thousands of phones share the address of a mobile operator."""
    make_user("hoa")
    token = sign_in().refresh_token
    codes = [refused(refresh, f"lạ{number}").code for number in range(FAILURES_PER_ADDRESS.count + 1)]
    assert codes == [RefusalCode.UNAUTHENTICATED] * FAILURES_PER_ADDRESS.count + [RefusalCode.RATE_LIMITED]
    assert refresh(token).session.is_open


def test_a_hall_of_two_hundred_signs_in_from_one_address(sign_in):
    for number in range(200):
        make_user(f"dv{number}")
        sign_in(f"dv{number}")
    assert Session.objects.count() == 200


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_device_without_a_name_is_refused(request_from, name):
    make_user("hoa")
    device = actions.Device(name=name, platform="ios")
    refusal = refused(actions.sign_in, username="hoa", password="matkhau-2026", device=device, request=request_from())
    assert (refusal.code, refusal.field) == (RefusalCode.INVALID, "device.name")
    assert Session.objects.count() == 0


def test_a_refresh_token_is_spent_and_its_successor_goes_on(sign_in, refresh):
    make_user("hoa")
    first = sign_in()
    second = refresh(first.refresh_token)
    third = refresh(second.refresh_token)
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert tokens.session_of(third.access_token) == first.session
    assert RefreshToken.objects.filter(used_at=None).count() == 1


def test_asked_again_within_the_grace_it_brings_the_same_successor(sign_in, refresh):
    make_user("hoa")
    with time_machine.travel(START, tick=False) as clock:
        first = sign_in()
        second = refresh(first.refresh_token)
        clock.shift(30)
        assert refresh(first.refresh_token).refresh_token == second.refresh_token
        assert RefreshToken.objects.count() == 2
        assert Session.objects.get().is_open


def test_a_replay_after_the_grace_ends_the_family_and_is_audited(sign_in, refresh):
    make_user("hoa")
    with time_machine.travel(START, tick=False) as clock:
        first = sign_in()
        second = refresh(first.refresh_token)
        clock.shift(31)
        refusal = refused(refresh, first.refresh_token)
        assert (refusal.code, refusal.act) == (RefusalCode.UNAUTHENTICATED, "refresh")
        session = Session.objects.get()
        assert session.end_reason == EndReason.REPLAYED
        assert AuditEntry.objects.get(act="end_session").detail["reason"] == "replayed"
        assert refused(refresh, second.refresh_token).code == RefusalCode.UNAUTHENTICATED
        with pytest.raises(tokens.InvalidToken):
            tokens.session_of(second.access_token)


def test_an_old_token_is_expired_and_an_unknown_one_is_unknown(sign_in, refresh):
    make_user("hoa")
    with time_machine.travel(START, tick=False) as clock:
        first = sign_in()
        assert refused(refresh, "khong-co").code == RefusalCode.UNAUTHENTICATED
        assert refused(refresh, first.access_token).code == RefusalCode.UNAUTHENTICATED
        clock.shift(REFRESH_LIFETIME)
        assert refused(refresh, first.refresh_token).code == RefusalCode.EXPIRED
        assert RefreshToken.objects.get().used_at is None


def test_a_session_that_is_over_is_not_renewed(sign_in, refresh):
    user = make_user("hoa")
    first = sign_in()
    actions.end_session(actor=user, session=first.session, reason=EndReason.SIGNED_OUT)
    assert refused(refresh, first.refresh_token).code == RefusalCode.UNAUTHENTICATED
    assert RefreshToken.objects.count() == 1


def test_a_phone_that_refreshes_without_end_is_held_back(sign_in, refresh):
    make_user("hoa")
    with time_machine.travel(START, tick=False):
        token = sign_in().refresh_token
        for _ in range(REFRESHES_PER_SESSION.count):
            token = refresh(token).refresh_token
        assert refused(refresh, token).code == RefusalCode.RATE_LIMITED
        assert RefreshToken.objects.filter(used_at=None).count() == 1


def test_ending_all_sessions(sign_in):
    user = make_user("hoa")
    admin = make_user("quan-tri")
    got = [sign_in() for _ in range(3)]
    assert actions.end_all_sessions(actor=admin, user=user, reason=EndReason.ENDED_BY_OFFICER) == 3
    assert actions.end_all_sessions(actor=admin, user=user, reason=EndReason.ENDED_BY_OFFICER) == 0
    assert set(Session.objects.values_list("push_token", flat=True)) == {""}
    for each in got:
        with pytest.raises(tokens.InvalidToken):
            tokens.session_of(each.access_token)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_refresh_raced_by_four_gives_all_the_same_successor(sign_in, refresh):
    make_user("hoa")
    token = sign_in().refresh_token
    barrier = threading.Barrier(4)
    answers = []

    def run():
        try:
            barrier.wait()
            answers.append(refresh(token).refresh_token)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert len(set(answers)) == 1
    assert RefreshToken.objects.count() == 2
    assert Session.objects.get().is_open
