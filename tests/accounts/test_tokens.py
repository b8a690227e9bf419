"""Access tokens: only ours, only whole, only for a session that is open now."""

import base64
import datetime
import json

import jwt
import pytest
import time_machine
from django.utils import timezone

from accounts import tokens
from accounts.models import REFRESH_LIFETIME, Session
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    user = make_user("hoa")
    return Session.objects.create(user=user, device_name="Máy", platform="ios", auth_hash=user.get_session_auth_hash())


def forged(session, key=None, algorithm="HS256", drop=None, **changes):
    now = int(timezone.now().timestamp())
    claims = {
        "iss": "sotay",
        "aud": "sotay-api",
        "typ": "access",
        "sub": str(session.user_id),
        "sid": str(session.pk),
        "iat": now,
        "exp": now + 600,
    } | changes
    claims.pop(drop, None)
    return jwt.encode(claims, tokens._key("access") if key is None else key, algorithm=algorithm)


def test_the_forger_of_these_tests_makes_a_good_token(session):
    assert tokens.session_of(forged(session)) == session


@pytest.mark.parametrize("claim", ["iss", "aud", "typ", "sub", "sid", "iat", "exp"])
def test_every_claim_is_required(session, claim):
    with pytest.raises(tokens.InvalidToken):
        tokens.session_of(forged(session, drop=claim))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "ai-do"},
        {"aud": "khac"},
        {"typ": "refresh"},
        {"sub": "999999"},
        {"sub": 1},
        {"sid": "68fd7fd7-7681-4841-af8d-406b4ecabf70"},
        {"sid": "x"},
        {"sid": 7},
        {"sid": None},
        {"exp": 1},
        {"exp": "mai"},
        {"iat": 99_999_999_999},
    ],
    ids=str,
)
def test_every_claim_is_checked(session, changes):
    with pytest.raises(tokens.InvalidToken):
        tokens.session_of(forged(session, **changes))


@pytest.mark.filterwarnings("ignore:The HMAC key")
@pytest.mark.parametrize("algorithm", ["HS384", "HS512", "none"])
def test_only_one_algorithm_is_taken(session, algorithm):
    with pytest.raises(tokens.InvalidToken):
        tokens.session_of(forged(session, algorithm=algorithm, key="" if algorithm == "none" else None))


def test_the_secret_key_itself_signs_nothing(session, settings):
    with pytest.raises(tokens.InvalidToken):
        tokens.session_of(forged(session, key=settings.SECRET_KEY))


def test_a_changed_letter_anywhere_is_noticed(session):
    token = tokens.access_token(session)
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["sub"] = "1"
    swapped = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    for bad in (
        f"{header}.{swapped}.{signature}",
        f"{header}.{payload}.",
        token[:-4],
        token + "é",
        "x" * 5000,
        "",
        "..",
    ):
        with pytest.raises(tokens.InvalidToken):
            tokens.session_of(bad)


def test_it_lasts_ten_minutes(session):
    with time_machine.travel("2026-11-03T12:00:00Z", tick=False) as clock:
        token = tokens.access_token(session)
        clock.shift(599)
        assert tokens.session_of(token) == session
        clock.shift(1)
        with pytest.raises(tokens.InvalidToken):
            tokens.session_of(token)


def test_an_ended_session_an_inactive_account_and_a_new_password_end_it_at_once(session):
    token = tokens.access_token(session)
    user = session.user
    user.is_active = False
    user.save()
    with pytest.raises(tokens.InvalidToken):
        tokens.session_of(token)
    user.is_active = True
    user.save()
    assert tokens.session_of(token) == session
    user.set_password("mat-khau-moi-2026")
    user.save()
    with pytest.raises(tokens.InvalidToken):
        tokens.session_of(token)
    Session.objects.update(auth_hash=user.get_session_auth_hash())
    assert tokens.session_of(token) == session
    Session.objects.update(ended_at=timezone.now())
    with pytest.raises(tokens.InvalidToken):
        tokens.session_of(token)


def test_a_successor_is_always_the_same_and_needs_the_key(settings):
    first = tokens.successor_of("abc")
    assert first == tokens.successor_of("abc") != tokens.successor_of("abd")
    settings.SECRET_KEY = "khac"
    assert tokens.successor_of("abc") != first


def test_lifetimes_are_as_documented():
    assert datetime.timedelta(minutes=10) == tokens.ACCESS_LIFETIME
    assert datetime.timedelta(days=60) == REFRESH_LIFETIME
