"""To correct, to withdraw, to replace, to recall: each with a right and a reason, and what is left of it afterwards."""

import datetime

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry
from audit.refusals import Refused
from editorial import actions as editorial
from editorial import consistency, publisher
from editorial.amendments import actions
from editorial.enums import Decision
from editorial.models import Approval
from editorial.path import way_of
from publishing.actions import take_down
from publishing.enums import Act, Ending
from publishing.models import Change, Publication, PublishedAudience, PublishedFile, PublishedItem
from tests.conftest import make_user

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 11, 25, 5, 0, tzinfo=datetime.UTC)


def item_of(page):
    return PublishedItem.objects.get(page_id=page.pk)


def consistent():
    """Pages, store, log, ledger and audit agree; the index of drafts follows after the commit."""
    return {found.kind for found in consistency.differences()} <= {consistency.Kind.SEARCH}


def state():
    return (
        list(PublishedItem.objects.order_by("pk").values_list("version", "removed_at", "ending", "title")),
        Change.objects.count(),
        Publication.objects.count(),
        Approval.objects.standing().count(),
        AuditEntry.objects.count(),
    )


def refused(call, code, field=None):
    """It is refused, and nothing has changed."""
    before = state()
    with pytest.raises(Refused) as refusal, transaction.atomic():
        call()
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert state() == before
    return refusal.value.message


ACTS = {
    "correct": lambda actor, page, reason: actions.correct(actor=actor, page_id=page.pk, note=reason),
    "withdraw": lambda actor, page, reason: actions.withdraw(actor=actor, page_id=page.pk, reason=reason),
    "replace": lambda actor, page, reason: actions.replace(actor=actor, page_id=page.pk, by_page_id=0, reason=reason),
    "recall": lambda actor, page, reason: actions.recall(actor=actor, page_id=page.pk, reason=reason),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["contributor", "desk", "other_desk", "thuongtruc1"])
def test_each_asks_for_its_right(province, draft, approve, act, who):
    page = approve(draft("Tin"))
    refused(lambda: ACTS[act](getattr(province, who), page, "Lý do"), "FORBIDDEN")


@pytest.mark.parametrize("act", ACTS)
def test_each_asks_for_a_reason(province, draft, approve, act):
    page = approve(draft("Tin"))
    refused(lambda: ACTS[act](province.board, page, "  "), "REQUIRED", "reason")
    assert "2000" in refused(lambda: ACTS[act](province.board, page, "x" * 2001), "INVALID", "reason")


@pytest.mark.parametrize("act", ACTS)
def test_each_is_about_what_is_out(province, draft, act):
    refused(lambda: ACTS[act](province.board, draft("Nháp"), "Lý do"), "CONFLICT")


def test_a_correction_is_a_new_text_with_a_note_that_its_readers_see(province, draft, approve):
    page = approve(draft("Tin"))
    with time_machine.travel(NOON, tick=False):
        revision = actions.correct(actor=province.board, page_id=page.pk, note="Số liệu đúng là 12.")
    page.refresh_from_db()
    assert (page.latest_revision_id, page.live, item_of(page).version) == (revision.pk, True, 1)
    assert item_of(page).card["corrections"] == []  # nothing goes out without approvals
    text = page.get_latest_revision_as_object()
    text.title = "Tin đúng"
    text.save_revision(user=province.desk)
    approve_again(province, page)
    found = item_of(page)
    assert (found.title, found.version) == ("Tin đúng", 2)
    assert found.card["corrections"] == [{"at": "2026-11-25T05:00:00+00:00", "note": "Số liệu đúng là 12."}]


def approve_again(province, page):
    editorial.submit(actor=province.contributor, page_id=page.pk)
    for person in (province.desk2, province.board2, province.thuongtruc1, province.thuongtruc2):
        page.refresh_from_db()
        editorial.decide(actor=person, page_id=page.pk, revision_id=page.latest_revision_id, decision=Decision.APPROVE)
    assert publisher.publish_due().done == 1
    page.refresh_from_db()


@pytest.fixture(autouse=True)
def _second_editor(province):
    """Nobody approves their own text."""
    province.desk2 = make_user("bt-hai", province.source.editors)


def test_a_copy_has_no_corrections_of_its_own(province, draft, approve):
    page = approve(draft("Tin"))
    actions.correct(actor=province.board, page_id=page.pk, note="Sai tên.")
    page.refresh_from_db()
    copy = page.get_latest_revision_as_object().copy(
        keep_live=False, update_attrs={"slug": "ban-sao", "title": "Bản sao"}, user=province.desk
    )
    assert copy.specific.get_latest_revision_as_object().corrections == []


def test_what_was_written_since_stays_in_the_history(province, draft, approve):
    page = approve(draft("Tin"))
    text = page.get_latest_revision_as_object()
    text.title = "Đang viết dở"
    left = text.save_revision(user=province.desk)
    revision = actions.correct(actor=province.board, page_id=page.pk, note="Sai tên.")
    assert revision.content["title"] == "Tin"
    assert page.revisions.filter(pk=left.pk).exists()
    entry = AuditEntry.objects.filter(act="correct").get()
    assert (entry.detail["draft_left"], entry.detail["reason"]) == (left.pk, "Sai tên.")


def test_a_text_on_its_way_is_not_thrown_off_it(province, draft, approve):
    page = approve(draft("Tin"))
    text = page.get_latest_revision_as_object()
    text.title = "Bản mới"
    text.save_revision(user=province.contributor)
    editorial.submit(actor=province.contributor, page_id=page.pk)
    refused(lambda: actions.correct(actor=province.board, page_id=page.pk, note="Sai"), "CONFLICT")


def test_what_is_withdrawn_leaves_a_stub(province, draft, approve):
    page = approve(draft("Tin"))
    actions.withdraw(actor=province.board, page_id=page.pk, reason="Sai số liệu")
    found = item_of(page)
    assert (found.ending, found.ending_reason, found.title) == (Ending.WITHDRAWN, "Sai số liệu", "Tin")
    assert consistent()


def test_what_the_store_had_lost_is_taken_down_all_the_same_and_recorded(province, draft, approve):
    page = approve(draft("Tin"))
    take_down(page_id=page.pk)
    actions.withdraw(actor=province.board, page_id=page.pk, reason="Sai")
    page.refresh_from_db()
    assert (page.live, AuditEntry.objects.get(act="withdraw").detail["change"]) == (False, None)


def test_what_is_replaced_leads_to_the_other(province, draft, approve):
    page, other = approve(draft("Cũ")), approve(draft("Mới"))
    actions.replace(actor=province.board, page_id=page.pk, by_page_id=other.pk, reason="Có bản mới")
    found = item_of(page)
    assert (found.ending, found.replaced_by) == (Ending.REPLACED, item_of(other))
    assert PublishedItem.objects.out().get() == item_of(other)
    assert "thay bằng “Mới”" in way_of(page, with_links=False)[-1].what


def test_only_by_what_is_out_and_alike(province, draft, approve):
    page, waiting = approve(draft("Cũ")), draft("Nháp")
    for other in (page.pk, waiting.pk, 10**17):
        refused(
            lambda pk=other: actions.replace(actor=province.board, page_id=page.pk, by_page_id=pk, reason="Thay"),
            "INVALID",
            "by",
        )


def test_of_what_is_recalled_nothing_is_left(province, draft, approve):
    page = approve(draft("Tin mật"))
    actions.recall(actor=province.board, page_id=page.pk, reason="Gửi nhầm")
    found = item_of(page)
    assert (found.title, found.summary, found.slug, found.payload, found.card) == ("", "", "", {}, {})
    assert (found.ending, found.ending_reason) == (Ending.RECALLED, "")
    assert not PublishedAudience.objects.exists() and not PublishedFile.objects.exists()
    last = Change.objects.order_by("seq").last()
    assert (last.act, last.audience_before, last.audience_after) == (Act.REMOVE, ["member"], [])
    assert AuditEntry.objects.get(act="recall").detail["reason"] == "Gửi nhầm"
    assert consistent()


def test_a_stub_can_still_be_recalled_once(province, draft, approve):
    page = approve(draft("Tin"))
    actions.withdraw(actor=province.board, page_id=page.pk, reason="Sai")
    actions.recall(actor=province.board, page_id=page.pk, reason="Không được gửi")
    assert (item_of(page).ending, item_of(page).title, item_of(page).version) == (Ending.RECALLED, "", 3)
    assert consistent()
    refused(lambda: actions.recall(actor=province.board, page_id=page.pk, reason="Lần nữa"), "CONFLICT")


def test_what_was_recalled_comes_back_only_as_a_new_text(province, draft, approve):
    page = approve(draft("Tin"))
    actions.recall(actor=province.board, page_id=page.pk, reason="Nhầm")
    page.refresh_from_db()
    text = page.get_latest_revision_as_object()
    text.title = "Tin đã sửa"
    text.save_revision(user=province.contributor)
    approve(page)
    found = item_of(page)
    assert (found.title, found.ending, found.removed_at) == ("Tin đã sửa", "", None)


@pytest.mark.parametrize(
    ("act", "button"),
    [
        ("correct", "Bắt đầu đính chính"),
        ("withdraw", "Gỡ bài này"),
        ("replace", "Thay bài này"),
        ("recall", "Thu hồi bài này"),
    ],
)
def test_the_screen_of_each_act(province, draft, approve, signed_in, act, button):
    page, other = approve(draft("Tin")), approve(draft("Tin khác"))
    address = reverse(f"editorial_{act}", args=[page.pk])
    client = signed_in(province.board)
    assert button in client.get(address).content.decode()
    without = client.post(address, {"reason": " ", "by": str(other.pk)})
    assert (without.status_code, item_of(page).version) == (400, 1)
    done = client.post(address, {"reason": "Sai số liệu", "by": str(other.pk)})
    ahead = reverse("wagtailadmin_pages:edit" if act == "correct" else "editorial_path", args=[page.pk])
    assert (done.status_code, done.url) == (302, ahead)
    assert (
        item_of(page).ending
        == {
            "correct": "",
            "withdraw": Ending.WITHDRAWN,
            "replace": Ending.REPLACED,
            "recall": Ending.RECALLED,
        }[act]
    )


def test_all_acts_stand_side_by_side_for_the_board_alone(province, draft, approve, signed_in):
    page = approve(draft("Tin"))
    address = reverse("editorial_amend", args=[page.pk])
    shown = signed_in(province.board).get(address).content.decode()
    assert all(reverse(f"editorial_{act}", args=[page.pk]) in shown for act in ACTS)
    statuses = {
        name: signed_in(getattr(province, name)).get(address).status_code
        for name in ("contributor", "desk", "other_desk", "thuongtruc1")
    }
    assert statuses == {"contributor": 302, "desk": 302, "other_desk": 404, "thuongtruc1": 302}
    assert Client().get(address).url.startswith(reverse("wagtailadmin_login"))
