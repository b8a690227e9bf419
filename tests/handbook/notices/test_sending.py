"""Sending, correcting, recalling: by whom, in which state, and what is kept."""

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from audit.enums import RefusalCode
from audit.models import AuditEntry
from handbook.notices import actions
from handbook.notices.actions import Content
from handbook.notices.enums import TRANSITIONS, State
from handbook.notices.models import Notice, NoticeApprovalRule
from organizations.actions import close_organization
from organizations.enums import PositionKind
from tests.conftest import make_member, make_user
from tests.handbook.notices.conftest import HOUR

pytestmark = pytest.mark.django_db
CONTENT = Content(title="Họp", body="Ngày 3.")


@pytest.fixture
def draft(province, staff):
    return actions.save_notice(actor=staff.commune, organization=province.units.TB01X, content=CONTENT)


ACTS = {
    "save_notice": lambda actor, notice: actions.save_notice(
        actor=actor, organization=notice.organization, content=CONTENT, notice=notice
    ),
    "send_notice": lambda actor, notice: actions.send_notice(actor=actor, notice=notice),
    "correct_notice": lambda actor, notice: actions.correct_notice(
        actor=actor, notice=notice, content=CONTENT, asks_again=True
    ),
    "take_back_notice": lambda actor, notice: actions.take_back_notice(actor=actor, notice=notice),
    "remind_notice": lambda actor, notice: actions.remind_notice(actor=actor, notice=notice),
    "recall_notice": lambda actor, notice: actions.recall_notice(actor=actor, notice=notice, reason="Nhầm"),
}


def in_state(notice, state):
    if state == State.WAITING:
        NoticeApprovalRule.objects.create(
            organization_id=notice.organization.parent_id, level=notice.organization.level
        )
        secretary = make_user("hu", "Cấp ủy phê duyệt")
        make_member("HU", notice.organization, secretary, [(notice.organization.parent, PositionKind.SECRETARY)])
    if state == State.RETURNED:
        Notice.objects.filter(pk=notice.pk).update(state=state)
    elif state != State.DRAFT:
        actions.send_notice(actor="test", notice=notice)
    if state == State.RECALLED:
        actions.recall_notice(actor="test", notice=notice, reason="Nhầm")
    notice.refresh_from_db()
    return notice


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", State.values)
def test_the_table_of_transitions_is_kept(draft, staff, refused, act, state):
    notice = in_state(draft, state)
    only_a_correction = act == "take_back_notice" and state == State.SENT  # test_approval has one that waits
    if state in TRANSITIONS[act] and not only_a_correction:
        assert ACTS[act](staff.commune, notice).state == TRANSITIONS[act][state]
        return
    with refused(RefusalCode.CONFLICT):
        ACTS[act](staff.commune, notice)


@pytest.mark.parametrize("act", ACTS)
def test_for_who_may_not_send_there_it_does_not_exist(draft, staff, province, refused, act):
    notice = in_state(draft, next(iter(TRANSITIONS[act])))
    for user in (staff.elsewhere, staff.secretary, staff.watcher, province.contributor):
        with refused(RefusalCode.NOT_FOUND, "id"):
            ACTS[act](user, notice)


def test_a_correction_keeps_what_was_sent_beside_it(draft, staff):
    notice = in_state(draft, State.SENT)
    actions.correct_notice(
        actor=staff.tb, notice=notice, content=Content(title="Họp, đổi ngày", body="Ngày 4."), asks_again=True
    )
    texts = [(text.number, text.title, text.author, text.asks_again) for text in notice.versions.all()]
    assert texts == [(1, "Họp", staff.commune, False), (2, "Họp, đổi ngày", staff.tb, True)]
    entry = AuditEntry.objects.get(act="correct_notice")
    assert (entry.actor, entry.detail) == ("vp-tb", {"title": "Họp, đổi ngày", "version": 2, "asks_again": True})


def test_a_unit_that_ended_sends_nothing_and_gets_nothing(province, refused):

    cell = province.units.TB01XB
    close_organization(actor="test", organization=cell, reason="Giải thể")
    cell.refresh_from_db()
    with refused(RefusalCode.INVALID, "organization"):
        actions.send_now(actor="test", organization=cell, content=CONTENT)
    with refused(RefusalCode.INVALID, "sub_units"):
        actions.send_now(actor="test", organization=province.units.TB, content=CONTENT, sub_units=[cell])


def test_a_time_that_is_over_is_now(write):
    before = timezone.now()
    notice = write(sent_at=before - HOUR)
    assert before <= notice.sent_at <= timezone.now()


@pytest.mark.parametrize("fields", [{"deadline": "d"}, {"expires_at": "d"}])
def test_an_end_before_the_beginning(write, refused, fields):
    later = timezone.now() + 2 * HOUR
    fields = dict.fromkeys(fields, timezone.now() + HOUR)
    with refused(RefusalCode.INVALID, next(iter(fields))):
        write(sent_at=later, **fields)


def test_text_is_kept_in_one_form(write):
    notice = write(
        title="  Ho\u0323p   chi bộ ", body="a  \r\n\r\nb\n\n", question="Dự?", answers=("Có ", "Có", "Không")
    )
    text = notice.current
    assert (text.title, text.body, text.answers) == ("Họp chi bộ", "a\n\nb", ["Có", "Không"])


def test_a_file_stays_with_what_was_sent_when_the_correction_drops_it(draft, staff, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = actions.keep_file(actor=staff.commune, file=ContentFile(b"x"), name="a.pdf")
    content = Content(title="A", body="a", files=(file.pk,))
    actions.save_notice(actor=staff.commune, organization=draft.organization, content=content, notice=draft)
    notice = in_state(draft, State.SENT)
    actions.correct_notice(actor=staff.commune, notice=notice, content=CONTENT, asks_again=False)
    assert [version.files.count() for version in notice.versions.all()] == [1, 0]


def test_the_audit_says_whom_it_was_for(write, province):
    notice = write("test", "TB01X", sub=["TB01XA", "TB01XB"], audience="committee")
    entry = AuditEntry.objects.get(act="send_notice")
    assert entry.target_id == str(notice.pk)
    assert (entry.detail["audience"], entry.detail["units"]) == (
        "committee",
        [province.units.TB01XA.pk, province.units.TB01XB.pk],
    )


def test_a_client_id_is_the_authors_own(write, staff):
    one, two = write(staff.tb, "TB01X", client_id="x"), write(staff.commune, "TB01X", client_id="x")
    assert one != two
    assert write(staff.tb, "TB01X", client_id="x", title="Khác") == one
    assert Notice.objects.count() == 2
