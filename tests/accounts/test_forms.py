"""Failed sign-ins in the admin: recorded with name and address, held back as in the API, and never without bounds."""

import pytest
import time_machine

from accounts.limits import FAILURES_PER_ADDRESS, WRITTEN, Limit
from audit.models import AuditEntry
from tests.conftest import make_user

pytestmark = pytest.mark.django_db
URL = "/admin/login/"
START = "2026-11-03T12:00:00Z"
SECRET = "mat-khau-go-nham"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def sign_in(client, name, password=SECRET, address="10.0.0.1"):
    return client.post(URL, {"username": name, "password": password}, REMOTE_ADDR=address)


def failures():
    entries = AuditEntry.objects.filter(act="sign_in", outcome="refused").order_by("seq")
    return [(entry.target, entry.detail["code"], entry.detail.get("tries", 1)) for entry in entries]


def test_a_wrong_password_is_recorded_with_name_and_address_and_without_the_password(client):
    make_user("hoa")
    assert sign_in(client, "hoa").status_code == 200
    (entry,) = AuditEntry.objects.all()
    assert (entry.act, entry.outcome, entry.actor, entry.target) == (
        "sign_in",
        "refused",
        "anonymous",
        "hoa (10.0.0.1)",
    )
    assert (entry.detail["code"], entry.detail["channel"]) == ("UNAUTHENTICATED", "admin")
    assert SECRET not in f"{entry.target} {entry.detail}"


def test_who_signs_in_or_types_nothing_is_no_failure(client):
    make_user("hoa", is_superuser=True)
    assert client.post(URL, {"username": "hoa", "password": ""}).status_code == 200
    assert sign_in(client, "hoa", "matkhau-2026").status_code == 302
    assert failures() == []


def test_of_one_account_the_first_and_the_tenth_are_written_with_the_hold_between(client, clock):
    make_user("hoa")
    statuses = [sign_in(client, "hoa").status_code for _n in range(16)]
    assert statuses == [200] * 4 + [429] * 12
    who = "hoa (10.0.0.1)"
    assert failures() == [(who, "UNAUTHENTICATED", 1), (who, "RATE_LIMITED", 1), (who, "RATE_LIMITED", 10)]


def test_an_address_that_fails_for_many_accounts_waits_and_is_written_once(client, clock):
    make_user("hoa", is_superuser=True)
    for number in range(FAILURES_PER_ADDRESS.count + 3):
        sign_in(client, f"ten{number}")
    assert len(failures()) == FAILURES_PER_ADDRESS.count + 1
    assert failures()[-1] == (f"ten{FAILURES_PER_ADDRESS.count} (10.0.0.1)", "RATE_LIMITED", 1)
    held = sign_in(client, "hoa", "matkhau-2026")
    assert held.status_code == 200 and "Hãy đợi một phút." in held.content.decode()
    clock.shift(60)
    assert sign_in(client, "hoa", "matkhau-2026").status_code == 302


@pytest.fixture
def few(monkeypatch):
    limit = Limit("few-written", count=5, seconds=60)
    monkeypatch.setattr("accounts.actions.guards.WRITTEN", limit)
    return limit


def test_a_thousand_addresses_do_not_fill_the_chain(client, few):
    for number in range(20):
        sign_in(client, f"ten{number}", address=f"10.0.1.{number}")
    assert [target for target, _code, _tries in failures()] == [
        *(f"ten{number} (10.0.1.{number})" for number in range(5)),
        "everyone",
    ]


def test_without_that_bound_they_would(client):
    """Negative control."""
    for number in range(20):
        sign_in(client, f"ten{number}", address=f"10.0.1.{number}")
    assert len(failures()) == 20 < WRITTEN.count
