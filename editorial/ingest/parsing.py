"""RSS and Atom, as items that can be taken in."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import feedparser
from django.utils.translation import gettext as _

from editorial.ingest.plain import composed, one_line, shortened

GUID_LENGTH = 255
TITLE_LENGTH = 255
SUMMARY_LENGTH = 600
AUTHOR_LENGTH = 128
# The start of a text that has no title of its own.
OPENING_LENGTH = 80
# Far more than a day of news: beyond it something is wrong, and a desk cannot be buried in drafts.
MOST_ITEMS = 200


class UnreadableFeed(Exception):
    """What was fetched is no feed; the message tells the desk so, in Vietnamese."""


class UnusableItem(Exception):
    """An item has neither a title nor a text; the message names it, in Vietnamese."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class IncomingItem:
    """A piece of content from outside: plain NFC text, but for ``html``, which is not yet to be trusted."""

    guid: str
    title: str
    summary: str = ""
    author: str = ""
    html: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of all that it says: another digest under the same guid is a correction by the sender."""
        facts = [self.title, self.summary, self.author, self.html]
        return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


@dataclasses.dataclass(frozen=True, kw_only=True)
class ParsedFeed:
    """The items of a feed, each guid once, and what could not be used, in words."""

    items: list[IncomingItem]
    errors: list[str]


def parse_feed(content: bytes, *, url: str = "") -> ParsedFeed:
    """Read a feed. Raises UnreadableFeed where it is none; one bad item does not spoil the others."""
    # A stream, never the bytes themselves: given those, feedparser would first try them as a file's name.
    # Named as XML, for then the encoding is the one that the file itself declares, UTF-8 where it declares none.
    headers = {"content-type": "application/xml", "content-location": url}
    # Its own sanitiser would leave the inside of frames as text; ours (editorial.ingest.body) sees what was sent.
    parsed = feedparser.parse(io.BytesIO(content), response_headers=headers, sanitize_html=False)
    if not parsed.get("version") and not parsed.entries:
        raise UnreadableFeed(_("Nội dung lấy về không phải là RSS hay Atom."))
    items: dict[str, IncomingItem] = {}
    errors: list[str] = []
    for entry in parsed.entries[:MOST_ITEMS]:
        try:
            item = item_from_entry(entry)
        except Exception as error:  # noqa: BLE001 - one bad item never stops the others; it is shown with the feed
            errors.append(str(error) or type(error).__name__)
        else:
            items.setdefault(item.guid, item)
    if len(parsed.entries) > MOST_ITEMS:
        errors.append(
            _("Kênh có %(n)d tin, chỉ lấy %(most)d tin đầu.") % {"n": len(parsed.entries), "most": MOST_ITEMS}
        )
    return ParsedFeed(items=list(items.values()), errors=errors)


def item_from_entry(entry: Any) -> IncomingItem:
    """One entry of feedparser as an item. Raises UnusableItem where there is nothing to make a draft of."""
    summary_html = _text(entry, "summary")
    content = max((str(part.get("value") or "") for part in entry.get("content", [])), key=len, default="")
    html = composed(content or summary_html)
    summary = one_line(summary_html) if content else ""
    title = one_line(_text(entry, "title")) or shortened(one_line(html), OPENING_LENGTH)
    author = one_line(_text(entry, "author"))
    if not title:
        raise UnusableItem(_("Tin “%(guid)s” không có tiêu đề và nội dung.") % {"guid": _named(entry)[:80]})
    fields = {
        "title": shortened(title, TITLE_LENGTH),
        "summary": shortened(summary or one_line(html), SUMMARY_LENGTH),
        "author": shortened(author, AUTHOR_LENGTH),
        "html": html,
    }
    return IncomingItem(guid=_guid(entry, lambda: IncomingItem(guid="", **fields).digest), **fields)


def _guid(entry: Any, otherwise: Callable[[], str]) -> str:
    """What names the item for good: its id, else its link, else a digest of what it says."""
    named = _named(entry)
    if not named:
        return f"sha256:{otherwise()}"
    if len(named) > GUID_LENGTH:
        return f"sha256:{hashlib.sha256(named.encode()).hexdigest()}"
    return named


def _named(entry: Any) -> str:
    return composed(_text(entry, "id") or _text(entry, "link")).strip()


def _text(entry: Any, name: str) -> str:
    return str(entry.get(name) or "")
