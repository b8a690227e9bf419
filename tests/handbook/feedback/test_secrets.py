"""Confidential threads reach only who is named; an anonymous author is known to nobody of the cell, on no path."""

from __future__ import annotations

import json

import pytest
from django.core import serializers

from audit.models import AuditEntry
from audit.refusals import Refused
from handbook.feedback import actions, permissions
from handbook.feedback.models import FeedbackReader, FeedbackSettings, FeedbackThread
from handbook.feedback.tasks import run_clock
from organizations import actions as organizations
from organizations.enums import PositionKind
from tests.api.conftest import Api
from tests.conftest import make_member, make_user
from tests.handbook.feedback.conftest import DAY, fresh

pytestmark = pytest.mark.django_db


def readers(thread):
    return set(thread.readers.values_list("member__code", flat=True))


def sees(user, thread):
    return FeedbackThread.objects.of_officer(user).filter(pk=thread.pk).exists()


# --- confidential


def test_what_is_confidential_is_for_the_units_secretary(folk, sent, province):
    thread = sent(to="TB01X", confidential=True)
    assert readers(thread) == {"BT-XA"}
    everyone = ("commune", "district", "secretary", "elsewhere", "neighbour", "commune_secretary")
    assert [who for who in everyone if sees(getattr(folk, who), thread)] == ["commune_secretary"]
    assert not sees(province.admin, thread)
    assert FeedbackThread.objects.of_member(folk.member.own).get() == thread


def test_without_a_secretary_it_is_for_who_answers_or_the_next_above(folk, sent, province):
    assert readers(sent(to="TB01", confidential=True)) == {"VP-HUYEN"}
    assert readers(sent(folk.stranger, to="TB02", confidential=True)) == {"THUONGTRUC1"}
    own = actions.send_feedback(member=folk.secretary.own, subject="A", body="b", confidential=True)
    assert readers(own) == {"BT-XA"}  # not themselves


def test_who_is_named_may_name_and_nobody_else(folk, sent, refused):
    thread = sent(to="TB01X", confidential=True)
    with refused("NOT_FOUND", "id"):
        actions.name_reader(actor=folk.commune, thread=thread, member=folk.commune.own)
    for wrong in (folk.neighbour, folk.watcher):
        with refused("INVALID", "member"):
            actions.name_reader(actor=folk.commune_secretary, thread=thread, member=wrong.own)
    actions.name_reader(actor=folk.commune_secretary, thread=thread, member=folk.commune.own)
    assert sees(folk.commune, thread)
    assert FeedbackReader.objects.get(member=folk.commune.own).named_by == folk.commune_secretary
    plain = sent(to="TB01X")
    with refused("INVALID", "member"):
        actions.name_reader(actor=folk.commune, thread=plain, member=folk.commune.own)


def test_who_answers_no_more_reads_no_more_and_somebody_else_is_named(folk, sent, province, clock):
    thread = sent(to="TB01X", confidential=True)
    organizations.end_position(actor="test", position=folk.commune_secretary.own.positions.get())
    assert not sees(folk.commune_secretary, thread)
    assert run_clock()["named"] == 1
    assert sees(folk.commune, thread)
    assert run_clock()["named"] == 0


def test_forwarded_it_is_for_the_new_units_people_alone(folk, sent, province):
    thread = sent(to="TB01X", confidential=True)
    actions.forward_feedback(actor=folk.commune_secretary, thread=thread, to=province.units.TB01, note="Lên huyện")
    assert readers(thread) == {"VP-HUYEN"}
    assert not sees(folk.commune_secretary, thread)


def test_late_it_reaches_the_secretary_above(folk, sent, clock):
    thread = sent(confidential=True)
    assert readers(thread) == {"BT-CHIBO"}
    clock.shift(30 * DAY)
    run_clock()
    assert readers(thread) == {"BT-CHIBO", "BT-XA"}
    assert sees(folk.commune_secretary, thread) and not sees(folk.commune, thread)


def test_no_committee_approves_what_it_may_not_read(folk, sent):
    thread = sent(to="TB01X", confidential=True)
    FeedbackSettings.objects.create(organization=thread.owner, approvals=1)
    with pytest.raises(Refused):
        actions.submit_answer(actor=folk.commune_secretary, thread=thread, body="Đáp")
    actions.answer_feedback(actor=folk.commune_secretary, thread=thread, body="Đáp")


def test_the_audit_names_neither_subject_nor_text(folk, sent):
    thread = sent(subject="Tố cáo ông X", body="Việc này", confidential=True)
    actions.answer_feedback(actor=folk.secretary, thread=thread, body="Đã rõ")
    entries = json.dumps([str(entry.target) + str(entry.detail) for entry in AuditEntry.objects.all()])
    assert "Tố cáo" not in entries and "Việc này" not in entries


# --- anonymous


def test_who_may_look(province, folk, sent):
    """The committees above the cell may, each on record; whoever is of the cell may not, whatever else they are."""
    both = make_user("ca-hai", "Cấp ủy phê duyệt")
    make_member("CA-HAI", province.units.TB01XA, both, [(province.units.TB01X, PositionKind.SECRETARY)])
    guest = make_user("khach", "Cấp ủy phê duyệt")
    positions = [(province.units.TB01X, PositionKind.SECRETARY), (province.units.TB01XA, PositionKind.COMMITTEE_MEMBER)]
    make_member("KHACH", province.units.TB01XB, guest, positions)
    thread = sent(to="TB01X", anonymous_to_cell=True)
    cell = sent(anonymous_to_cell=True)
    for user, upper, own in (
        (folk.commune, True, True),
        (folk.district, True, True),
        (province.admin, True, True),
        (folk.secretary, False, False),
        (both, False, False),
        (guest, False, False),
        (folk.elsewhere, False, False),
        (folk.neighbour, False, False),
    ):
        assert (permissions.may_reveal(user, thread), permissions.may_reveal(user, cell)) == (upper, own), user
    assert not permissions.may_reveal(folk.commune, sent(to="TB01X"))  # nothing to look for


def test_who_moves_stays_unknown_to_both_cells(province, folk, sent):
    thread = sent(to="TB", anonymous_to_cell=True)
    organizations.move_member(actor="test", member=folk.member.own, cell=province.units.TB02XA, reason="Chuyển")
    found = fresh(thread)
    assert permissions.may_reveal(province.admin, found)
    # The commune of one of the cells is not above the other.
    for user in (folk.commune, folk.elsewhere):
        assert not permissions.may_reveal(user, found)


def test_a_cell_that_becomes_a_committee_learns_nothing_by_it(province, folk, sent):
    thread = sent(to="TB01XA", anonymous_to_cell=True)
    group = organizations.create_organization(
        actor="test", code="TO1", name="Tổ 1", level="group", parent=province.units.TB01XA
    )
    for member in list(province.units.TB01XA.members.all()):
        organizations.move_member(actor="test", member=member, cell=group, reason="Lập tổ")
    organizations.update_organization(actor="test", organization=province.units.TB01XA, level="grassroots")
    assert sees(folk.secretary, thread)
    assert not permissions.may_reveal(folk.secretary, fresh(thread))


def everything_shown(user, thread):
    """All that an officer gets over GraphQL of a thread and their inbox."""
    api = Api()
    shown = [api.data("feedback-inbox", {"id": str(thread.pk)}, name="FeedbackWork", user=user)]
    for settled in (False, True):
        shown.append(api.data("feedback-inbox", {"first": 100, "settled": settled}, name="FeedbackInbox", user=user))
    return json.dumps(shown, ensure_ascii=False)


def names_of(member):
    return (member.full_name, member.code, member.name_folded, str(member.user.username))


@pytest.fixture
def author(province):
    """A member whose names stand in nothing else."""
    user = make_user("tac-gia-kin")
    user.own = make_member("ZQ000777", province.units.TB01XA, user)
    type(user.own).objects.filter(pk=user.own.pk).update(full_name="Quách Văn Zừng", name_folded="quach van zung")
    user.own.refresh_from_db()
    return user


def test_no_path_to_an_officer_of_the_cell_or_above_carries_the_name(folk, author, sent):
    thread = sent(author, to="TB01X", anonymous_to_cell=True)
    cell = sent(author, anonymous_to_cell=True)
    actions.forward_feedback(actor=folk.commune, thread=thread, to=cell.owner, note="Giao chi bộ")
    actions.reply_feedback(member=author.own, thread_id=thread.pk, body="Nói thêm")
    for user in (folk.secretary, folk.commune):
        for each in (thread, cell):
            shown = everything_shown(user, each)
            assert not any(name in shown for name in names_of(author.own))
            assert "Đảng viên ẩn danh" in shown
    for text in names_of(author.own):
        found = FeedbackThread.objects.workable_by(folk.secretary).found_by(text)
        assert not found.exists(), text


def test_control_without_the_veil_the_name_shows(folk, author, sent, monkeypatch):
    from api.feedback import rows

    monkeypatch.setattr(rows, "author_of", lambda thread: thread.author.full_name)
    assert author.own.full_name in everything_shown(folk.secretary, sent(author, anonymous_to_cell=True))


def test_the_audit_does_not_say_who_did_anything(folk, author, sent, clock):
    """Neither what was done nor what was refused, by the action itself or over the API."""
    before = AuditEntry.objects.count()
    api = Api()
    asked = {"subject": "A", "body": "a", "anonymousToCell": True, "clientId": "1"}
    send = lambda **fields: api.data("feedback", {"input": {**asked, **fields}}, name="SendFeedback", user=author)  # noqa: E731
    assert send(subject=" ")["sendFeedback"]["errors"] and send(clientId="2", to="TB02")["sendFeedback"]["errors"]
    thread = FeedbackThread.objects.get(pk=send()["sendFeedback"]["thread"]["id"])
    go_on = {"threadId": str(thread.pk), "body": "Thêm"}
    api.data("feedback", go_on, name="ReplyFeedback", user=author)
    api.data("feedback", {**go_on, "body": " "}, name="ReplyFeedback", user=author)
    rate = {"threadId": str(thread.pk), "stars": 5}
    assert api.data("feedback-thread", rate, name="RateFeedback", user=author)["rateFeedback"]["errors"]
    actions.answer_feedback(actor=folk.secretary, thread=thread, body="Đáp")
    api.data("feedback-thread", rate, name="RateFeedback", user=author)
    allow = {"threadId": str(thread.pk), "allowed": True}
    api.data("feedback-thread", allow, name="AllowFeedbackPublication", user=author)
    clock.shift(40 * DAY)
    assert api.data("feedback", go_on, name="ReplyFeedback", user=author)["replyFeedback"]["errors"]
    entries = AuditEntry.objects.order_by("seq")[before:]
    assert {entry.actor for entry in entries} == {"ẩn danh", "bt-chibo"}
    assert {entry.actor_id for entry in entries} == {None, folk.secretary.pk}
    text = serializers.serialize("json", entries)
    assert not any(name in text for name in names_of(author.own))


def test_control_a_member_who_is_not_anonymous_is_in_the_audit(author, sent):
    sent(author)
    assert AuditEntry.objects.get(act="send_feedback").actor_id == author.pk


def test_an_approval_lapses_without_a_name(folk, author, sent):
    thread = sent(author, to="TB01X", anonymous_to_cell=True)
    FeedbackSettings.objects.create(organization=thread.owner, approvals=1)
    actions.submit_answer(actor=folk.commune, thread=thread, body="Đáp")
    actions.reply_feedback(member=author.own, thread_id=thread.pk, body="Khoan đã")
    entry = AuditEntry.objects.get(act="void_approvals")
    assert (entry.actor, entry.actor_id, fresh(thread).state) == ("ẩn danh", None, "in_progress")


def test_each_look_is_on_record_and_says_who_looked_not_at_whom(folk, author, sent, refused):
    thread = sent(author, to="TB01X", anonymous_to_cell=True)
    assert actions.reveal_author(actor=folk.commune, thread=thread) == author.own
    assert actions.reveal_author(actor=folk.district, thread=thread) == author.own
    entries = AuditEntry.objects.filter(act="reveal_author").order_by("seq")
    assert [entry.actor for entry in entries] == ["vp-xa", "vp-huyen"]
    assert not any(name in serializers.serialize("json", entries) for name in names_of(author.own))
    cell = sent(author, anonymous_to_cell=True)
    with refused("FORBIDDEN"):
        actions.reveal_author(actor=folk.secretary, thread=cell)
