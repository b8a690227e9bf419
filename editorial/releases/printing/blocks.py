"""How each block of a payload (docs/published-store.md) is printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from fpdf.enums import Align

from editorial.releases.printing.paper import PARAGRAPH_GAP, SMALL, Paper
from editorial.releases.printing.rich_text import BULLET, Run, paragraphs
from editorial.releases.printing.tables import print_table

# Millimetres: a picture leaves room for words on its page, and two of a gallery stand on one.
PICTURE_HEIGHT, GALLERY_HEIGHT = 110, 88
QUOTE_INDENT = 10


def print_body(paper: Paper, body: list[dict[str, Any]]) -> None:
    """All blocks in their order."""
    for block in body:
        PRINTERS[block["type"]](paper, block["value"])


def print_attachments(paper: Paper, files: list[dict[str, Any]]) -> None:
    """What else comes with the text: it is named, and found by the name in the app."""
    if files:
        paper.heading(_("Tệp đính kèm"), 3)
        for file in files:
            _print_line(paper, "", file["title"], _file_facts(file))


def _print_text(paper: Paper, value: str) -> None:
    for each in paragraphs(value):
        paper.paragraph(each.runs, mark=each.mark, depth=each.depth, gap=1.5 if each.mark else PARAGRAPH_GAP)


def _print_heading(paper: Paper, value: dict[str, Any]) -> None:
    paper.heading(value["text"], value["level"])


def _print_quote(paper: Paper, value: dict[str, Any]) -> None:
    with paper.indented(QUOTE_INDENT):
        paper.gap(1)
        paper.paragraph([Run(value["text"], italic=True)], gap=1 if value["attribution"] else PARAGRAPH_GAP)
        if value["attribution"]:
            paper.paragraph([Run(value["attribution"], bold=True)], align=Align.R)


def _print_list(paper: Paper, value: list[str]) -> None:
    for each in value:
        paper.paragraph([Run(each)], mark=BULLET, depth=1, gap=1.5)


def _print_image(paper: Paper, value: dict[str, Any]) -> None:
    paper.picture(value["image"], value["caption"], highest=PICTURE_HEIGHT)


def _print_gallery(paper: Paper, value: list[dict[str, Any]]) -> None:
    for each in value:
        paper.picture(each["image"], each["caption"], highest=GALLERY_HEIGHT)


def _print_video(paper: Paper, value: dict[str, Any]) -> None:
    named = value["caption"] or value["url"]
    _print_line(paper, _("Video:"), named, "" if named == value["url"] else value["url"])


def _print_audio(paper: Paper, value: dict[str, Any]) -> None:
    _print_line(paper, _("Âm thanh, nghe trên ứng dụng:"), value["title"], _file_facts(value))


def _print_file(paper: Paper, value: dict[str, Any]) -> None:
    _print_line(paper, _("Tệp, mở trên ứng dụng:"), value["title"], _file_facts(value))


def _print_related(paper: Paper, value: None) -> None:
    """Nothing: what is related is a way to go on reading on a phone, and who may read it is asked there."""


PRINTERS: dict[str, Callable[[Paper, Any], None]] = {
    "text": _print_text,
    "heading": _print_heading,
    "quote": _print_quote,
    "list": _print_list,
    "image": _print_image,
    "gallery": _print_gallery,
    "video": _print_video,
    "audio": _print_audio,
    "file": _print_file,
    "table": print_table,
    "related": _print_related,
}


def _print_line(paper: Paper, what: str, named: str, facts: str) -> None:
    runs = [Run(f"{what} ")] if what else []
    runs.append(Run(named, bold=True))
    if facts:
        runs.append(Run(f" ({facts})"))
    paper.paragraph(runs, size=SMALL, mark="" if what else BULLET, depth=0 if what else 1)


def _file_facts(file: dict[str, Any]) -> str:
    return f"{file['name']}, {filesizeformat(file['size'])}"
