"""What holds a text back after it was approved, and the one act that passes by."""

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Revision

from audit.models import AuditEntry
from audit.refusals import Refused
from cms.models import Article
from editorial import actions, gate
from editorial.models import BoardReview
from editorial.publisher import publish_due
from editorial.setup import BOARD, set_steps
from publishing.models import Change, Publication, PublishedItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved(draft, approve):
    """An approved article that is to go out tomorrow."""
    return approve(draft(go_live_at=timezone.now() + datetime.timedelta(days=1)))


def goes_out(page):
    """Let its time come, and say whether it went out."""
    page.schedules.pending().update(due_at=timezone.now() - datetime.timedelta(seconds=1))
    publish_due()
    return PublishedItem.objects.filter(page_id=page.pk).exists()


def test_an_approved_text_goes_out_at_its_time(approved):
    assert goes_out(approved)


def test_a_revision_overwritten_after_its_approval_never_goes_out(approved, province):
    revision = approved.latest_revision
    Revision.objects.filter(pk=revision.pk).update(content={**revision.content, "title": "Chèn vào lúc nửa đêm"})
    assert not goes_out(approved)
    assert [str(each) for each in gate.missing_approvals(Revision.objects.get(pk=revision.pk))] == [
        "Bàn biên tập của nguồn duyệt: 0/1 phê duyệt",
        "Ban Biên tập duyệt: 0/1 phê duyệt",
        "Tỉnh ủy Thái Bình phê duyệt: 0/2 phê duyệt",
    ]


def test_a_step_added_after_the_approvals_holds_it_back(approved, province):
    added = BoardReview.objects.create(name="Đọc lần cuối", group=province.board.groups.get(name=BOARD))
    set_steps(province.workflow, [*province.workflow.tasks, added])
    assert not goes_out(approved)


def test_a_step_of_a_kind_that_does_not_bind_holds_it_back(approved, province):
    added = GroupApprovalTask.objects.create(name="Bước của Wagtail")
    set_steps(province.workflow, [*province.workflow.tasks, added])
    assert not goes_out(approved)


def test_an_inactive_workflow_holds_it_back(approved, province):
    province.workflow.active = False
    province.workflow.save()
    assert not goes_out(approved)


def test_an_empty_workflow_holds_it_back(approved, province):
    set_steps(province.workflow, [])
    assert not goes_out(approved)


def test_approvals_of_someone_whose_account_was_closed_since_still_stand(approved, province):
    """An approval is a fact of its day: who was entitled then has decided, and a change of office undoes nothing.

    Where it should not stand, the board calls the schedule off, and that voids it.
    """
    province.thuongtruc1.is_active = False
    province.thuongtruc1.save()
    assert goes_out(approved)


def test_what_was_approved_or_is_out_is_not_submitted_again(approved, province):
    """It would wait for ever: all have decided on it, and a revision goes out once."""
    for _state in ("scheduled", "out"):
        with pytest.raises(Refused, match="đã được duyệt hoặc đã đăng"):
            actions.submit(actor=province.board, page_id=approved.pk)
        assert Article.objects.get(pk=approved.pk).current_workflow_state is None
        assert goes_out(approved)


def test_what_went_out_in_an_emergency_is_not_submitted_again(province, draft):
    page = draft()
    emergency(province.admin, page)
    with pytest.raises(Refused, match="đã được duyệt hoặc đã đăng"):
        actions.submit(actor=province.contributor, page_id=page.pk)
    assert Article.objects.get(pk=page.pk).current_workflow_state is None


# --- the emergency act


def emergency(who, page, reason="Bão số 3 đổ bộ đêm nay"):
    return actions.emergency_publish(actor=who, page_id=page.pk, revision_id=page.latest_revision_id, reason=reason)


@pytest.mark.parametrize("role", ["contributor", "desk", "other_desk", "board", "thuongtruc1"])
def test_nobody_publishes_in_an_emergency_without_the_right(province, draft, role):
    page = draft()
    with pytest.raises(Refused, match="không có quyền đăng khẩn cấp"):
        emergency(getattr(province, role), page)
    assert (Change.objects.count(), Article.objects.get(pk=page.pk).live) == (0, False)


@pytest.mark.parametrize("reason", ["", "   ", "gấp quá"])
def test_an_emergency_asks_for_a_reason(province, draft, reason):
    page = draft()
    with pytest.raises(Refused, match="lý do đăng khẩn cấp"):
        emergency(province.admin, page, reason)
    assert Change.objects.count() == 0


def test_an_emergency_is_marked_in_the_ledger_and_the_audit(province, draft):
    province.board.user_permissions.add(Permission.objects.get(codename="emergency_publish"))
    board = type(province.board).objects.get(pk=province.board.pk)
    page = draft("Bão khẩn cấp")
    emergency(board, page)
    assert Article.objects.get(pk=page.pk).live
    assert Publication.objects.get().emergency is True
    entry = AuditEntry.objects.get(act="emergency_publish")
    assert (entry.actor, entry.outcome, entry.detail["reason"]) == ("btv1", "done", "Bão số 3 đổ bộ đêm nay")
    assert AuditEntry.objects.filter(act="publish").count() == 0
