"""Three seconds, and so many requests a minute."""

import pytest
import time_machine
from django.db import connection

from api import deadline, rates
from tests.api.conftest import token_for

pytestmark = pytest.mark.django_db
HOME = "query($first: Int!) { articles(first: $first) { edges { node { title } } } }"


def test_no_statement_begins_after_three_seconds(api, out, monkeypatch):
    out("A")
    assert deadline.SECONDS == 3
    monkeypatch.setattr(deadline, "SECONDS", 0.0)
    answer = api(HOME, {"first": 5})
    assert answer["data"] == {"articles": None} or answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "3 giây" in answer["errors"][0]["message"]


@pytest.mark.postgres
def test_postgresql_ends_a_statement_that_runs_too_long(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("needs DATABASE_URL=postgres://...")
    monkeypatch.setattr(deadline, "SECONDS", 0.05)
    with pytest.raises(deadline.TooSlow), deadline.deadline(stop_statements=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_a_person_may_ask_so_often_a_minute_and_answers_that_lie_ready_do_not_count(api, out, people, monkeypatch):
    out("A")
    monkeypatch.setattr(rates, "PER_PERSON", rates.Limit("requests-per-person", count=3, seconds=60))
    with time_machine.travel("2026-11-03T12:00:00Z", tick=False) as clock:
        token, other = token_for(people.member), token_for(people.secretary)
        for _ in range(9):
            api.data(HOME, {"first": 5}, token=token)
        api.data("me", token=token)
        api.data("me", token=token)
        answer = api("me", token=token, status=429)
        assert answer["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
        api.data(HOME, {"first": 5}, token=token)
        api.data("me", token=other)
        clock.shift(60)
        api.data("me", token=token)


def test_an_address_may_ask_so_often_a_minute_without_a_token(api, out, people, monkeypatch):
    out("A")
    monkeypatch.setattr(rates, "PER_ADDRESS", rates.Limit("requests-per-address", count=2, seconds=60))
    with time_machine.travel("2026-11-03T12:00:00Z", tick=False):
        for first in (1, 2):
            api.data(HOME, {"first": first})
        api(HOME, {"first": 3}, status=429)
        api.data(HOME, {"first": 3}, token=token_for(people.member))
        api.data(HOME, {"first": 4}, REMOTE_ADDR="10.1.1.1")


def test_a_refresh_is_not_counted_for_the_address_that_thousands_share(api, people, monkeypatch):
    monkeypatch.setattr(rates, "PER_ADDRESS", rates.Limit("requests-per-address", count=1, seconds=60))
    with time_machine.travel("2026-11-03T12:00:00Z", tick=False):
        for _ in range(3):
            [error] = api.data("refresh", {"refreshToken": "lạ"})["refreshSession"]["errors"]
            assert error["code"] == "UNAUTHENTICATED"
        api.data(HOME, {"first": 1})
        api(HOME, {"first": 2}, status=429)
