"""HTML from outside, as a body of ours: paragraphs, headings, lists and quotations; everything else is left out."""

from __future__ import annotations

import html
from html.parser import HTMLParser
from typing import Any

import nh3
from django.utils.translation import gettext as _
from wagtail.rich_text import RichText

from editorial.ingest.plain import composed, shortened

HEADINGS = {"h1": "2", "h2": "2", "h3": "3", "h4": "3", "h5": "3", "h6": "3"}
HEADING_LENGTH = 200
LISTS = {"ul", "ol"}
INLINE = {"b": "b", "strong": "b", "i": "i", "em": "i", "a": "a"}
# Tags that part one paragraph from the next; kept through cleaning only so that words on either side stay apart.
BREAKS = {
    "p", "div", "section", "article", "aside", "header", "footer", "main", "figure", "figcaption", "pre", "hr",
    "table", "caption", "thead", "tbody", "tr", "dl", "dt", "dd", "center", "address", "details", "summary",
}  # fmt: skip
CELLS = {"td", "th"}
URL_SCHEMES = {"http", "https", "mailto", "tel"}
# Left out with all that is inside them.
DROPPED = {
    "script", "style", "iframe", "object", "noscript", "template", "svg", "math", "textarea", "select", "button",
    "title", "video", "audio", "canvas",
}  # fmt: skip
KEPT = {*HEADINGS, *LISTS, *INLINE, *BREAKS, *CELLS, "li", "br", "img", "blockquote"}

Block = tuple[str, Any]


def body_from_html(source: str) -> list[Block]:
    """The blocks of a body, as StreamField takes them: any input gives a valid one, no markup from outside survives."""
    clean = nh3.clean(
        composed(source),
        tags=KEPT,
        clean_content_tags=DROPPED,
        attributes={"a": {"href"}, "img": {"alt"}},
        url_schemes=URL_SCHEMES,
        link_rel=None,
        strip_comments=True,
    )
    builder = _BodyBuilder()
    builder.feed(clean)
    builder.close()
    return builder.finish()


class _BodyBuilder(HTMLParser):
    """Reads cleaned HTML in one pass, without recursion: depth of nesting costs nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.rich: list[str] = []  # finished paragraphs and lists of the text block under way
        self.line: list[str] = []  # the paragraph or list item under way
        self.words: list[str] = []  # its text without markup
        self.open: list[tuple[str, str]] = []  # inline tags under way: name, start tag
        self.lists: list[str] = []
        self.items: list[str] = []
        self.heading: str | None = None
        self.quotes = 0
        self.quoted: list[str] = []
        self.cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in INLINE:
            self._open_inline(tag, dict(attrs))
        elif tag == "br":
            self._line_break()
        elif tag == "img":
            self._picture(dict(attrs).get("alt") or "")
        elif tag in CELLS:
            self.cells += 1
            if self.cells > 1 and self.words:
                self.handle_data(" | ")
        elif tag in LISTS:
            self._end_line()
            self.lists.append(tag)
        else:
            self._end_line()
            self.cells = 0
            if tag in HEADINGS and not self.lists and not self.quotes:
                self.heading = HEADINGS[tag]
            elif tag == "blockquote" and not self.lists:
                self.quotes += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in INLINE:
            self._close_inline(INLINE[tag])
        elif tag in LISTS:
            self._end_line()
            if self.lists:
                outermost = self.lists.pop(0) if len(self.lists) == 1 else None
                if outermost is None:
                    self.lists.pop()
                else:
                    self._end_list(outermost)
        elif tag not in CELLS:
            self._end_line()
            if tag in HEADINGS:
                self.heading = None
            elif tag == "blockquote" and self.quotes and not self.lists:
                self.quotes -= 1
                if not self.quotes:
                    self._end_quote()

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text:
            text = " " if data else ""
        else:
            text = f"{' ' if data[0].isspace() else ''}{text}{' ' if data[-1].isspace() else ''}"
        if text.strip() or (self.words and not self.words[-1].endswith(" ")):
            self.line.append(html.escape(text, quote=False))
            self.words.append(text)

    def finish(self) -> list[Block]:
        """Close what is still under way and return the blocks."""
        self._end_line()
        if self.items:
            self._end_list(self.lists[0] if self.lists else "ul")
        if self.quoted:
            self._end_quote()
        self._end_rich()
        return self.blocks

    def _open_inline(self, tag: str, attrs: dict[str, str | None]) -> None:
        name, start = INLINE[tag], f"<{INLINE[tag]}>"
        if name == "a":
            href = (attrs.get("href") or "").strip()
            if href.split(":", 1)[0].lower() not in URL_SCHEMES or ":" not in href:
                return
            start = f'<a href="{html.escape(href)}">'
        if any(name == each for each, _start in self.open):
            return
        self.open.append((name, start))
        self.line.append(start)

    def _close_inline(self, name: str) -> None:
        if all(name != each for each, _start in self.open):
            return
        later: list[tuple[str, str]] = []
        while self.open:
            each, start = self.open.pop()
            self.line.append(f"</{each}>")
            if each == name:
                break
            later.insert(0, (each, start))
        for each, start in later:
            self.open.append((each, start))
            self.line.append(start)

    def _line_break(self) -> None:
        if self.words and not self.heading and not self.quotes:
            self.line.append("<br/>")
        self.words.append(" ")

    def _picture(self, alt: str) -> None:
        """Pictures of others are not fetched; where one stood is told in words, so that the desk can put it back."""
        alt = " ".join(alt.split())
        if alt:
            self._end_line()
            self.handle_data(_("[Ảnh: %(alt)s]") % {"alt": alt})
            self._end_line()

    def _end_line(self) -> None:
        plain = composed(" ".join("".join(self.words).split()))
        markup = "".join(self.line) + "".join(f"</{name}>" for name, _start in reversed(self.open))
        self.line, self.words = [start for _name, start in self.open], []
        if not plain:
            return
        if self.lists:
            self.items.append(composed(markup.strip()))
        elif self.quotes:
            self.quoted.append(plain)
        elif self.heading:
            self._end_rich()
            self.blocks.append(("heading", {"text": shortened(plain, HEADING_LENGTH), "level": self.heading}))
        else:
            self.rich.append(f"<p>{composed(markup.strip())}</p>")

    def _end_list(self, tag: str) -> None:
        if self.items:
            items = "".join(f"<li>{item}</li>" for item in self.items)
            self.rich.append(f"<{tag}>{items}</{tag}>")
        self.items = []

    def _end_quote(self) -> None:
        if self.quoted:
            self._end_rich()
            self.blocks.append(("quote", {"text": "\n".join(self.quoted), "attribution": ""}))
        self.quoted = []

    def _end_rich(self) -> None:
        if self.rich:
            self.blocks.append(("text", RichText("".join(self.rich))))
        self.rich = []
