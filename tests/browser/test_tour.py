"""The README's tour, walked by a real browser against the demo as `make demo` starts it."""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.browser.english import english_on

pytestmark = pytest.mark.browser

README = Path(__file__).resolve().parents[2] / "README.md"
TITLE = "Chi bộ thôn Đông họp định kỳ"
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def readers_list(demo: str) -> list[dict]:
    """What the README's curl line prints."""
    command = re.search(r"curl -s \S+/graphql[^`]*?}'", README.read_text(encoding="utf-8")).group(0)
    command = command.replace("http://localhost:8000", demo)
    answer = json.loads(subprocess.run(["bash", "-c", command], capture_output=True, check=True).stdout)
    return [edge["node"] for edge in answer["data"]["articles"]["edges"]]


def approve(page) -> None:
    """From the desk: open what waits, read, approve."""
    if (tab := page.get_by_role("link", name="Chờ tôi duyệt")).count():
        tab.first.click()
    page.locator("article", has_text=TITLE).get_by_role("link", name="Đọc và quyết định").click()
    page.wait_for_load_state()
    assert page.get_by_role("heading", name=TITLE).first.is_visible()
    assert english_on(page) == []
    with page.expect_navigation():
        page.get_by_role("button", name="Phê duyệt").click()


def test_the_tour(demo, sign_in):
    # 1. Write.
    page = sign_in("ctv.tuyen-giao")
    assert page.get_by_role("heading", name="Bàn làm việc").first.is_visible()
    assert english_on(page) == []
    page.get_by_role("link", name="Viết bài mới").first.click()
    page.wait_for_load_state()
    assert english_on(page) == []
    page.fill("#id_title", TITLE)
    page.fill("#id_summary", "Chi bộ bàn việc làm đường và chăm sóc người cao tuổi.")
    page.get_by_role("tab", name="Người đọc và lịch đăng").click()
    page.select_option("#id_clearance", "public")
    due = datetime.datetime.now(HANOI) + datetime.timedelta(seconds=200)
    due = due.replace(second=0, microsecond=0) + datetime.timedelta(minutes=1)
    page.fill("#id_go_live_at", due.strftime("%d/%m/%Y %H:%M"))
    page.get_by_role("tab", name="Người đọc và lịch đăng").click()  # closes the picker
    assert english_on(page) == []
    # 2. Submit.
    with page.expect_navigation():
        page.get_by_role("button", name="Trình duyệt").click()
    page.goto("/admin/editorial/desk/")
    assert page.locator("#in_review, #review, main").get_by_text(TITLE).first.is_visible()
    # 3. Approve, as four different people; the committee on a phone.
    for username, phone in (("bt.tuyen-giao", False), ("btv1", False), ("thuongtruc1", True), ("thuongtruc2", True)):
        assert TITLE not in [node["title"] for node in readers_list(demo)]
        approve(sign_in(username, phone=phone))
    # 4. See it scheduled.
    page = sign_in("btv1")
    page.goto("/admin/editorial/calendar/")
    assert page.get_by_text(TITLE).first.is_visible()
    assert english_on(page) == []
    assert datetime.datetime.now(HANOI) < due, "the walk took longer than the schedule; nothing was shown to wait"
    # 5. Read it.
    deadline = time.monotonic() + 420
    while TITLE not in [node["title"] for node in readers_list(demo)]:
        assert time.monotonic() < deadline, "it did not come out"
        page.wait_for_timeout(1000)
    assert datetime.datetime.now(HANOI) >= due
    [node] = readers_list(demo)
    assert (node["title"], node["source"]["name"]) == (TITLE, "Ban Tuyên giáo")


@pytest.mark.parametrize("username", ["ctv.van-phong", "bt.van-phong", "btv2", "thuongtruc3", "admin"])
def test_no_english_is_left_on_the_screens_of(username, sign_in):
    page = sign_in(username)
    left = {}
    addresses = ["/admin/editorial/desk/", "/admin/editorial/calendar/", "/admin/account/"]
    if username != "thuongtruc3":
        addresses += ["/admin/pages/", "/admin/images/", "/admin/documents/", "/admin/reports/site-history/"]
    if username in {"btv2", "admin"}:
        addresses += ["/admin/organizations/", "/admin/reports/aging-pages/", "/admin/reports/workflow/"]
    if username == "admin":
        addresses += [f"/admin/{name}/" for name in ("users", "groups", "collections")]
        addresses += ["/admin/workflows/list/", "/admin/workflows/tasks/index/"]
    for address in addresses:
        answer = page.goto(address)
        page.wait_for_load_state("networkidle")
        if answer.status != 200 and not (answer.status == 404 and username not in {"btv2", "admin"}):
            left[address] = answer.status
        elif found := english_on(page):
            left[address] = found
    assert left == {}


def test_a_wrong_password_is_said_in_vietnamese(demo, chromium):
    context = chromium.new_context(base_url=demo, locale="vi-VN")
    page = context.new_page()
    page.goto("/admin/")
    assert english_on(page) == []
    page.fill("input[name=username]", "ctv.tuyen-giao")
    page.fill("input[name=password]", "sai")
    page.click("button[type=submit]")
    page.wait_for_load_state()
    assert english_on(page) == []
    assert "không đúng" in page.inner_text("body") or "không khớp" in page.inner_text("body")
    context.close()
