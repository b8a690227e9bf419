"""Codes for signing in, from the request to the telephone and back; and that no name can be told from another."""

import itertools
import logging
import re
import uuid

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import Success

from accounts import actions
from accounts.actions import Device
from accounts.limits import CODES, CODES_PER_ACCOUNT, CODES_PER_ACCOUNT_A_DAY, CODES_PER_ADDRESS, WRONG_CODES
from accounts.models import OneTimeCode, Session
from audit.enums import RefusalCode
from audit.models import AuditEntry
from audit.refusals import Refused
from messaging.codes import request_sign_in_code, send_code
from messaging.models import TextDelivery, TwinMessage
from organizations.models import Member, today
from tests.conftest import make_member, make_user

pytestmark = pytest.mark.django_db
START = "2026-11-03T12:00:00Z"
DEVICE = Device(name="Điện thoại", platform="android")
_addresses = itertools.count(1)


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()


@pytest.fixture
def member(province):
    """Somebody with a telephone and an account."""
    member = make_member("DV1", province.units.TB01XA, make_user("DV1"))
    Member.objects.filter(pk=member.pk).update(phone="0200000001", email="dv1@example.vn")
    member.refresh_from_db()
    return member


@pytest.fixture
def strangers(province, member):
    """Names of which no code comes: nobody, no telephone or e-mail, closed, left, and an editor who is no member."""
    cell = province.units.TB01XA
    make_member("DV2", cell, make_user("DV2"))
    make_member("DV3", cell, make_user("DV3", is_active=False))
    make_member("DV4", cell, make_user("DV4"))
    make_member("DV5", cell)
    Member.objects.exclude(code="DV2").filter(code__startswith="DV").update(phone="0200000009")
    Member.objects.filter(code="DV4").update(left_on=today())
    return ["khong-co", "DV2", "DV3", "DV4", "DV5", "ctv"]


def request_from(address=None):
    return RequestFactory().post("/graphql", REMOTE_ADDR=address or f"10.1.{next(_addresses) % 250}.1")


@pytest.fixture
def ask(commit):
    def act(username="DV1", address=None, device=None):
        with commit():
            request_sign_in_code(username=username, device=device, request=request_from(address))

    return act


def sign_in(code, username="DV1", address=None):
    return actions.sign_in_with_code(username=username, code=code, device=DEVICE, request=request_from(address))


def refusal_of(function, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        function(*args, **kwargs)
    return caught.value


def sent():
    """The last code that went out."""
    return re.search(r"\d{6}", TwinMessage.objects.first().text)[0]


def test_a_code_comes_by_sms_and_begins_a_session_once(member, ask):
    ask(device=DEVICE)
    message = TwinMessage.objects.get()
    assert (message.channel, message.address) == ("sms", "0200000001")
    assert message.text == f"Mã đăng nhập Sổ tay: {sent()}, dùng trong 10 phút. Không cho ai biết mã này."
    got = sign_in(f" {sent()[:3]} {sent()[3:]} ")
    assert got.session == Session.objects.get()
    assert (got.session.user, got.session.device_name) == (member.user, "Điện thoại")
    assert refusal_of(sign_in, sent()).code == RefusalCode.UNAUTHENTICATED
    assert Session.objects.count() == 1
    entry = AuditEntry.objects.get(act="sign_in")
    assert (entry.actor_id, entry.detail["by"]) == (member.user_id, "code")


def test_without_a_telephone_it_comes_by_letter(member, ask):
    Member.objects.filter(pk=member.pk).update(phone="")
    ask()
    assert (TwinMessage.objects.get().channel, TwinMessage.objects.get().address) == ("email", "dv1@example.vn")
    assert sign_in(sent()).session.is_open


def test_nothing_keeps_the_code_but_the_log_twin(member, ask, caplog):
    with caplog.at_level(logging.DEBUG):
        ask()
        code = sent()
        refusal_of(sign_in, "000000" if code != "000000" else "111111")
        sign_in(code)
    assert code not in caplog.text
    assert code not in OneTimeCode.objects.get(holder=member.user_id).digest
    assert TextDelivery.objects.get().text == ""
    tables = [table for table in connection.introspection.table_names() if table != TwinMessage._meta.db_table]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                # Six digits turn up by chance in a digest; they stand alone where they are the code.
                assert not re.search(rf"(?<![0-9a-f]){code}(?![0-9a-f])", " ".join(map(str, row))), table
    for entry in AuditEntry.objects.all():
        assert code not in f"{entry.target} {entry.detail}"


def test_it_lasts_ten_minutes(member, ask):
    with time_machine.travel(START, tick=False) as clock:
        ask()
        clock.shift(599)
        assert sign_in(sent()).session.is_open
        ask()
        clock.shift(600)
        assert refusal_of(sign_in, sent()).code == RefusalCode.UNAUTHENTICATED


def test_five_tries_and_the_right_one_comes_too_late(member, ask):
    ask()
    wrong = "000000" if sent() != "000000" else "111111"
    for _ in range(5):
        assert refusal_of(sign_in, wrong).code == RefusalCode.UNAUTHENTICATED
    assert refusal_of(sign_in, sent()).code == RefusalCode.UNAUTHENTICATED
    assert Session.objects.count() == 0
    ask()
    for _ in range(4):
        refusal_of(sign_in, wrong if wrong != sent() else "222222")
    assert sign_in(sent()).session.is_open


def test_asking_again_voids_the_former_code(member, ask):
    with time_machine.travel(START, tick=False) as clock:
        ask()
        former = sent()
        clock.shift(5)
        ask()
        assert refusal_of(sign_in, former).code == RefusalCode.UNAUTHENTICATED
        assert sign_in(sent()).session.is_open


def test_an_account_that_was_closed_in_between_gets_no_session(member, ask):
    ask()
    member.user.is_active = False
    member.user.save()
    assert refusal_of(sign_in, sent()).code == RefusalCode.UNAUTHENTICATED


def test_no_code_is_made_or_sent_for_the_others(strangers, ask):
    for name in strangers:
        ask(name)
    assert TwinMessage.objects.count() == 0
    assert [row.state for row in TextDelivery.objects.all()] == ["unreachable"]  # DV2, without any address


def test_the_request_does_the_same_for_every_name(strangers, django_capture_on_commit_callbacks):
    seen = []
    for name in ["DV1", *strangers]:
        with CaptureQueriesContext(connection) as asked, django_capture_on_commit_callbacks() as later:
            answer = request_sign_in_code(username=name, request=request_from())
        entry = AuditEntry.objects.order_by("-seq").first()
        assert (entry.act, entry.outcome, entry.actor, entry.detail) == (
            "request_sign_in_code",
            "done",
            "anonymous",
            {},
        )
        shapes = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in asked]
        seen.append((answer, [shape.split("VALUES")[0] for shape in shapes], len(later)))
    assert all(each == seen[1] for each in seen[1:])
    assert seen[0][::2] == seen[1][::2] == (None, 1)


def test_a_wrong_code_costs_and_says_the_same_for_every_name(strangers, ask):
    for name in strangers:
        ask(name)
    ask("DV1")
    refusal_of(sign_in, "x", "khong-co")  # makes nobody's row
    seen = set()
    for name in ["DV1", *strangers]:
        with CaptureQueriesContext(connection) as asked:
            refusal = refusal_of(sign_in, "abc123", name, "10.9.9.9")
        words = tuple(query["sql"].split()[0] for query in asked)
        seen.add((refusal.code, refusal.message, refusal.field, refusal.act, words))
        assert refusal.target == f"{name} (10.9.9.9)"
    assert seen == {
        (
            RefusalCode.UNAUTHENTICATED,
            "Mã đăng nhập không đúng hoặc đã hết hạn. Hãy kiểm tra lại, hoặc xin mã mới.",
            None,
            "sign_in_with_code",
            ("SELECT", "SELECT", "UPDATE", "SAVEPOINT", "ROLLBACK", "RELEASE"),
        )
    }


@pytest.mark.parametrize("name", ["DV1", "khong-co"])
def test_a_name_gets_five_codes_an_hour_and_ten_a_day(member, ask, name):
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(5):
            clock.shift(1)
            ask(name)
        first, second = refusal_of(ask, name), refusal_of(ask, name)
        assert (first.code, first.act) == (RefusalCode.RATE_LIMITED, "request_sign_in_code")
        assert (second.code, second.act) == (RefusalCode.RATE_LIMITED, "")
        clock.shift(3600)
        for _ in range(5):
            clock.shift(1)
            ask(name)
        clock.shift(3600)
        assert refusal_of(ask, name).code == RefusalCode.RATE_LIMITED
        clock.shift(86_400)
        ask(name)
    assert (CODES_PER_ACCOUNT.count, CODES_PER_ACCOUNT_A_DAY.count) == (5, 10)
    assert TwinMessage.objects.count() == (11 if name == "DV1" else 0)


def used_up(limit, who, less=0):
    for _ in range(limit.count - less):
        limit.hit(who)


def test_an_address_and_everyone_together_are_held_back(member, ask):
    with time_machine.travel(START, tick=False) as clock:
        used_up(CODES_PER_ADDRESS, "10.0.0.1")
        assert refusal_of(ask, address="10.0.0.1").code == RefusalCode.RATE_LIMITED
        ask(address="10.0.0.2")
        used_up(CODES, "everyone", less=1)
        assert refusal_of(ask, address="10.0.0.2").code == RefusalCode.RATE_LIMITED
        clock.shift(60)
        ask(address="10.0.0.1")
    assert TwinMessage.objects.count() == 2


def test_when_too_many_codes_are_wrong_nobody_signs_in_by_code_for_the_rest_of_the_minute(member, ask):
    with time_machine.travel(START, tick=False) as clock:
        ask()
        used_up(WRONG_CODES, "everyone", less=1)
        assert refusal_of(sign_in, "x", "khong-co").code == RefusalCode.UNAUTHENTICATED
        assert refusal_of(sign_in, sent()).code == RefusalCode.RATE_LIMITED
        clock.shift(60)
        assert sign_in(sent()).session.is_open


def test_a_task_that_runs_twice_sends_once_and_revives_nothing(member, commit):
    arguments = {"username": "DV1", "request_id": uuid.uuid4().hex, "asked_at": timezone.now(), "language": "vi"}
    with commit():
        send_code(**arguments)
    sign_in(sent())
    with commit():
        send_code(**arguments)
    assert TwinMessage.objects.count() == 1
    assert refusal_of(sign_in, sent()).code == RefusalCode.UNAUTHENTICATED


def test_a_task_that_runs_too_late_sends_nothing(member, commit):
    with time_machine.travel(START, tick=False) as clock, commit():
        asked_at = timezone.now()
        clock.shift(600)
        send_code(username="DV1", request_id="a", asked_at=asked_at, language="vi")
    assert (TwinMessage.objects.count(), OneTimeCode.objects.count()) == (0, 0)


def test_the_task_keeps_no_code(member, ask):
    ask()
    for task in Success.objects.all():
        assert sent() not in f"{task.args} {task.kwargs} {task.result}"


@pytest.mark.parametrize("name", ["", "  "])
def test_a_device_is_described_or_left_out(member, ask, name):
    refusal = refusal_of(ask, device=Device(name=name, platform="ios"))
    assert (refusal.code, refusal.field) == (RefusalCode.INVALID, "device.name")
    assert TwinMessage.objects.count() == 0
