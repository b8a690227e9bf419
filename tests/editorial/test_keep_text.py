"""An editor whose session ends while writing loses no text: in a real browser."""

import shutil

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from cms.models import Article

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def tab(monkeypatch):
    """A tab of a browser."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs an event loop in this thread
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(locale="vi-VN")
        page = context.new_page()
        page.set_default_timeout(30_000)
        yield page
        browser.close()


def sign_in(tab, live_server):
    tab.fill("input[name=username]", "ctv")
    tab.fill("input[name=password]", "matkhau-2026")
    tab.press("input[name=password]", "Enter")
    tab.wait_for_load_state()


def open_as_contributor(tab, live_server, address):
    tab.goto(live_server.url + reverse("wagtailadmin_login") + f"?next={address}")
    sign_in(tab, live_server)
    tab.wait_for_selector("#page-edit-form")
    tab.wait_for_load_state("networkidle")


def write(tab, title):
    """Type a title, and have autosave notice at once: it watches only from some seconds after the form has loaded."""
    tab.fill("input[name=title]", title)
    tab.evaluate("document.querySelector('#page-edit-form').dispatchEvent(new CustomEvent('w-unsaved:add'))")


def latest_title(page):
    return Article.objects.get(pk=page.pk).get_latest_revision_as_object().title


def test_the_form_stays_until_the_session_is_back(tab, live_server, province, draft):
    page = draft("Tên cũ")
    open_as_contributor(tab, live_server, reverse("wagtailadmin_pages:edit", args=[page.pk]))
    Session.objects.all().delete()
    write(tab, "Chữ viết khi phiên đã hết")
    tab.wait_for_selector("#keep-text:has-text('Phiên đăng nhập đã hết')")
    assert latest_title(page) == "Tên cũ"
    with tab.context.expect_page() as opened:
        tab.click("#keep-text a:has-text('Đăng nhập lại')")
    second = opened.value
    second.wait_for_selector("input[name=username]")
    sign_in(second, live_server)
    second.wait_for_selector("text=Bạn đã đăng nhập lại")
    second.close()
    with tab.expect_response(lambda answer: "/edit/" in answer.url and answer.request.method == "POST") as saved:
        tab.click("#keep-text button:has-text('Tiếp tục')")
    assert saved.value.status == 200
    tab.wait_for_selector("#keep-text", state="hidden")
    assert latest_title(page) == "Chữ viết khi phiên đã hết"


def test_a_closed_window_gives_its_text_back_after_sign_in(tab, live_server, province, draft):
    page = draft("Tên cũ")
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    open_as_contributor(tab, live_server, address)
    Session.objects.all().delete()
    write(tab, "Chữ viết rồi đóng cửa sổ")
    tab.wait_for_selector("#keep-text:has-text('Phiên đăng nhập đã hết')")
    tab.on("dialog", lambda dialog: dialog.accept())
    open_as_contributor(tab, live_server, address)
    tab.wait_for_selector("#keep-text:has-text('Máy này đã giữ lại')")
    tab.click("#keep-text button:has-text('Lấy lại chữ đã viết')")
    tab.wait_for_selector("input[name=title][value='Chữ viết rồi đóng cửa sổ']", state="attached")
    assert latest_title(page) == "Chữ viết rồi đóng cửa sổ"
    assert tab.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('sotay:kept:')).length") == 0


def test_a_submitted_form_does_not_end_on_the_sign_in_page(tab, live_server, province, draft):
    page = draft("Tên cũ")
    open_as_contributor(tab, live_server, reverse("wagtailadmin_pages:edit", args=[page.pk]))
    Session.objects.all().delete()
    tab.evaluate("document.querySelector('#page-edit-form').requestSubmit()")
    tab.wait_for_selector("#keep-text:has-text('Phiên đăng nhập đã hết')")
    assert "/edit/" in tab.url


def test_saving_in_a_living_session_works_as_before(tab, live_server, province, draft):
    page = draft("Tên cũ")
    open_as_contributor(tab, live_server, reverse("wagtailadmin_pages:edit", args=[page.pk]))
    tab.fill("input[name=title]", "Trình duyệt bài này")
    tab.evaluate(
        "document.querySelector('#page-edit-form').requestSubmit(document.querySelector('[name=action-submit]'))"
    )
    tab.wait_for_url("**/admin/pages/*/")
    page.refresh_from_db()
    assert page.workflow_in_progress
    assert latest_title(page) == "Trình duyệt bài này"


def test_a_form_sent_back_with_an_error_still_has_its_text_and_offers_nothing(tab, live_server, province, draft):
    page = draft("Tên cũ")
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    open_as_contributor(tab, live_server, address)
    tab.fill("input[name=title]", "Tên mới")
    tab.evaluate("document.querySelector('[name=go_live_at]').value = '02/02/2030 08:00'")
    tab.evaluate("document.querySelector('[name=expire_at]').value = '01/02/2030 08:00'")
    with tab.expect_navigation():
        tab.evaluate("document.querySelector('#page-edit-form').requestSubmit()")
    tab.wait_for_load_state("networkidle")
    assert tab.locator(".error-message").count() >= 1
    assert tab.input_value("input[name=title]") == "Tên mới"
    assert tab.locator("#keep-text").is_hidden()
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.goto(live_server.url + address)
    tab.wait_for_selector("#keep-text:has-text('Máy này đã giữ lại')")
