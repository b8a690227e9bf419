"""Deadlines in working time: reminded, escalated, stood in for; nothing waits in silence."""

import datetime

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEntry
from audit.refusals import Refused
from editorial import actions
from editorial.deadlines.actions import watch
from editorial.deadlines.expiry import warn
from editorial.enums import Decision
from editorial.models import Approval, ApprovalRequest, CommitteeApproval, Release, ReviewLink, StepClock
from editorial.models.steps import undecided_by
from editorial.phone_review.sending import send_missing
from editorial.releases import actions as releases
from messaging.models import TextDelivery
from organizations import actions as organizations
from organizations.calendar import Holiday
from organizations.models import Position
from tests.conftest import make_member, make_user

pytestmark = pytest.mark.django_db

# Wednesday 25 November 2026, 09:00 in the province: an office day is 7:30 to 11:30 and 13:30 to 17:30.
START = datetime.datetime(2026, 11, 25, 2, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
# Eight working hours later: Thursday, 09:00.
DUE = START + 24 * HOUR


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def substitute(province):
    """Who stands in for the province's committee where it is late."""
    user = make_user("nguoi-thay", "Cấp ủy phê duyệt")
    make_member("THAY", province.units.TB01XA, user)
    CommitteeApproval.objects.update(substitute=user)
    reachable(user, "0912345670")
    return user


def reachable(user, phone):
    member = user.member
    member.phone = phone
    member.save(update_fields=["phone"])


@pytest.fixture
def waiting(province, draft, approve, clock, substitute):
    """A text that has come to the committee, of which one has approved."""
    for number, name in enumerate(("thuongtruc1", "thuongtruc2", "thuongtruc3")):
        reachable(getattr(province, name), f"091234567{number + 1}")
    page = approve(draft("Kết luận"), steps=3)
    return page


def texts(kind):
    found = TextDelivery.objects.filter(effect_key__startswith=f"{kind}:").order_by("member__code")
    return list(found.values_list("member__code", flat=True))


def clock_of(page):
    return StepClock.objects.get(state=page.current_workflow_task_state)


def test_the_deadline_is_in_working_time(province, waiting):
    assert clock_of(waiting).due_at == DUE


def test_of_a_step_that_has_its_own_hours(province, draft, clock):
    CommitteeApproval.objects.update(due_hours=2)
    page = draft("Tin")
    actions.submit(actor=province.contributor, page_id=page.pk)
    assert clock_of(page).due_at == DUE  # the desk has the source's
    for person in (province.desk, province.board):
        page.refresh_from_db()
        actions.decide(actor=person, page_id=page.pk, revision_id=page.latest_revision_id, decision=Decision.APPROVE)
    page.refresh_from_db()
    assert clock_of(page).due_at == START + 2 * HOUR


def test_a_holiday_entered_later_moves_it(province, waiting):
    Holiday.objects.create(day=datetime.date(2026, 11, 26), name="Nghỉ bù")
    watch()
    assert clock_of(waiting).due_at == DUE + 24 * HOUR


def test_those_whose_word_is_missing_are_reminded_once(province, waiting, clock):
    # A quarter of eight hours is left from Wednesday 16:30... 17:30 and Thursday 7:30... 9:00: from 17:00 on Wednesday.
    clock.move_to(DUE - 16 * HOUR - datetime.timedelta(minutes=1))
    assert watch() == {"reminded": 0, "escalated": 0}
    clock.move_to(DUE - 16 * HOUR)
    assert watch() == {"reminded": 1, "escalated": 0}
    assert watch() == {"reminded": 0, "escalated": 0}
    assert texts("remind") == ["THUONGTRUC2", "THUONGTRUC3"]
    assert AuditEntry.objects.get(act="remind").detail["people"] == ["thuongtruc2", "thuongtruc3"]


def test_after_it_the_substitute_decides_too(province, waiting, clock, substitute, commit):
    assert not undecided_by(substitute).exists()
    refused_as(substitute, waiting)
    clock.move_to(DUE)
    with commit():
        assert watch() == {"reminded": 0, "escalated": 1}
    assert watch() == {"reminded": 0, "escalated": 0}
    assert texts("escalate") == ["THAY"]
    detail = AuditEntry.objects.get(act="escalate").detail
    assert (detail["missing"], detail["substitutes"]) == (["thuongtruc2", "thuongtruc3"], ["nguoi-thay"])
    assert undecided_by(substitute).count() == 1
    send_missing()
    assert ReviewLink.objects.filter(person=substitute).count() == 1
    with commit():
        actions.decide(
            actor=substitute,
            page_id=waiting.pk,
            revision_id=waiting.latest_revision_id,
            decision=Decision.APPROVE,
        )
    waiting.refresh_from_db()
    assert waiting.live


def refused_as(user, page):
    with pytest.raises(Refused) as refusal, transaction.atomic():
        actions.decide(actor=user, page_id=page.pk, revision_id=page.latest_revision_id, decision=Decision.APPROVE)
    assert refusal.value.code == "FORBIDDEN"


def test_without_a_substitute_whoever_asked_is_told_who_is_missing(province, waiting, clock):
    CommitteeApproval.objects.update(substitute=None)
    make_member("CTV", province.units.TB01XA, province.contributor)
    reachable(province.contributor, "0912345679")
    clock.move_to(DUE)
    assert watch()["escalated"] == 1
    assert texts("late") == ["CTV"]
    assert texts("escalate") == []


def test_what_was_decided_in_time_is_left_alone(province, waiting, clock, commit):
    with commit():
        actions.decide(
            actor=province.thuongtruc2,
            page_id=waiting.pk,
            revision_id=waiting.latest_revision_id,
            decision=Decision.APPROVE,
        )
    clock.move_to(DUE)
    assert watch() == {"reminded": 0, "escalated": 0}


@pytest.fixture
def submitted(province, draft, approve, clock, substitute):
    """A function that puts a release with one text before the committee."""

    def put(due_at=None):
        page = approve(draft("Tin"), steps=2)
        release = releases.save_release(
            actor=province.board, title="Đợt", organization=province.units.TB, required=2, due_at=due_at
        )
        releases.add_item(actor=province.board, release=release, page=page)
        releases.submit_release(actor=province.board, release=release)
        return page, ApprovalRequest.objects.get()

    return put


def test_a_release_is_reminded_and_escalated_like_a_text_and_its_items_are_not(province, submitted, clock, substitute):
    page, request = submitted()
    assert request.due_at == DUE
    assert not request.may_be_decided_by(substitute)
    clock.move_to(DUE - 16 * HOUR)
    assert watch() == {"reminded": 1, "escalated": 0}
    assert AuditEntry.objects.get(act="remind").target == "Đợt"
    clock.move_to(DUE)
    assert watch() == {"reminded": 0, "escalated": 1}
    assert AuditEntry.objects.get(act="escalate").target == "Đợt"
    assert clock_of(page).escalated_at is None
    request.refresh_from_db()
    assert request.may_be_decided_by(substitute)
    assert ApprovalRequest.objects.undecided_by(substitute).get() == request
    assert not undecided_by(substitute).exists()


def test_an_item_that_was_let_go_is_escalated_by_itself(province, submitted, clock, commit):
    """Negative control: nothing but the release on its way keeps the item from it."""
    page, _request = submitted()
    releases.take_back_release(actor=province.board, release=Release.objects.get())
    clock.move_to(DUE)
    assert watch() == {"reminded": 0, "escalated": 1}
    assert clock_of(page).escalated_at == DUE


# --- when a request is due


def hanoi(day, hour, minute=0):
    return datetime.datetime(2026, 11, day, hour, minute, tzinfo=START.tzinfo) - 7 * HOUR


@pytest.mark.parametrize(
    ("out_at", "due_at"),
    [
        (None, DUE),
        (DUE + 5 * HOUR, DUE),
        (DUE, DUE - HOUR),
        (START + 5 * HOUR, START + 4 * HOUR),
        (START + HOUR, START + HOUR / 2),
    ],
)
def test_what_goes_out_soon_is_to_be_decided_before(submitted, out_at, due_at):
    _page, request = submitted(out_at)
    assert request.due_at == due_at


def test_a_committee_whose_steps_have_hours_of_their_own_has_them_for_requests_too(submitted):
    CommitteeApproval.objects.update(due_hours=2)
    _page, request = submitted()
    assert request.due_at == START + 2 * HOUR


def test_who_is_reminded_hears_that_it_will_not_go_out(province, submitted, clock):
    reachable(province.thuongtruc1, "0912345671")
    submitted(START + 9 * HOUR)  # 18:00, so due at 17:00
    # Of the time from 9:00 six working hours are left for it, a quarter of them is from 15:30.
    clock.move_to(START + 6 * HOUR + HOUR / 2)
    assert watch() == {"reminded": 1, "escalated": 0}
    text = TextDelivery.objects.get(member__code="THUONGTRUC1", effect_key__startswith="remind:").text
    assert text == (
        "Sổ tay: “Đợt” còn chờ đồng chí duyệt, hạn 17:00 25/11/2026. "
        "Chưa đủ phê duyệt thì sẽ không phát hành lúc 18:00 25/11/2026."
    )


def test_without_a_time_of_its_own_nobody_is_warned_of_one(province, submitted, clock):
    reachable(province.thuongtruc1, "0912345671")
    submitted()
    clock.move_to(DUE - 16 * HOUR)
    watch()
    text = TextDelivery.objects.get(member__code="THUONGTRUC1", effect_key__startswith="remind:").text
    assert "sẽ không phát hành" not in text


def test_outside_office_hours_they_are_reminded_all_the_same(province, submitted, clock):
    """Submitted at 18:00 to go out at 22:00: due at 21:00, and three of four quarters later it is 20:15."""
    clock.move_to(hanoi(25, 18))
    _page, request = submitted(hanoi(25, 22))
    assert request.due_at == hanoi(25, 21)
    clock.move_to(hanoi(25, 20, 14))
    assert watch() == {"reminded": 0, "escalated": 0}
    clock.move_to(hanoi(25, 20, 15))
    assert watch() == {"reminded": 1, "escalated": 0}


def test_the_review_page_says_it_too(province, submitted, client):
    _page, request = submitted(START + 5 * HOUR)
    client.force_login(province.thuongtruc1, backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get(reverse("editorial_request", args=[request.pk])).content.decode()
    assert "Chưa đủ phê duyệt thì sẽ không phát hành lúc 14:00 25/11/2026." in shown


# --- that somebody always is told


def late_texts():
    found = TextDelivery.objects.filter(effect_key__startswith="late:").order_by("effect_key")
    return sorted(delivery.member.code if delivery.member else delivery.user.email for delivery in found)


def test_an_asker_who_is_no_member_is_told_at_the_accounts_address(province, waiting, clock, commit, mailoutbox):
    CommitteeApproval.objects.update(substitute=None)
    province.contributor.email = "ctv@tinh.example.vn"
    province.contributor.save()
    clock.move_to(DUE)
    with commit():
        watch()
    assert late_texts() == ["ctv@tinh.example.vn"]
    assert AuditEntry.objects.get(act="escalate").detail["told"] == ["ctv"]


def test_where_nobody_else_can_be_reached_the_board_is_told(province, waiting, clock):
    CommitteeApproval.objects.update(substitute=None)
    province.board.email = "bbt@tinh.example.vn"
    province.board.save()
    clock.move_to(DUE)
    watch()
    assert late_texts() == ["bbt@tinh.example.vn"]
    assert AuditEntry.objects.get(act="escalate").detail["told"] == ["btv1"]


def test_the_board_is_left_in_peace_where_somebody_was_told(province, waiting, clock):
    """Negative control."""
    province.board.email = "bbt@tinh.example.vn"
    province.board.save()
    clock.move_to(DUE)
    watch()
    assert (texts("escalate"), late_texts()) == (["THAY"], [])


# --- delegation, where it meets a decision


@pytest.fixture
def deputy(province, waiting):
    user = make_user("pho-phong", "Cấp ủy phê duyệt")
    make_member("PHO", province.units.TB02XA, user)
    return user


def delegated(province, holder, deputy):
    return organizations.delegate(
        actor=holder,
        position=Position.objects.get(member__user=holder),
        to_code=deputy.member.code,
        first_day=START.date(),
        last_day=START.date(),
        reason="Nghỉ phép",
    )


def decide(user, page):
    return actions.decide(actor=user, page_id=page.pk, revision_id=page.latest_revision_id, decision=Decision.APPROVE)


def test_who_stands_in_approves_in_the_holders_place(province, waiting, deputy, commit):
    delegated(province, province.thuongtruc2, deputy)
    refused_as(province.thuongtruc2, waiting)
    with commit():
        decide(deputy, waiting)
    waiting.refresh_from_db()
    assert waiting.live
    approval = Approval.objects.get(person=deputy)
    assert approval.position.member.user == province.thuongtruc2
    assert AuditEntry.objects.filter(act="approve", actor="pho-phong").get().detail["for"] == "THUONGTRUC2"


def test_a_seat_that_has_spoken_does_not_speak_again(province, waiting, deputy):
    """The first had approved before they went on leave: their substitute adds no second voice."""
    delegated(province, province.thuongtruc1, deputy)
    with pytest.raises(Refused, match="chỉ có một tiếng nói"), transaction.atomic():
        decide(deputy, waiting)
    waiting.refresh_from_db()
    assert not waiting.live


def test_without_the_guard_one_seat_would_be_two_voices(province, waiting, deputy, monkeypatch, commit):
    """Negative control."""
    monkeypatch.setattr(actions, "seat_for", lambda *args, **kwargs: None)
    delegated(province, province.thuongtruc1, deputy)
    with commit():
        decide(deputy, waiting)
    waiting.refresh_from_db()
    assert waiting.live


# --- expiry


def test_the_desk_hears_of_what_is_about_to_expire_once(province, draft, approve, clock):
    make_member("BT", province.units.TB01XA, province.desk)
    reachable(province.desk, "0912345678")
    approve(draft("Tin", expire_at=START + datetime.timedelta(days=30)))
    assert warn() == 0
    clock.shift(datetime.timedelta(days=23))
    assert (warn(), warn()) == (1, 0)
    assert texts("expiring") == ["BT"]


def test_an_editor_who_is_no_member_hears_of_it_at_the_accounts_address(province, draft, approve, clock):
    province.desk.email = "bt@tinh.example.vn"
    province.desk.save()
    approve(draft("Tin", expire_at=START + datetime.timedelta(days=3)))
    assert warn() == 1
    delivery = TextDelivery.objects.get(effect_key__startswith="expiring:")
    assert (delivery.member, delivery.user, delivery.channel) == (None, province.desk, "email")


def test_the_number_of_queries_does_not_grow(province, draft, approve, clock):
    def look():
        with CaptureQueriesContext(connection) as asked:
            assert watch() == {"reminded": 0, "escalated": 0}
        return len(asked)

    def wait(number):
        approve(draft(f"Kết luận {number}"), steps=3)

    wait(1)
    first = look()
    wait(2)
    wait(3)
    assert look() == first
