"""Choosing several units in a real browser, as an editor does."""

import os
import shutil

import pytest
from django.conf import settings
from django.urls import reverse

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture
def screen(live_server, client, province, monkeypatch):
    """A page of the browser, signed in as the source's contributor."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's loop runs in this thread
    client.force_login(province.contributor)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(locale="vi-VN")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        yield context.new_page()
        browser.close()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_units_are_added_and_taken_away(screen, live_server, province, draft):
    page = draft()
    errors = []
    screen.on("pageerror", lambda error: errors.append(str(error)))
    screen.goto(live_server.url + reverse("wagtailadmin_pages:edit", args=[page.pk]))
    screen.get_by_role("tab", name="Người đọc và lịch đăng").click()
    button = screen.get_by_role("button", name="Thêm tổ chức")
    assert button.locator("svg").bounding_box()["height"] < button.bounding_box()["height"]  # its words are in sight
    button.click()
    screen.get_by_label("Tên hoặc mã tổ chức").fill("huyen uy")
    window = screen.locator(".modal")
    playwright.expect(window.get_by_role("row")).to_have_count(3)  # the head and two committees
    window.get_by_role("checkbox").nth(0).check()
    window.get_by_role("checkbox").nth(1).check()
    window.locator("[data-multiple-choice-submit]").click()
    chosen = screen.locator("#id_addressed_to-chooser li")
    playwright.expect(chosen).to_have_count(2)
    assert [name.strip() for name in chosen.locator("span:not(.w-sr-only)").all_inner_texts()] == [
        "Huyện ủy 01",
        "Huyện ủy 02",
    ]
    chosen.nth(0).get_by_role("button").click()
    playwright.expect(chosen).to_have_count(1)
    values = chosen.locator("input").evaluate_all("inputs => inputs.map(input => input.value)")
    assert values == [str(province.units.TB02.pk)]
    assert errors == []
