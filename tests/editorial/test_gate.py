"""The gate: what goes out, and what does not."""

import pytest

from audit.actions import first_broken_entry
from audit.refusals import Refused
from editorial import actions
from editorial.enums import Decision
from editorial.gate import missing_approvals
from publishing.models import Change, Publication, PublishedItem

pytestmark = pytest.mark.django_db


def test_a_draft_goes_out_after_desk_board_and_two_of_the_committee(draft, approve):
    page = approve(draft("Tin mới"))
    assert page.live
    item = PublishedItem.objects.get(page_id=page.pk)
    assert (item.title, item.version, item.kind) == ("Tin mới", 1, "article")
    assert list(item.audiences.values_list("key", flat=True)) == ["member"]
    assert Publication.objects.get().revision_id == page.live_revision_id
    assert Change.objects.get().seq == 1
    assert first_broken_entry() is None


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_a_draft_stays_in_while_approvals_are_missing(draft, approve, steps):
    page = approve(draft(), steps=steps)
    assert not page.live
    assert PublishedItem.objects.count() == 0


def test_nobody_approves_what_they_last_edited(province, draft):
    page = draft(user=province.desk)
    actions.submit(actor=province.desk, page_id=page.pk)
    with pytest.raises(Refused, match="sau cùng"):
        actions.decide(
            actor=province.desk, page_id=page.pk, revision_id=page.latest_revision_id, decision=Decision.APPROVE
        )


def test_an_edit_voids_and_the_way_begins_again(province, draft, approve):
    page = approve(draft(), steps=3)
    assert page.current_workflow_task.name == "Tỉnh ủy Thái Bình phê duyệt"
    page.title = "Đã sửa"
    page.save_revision(user=province.board)
    page.refresh_from_db()
    assert page.current_workflow_task.name == "Bàn biên tập của nguồn duyệt"
    assert page.approvals.standing().count() == 0
    approve(page, submit=False, steps=1)
    assert not page.live


def test_a_new_draft_leaves_the_approvals_of_what_is_out(province, draft, approve):
    page = approve(draft())
    out = page.live_revision
    page.title = "Bản sau"
    page.save_revision(user=province.contributor)
    assert missing_approvals(out) == []
    assert page.approvals.standing().count() == 4


def test_autosave_over_an_approved_revision_voids_the_approvals(province, draft, approve):
    page = approve(draft(), steps=3)
    page.title = "Chèn thêm chữ"
    page.save_revision(user=province.contributor, overwrite_revision=page.latest_revision)
    page.refresh_from_db()
    assert page.approvals.standing().count() == 0
    with pytest.raises(Refused):
        actions.decide(
            actor=province.thuongtruc2,
            page_id=page.pk,
            revision_id=page.latest_revision_id,
            decision=Decision.APPROVE,
        )
    page.refresh_from_db()
    assert not page.live
