"""The product as `make demo` starts it, and a browser in front of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
START_WITHIN = 420  # seconds, on a slow machine


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The address of a demo of its own, with a fresh SQLite database and its own worker."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    port = _free_port()
    folder = tmp_path_factory.mktemp("demo")
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
    }
    environment = {**kept, "PORT": str(port), "VAR_DIR": str(folder)}
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            [ROOT / "docker/demo.sh"], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_WITHIN
    try:
        while not _ready(url):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the demo did not start:\n{(folder / 'demo.log').read_text()[-3000:]}")
            time.sleep(0.5)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def chromium():
    """The browser program."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as api:
        browser = api.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def sign_in(demo, chromium):
    """A function that opens the admin as one of the demo's people; ``phone`` gives a phone's screen."""
    contexts = []

    def as_person(username: str, *, phone: bool = False):
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        context = chromium.new_context(base_url=demo, viewport=size, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
        contexts.append(context)
        page = context.new_page()
        page.goto("/admin/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", "demo-Sotay-2026")
        page.click("button[type=submit]")
        page.wait_for_load_state()
        return page

    yield as_person
    for context in contexts:
        context.close()
