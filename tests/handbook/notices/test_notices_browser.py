"""A secretary writes on a phone, and the province watches the numbers rise, in a real browser."""

import json
import os
import shutil
import urllib.request

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from handbook.notices.models import Notice
from organizations.enums import PositionKind
from tests.api.conftest import operation, token_for
from tests.conftest import make_member, make_user

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
CELLS = ("TB01XA", "TB02XA")


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


@pytest.fixture
def phone(live_server):
    """A function that tells of a notice as a member's app does: one of the contract's mutations, over HTTP."""

    def tell(user, name, notice, **variables):
        body = {"query": operation("notices"), "operationName": name}
        body["variables"] = {"id": str(notice.pk), "version": notice.version, **variables}
        request = urllib.request.Request(live_server.url + "/graphql", json.dumps(body).encode(), method="POST")
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", f"Bearer {token_for(user)}")
        with urllib.request.urlopen(request) as response:
            data = json.load(response)["data"]
        assert data[name[0].lower() + name[1:]]["errors"] == []

    return tell


def write_and_send(page, url, title, *, reaches):
    """Write a notice on this screen, look at whom it would reach, and send it; the notice."""
    page.goto(url + reverse("notices:write"))
    page.get_by_label("Tiêu đề").fill(title)
    page.get_by_label("Nội dung").fill("19 giờ 30 ngày 3.")
    page.get_by_label("Yêu cầu bấm “Đã tiếp nhận”").check()
    assert fits(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Lưu và xem trước").click()
    assert page.get_by_text(f"Thông báo sẽ đến {reaches} đảng viên.").is_visible()
    assert fits(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Gửi ngay").click()
    notice = Notice.objects.latest("created_at")
    assert notice.state == "sent"
    return notice


def total(page, label):
    """A number at the head of the screen of numbers."""
    return page.locator(".notice-totals div", has_text=label).locator("dd")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_secretary_writes_on_a_phone_and_the_province_watches(live_server, screens, phone, province, staff):
    """The same notice: told in person by the secretary, read and acknowledged on members' phones, seen to rise above."""
    by_phone = make_member("DV1", province.units.TB01XA, make_user("dv1"))
    visited = make_member("DV2", province.units.TB01XA)
    page = screens(staff.secretary, PHONE)
    page.goto(live_server.url + reverse("notices:index"))
    assert fits(page)
    notice = write_and_send(page, live_server.url, "Sinh hoạt chi bộ", reaches=6)

    watched = screens(staff.tb, DESK)
    errors = []
    watched.on("pageerror", lambda error: errors.append(str(error)))
    watched.goto(live_server.url + reverse("notices:index"))
    watched.get_by_role("link", name="Sinh hoạt chi bộ").click()
    watched.get_by_role("link", name="Tình hình tiếp nhận").click()
    playwright.expect(total(watched, "Đã xem")).to_have_text("0")

    with page.expect_navigation():
        page.get_by_role("link", name="Tình hình tiếp nhận").click()
    assert fits(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Ai chưa thực hiện").click()
    row = page.locator(".notice-people li", has_text=visited.full_name)
    with page.expect_navigation():
        row.get_by_role("button", name="Đã báo trực tiếp").click()
    assert page.get_by_role("heading", name="5 người chưa thực hiện").is_visible()
    assert fits(page)
    playwright.expect(total(watched, "Báo trực tiếp")).to_have_text("1", timeout=15_000)

    phone(by_phone.user, "MarkNoticeRead", notice)
    playwright.expect(total(watched, "Đã xem")).to_have_text("2", timeout=15_000)
    playwright.expect(total(watched, "Đã tiếp nhận")).to_have_text("1")
    phone(by_phone.user, "AcknowledgeNotice", notice)
    playwright.expect(total(watched, "Đã tiếp nhận")).to_have_text("2", timeout=15_000)
    page.reload()
    assert page.get_by_role("heading", name="4 người chưa thực hiện").is_visible()
    assert errors == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_office_of_the_province_writes_on_a_phone_and_looks_down_the_tree(
    live_server, screens, phone, province, staff
):
    members = [make_member(f"DV{cell}", getattr(province.units, cell), make_user(f"dv-{cell}")) for cell in CELLS]
    notice = write_and_send(screens(staff.tb, PHONE), live_server.url, "Thông báo của Tỉnh ủy", reaches=10)
    watched = screens(staff.tb, DESK)
    watched.goto(live_server.url + reverse("notices:reach", args=[notice.pk]))
    playwright.expect(total(watched, "Đã xem")).to_have_text("0")
    for member in members:
        phone(member.user, "MarkNoticeRead", notice)
    playwright.expect(total(watched, "Đã xem")).to_have_text("2", timeout=15_000)
    watched.get_by_role("link", name="Huyện ủy 01").click()
    playwright.expect(watched.get_by_role("heading", name="Huyện ủy 01", exact=True)).to_be_visible()
    playwright.expect(total(watched, "Đã xem")).to_have_text("1")


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
