"""A secretary writes on a phone, and the province watches the numbers rise, in a real browser."""

import os
import shutil

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from handbook.notices.models import Notice
from organizations.enums import PositionKind
from tests.conftest import make_member, make_user
from tests.handbook.notices.conftest import tell, told

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@pytest.fixture
def screens(live_server, monkeypatch):
    """A function that gives a page of a browser, signed in as a person, on a screen of this size."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's loop runs in this thread
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def page_of(user, size):
            client = Client()
            client.force_login(user)
            context = browser.new_context(locale="vi-VN", viewport=size)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
            return context.new_page()

        yield page_of
        browser.close()


def fits(page):
    """Whether nothing hangs over the right edge of the screen."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_secretary_writes_on_a_phone_and_the_province_watches(live_server, screens, province, staff, write):
    member = make_member("DV1", province.units.TB01XA, make_user("dv1"))
    page = screens(staff.secretary, PHONE)
    page.goto(live_server.url + reverse("notices:index"))
    assert fits(page)
    page.goto(live_server.url + reverse("notices:write"))
    page.get_by_label("Tiêu đề").fill("Sinh hoạt chi bộ")
    page.get_by_label("Nội dung").fill("19 giờ 30 ngày 3.")
    assert fits(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Lưu và xem trước").click()
    assert page.get_by_text("Thông báo sẽ đến 5 đảng viên.").is_visible()
    assert fits(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Gửi ngay").click()
    assert Notice.objects.get().state == "sent"
    with page.expect_navigation():
        page.get_by_role("link", name="Tình hình tiếp nhận").click()
    assert fits(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Ai chưa thực hiện").click()
    row = page.locator(".notice-people li", has_text=member.full_name)
    with page.expect_navigation():
        row.get_by_role("button", name="Đã báo trực tiếp").click()
    assert page.get_by_role("heading", name="4 người chưa thực hiện").is_visible()
    assert fits(page)

    notice = write("test", "TB", title="Tỉnh")
    watched = screens(staff.tb, DESK)
    errors = []
    watched.on("pageerror", lambda error: errors.append(str(error)))
    watched.goto(live_server.url + reverse("notices:reach", args=[notice.pk]))
    read = watched.locator(".notice-totals div", has_text="Đã xem").locator("dd")
    playwright.expect(read).to_have_text("0")
    tell(member, told(notice))
    playwright.expect(read).to_have_text("1", timeout=15_000)
    watched.get_by_role("link", name="Huyện ủy 01").click()
    playwright.expect(watched.get_by_role("heading", name="Huyện ủy 01", exact=True)).to_be_visible()
    assert errors == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_needs_approval_goes_from_phone_to_phone(live_server, screens, province, staff):
    """The cell's secretary puts it before the commune; its secretary returns it with a word, then approves it."""
    above = make_user("bt-xa", "Cấp ủy phê duyệt")
    make_member("BT-XA", province.units.TB01XB, above, [(province.units.TB01X, PositionKind.SECRETARY)])
    rules = screens(above, PHONE)
    rules.goto(live_server.url + reverse("notices:index"))
    rules.get_by_role("link", name="Quy định duyệt").click()
    rules.get_by_label("Thông báo của cấp").select_option("cell")
    with rules.expect_navigation():
        rules.get_by_role("button", name="Lưu quy định").click()
    playwright.expect(rules.get_by_text("Đã lưu quy định.")).to_be_visible()
    assert fits(rules)

    page = screens(staff.secretary, PHONE)
    page.goto(live_server.url + reverse("notices:write"))
    page.get_by_label("Tiêu đề").fill("Sinh hoạt chi bộ")
    page.get_by_label("Nội dung").fill("19 giờ 30 ngày 3.")
    with page.expect_navigation():
        page.get_by_role("button", name="Lưu và xem trước").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Trình duyệt").click()
    playwright.expect(page.get_by_role("heading", name="Đang chờ duyệt")).to_be_visible()
    assert fits(page)

    reviews = screens(above, PHONE)
    for decision, comment in (("Trả lại", "Ghi rõ địa điểm."), ("Phê duyệt", "")):
        reviews.goto(live_server.url + reverse("editorial_desk"))
        reviews.get_by_role("link", name="Sinh hoạt chi bộ").first.click()
        playwright.expect(reviews.get_by_text("19 giờ 30 ngày 3.")).to_be_visible()
        assert fits(reviews)
        reviews.get_by_label("Ý kiến").fill(comment)
        with reviews.expect_navigation():
            reviews.get_by_role("button", name=decision).click()
        page.reload()
        if comment:
            playwright.expect(page.get_by_text(comment)).to_be_visible()
            assert fits(page)
            with page.expect_navigation():
                page.get_by_role("link", name="Sửa tiếp").click()
            page.get_by_label("Nội dung").fill("19 giờ 30 ngày 3. Tại nhà văn hóa.")
            with page.expect_navigation():
                page.get_by_role("button", name="Lưu và xem trước").click()
            with page.expect_navigation():
                page.get_by_role("button", name="Trình duyệt").click()
    assert Notice.objects.get().state == "sent"
    playwright.expect(page.get_by_role("link", name="Tình hình tiếp nhận")).to_be_visible()
