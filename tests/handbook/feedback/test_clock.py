"""The clock: deadlines in working time, pauses, warnings, what is late and who is told of it. Run twice, done once."""

from __future__ import annotations

import datetime

import pytest

from handbook.feedback import actions
from handbook.feedback.clock import Clock
from handbook.feedback.enums import State
from handbook.feedback.models import Handover, Lateness, Topic
from handbook.feedback.push import ANSWER, ARRIVAL, DEADLINE
from handbook.feedback.tasks import run_clock
from messaging.models import Push
from messaging.subjects import subject_now
from organizations import actions as organizations
from organizations.calendar import Holiday
from tests.handbook.feedback.conftest import DAY, HOUR, MORNING, fresh

pytestmark = pytest.mark.django_db
QUIET = {"warned": 0, "escalated": 0, "closed": 0, "named": 0, "asked": 0}


def local(text):
    """A moment of the province's day."""
    return datetime.datetime.fromisoformat(f"{text}+07:00")


@pytest.fixture
def thread(sent, topic, clock):
    """Sent on Tuesday at 9:00, with 16 working hours: until Thursday at 9:00; the warning four hours before."""
    return sent(topic="dang-phi")


def pushes(kind):
    return Push.objects.filter(subject_kind=kind).count()


def test_the_deadline_of_a_topic(thread):
    assert (thread.due_at, thread.warn_at) == (local("2026-11-26 09:00"), local("2026-11-25 15:00"))


def test_without_a_topic_five_working_days(sent, clock):
    assert sent().due_at == local("2026-12-01 09:00")


def test_a_holiday_moves_what_is_sent_from_then_on(sent, topic, clock, thread):
    organizations.save_holiday(actor="test", holiday=Holiday(day=datetime.date(2026, 11, 25), name="Nghỉ"))
    assert sent(topic="dang-phi").due_at == local("2026-11-27 09:00")
    assert fresh(thread).due_at == local("2026-11-26 09:00")


def test_it_stands_still_while_the_member_is_asked(folk, thread, clock):
    clock.shift(DAY)  # eight working hours later
    actions.ask_back(actor=folk.secretary, thread=thread, body="Rõ hơn?")
    found = fresh(thread)
    assert (found.due_at, found.warn_at, found.escalate_at, found.time_left) == (None, None, None, 8 * HOUR)
    clock.shift(30 * DAY)
    assert run_clock() == QUIET
    clock.move_to(local("2026-12-28 15:30"))
    actions.reply_feedback(member=folk.member.own, thread_id=thread.pk, body="Là thế này")
    assert fresh(thread).due_at == local("2026-12-29 15:30")


def test_late_before_the_pause_is_late_after_it(folk, thread, clock):
    clock.shift(10 * DAY)
    actions.ask_back(actor=folk.secretary, thread=thread, body="Rõ hơn?")
    assert Lateness.objects.get().organization == thread.owner
    clock.shift(DAY)
    actions.reply_feedback(member=folk.member.own, thread_id=thread.pk, body="Là thế này")
    now = MORNING + 11 * DAY
    assert fresh(thread).due_at == now
    assert run_clock()["escalated"] == 1


def test_warning_and_escalation_each_happen_once(province, folk, thread, clock):
    assert run_clock() == QUIET
    clock.move_to(local("2026-11-25 15:00"))
    assert [run_clock()["warned"], run_clock()["warned"], pushes(DEADLINE)] == [1, 0, 1]
    clock.move_to(local("2026-11-26 09:00"))
    assert [run_clock()["escalated"], run_clock()["escalated"], pushes(DEADLINE)] == [1, 0, 2]
    found = fresh(thread)
    assert (found.owner, found.escalated_to, found.state) == (province.units.TB01XA, province.units.TB01X, State.NEW)
    assert list(Lateness.objects.values_list("organization", "due_at")) == [(thread.owner_id, thread.due_at)]
    handover = Handover.objects.get()
    assert (handover.kind, handover.from_unit, handover.to_unit) == ("escalation", thread.owner, province.units.TB01X)
    # The commune has it among its own now, and may answer; if not, the district is told, and so on to the top.
    for code in ("TB01", "TB"):
        clock.shift(4 * DAY)
        assert [run_clock()["escalated"], run_clock()["escalated"]] == [1, 0]
        assert fresh(thread).escalated_to.code == code
    clock.shift(30 * DAY)
    assert run_clock() == QUIET and fresh(thread).escalate_at is None
    assert Lateness.objects.count() == 1
    actions.answer_feedback(actor=folk.commune, thread=thread, body="Đáp")
    assert fresh(thread).escalated_to is None


def test_an_answer_that_comes_before_the_task_is_late_all_the_same(folk, thread, clock):
    clock.shift(10 * DAY)
    actions.answer_feedback(actor=folk.secretary, thread=thread, body="Đáp")
    assert Lateness.objects.get().due_at == thread.due_at
    assert run_clock() == QUIET


def test_control_without_that_note_it_would_pass_for_on_time(folk, thread, clock, monkeypatch):
    monkeypatch.setattr(Clock, "note_lateness", lambda self, thread: False)
    clock.shift(10 * DAY)
    actions.answer_feedback(actor=folk.secretary, thread=thread, body="Đáp")
    assert not Lateness.objects.exists()


def test_handing_over_gives_a_working_day_but_no_new_promise(province, folk, thread, clock):
    actions.forward_feedback(actor=folk.secretary, thread=thread, to=province.units.TB01X, note="Lên xã")
    assert fresh(thread).due_at == local("2026-11-26 09:00")
    clock.move_to(local("2026-11-26 08:30"))
    actions.forward_feedback(actor=folk.commune, thread=thread, to=province.units.TB01, note="Lên huyện")
    assert fresh(thread).due_at == local("2026-11-27 08:30")
    clock.move_to(local("2026-11-28 09:00"))
    actions.forward_feedback(actor=folk.district, thread=thread, to=province.units.TB01X, note="Trả lại xã")
    assert fresh(thread).due_at == local("2026-11-27 08:30")  # what was late stays late
    assert list(Lateness.objects.values_list("organization__code", flat=True)) == ["TB01"]


def test_what_was_answered_is_closed_for_good_in_the_end(folk, thread, clock):
    actions.answer_feedback(actor=folk.secretary, thread=thread, body="Đáp")
    clock.shift(14 * DAY)
    assert run_clock() == QUIET
    clock.shift(HOUR)
    assert [run_clock()["closed"], run_clock()["closed"]] == [1, 0]
    assert fresh(thread).state == State.CLOSED


def test_taken_up_again_it_has_its_whole_time_again(folk, thread, clock):
    actions.answer_feedback(actor=folk.secretary, thread=thread, body="Đáp")
    clock.shift(DAY)
    actions.reply_feedback(member=folk.member.own, thread_id=thread.pk, body="Chưa rõ")
    assert fresh(thread).due_at == local("2026-11-27 09:00")


def test_a_topic_without_warning_warns_nobody(sent, clock):
    actions.save_topic(actor="test", topic=Topic(code="nhanh", name="Nhanh", hours=2, warning_hours=0))
    assert sent(topic="nhanh").warn_at is None
    actions.save_topic(actor="test", topic=Topic(code="gap", name="Gấp", hours=2, warning_hours=8))
    assert sent(topic="gap").warn_at is None  # its time is over already


# --- who is told


def told(kind, thread):
    found = subject_now(kind, str(thread.pk))
    return found and found.accounts


def test_pushes_go_to_the_few_whom_it_concerns(province, folk, thread, clock):
    assert told(ARRIVAL, thread) == {folk.secretary.pk}
    assert pushes(ARRIVAL) == 1
    clock.shift(3 * DAY)
    run_clock()
    assert told(DEADLINE, thread) == {folk.secretary.pk, folk.commune.pk, folk.commune_secretary.pk}
    assert told(ANSWER, thread) is None
    actions.answer_feedback(actor=folk.secretary, thread=thread, body="Đáp")
    assert told(ANSWER, thread) == {folk.member.pk}
    assert told(ARRIVAL, thread) is told(DEADLINE, thread) is None
    actions.mark_feedback_read(member=folk.member.own, thread_id=thread.pk)
    assert told(ANSWER, thread) is None


def test_devices_of_these_people_and_of_no_others(province, person, provider, clock):
    from messaging.push import send_due

    member, secretary = person(), person(positions=[("TB01XA", "secretary")])
    person()
    thread = actions.send_feedback(member=member.own, subject="Bí mật của tôi", body="b", anonymous_to_cell=True)
    send_due(seconds=5)
    assert provider.addresses == secretary.phones
    actions.answer_feedback(actor=secretary, thread=thread, body="Đáp")
    send_due(seconds=5)
    assert provider.addresses == [*secretary.phones, *member.phones]
    words = [message.title + message.text + str(message.data) for message in provider.messages]
    assert not any(each in word for word in words for each in ("Bí mật", member.own.full_name, member.own.code))
