"""Fetching a feed from another's server: bounded in time, size and redirects, and never from inside our own network."""

from __future__ import annotations

import dataclasses
import ipaddress
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError

from editorial.models.feed import PACKAGE_NAME, PACKAGE_SCHEME

PACKAGE_FOLDER = Path(__file__).resolve().parents[1] / "feeds"
USER_AGENT = "SoTay/1.0 (+RSS)"
CHUNK = 64 * 1024


class FetchFailed(Exception):
    """A feed could not be fetched; the message tells the desk why, in Vietnamese."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """What one fetch may cost: seconds to connect, to wait for bytes and in all; bytes; redirects."""

    connect: float = 5
    read: float = 10
    total: float = 30
    size: int = 5 * 1024 * 1024
    redirects: int = 3


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fetched:
    """A feed as it came. ``content`` is None where the server said that nothing has changed."""

    content: bytes | None
    url: str
    etag: str = ""
    last_modified: str = ""


LIMITS = Limits()


def fetch(url: str, *, etag: str = "", last_modified: str = "", limits: Limits = LIMITS) -> Fetched:
    """Fetch a feed, or read the one that comes with the product. Raises FetchFailed, and nothing else."""
    if url.startswith(PACKAGE_SCHEME):
        return _packaged(url)
    headers = {"User-Agent": USER_AGENT, "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    deadline = time.monotonic() + limits.total
    with requests.Session() as session:
        session.trust_env = False  # neither a proxy nor a .netrc of the machine's user
        session.mount("http://", _GuardedAdapter())
        session.mount("https://", _GuardedAdapter())
        try:
            for _hop in range(limits.redirects + 1):
                _refuse_inside(url)
                with session.get(
                    url,
                    headers=headers,
                    timeout=(limits.connect, limits.read),
                    stream=True,
                    allow_redirects=False,
                ) as response:
                    if response.is_redirect:
                        url = urljoin(url, response.headers["Location"])
                        continue
                    return _read(response, deadline, limits)
        except FetchFailed:
            raise
        except (requests.Timeout, ReadTimeoutError) as error:
            raise FetchFailed(_("Trang tin không trả lời kịp.")) from error
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            # The kind only: the text of a network error names our own machines.
            raise FetchFailed(
                _("Không lấy được tin từ địa chỉ này (%(error)s).") % {"error": type(error).__name__}
            ) from error
    raise FetchFailed(_("Trang tin chuyển hướng quá %(n)d lần.") % {"n": limits.redirects})


def _packaged(url: str) -> Fetched:
    name = url.removeprefix(PACKAGE_SCHEME)
    path = PACKAGE_FOLDER / name
    if not PACKAGE_NAME.fullmatch(name) or not path.is_file():
        raise FetchFailed(_("Không có tệp tin mẫu “%(name)s”.") % {"name": name})
    return Fetched(content=path.read_bytes(), url=url)


def _read(response: requests.Response, deadline: float, limits: Limits) -> Fetched:
    if response.status_code == requests.codes.not_modified:
        return Fetched(content=None, url=response.url)
    if response.status_code != requests.codes.ok:
        raise FetchFailed(_("Trang tin báo lỗi %(status)d.") % {"status": response.status_code})
    content = bytearray()
    # read1 returns what has arrived: a server that sends a byte now and then does not hold us past the deadline.
    # Counted as unpacked, for a small answer may unpack to a large one.
    while chunk := response.raw.read1(CHUNK, decode_content=True):
        content += chunk
        if len(content) > limits.size:
            raise FetchFailed(_("Tệp tin của trang tin lớn hơn %(n)d MB.") % {"n": max(1, limits.size // 1024**2)})
        if time.monotonic() > deadline:
            raise FetchFailed(_("Trang tin trả lời quá chậm."))
    return Fetched(
        content=bytes(content),
        url=response.url,
        etag=_header(response, "ETag", 255),
        last_modified=_header(response, "Last-Modified", 64),
    )


def _header(response: requests.Response, name: str, length: int) -> str:
    """A header that fits its column; one that does not is not sent back."""
    value = response.headers.get(name, "")
    return value if len(value) <= length and value.isprintable() else ""


def _refuse_inside(url: str) -> None:
    """Refuse what is no web address, and names that lead into our own network."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise FetchFailed(_("Địa chỉ phải bắt đầu bằng http:// hoặc https://."))
    port = parts.port or (443 if parts.scheme == "https" else 80)
    for *_family, address in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM):
        _refuse_address(str(address[0]))


def _refuse_address(address: str) -> None:
    """Only addresses of the open internet: not this machine, not its network, not a cloud's metadata service."""
    found = ipaddress.ip_address(address.split("%", 1)[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    if not settings.INGEST_PRIVATE_ADDRESSES and (not inner.is_global or not found.is_global or inner.is_multicast):
        raise FetchFailed(_("Địa chỉ này dẫn vào mạng nội bộ nên không lấy tin được."))


class _CheckedPeer:
    """Looks at who really answered: a name may resolve to one address when asked and to another when connected."""

    def _new_conn(self) -> Any:
        connected = super()._new_conn()  # type: ignore[misc]
        try:
            _refuse_address(connected.getpeername()[0])
        except FetchFailed:
            connected.close()
            raise
        return connected


class _GuardedHTTPConnection(_CheckedPeer, HTTPConnection):
    pass


class _GuardedHTTPSConnection(_CheckedPeer, HTTPSConnection):
    pass


class _GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTPConnection


class _GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPSConnection


class _GuardedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _GuardedHTTPPool, "https": _GuardedHTTPSPool}
