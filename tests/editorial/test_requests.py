"""Requests for approval: what is no page is approved as it is, by people who did not write it, or not at all."""

from __future__ import annotations

import pytest

from audit.models import AuditEntry
from audit.refusals import Refused
from cms.models import Category
from editorial import gate
from editorial.enums import Decision, RequestKind, RequestState
from editorial.models import ApprovalRequest, RequestDecision
from editorial.requests import actions, subjects
from editorial.requests.subjects import Subject, digest_of
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


class Standin(Subject):
    """Any row will do as the thing: here a category, whose form is its names."""

    kind = RequestKind.NOTICE
    template = "editorial/includes/way.html"

    def __init__(self):
        self.writer_ids = set()
        self.went_on, self.came_back, self.lapsed_ones = [], [], []

    def form(self, thing):
        return {"name": thing.name}

    def writers(self, thing):
        return self.writer_ids

    def approved(self, thing, request):
        gate.refuse_unapproved_thing(thing, act="test")
        self.went_on.append(thing.pk)

    def returned(self, thing, request):
        self.came_back.append(thing.pk)

    def lapsed(self, thing, request):
        self.lapsed_ones.append(thing.pk)


@pytest.fixture
def standin(monkeypatch):
    subject = Standin()
    monkeypatch.setitem(subjects._subjects, Category, subject)
    return subject


@pytest.fixture
def thing(db):
    return Category.objects.create(slug="thu", name="Thứ cần duyệt", name_en="Thing")


@pytest.fixture
def asked(province, standin, thing):
    return actions.ask(actor=province.board, thing=thing, organization=province.units.TB, required=2)


def vote(request, person, decision=Decision.APPROVE, comment="", digest=None):
    return actions.decide(
        actor=person,
        request_id=request.pk,
        digest=digest or request.digest,
        decision=decision,
        comment=comment,
    )


def refused(call, code):
    before = RequestDecision.objects.count(), ApprovalRequest.objects.values_list("state", flat=True).get()
    with pytest.raises(Refused) as refusal:
        call()
    assert refusal.value.code == code
    assert before == (RequestDecision.objects.count(), ApprovalRequest.objects.values_list("state", flat=True).get())


def test_so_many_of_the_committee_let_it_go_on_and_the_gate_agrees(province, standin, thing, asked):
    refused(lambda: gate.refuse_unapproved_thing(thing, act="test"), "FORBIDDEN")
    assert vote(asked, province.thuongtruc1).state == RequestState.WAITING
    refused(lambda: gate.refuse_unapproved_thing(thing, act="test"), "FORBIDDEN")
    assert vote(asked, province.thuongtruc2).state == RequestState.APPROVED
    assert standin.went_on == [thing.pk]
    assert gate.refuse_unapproved_thing(thing, act="test") == asked
    acts = AuditEntry.objects.filter(target_id=str(thing.pk)).order_by("seq").values_list("act", flat=True)
    assert list(acts) == ["submit", "approve", "approve"]


def test_what_changed_after_it_was_approved_is_not_approved(province, thing, asked):
    vote(asked, province.thuongtruc1)
    vote(asked, province.thuongtruc2)
    thing.name = "Thứ đã sửa"
    thing.save()
    refused(lambda: gate.refuse_unapproved_thing(thing, act="test"), "FORBIDDEN")


def test_what_changed_while_it_waited_is_not_decided_on_and_can_be_asked_anew(province, standin, thing, asked):
    thing.name = "Thứ đã sửa"
    thing.save()
    refused(lambda: vote(asked, province.thuongtruc1), "CONFLICT")
    refused(lambda: vote(asked, province.thuongtruc1, digest=digest_of(thing)), "CONFLICT")
    again = actions.ask(actor=province.board, thing=thing, organization=province.units.TB, required=2)
    asked.refresh_from_db()
    assert (asked.state, again.state) == (RequestState.LAPSED, RequestState.WAITING)


def test_the_state_of_a_request_alone_opens_nothing(province, thing, asked):
    """Whoever writes "approved" into the row has approved nothing: the gate counts people."""
    ApprovalRequest.objects.update(state=RequestState.APPROVED)
    refused(lambda: gate.refuse_unapproved_thing(thing, act="test"), "FORBIDDEN")


def test_who_wrote_it_has_no_say(province, standin, thing):
    standin.writer_ids = {province.thuongtruc1.pk}
    asked = actions.ask(actor=province.thuongtruc1, thing=thing, organization=province.units.TB, required=1)
    assert not ApprovalRequest.objects.undecided_by(province.thuongtruc1).exists()
    refused(lambda: vote(asked, province.thuongtruc1), "FORBIDDEN")
    # Control: a decision of theirs that got into the table all the same is not counted.
    RequestDecision.objects.create(
        request=asked, person=province.thuongtruc1, decision=Decision.APPROVE, at=asked.asked_at
    )
    ApprovalRequest.objects.update(state=RequestState.APPROVED)
    refused(lambda: gate.refuse_unapproved_thing(thing, act="test"), "FORBIDDEN")


def test_returning_needs_a_reason_and_goes_back(province, standin, thing, asked):
    refused(lambda: vote(asked, province.thuongtruc1, Decision.RETURN, "  "), "REQUIRED")
    assert vote(asked, province.thuongtruc1, Decision.RETURN, "Thiếu số liệu").state == RequestState.RETURNED
    assert standin.came_back == [thing.pk]
    refused(lambda: vote(asked, province.thuongtruc2), "CONFLICT")


def test_for_others_there_is_no_request(province, thing, asked):
    for person in (province.contributor, province.desk, province.board, province.admin):
        refused(lambda person=person: vote(asked, person), "NOT_FOUND")
    refused(lambda: vote(asked, make_user("la", "Cấp ủy phê duyệt")), "NOT_FOUND")


def test_one_person_counts_once(province, asked):
    vote(asked, province.thuongtruc1)
    refused(lambda: vote(asked, province.thuongtruc1), "CONFLICT")


def test_asking_more_than_there_are_is_refused_before_anybody_waits(province, standin, thing):
    with pytest.raises(Refused) as refusal:
        actions.ask(actor=province.board, thing=thing, organization=province.units.TB, required=4)
    assert refusal.value.code == "CONFLICT"
    assert "chỉ có 3 người" in refusal.value.message
    assert not ApprovalRequest.objects.exists()


def test_asking_twice_is_refused(province, thing, asked):
    refused(
        lambda: actions.ask(actor=province.board, thing=thing, organization=province.units.TB, required=2), "CONFLICT"
    )


def test_taking_back_ends_what_waits_and_what_was_approved(province, standin, thing, asked):
    assert actions.lapse(actor=province.board, thing=thing)
    asked.refresh_from_db()
    assert (asked.state, standin.lapsed_ones) == (RequestState.LAPSED, [thing.pk])
    assert not actions.lapse(actor=province.board, thing=thing)
    refused(lambda: vote(asked, province.thuongtruc1), "CONFLICT")


def test_the_desk_shows_it_and_the_page_decides(province, open_screen, signed_in, asked):
    desk = open_screen(province.thuongtruc1, "editorial_desk").content.decode()
    assert "Tờ trình chờ tôi duyệt" in desk and "Thứ cần duyệt" in desk
    assert "Tờ trình chờ tôi duyệt" not in open_screen(province.board, "editorial_desk").content.decode()
    page = open_screen(province.thuongtruc1, "editorial_request", asked.pk)
    assert page.status_code == 200 and "0/2" in page.content.decode()
    assert open_screen(province.board, "editorial_request", asked.pk).status_code == 404
    browser = signed_in(province.thuongtruc1)
    address = f"/admin/editorial/request/{asked.pk}/"
    unsaid = browser.post(address, {"decision": "return", "digest": asked.digest})
    assert unsaid.status_code == 400 and "Hãy ghi lý do trả lại" in unsaid.content.decode()
    assert browser.post(address, {"decision": "approve", "digest": asked.digest}).status_code == 302
    assert RequestDecision.objects.get().person == province.thuongtruc1
    assert "Bạn đã quyết định" in browser.get(address).content.decode()
