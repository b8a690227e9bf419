"""My desk: who finds what on it, in which list, and at what cost."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from editorial import actions
from editorial.amendments import actions as amendments
from editorial.desk import Desk
from editorial.enums import DeskSection, ScheduledAct
from editorial.models import Schedule
from publishing.models import Publication

pytestmark = pytest.mark.django_db

SUBMITTED_AT = datetime.datetime.fromisoformat("2026-03-01T08:00:00+07:00")


def titles(user, section, **narrow):
    desk = Desk(user, **narrow)
    return [row.page.draft_title for row in desk.rows(section, desk.queryset(section))]


def test_each_piece_lies_in_exactly_one_list_of_its_desk(province, draft, approve, send_back):
    draft("Nháp")
    actions.submit(actor=province.contributor, page_id=draft("Chờ").pk)
    send_back(draft("Trả"))
    approve(draft("Hẹn", go_live_at=timezone.now() + datetime.timedelta(days=2)))
    approve(draft("Ra"))
    gone = approve(draft("Gỡ"))
    amendments.withdraw(actor=province.board, page_id=gone.pk, reason="Sai tên")
    lists = {section.value: titles(province.contributor, section) for section in DeskSection}
    assert lists == {
        "waiting": [],
        "returned": ["Trả"],
        "drafts": ["Nháp"],
        "review": ["Chờ"],
        "scheduled": ["Hẹn"],
        "out": ["Ra"],
        "removed": ["Gỡ"],
    }
    assert Desk(province.contributor).counts() == {
        section: 0 if section == DeskSection.WAITING else 1 for section in DeskSection
    }
    assert titles(province.desk, DeskSection.WAITING) == ["Chờ"]


def test_a_person_sees_the_own_desk_and_the_board_sees_all(province, draft):
    draft("Của tuyên giáo")
    draft("Của tổ chức", index=province.other_index, user=province.other_desk)
    assert titles(province.contributor, DeskSection.DRAFTS) == ["Của tuyên giáo"]
    assert titles(province.other_desk, DeskSection.DRAFTS) == ["Của tổ chức"]
    assert set(titles(province.board, DeskSection.DRAFTS)) == {"Của tuyên giáo", "Của tổ chức"}
    assert titles(province.board, DeskSection.DRAFTS, source=province.other_source) == ["Của tổ chức"]
    assert titles(province.thuongtruc1, DeskSection.DRAFTS) == []
    assert Desk(province.thuongtruc1).sections == [DeskSection.WAITING]


def test_a_step_waits_for_its_reviewers_until_they_have_spoken(province, draft, approve):
    page = approve(draft("Tin"), steps=2)
    waiting = {
        name: titles(getattr(province, name), DeskSection.WAITING)
        for name in ("contributor", "desk", "other_desk", "board", "thuongtruc1", "thuongtruc2", "admin")
    }
    assert waiting == {
        "contributor": [],
        "desk": [],
        "other_desk": [],
        "board": [],
        "thuongtruc1": ["Tin"],
        "thuongtruc2": ["Tin"],
        "admin": [],
    }
    actions.decide(actor=province.thuongtruc1, page_id=page.pk, revision_id=page.latest_revision_id, decision="approve")
    assert titles(province.thuongtruc1, DeskSection.WAITING) == []
    desk = Desk(province.thuongtruc2)
    [row] = desk.rows(DeskSection.WAITING, desk.queryset(DeskSection.WAITING))
    assert (row.approvals, row.step) == ("1/2", "Tỉnh ủy Thái Bình phê duyệt")


def test_what_one_wrote_last_does_not_wait_for_oneself(province, draft):
    page = draft("Của tôi", user=province.desk)
    actions.submit(actor=province.desk, page_id=page.pk)
    assert titles(province.desk, DeskSection.WAITING) == []
    assert titles(province.desk, DeskSection.REVIEW) == ["Của tôi"]


def test_a_step_is_overdue_after_the_hours_of_its_source(province, draft):
    with time_machine.travel(SUBMITTED_AT, tick=False) as clock:
        page = draft("Tin")
        actions.submit(actor=province.contributor, page_id=page.pk)
        # A Sunday: the eight hours are those of Monday.
        due_at = datetime.datetime.fromisoformat("2026-03-02T17:30:00+07:00")
        for minutes, overdue in ((0, False), (1, True)):
            clock.move_to(due_at + datetime.timedelta(minutes=minutes))
            desk = Desk(province.desk)
            [row] = desk.rows(DeskSection.REVIEW, desk.queryset(DeskSection.REVIEW))
            assert row.is_overdue is overdue
            assert row.due_at == due_at


def test_a_returned_draft_says_why_and_by_whom(province, draft, send_back, open_screen):
    send_back(draft("Trả"), reason="Thiếu nguồn của số liệu")
    html = open_screen(province.contributor, "editorial_desk").content.decode()
    assert "Thiếu nguồn của số liệu" in html
    assert "bt trả lại ở bước “Bàn biên tập của nguồn duyệt”" in html


def test_a_failed_schedule_is_shown_with_its_error_and_the_next_attempt(province, draft, approve, open_screen):
    approve(draft("Hẹn", go_live_at=timezone.now() + datetime.timedelta(days=2)))
    Schedule.objects.filter(act=ScheduledAct.PUBLISH).update(
        attempts=1,
        last_error="Kho tệp không trả lời.",
        next_attempt_at=datetime.datetime(2026, 3, 1, 1, 5, tzinfo=datetime.UTC),
    )
    html = open_screen(province.contributor, "editorial_desk", section="scheduled").content.decode()
    assert "Kho tệp không trả lời." in html
    assert "Máy sẽ tự thử lại lúc 08:05 01/03/2026." in html


def test_lateness_is_shown(province, draft, approve, open_screen):
    approve(draft("Trễ"))
    ledger = Publication.objects.get()
    Publication.objects.filter(pk=ledger.pk).update(
        due_at=ledger.published_at - datetime.timedelta(hours=2, minutes=12)
    )
    html = open_screen(province.contributor, "editorial_desk", section="out").content.decode()
    assert "Trễ 2 giờ 12 phút so với giờ hẹn" in html


@pytest.mark.parametrize("words", ["đảng bộ", "dang bo", "ĐẢNG BỘ", "họp đảng", "Đảng b", " tinh  hop "])
def test_a_title_is_found_by_its_words_however_they_are_typed(province, draft, words):
    draft("Đảng bộ tỉnh họp")
    draft("Tin khác")
    assert titles(province.contributor, DeskSection.DRAFTS, words=words) == ["Đảng bộ tỉnh họp"]


@pytest.mark.parametrize("words", ["không có", "%", "_", "đảng khác", "'"])
def test_a_title_without_the_words_is_not(province, draft, words):
    draft("Đảng bộ tỉnh họp")
    draft("Tin khác")
    assert titles(province.contributor, DeskSection.DRAFTS, words=words) == []


def test_only_mine(province, draft):
    draft("Tôi viết")
    draft("Bàn viết", user=province.desk)
    assert titles(province.contributor, DeskSection.DRAFTS, mine=True) == ["Tôi viết"]


def test_four_visitors(province, draft, open_screen):
    draft("Nháp của tuyên giáo")
    address = reverse("editorial_desk")
    assert Client().get(address).url == f"{reverse('wagtailadmin_login')}?next={address}"
    seen = {
        name: "Nháp của tuyên giáo" in open_screen(getattr(province, name), "editorial_desk").content.decode()
        for name in ("contributor", "desk", "board", "admin", "other_desk", "thuongtruc1")
    }
    assert seen == {
        "contributor": True,
        "desk": True,
        "board": True,
        "admin": True,
        "other_desk": False,
        "thuongtruc1": False,
    }


def test_signing_in_leads_to_the_desk(province, signed_in):
    for person in (province.contributor, province.thuongtruc1, province.admin):
        assert signed_in(person).get(reverse("wagtailadmin_home")).url == reverse("editorial_desk")


def test_a_list_that_a_person_does_not_have_is_not_found(province, open_screen):
    assert open_screen(province.thuongtruc1, "editorial_desk", section="out").status_code == 404
    assert open_screen(province.contributor, "editorial_desk", section="nonsense").status_code == 404


def test_a_list_has_pages(province, draft, open_screen):
    for number in range(21):
        draft(f"Bài số {number:02}")
    html = open_screen(province.contributor, "editorial_desk", section="drafts", p=2).content.decode()
    assert html.count('class="st-row"') == 1
    assert "Trang 2 trên 2" in html


def test_writing_begins_on_the_index_page_of_the_source(province, open_screen):
    html = open_screen(province.contributor, "editorial_desk").content.decode()
    assert reverse("wagtailadmin_pages:add", args=["cms", "article", province.index.pk]) in html
    choice = open_screen(province.board, "editorial_begin").content.decode()
    for index in (province.index, province.other_index):
        assert reverse("wagtailadmin_pages:add", args=["cms", "document", index.pk]) in choice
    assert open_screen(province.thuongtruc1, "editorial_begin").status_code == 404


def test_what_expires_within_the_week_is_on_the_desk(province, draft, approve, open_screen):
    soon, later = (timezone.now() + datetime.timedelta(days=days) for days in (5, 9))
    approve(draft("Sắp hết", expire_at=soon))
    approve(draft("Còn lâu", expire_at=later))
    shown = {
        name: [(row.page.draft_title, row.can_edit) for row in answer.context["expiring"]]
        for name in ("contributor", "desk", "board", "other_desk", "thuongtruc1")
        if (answer := open_screen(getattr(province, name), "editorial_desk"))
    }
    own = [("Sắp hết", True)]
    assert shown == {"contributor": own, "desk": own, "board": own, "other_desk": [], "thuongtruc1": []}
    page = open_screen(province.desk, "editorial_desk").content.decode()
    assert "Sắp hết hạn" in page and "tự gỡ lúc" in page and "Sửa giờ hết hạn" in page
    assert "Sắp hết hạn" not in open_screen(province.desk, "editorial_desk", section="drafts").content.decode()


def fill(province, draft, approve, send_back, rows):
    for number in range(rows):
        draft(f"Nháp {number}")
        actions.submit(actor=province.contributor, page_id=draft(f"Chờ {number}").pk)
        send_back(draft(f"Trả {number}"))
        approve(draft(f"Hẹn {number}", go_live_at=timezone.now() + datetime.timedelta(days=2)))
        approve(draft(f"Ra {number}", expire_at=timezone.now() + datetime.timedelta(days=5)))


def count_queries(client, address, query):
    client.get(address, query)  # fills what is kept for good: content types, sites
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, query).status_code == 200
    return len(queries)


@pytest.mark.parametrize("person", ["contributor", "desk", "board"])
def test_the_desk_costs_the_same_at_one_and_at_three_rows(province, draft, approve, send_back, signed_in, person):
    client, address = signed_in(getattr(province, person)), reverse("editorial_desk")
    screens = [{}, *({"section": section.value} for section in DeskSection)]
    fill(province, draft, approve, send_back, 1)
    few = [count_queries(client, address, screen) for screen in screens]
    fill(province, draft, approve, send_back, 2)
    assert [count_queries(client, address, screen) for screen in screens] == few
    assert few[0] <= 52
    assert max(few[1:]) <= 32
