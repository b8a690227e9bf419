"""Each guard of the room is taken out once, and what it holds back comes through: so the tests of it can fail.

Every test walks the same way twice: with the guard nothing leaks, without it everything that it alone holds back does.
"""

import itertools

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry
from handbook.notices import actions
from handbook.notices.actions import Content, receipts, sending
from handbook.notices.models import Notice, NoticeReceipt, NoticeText
from handbook.notices.models.notice import NoticeQuerySet
from handbook.notices.tasks import tell_due
from messaging.actions import push
from messaging.models import Push
from organizations.models import Member
from tests.api.conftest import Api, people, token_for
from tests.conftest import make_member
from tests.handbook.notices.conftest import HOUR, tell, told

__all__ = ["people"]  # a fixture of the API's tests
pytestmark = pytest.mark.django_db


# --- whom a notice exists for


@pytest.fixture
def notice(staff, write, settings, tmp_path):
    """A notice of the first commune, with a file."""
    settings.MEDIA_ROOT = tmp_path
    file = actions.keep_file(actor=staff.commune, file=ContentFile(b"x"), name="a.pdf")
    return write(staff.commune, "TB01X", title="Chỉ xã 01", files=(file.pk,))


def ways_to(user, notice):
    """The ways on which this person comes to the notice."""
    api, variables = Api(), {"id": str(notice.pk), "version": 1}
    file = notice.current.files.get()
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token_for(user)}"}
    marked = api.data("notices", variables, name="MarkNoticeRead", user=user)["markNoticeRead"]
    NoticeReceipt.objects.all().delete()
    listed = api.data("notices", {"first": 10}, name="Notices", user=user)["notices"]["edges"]
    kept = {
        "list": bool(listed),
        "id": api.data("query($id: ID!) { notice(id: $id) { title } }", {"id": str(notice.pk)}, user=user)["notice"]
        is not None,
        "count": api.data("{ me { unread { notices } } }", user=user)["me"]["unread"]["notices"] > 0,
        "mark": marked["notice"] is not None,
        "file": Client().get(f"/notices/files/{file.pk}/a.pdf", **headers).status_code == 200,
    }
    return {way for way, is_open in kept.items() if is_open}


ALL_WAYS = {"list", "id", "count", "mark", "file"}


def test_the_inbox_is_of_those_whom_it_is_for_on_every_way(people, notice):
    assert ways_to(people.elsewhere, notice) == set()
    assert ways_to(people.member, notice) == ALL_WAYS


def test_without_the_scope_of_the_inbox_every_way_is_open_to_all(people, notice, monkeypatch):
    monkeypatch.setattr(NoticeQuerySet, "in_inbox_of", lambda self, member, *, scope, at: self.in_force(at))
    assert ways_to(people.elsewhere, notice) == ALL_WAYS


def test_without_the_question_whose_it_was_a_stranger_acknowledges_it(people, notice, monkeypatch):
    stranger = people.elsewhere.member
    assert (tell(stranger, told(notice, "acknowledged")), NoticeReceipt.objects.count()) == (["NOT_FOUND"], 0)
    texts = {(notice.pk, 1): notice.current}
    monkeypatch.setattr(receipts, "_theirs", lambda member, scope, ids, now: texts)
    assert (tell(stranger, told(notice, "acknowledged")), NoticeReceipt.objects.count()) == ([None], 1)


# --- names


def names_shown(user, notice, unit):
    """Whether the screen of a unit's people opens, and how many looks at names the audit has then."""
    client = Client()
    client.force_login(user)
    page = client.get(reverse("notices:people", args=[notice.pk, unit.pk]))
    shown = page.status_code == 200 and "Nguyễn Văn DV1" in page.content.decode()
    return shown, AuditEntry.objects.filter(act="read_notice_names").count()


def test_names_are_for_ones_own_unit_and_each_look_is_in_the_audit(people, province, staff, notice):
    cell = province.units.TB01XA
    assert names_shown(staff.commune, notice, cell) == (False, 0)
    assert names_shown(staff.secretary, notice, cell) == (True, 1)
    assert names_shown(staff.secretary, notice, cell) == (True, 2)


def test_without_that_guard_those_above_see_the_names(people, province, staff, notice, monkeypatch):
    monkeypatch.setattr("handbook.notices.views.reach.sees_names", lambda user, unit: True)
    assert names_shown(staff.commune, notice, province.units.TB01XA) == (True, 1)


def test_without_the_log_names_are_seen_and_nobody_knows(people, province, staff, notice, monkeypatch):
    monkeypatch.setattr("handbook.notices.actions.log_names_read", lambda **facts: None)
    assert names_shown(staff.secretary, notice, province.units.TB01XA) == (True, 0)


# --- money


@pytest.fixture
def five(clock, province, write):
    """Five members with a telephone who have not read an urgent notice for an hour, and a budget of two texts."""
    for number in range(5):
        member = make_member(f"T{number}", province.units.TB01XA)
        Member.objects.filter(pk=member.pk).update(phone=f"09000000{number}")
    actions.set_text_budget(actor="test", organization=province.units.TB01X, per_month=2)
    write(unit="TB01X", urgent=True)
    clock.shift(HOUR)


def test_no_more_texts_than_the_budget_has(five):
    assert (tell_due()["texts"], NoticeText.objects.count()) == (2, 2)


def test_without_the_budget_all_are_texted(five, monkeypatch):
    monkeypatch.setattr("handbook.notices.actions.texts.left_of_budget", lambda organization, now: 10**6)
    assert (tell_due()["texts"], NoticeText.objects.count()) == (5, 5)


# --- once


def send_twice(staff, province):
    for _ in range(2):
        actions.send_now(
            actor=staff.commune,
            organization=province.units.TB01X,
            content=Content(title="Họp", body="b"),
            client_id="phone-1",
        )
    return Notice.objects.count()


def test_what_a_phone_sends_twice_is_sent_once(staff, province):
    assert send_twice(staff, province) == 1


def test_without_the_look_the_constraint_still_holds(staff, province, monkeypatch):
    monkeypatch.setattr(sending, "_sent_before", lambda actor, client_id: None)
    with pytest.raises(IntegrityError):
        send_twice(staff, province)


def test_without_the_phones_name_it_is_sent_twice(staff, province, monkeypatch):
    monkeypatch.setattr(sending, "_sent_before", lambda actor, client_id: None)
    save = sending.save_notice
    monkeypatch.setattr(sending, "save_notice", lambda **facts: save(**facts | {"client_id": ""}))
    assert send_twice(staff, province) == 2


def ask_twice(write):
    """As if a process had been killed after it asked for the pushes and before it said so."""
    write(unit="TB01X")
    Notice.objects.update(told_version=0)
    tell_due()
    return Push.objects.count()


def test_pushes_of_a_version_are_asked_for_once(write):
    assert ask_twice(write) == 1


def test_without_the_key_they_would_be_told_twice(write, monkeypatch):
    numbers = itertools.count()

    def keyless(**facts):
        return push(**facts | {"effect_key": f"{facts['effect_key']}:{next(numbers)}"})

    monkeypatch.setattr("handbook.notices.push.push", keyless)
    assert ask_twice(write) == 2
