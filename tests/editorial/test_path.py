"""The way of a draft: everything that happened, in order, for everyone involved."""

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from editorial import actions
from editorial.amendments import actions as amendments
from editorial.path import way_of
from publishing.models import Publication

pytestmark = pytest.mark.django_db


def told(page):
    return [(event.what, event.who, event.struck) for event in way_of(page, with_links=False)]


def test_the_whole_way_is_told_in_order(province, draft, send_back, approve):
    page = send_back(draft("Tin"), reason="Thiếu ảnh")
    page.title = "Tin đã sửa"
    page.save_revision(user=province.contributor)
    page = approve(page)
    amendments.withdraw(actor=province.board, page_id=page.pk, reason="Sai số liệu")
    desk, committee = "Bàn biên tập của nguồn duyệt", "Tỉnh ủy Thái Bình phê duyệt"
    way = told(page)
    scheduled = [what for what, _who, _struck in way if what.startswith("Đủ phê duyệt")]
    assert len(scheduled) == 1
    assert way == [
        ("Tạo bản nháp", "ctv", False),
        ("Trình duyệt", "ctv", False),
        (f"Trả lại ở bước “{desk}”", "bt", False),
        ("Sửa bản thảo", "ctv", False),
        ("Trình duyệt lại", "ctv", False),
        (f"Phê duyệt ở bước “{desk}”", "bt", False),
        ("Phê duyệt ở bước “Ban Biên tập duyệt”", "btv1", False),
        (f"Phê duyệt ở bước “{committee}”", "thuongtruc1", False),
        (f"Phê duyệt ở bước “{committee}”", "thuongtruc2", False),
        (scheduled[0], "", False),
        ("Đã đăng", "", False),
        ("Gỡ khỏi nơi đã đăng", "btv1", False),
    ]
    notes = {event.what: event.note for event in way_of(page, with_links=False) if event.note}
    assert notes == {f"Trả lại ở bước “{desk}”": "Thiếu ảnh", "Gỡ khỏi nơi đã đăng": "Sai số liệu"}


def test_voided_approvals_are_struck_out_with_the_reason(province, draft, approve):
    page = approve(draft("Tin"), steps=2)
    page.title = "Tin đã sửa"
    page.save_revision(user=province.board)
    page.refresh_from_db()
    struck = [event for event in way_of(page, with_links=False) if event.struck]
    assert [event.who for event in struck] == ["bt", "btv1"]
    assert {event.why for event in struck} == {"Không còn hiệu lực vì bản thảo được sửa sau đó."}
    approve(page, steps=1, submit=False)
    page.refresh_from_db()
    actions.decide(
        actor=province.board2,
        page_id=page.pk,
        revision_id=page.latest_revision_id,
        decision="return",
        comment="Thiếu nguồn",
    )
    last = [event for event in way_of(page, with_links=False) if event.struck][-1]
    assert (last.who, last.why) == ("bt", "Không còn hiệu lực vì bản thảo bị trả lại.")


def test_lateness_and_emergency_stand_out(province, draft, approve):
    page = approve(draft("Tin"))
    ledger = Publication.objects.get()
    Publication.objects.update(due_at=ledger.published_at - datetime.timedelta(minutes=7))
    [out] = [event for event in way_of(page, with_links=False) if event.what == "Đã đăng"]
    assert out.note.startswith("Trễ 7 phút so với giờ hẹn")
    province.board.user_permissions.add(Permission.objects.get(codename="emergency_publish"))
    urgent = draft("Khẩn")
    actions.emergency_publish(
        actor=type(province.board).objects.get(pk=province.board.pk),
        page_id=urgent.pk,
        revision_id=urgent.latest_revision_id,
        reason="Bão đổ bộ đêm nay",
    )
    last = way_of(urgent, with_links=False)[-1]
    assert (last.what, last.who, last.note, last.tone) == (
        "ĐĂNG KHẨN CẤP, không qua phê duyệt",
        "btv1",
        "Bão đổ bộ đêm nay",
        "bad",
    )


def test_four_visitors_and_the_others(province, draft, approve, signed_in):
    page = approve(draft("Tin"), steps=2)
    address = reverse("editorial_path", args=[page.pk])
    assert Client().get(address).status_code == 302
    people = ("contributor", "desk", "board", "admin", "thuongtruc1", "other_desk")
    assert {name: signed_in(getattr(province, name)).get(address).status_code for name in people} == {
        "contributor": 200,
        "desk": 200,
        "board": 200,
        "admin": 200,
        "thuongtruc1": 200,
        "other_desk": 404,
    }
    unseen = reverse("editorial_path", args=[draft("Chưa trình").pk])
    assert signed_in(province.thuongtruc1).get(unseen).status_code == 404
    assert signed_in(province.admin).get(reverse("editorial_path", args=[999999])).status_code == 404


def test_only_who_may_edit_gets_links_to_compare(province, draft, approve, signed_in):
    page = draft("Tin")
    page.save_revision(user=province.contributor)
    approve(page, steps=2)
    address = reverse("editorial_path", args=[page.pk])
    assert "Xem đã sửa gì" in signed_in(province.contributor).get(address).content.decode()
    assert "Xem đã sửa gì" not in signed_in(province.thuongtruc1).get(address).content.decode()


def test_the_way_costs_the_same_however_long_it_is(province, draft, django_assert_num_queries):
    page = draft("Tin")
    actions.submit(actor=province.contributor, page_id=page.pk)
    way_of(page, with_links=True)
    for rounds in (1, 3):
        for _round in range(rounds):
            page.save_revision(user=province.contributor)
        with django_assert_num_queries(4):
            way_of(page, with_links=True)


def test_the_way_is_linked_from_the_editing_form(province, draft, signed_in):
    page = draft("Tin")
    html = signed_in(province.contributor).get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert reverse("editorial_path", args=[page.pk]) in html
