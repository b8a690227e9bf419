"""Fetching from a server that misbehaves: a real one, on this machine."""

import gzip
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from editorial.ingest.fetching import FetchFailed, Limits, fetch

FAST = Limits(connect=1, read=0.3, total=0.5, size=100_000, redirects=3)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        getattr(self, f"get_{self.path.split('/')[1]}")()

    def answer(self, status=200, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def get_feed(self):
        if self.headers.get("If-None-Match") == '"v1"':
            return self.answer(304)
        return self.answer(body=b"<rss/>", ETag='"v1"', Last_Modified="Mon, 03 Feb 2025 00:00:00 GMT")

    def get_modified(self):
        status = 304 if self.headers.get("If-Modified-Since") == "Mon, 03 Feb 2025 00:00:00 GMT" else 200
        self.answer(status, Last_Modified="Mon, 03 Feb 2025 00:00:00 GMT")

    def get_hop(self):
        left = int(self.path.split("/")[2])
        self.answer(302, Location=f"/hop/{left - 1}" if left else "/feed")

    def get_away(self):
        self.answer(302, Location="file:///etc/passwd")

    def get_large(self):
        self.answer(body=b"x" * 100_001)

    def get_exact(self):
        self.answer(body=b"x" * 100_000)

    def get_bomb(self):
        self.answer(body=gzip.compress(b"x" * 5_000_000), Content_Encoding="gzip")

    def get_silent(self):
        self.server.release.wait(5)

    def get_drip(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(1000):
            if self.server.release.wait(0.05):
                return
            try:
                self.wfile.write(b"x")
                self.wfile.flush()
            except OSError:
                return

    def get_cut(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"x")

    def get_broken(self):
        self.answer(500)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.seen, server.release = [], threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def inside(settings):
    settings.INGEST_PRIVATE_ADDRESSES = True


def test_what_has_not_changed_is_not_sent_again(server, inside):
    first = fetch(f"{server.url}/feed", limits=FAST)
    assert (first.content, first.etag) == (b"<rss/>", '"v1"')
    assert fetch(f"{server.url}/feed", etag=first.etag, limits=FAST).content is None
    assert fetch(f"{server.url}/modified", last_modified=first.last_modified, limits=FAST).content is None
    assert len(server.seen) == 3


def test_three_redirects_are_followed_and_no_more(server, inside):
    assert fetch(f"{server.url}/hop/2", limits=FAST).content == b"<rss/>"
    with pytest.raises(FetchFailed, match="chuyển hướng quá 3 lần"):
        fetch(f"{server.url}/hop/3", limits=FAST)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("away", "phải bắt đầu bằng http"),
        ("large", "lớn hơn"),
        ("bomb", "lớn hơn"),
        ("silent", "không trả lời kịp"),
        ("drip", "quá chậm"),
        ("cut", "Không lấy được tin"),
        ("broken", "báo lỗi 500"),
    ],
)
def test_a_misbehaving_server_costs_little(server, inside, path, message):
    began = time.monotonic()
    with pytest.raises(FetchFailed, match=message):
        fetch(f"{server.url}/{path}", limits=FAST)
    assert time.monotonic() - began < 3


def test_exactly_the_limit_is_taken(server, inside):
    assert len(fetch(f"{server.url}/exact", limits=FAST).content) == 100_000


def test_our_own_network_is_never_asked(server):
    port = server.server_port
    for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254", "0.0.0.0",
                 "100.64.0.1", "[fe80::1]", "224.0.0.1", "2130706433"):  # fmt: skip
        with pytest.raises(FetchFailed):
            fetch(f"http://{host}:{port}/feed", limits=FAST)
    assert server.seen == []


def test_the_one_who_answers_is_looked_at_too(server, monkeypatch):
    """A name that resolves to an address outside when asked, and inside when connected."""
    monkeypatch.setattr("editorial.ingest.fetching._refuse_inside", lambda url: None)
    with pytest.raises(FetchFailed, match="mạng nội bộ"):
        fetch(f"{server.url}/feed", limits=FAST)
    assert server.seen == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.vn/x", "http://", "http://[", "gopher://a.vn", "khong"])
def test_only_web_addresses_are_fetched(url):
    with pytest.raises(FetchFailed):
        fetch(url, limits=FAST)


def test_a_packaged_feed_is_read_without_a_network():
    assert fetch("package:bao-thai-binh-tin-tuc.xml").content.startswith(b"<?xml")
    for name in ("../apps.xml", "khong-co.xml", "", "/etc/passwd"):
        with pytest.raises(FetchFailed, match="Không có tệp tin mẫu"):
            fetch(f"package:{name}")
