"""An article that is out, translated by its desk in a real browser and sent on the same way."""

from __future__ import annotations

import pytest

from tests.browser.english import english_on

pytestmark = pytest.mark.browser

TITLE = "Đảng viên trẻ kể chuyện làm theo Bác"
IN_THE_LIBRARY = {"More actions"}  # for screen readers, written in its JavaScript without a translation


def test_a_translation_begins_as_a_draft_and_is_submitted(demo, sign_in):
    page = sign_in("bt.tuyen-giao")
    page.get_by_role("link", name="Đã đăng").first.click()
    page.locator("article", has_text=TITLE).get_by_role("link", name="Sửa").click()
    page.get_by_role("button", name="Thao tác").first.click()
    page.get_by_role("link", name="Dịch trang này").click()
    page.get_by_label("English").check()
    assert english_on(page) == []
    page.get_by_role("button", name="Gửi").click()
    page.wait_for_selector(".js-translation-editor button:text-is('Dịch')")
    assert "không thể đăng" not in page.inner_text("body")
    assert set(english_on(page)) <= IN_THE_LIBRARY
    page.locator("button:text-is('Dịch')").first.click()
    page.locator(".js-translation-editor textarea").first.fill("Young members tell how they follow Uncle Ho")
    with page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
        page.locator("button:text-is('Lưu')").first.click()
    assert saved.value.ok
    page.get_by_role("button", name="Trình duyệt bản dịch").click()
    page.wait_for_load_state("networkidle")
    assert "Đã trình duyệt bản dịch." in page.inner_text("body")
    page.goto("/admin/editorial/desk/?section=review")
    assert page.get_by_text("Young members tell how they follow Uncle Ho").first.is_visible()
