"""The progress of the work, the history and the comparison on a phone: Vietnamese, and nothing runs off the screen."""

from __future__ import annotations

import re

import pytest

from tests.browser.english import english_on

pytestmark = pytest.mark.browser


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("phone", [True, False])
def test_the_progress_of_the_work(demo, sign_in, phone):
    page = sign_in("btv1", phone=phone)
    page.goto("/admin/editorial/dashboard/")
    assert page.get_by_role("heading", name="Cần làm ngay").is_visible()
    assert page.get_by_role("img", name="Bài đã đăng trong 12 tuần qua").is_visible()
    assert page.get_by_text("Bản tin nội bộ").first.is_visible()
    assert (english_on(page), fits(page)) == ([], True)


@pytest.mark.parametrize("phone", [True, False])
def test_who_changed_what_and_two_texts_side_by_side(demo, sign_in, phone):
    page = sign_in("btv1", phone=phone)
    page.goto("/admin/editorial/desk/?section=out")
    page.get_by_role("link", name="Đường đi").first.click()
    page.get_by_role("link", name="Ai đã sửa gì").click()
    page.wait_for_url(re.compile("/editorial/history/"))
    assert page.get_by_text("Bản đầu tiên.").is_visible()
    assert (english_on(page), fits(page)) == ([], True)
    texts = page.locator("article")
    if texts.count() > 1:
        page.get_by_role("button", name="So sánh").click()
        page.wait_for_url(re.compile("/editorial/compare/"))
        assert page.locator(".st-sides--head").get_by_text("Bản mới").is_visible()
        assert (english_on(page), fits(page)) == ([], True)
