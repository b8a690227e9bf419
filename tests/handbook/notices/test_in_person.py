"""Told in person: by the secretary of exactly this unit, with the answer that the member gave."""

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.enums import RefusalCode
from audit.models import AuditEntry
from handbook.notices import actions
from handbook.notices.actions import Content, telling
from handbook.notices.models import NoticeReceipt
from handbook.notices.reach import people_of, reach_of
from tests.conftest import make_member
from tests.handbook.notices.conftest import HOUR, MORNING, tell, told

pytestmark = pytest.mark.django_db
ASKS = {"question": "Dự họp?", "answers": ("Có", "Không")}


@pytest.fixture
def member(province):
    return make_member("DV1", province.units.TB01XA)


@pytest.fixture
def say(staff, province):
    """A function by which the secretary says it of a member."""

    def act(notice, member, answer="", reason="", actor=None):
        return actions.tell_in_person(
            actor=actor or staff.secretary,
            notice=notice,
            unit=province.units.TB01XA,
            member=member,
            answer=answer,
            reason=reason,
        )

    return act


def is_done(notice, member):
    (person,) = (each for each in people_of(notice, member.cell) if each.member == member)
    return person.is_done


def test_the_answer_is_written_down_on_their_behalf(clock, staff, write, member, say, refused):
    notice = write(unit="TB01X", requires_acknowledgement=True, **ASKS)
    say(notice, member)
    assert not is_done(notice, member)
    clock.shift(HOUR)
    for _ in range(2):
        say(notice, member, " Không ", "Ốm  nặng")
    receipt = NoticeReceipt.objects.get()
    assert (receipt.answer, receipt.reason, receipt.answered_by) == ("Không", "Ốm nặng", staff.secretary)
    assert (receipt.told_at, receipt.answered_at) == (MORNING, MORNING + HOUR)
    assert receipt.answered_said_at is None
    assert is_done(notice, member)
    assert reach_of(notice, member.cell, notice.current).answers == {"Có": 0, "Không": 1}
    entries = AuditEntry.objects.filter(act="tell_in_person", outcome="done").order_by("seq")
    assert [(entry.actor, entry.detail.get("kind")) for entry in entries] == [("bt-01a", None), ("bt-01a", "answered")]
    assert all("Ốm" not in str(entry.detail) for entry in entries)


def test_what_is_no_answer_or_too_late_is_refused(clock, write, member, say, staff, refused):
    notice = write(unit="TB01X", deadline=timezone.now() + HOUR, **ASKS)
    with refused(RefusalCode.INVALID, "answer"):
        say(notice, member, "Có lẽ")
    with refused(RefusalCode.INVALID, "answer"):
        say(notice, member, "Có", "a" * 501)
    with refused(RefusalCode.NOT_FOUND, "member"):
        say(notice, member, "Có", actor=staff.commune)
    clock.shift(2 * HOUR)
    with refused(RefusalCode.EXPIRED, "answer"):
        say(notice, member, "Có")
    say(notice, member)
    assert NoticeReceipt.objects.get().told_by == staff.secretary


def test_what_the_member_said_themselves_stands(clock, write, member, say, refused):
    notice = write(unit="TB01X", requires_acknowledgement=True, **ASKS)
    tell(member, told(notice, "answered", answer="Có"))
    with refused(RefusalCode.CONFLICT, "answer"):
        say(notice, member, "Không")
    say(notice, member)
    content = Content(title="B", body="b", **ASKS)
    notice = actions.correct_notice(actor="test", notice=notice, content=content, asks_again=False)
    with refused(RefusalCode.CONFLICT, "answer"):
        say(notice, member, "Không")
    notice = actions.correct_notice(actor="test", notice=notice, content=content, asks_again=True)
    say(notice, member, "Không")
    assert reach_of(notice, member.cell, notice.current).answers == {"Có": 0, "Không": 1}


def test_without_that_guard_the_members_word_is_lost(write, member, say, monkeypatch):
    notice = write(unit="TB01X", **ASKS)
    tell(member, told(notice, "answered", answer="Có"))
    monkeypatch.setattr(telling, "_require_answer", lambda *facts: None)
    assert say(notice, member, "Không").answer == "Không"


def test_a_phone_has_the_later_word_and_not_an_earlier_one(clock, staff, write, member, say):
    notice = write(unit="TB01X", **ASKS)
    clock.shift(2 * HOUR)
    say(notice, member, "Không")
    clock.shift(2 * HOUR)
    tell(member, told(notice, "answered", at=MORNING + HOUR, answer="Có"))
    receipt = NoticeReceipt.objects.get()
    assert (receipt.answer, receipt.answered_by) == ("Không", staff.secretary)
    tell(member, told(notice, "answered", at=MORNING + 3 * HOUR, answer="Có"))
    receipt.refresh_from_db()
    assert (receipt.answer, receipt.answered_by, receipt.answered_said_at) == ("Có", None, MORNING + 3 * HOUR)
    assert receipt.told_by == staff.secretary


def test_on_the_screen_of_the_people(client, clock, staff, province, write, member):
    notice = write(unit="TB01X", deadline=timezone.now() + HOUR, **ASKS)
    address = reverse("notices:people", args=[notice.pk, province.units.TB01XA.pk])
    client.force_login(staff.secretary)
    page = client.get(address)
    assert "<option>Không</option>" in page.content.decode()
    client.post(address, {"member": member.pk, "answer": "Không", "reason": "Đi vắng"})
    page = client.get(address)
    (person,) = page.context["done"]
    assert (person.member, person.receipt["answer"], person.receipt["reason"]) == (member, "Không", "Đi vắng")
    clock.shift(2 * HOUR)
    assert "<option>Không</option>" not in client.get(address).content.decode()
