"""The HTML of a ``text`` block (p, br, b, i, ul, ol, li, a) as paragraphs for paper."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from typing import NamedTuple

BOLD, ITALIC = ("b", "strong"), ("i", "em")
# What leads somewhere for who holds paper; ``sotay:`` and addresses of this server open only on a phone.
READABLE_ADDRESSES = ("http://", "https://", "mailto:", "tel:")
BULLET = "•"


class Run(NamedTuple):
    """Words in one style."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclasses.dataclass
class Paragraph:
    """A paragraph, or an item of a list: then it has a mark, and a depth of 1 or more."""

    runs: list[Run] = dataclasses.field(default_factory=list)
    mark: str = ""
    depth: int = 0

    @property
    def text(self) -> str:
        """The words without their styles."""
        return "".join(run.text for run in self.runs)


def paragraphs(html: str) -> list[Paragraph]:
    """The paragraphs of this HTML; empty ones are left out, links have their address in brackets."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.finish()


def written_address(href: str, text: str) -> str:
    """A link's address as it is added to its words; empty where the words are the address, or paper cannot follow it."""
    if not href.startswith(READABLE_ADDRESSES):
        return ""
    address = re.sub("^(mailto|tel):", "", href)
    return "" if _bare(address) == _bare(text) else address


def _bare(address: str) -> str:
    return re.sub(r"^(https?://)?(www\.)?|[\s/]+$", "", address.strip().lower()).replace(" ", "")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Paragraph] = []
        self.current = Paragraph()
        self.bold = self.italic = 0
        self.lists: list[int | None] = []  # the number of the last item; None in lists without numbers
        self.link: tuple[str, int] | None = None  # its address, and where in the paragraph it began

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BOLD:
            self.bold += 1
        elif tag in ITALIC:
            self.italic += 1
        elif tag == "br":
            self._write("\n")
        elif tag == "a":
            self.link = (dict(attrs).get("href") or "", len(self.current.text))
        elif tag in ("ul", "ol"):
            self._end_paragraph()
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._begin_item()
        elif tag == "p" and self.current.text.strip():
            self._end_paragraph()

    def handle_endtag(self, tag: str) -> None:
        if tag in BOLD:
            self.bold = max(0, self.bold - 1)
        elif tag in ITALIC:
            self.italic = max(0, self.italic - 1)
        elif tag == "a" and self.link:
            (href, start), self.link = self.link, None
            if address := written_address(href, self.current.text[start:]):
                self._write(f" ({address})")
        elif tag in ("p", "li"):
            self._end_paragraph()
        elif tag in ("ul", "ol") and self.lists:
            self._end_paragraph()
            self.lists.pop()

    def handle_data(self, data: str) -> None:
        text = re.sub(r"[ \t\r\n]+", " ", data)
        if not self.current.text or self.current.text.endswith(("\n", " ")):
            text = text.lstrip(" ")
        if text:
            self._write(text)

    def finish(self) -> list[Paragraph]:
        self._end_paragraph()
        return self.found

    def _write(self, text: str) -> None:
        self.current.runs.append(Run(text, self.bold > 0, self.italic > 0))

    def _begin_item(self) -> None:
        self._end_paragraph()
        mark = BULLET
        if self.lists and (last := self.lists[-1]) is not None:
            self.lists[-1] = last + 1
            mark = f"{last + 1}."
        self.current = Paragraph(mark=mark, depth=max(1, len(self.lists)))

    def _end_paragraph(self) -> None:
        if self.current.text.strip():
            self.found.append(self.current)
        self.current = Paragraph()
