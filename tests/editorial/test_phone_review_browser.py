"""The review from a phone, walked on a phone's screen in a real browser, its JavaScript switched off.

``SCREENS=docs/screens`` keeps the pictures.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from django.core.cache import cache

from cms.models import Article
from editorial import actions
from editorial.enums import Decision
from editorial.models import Approval
from messaging.models import TwinMessage
from organizations.models import Member
from tests.browser.english import english_on

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

TITLE = "Hướng dẫn nâng cao chất lượng sinh hoạt chi bộ"
PHONE = "0912345678"
TEXT = (
    "<p>Chi bộ sinh hoạt định kỳ vào ngày mùng ba hằng tháng. Bí thư chi bộ thông báo nội dung trước ba ngày để đảng "
    "viên chuẩn bị ý kiến.</p><p>Mỗi quý tổ chức một buổi sinh hoạt chuyên đề, chọn việc thiết thực với đời sống của "
    "nhân dân: nước sạch, đường thôn, chăm sóc người cao tuổi.</p>"
)


def told() -> str:
    return TwinMessage.objects.filter(address=PHONE).first().text


def code_on(page) -> str:
    """The code that was sent, once the page says so."""
    page.get_by_label("Mã sáu số").wait_for()
    return re.search(r"\d{6}", told())[0]


@pytest.fixture
def token(live_server, province):
    """The link of a person of the committee to a text that has come to them."""
    cache.clear()
    Member.objects.filter(user=province.thuongtruc1).update(phone=PHONE, full_name="Trần Thị Mai")
    page = Article(
        title=TITLE,
        slug="huong-dan",
        owner=province.contributor,
        live=False,
        summary="Từ tháng 12, mỗi chi bộ chọn một việc thiết thực để làm trong quý.",
        body=[("text", TEXT), ("heading", {"text": "Việc cần làm ngay", "level": "2"}), ("text", TEXT)],
    )
    province.index.add_child(instance=page)
    page.save_revision(user=province.contributor)
    actions.submit(actor=province.contributor, page_id=page.pk)
    for person in (province.desk, province.board):
        page.refresh_from_db()
        actions.decide(actor=person, page_id=page.pk, revision_id=page.latest_revision_id, decision=Decision.APPROVE)
    return re.search(r"/duyet/([\w-]+)/", told())[1]


@pytest.fixture
def phone(live_server, monkeypatch):
    """A function that opens a phone."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's loop runs in this thread
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def telephone(scheme="light"):
            return browser.new_context(
                base_url=live_server.url,
                viewport={"width": 390, "height": 844},
                has_touch=True,
                is_mobile=True,
                java_script_enabled=False,
                color_scheme=scheme,
                locale="vi-VN",
                timezone_id="Asia/Ho_Chi_Minh",
            ).new_page()

        yield telephone
        browser.close()


def keep(page, name: str) -> None:
    """A picture for the docs, and that nothing is wider than the phone."""
    assert page.locator("html").bounding_box()["width"] <= 390
    if folder := os.environ.get("SCREENS"):
        page.screenshot(path=Path(folder) / f"phone-review-{name}.png")


def large_enough(page) -> None:
    """What is to be pressed is as high as a thumb."""
    assert all(button.bounding_box()["height"] >= 48 for button in page.get_by_role("button").all())


def test_an_approver_reads_and_approves_on_a_phone(token, phone):
    page = phone()
    foreign = []
    page.on("request", lambda request: foreign.append(request.url) if "localhost" not in request.url else None)
    page.goto(f"/duyet/{token}/")
    keep(page, "1-ask")
    page.get_by_role("button", name="Gửi mã cho tôi").tap()
    page.get_by_label("Mã sáu số").fill(code_on(page))
    keep(page, "2-code")
    page.get_by_role("button", name="Xem nội dung").tap()
    page.get_by_role("heading", name=TITLE).wait_for()
    assert english_on(page) == []
    keep(page, "3-read")
    page.get_by_role("button", name="Phê duyệt").scroll_into_view_if_needed()
    large_enough(page)
    keep(page, "4-decide")
    page.get_by_role("link", name="Chữ to hơn").tap()
    keep(page, "5-large")
    page.get_by_role("button", name="Trả lại để sửa").tap()
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text().startswith("Hãy ghi lý do trả lại")
    page.get_by_label("Ý kiến").fill("Nhất trí với nội dung.")
    page.get_by_role("button", name="Phê duyệt").tap()
    page.get_by_role("heading", name="Đã ghi nhận: Phê duyệt").wait_for()
    keep(page, "6-done")
    [approval] = Approval.objects.filter(person__username="thuongtruc1")
    assert (approval.decision, approval.comment) == (Decision.APPROVE, "Nhất trí với nội dung.")
    page.goto(f"/duyet/{token}/")
    assert page.get_by_role("heading", name="Liên kết này không dùng được").is_visible()
    keep(page, "7-gone")
    assert foreign == []


def test_in_the_dark(token, phone):
    page = phone("dark")
    page.goto(f"/duyet/{token}/")
    page.get_by_role("button", name="Gửi mã cho tôi").tap()
    page.get_by_label("Mã sáu số").fill(code_on(page))
    page.get_by_role("button", name="Xem nội dung").tap()
    page.get_by_role("heading", name=TITLE).wait_for()
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(22, 24, 26)"
    keep(page, "8-dark")
