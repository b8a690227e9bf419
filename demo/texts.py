"""The demo's texts: written by hand in ``data/texts/*.md``, and composed from parts where more are asked for.

A text begins with ``=== slug``, then ``field: value`` lines, an empty line, and a body in few signs: ``##`` a heading,
``>`` a quotation (``> words | speaker``), ``-`` a list, ``|`` a table with its headings first, ``![picture] caption``,
``[video] address | caption``, ``**bold**``, and paragraphs.
"""

from __future__ import annotations

import dataclasses
import datetime
import html
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone

TEXTS = Path(__file__).parent / "data" / "texts"
BLOCK_IDS = uuid.UUID("0c4c3f52-8a1d-4a53-9d28-6b5b3b0f7f10")


@dataclasses.dataclass(frozen=True)
class Text:
    """One piece of content as the demo plans it. ``state`` names how far it goes, ``days`` how long ago, or ahead."""

    slug: str
    source: str
    fields: dict[str, str]
    paragraphs: tuple[str, ...]

    @property
    def kind(self) -> str:
        """``article``, ``bulletin`` or ``document``."""
        return self.fields.get("kind", "article")

    @property
    def state(self) -> str:
        """One of ``workflow.STATES``."""
        return self.fields["state"].split()[0]

    @property
    def days(self) -> int:
        """Days since it was published, or until it will be; 1 where the text does not say."""
        return int([*self.fields["state"].split(), "1"][1])

    @property
    def title(self) -> str:
        """The title; ``{month}`` in it is the month of a bulletin."""
        return self.fields["title"].replace("{month}", f"{self.month.month:02}/{self.month.year}")

    @property
    def month(self) -> datetime.date:
        """The first day of a bulletin's month, told in the text as months ago."""
        today = timezone.localdate()
        months = today.year * 12 + today.month - 1 - int(self.fields.get("month", "0"))
        return datetime.date(months // 12, months % 12 + 1, 1)

    @property
    def addressed(self) -> list[str]:
        """Codes of the units that it is for; none for the whole province."""
        return self.fields.get("to", "").split()


def handwritten() -> list[Text]:
    """The texts written by hand, one from each source in turn, so that a few already show everything."""
    by_source = [read_texts(path) for path in sorted(TEXTS.glob("*.md")) if path.stem != "english"]
    longest = max(len(texts) for texts in by_source)
    return [texts[place] for place in range(longest) for texts in by_source if place < len(texts)]


def english() -> dict[str, Text]:
    """The translations, by the slug of what they translate."""
    return {text.slug: text for text in read_texts(TEXTS / "english.md")}


def read_texts(path: Path) -> list[Text]:
    """All texts of a file; the file is named after its source."""
    parts = re.split(r"^=== *(\S+) *$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = []
    for slug, text in zip(parts[1::2], parts[2::2], strict=True):
        head, _, body = text.strip().partition("\n\n")
        fields = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in head.splitlines())}
        found.append(Text(slug, path.stem, fields, tuple(each.strip() for each in body.split("\n\n") if each.strip())))
    return found


def plain(text: Text) -> list[str]:
    """The body as paragraphs without signs, for a PDF."""
    lines = [line for paragraph in text.paragraphs for line in paragraph.splitlines()]
    return [
        re.sub(r"^[#>\-| ]+", "", line).replace("|", "-").replace("**", "") for line in lines if line[0] not in "!["
    ]


def body(text: Text, picture: Callable[[str], tuple[Any, str]]) -> list[dict[str, Any]]:
    """The body as Wagtail stores it. ``picture`` finds a picture and its description by name."""
    blocks: list[dict[str, Any]] = []
    for kind, value in _blocks(text, picture):
        block_id = str(uuid.uuid5(BLOCK_IDS, f"{text.source}/{text.slug}/{len(blocks)}"))
        blocks.append({"type": kind, "value": value, "id": block_id})
    return blocks


def _blocks(text: Text, picture: Callable[[str], tuple[Any, str]]) -> Iterator[tuple[str, Any]]:
    for paragraph in text.paragraphs:
        first = paragraph[0]
        if paragraph.startswith("#"):
            level = "3" if paragraph.startswith("###") else "2"
            yield "heading", {"text": paragraph.lstrip("# "), "level": level}
        elif first == ">":
            words, _, speaker = paragraph.lstrip("> ").partition(" | ")
            yield "quote", {"text": words, "attribution": speaker}
        elif paragraph.startswith("- "):
            items = [line.removeprefix("- ") for line in paragraph.splitlines()]
            yield "list", [{"type": "item", "value": item, "id": _id(text, item)} for item in items]
        elif first == "|":
            yield "table", _table(paragraph)
        elif first == "!":
            name, _, caption = paragraph[2:].partition("]")
            image, alt = picture(name)
            yield "image", {"image": image.pk, "alt": alt, "caption": caption.strip()}
        elif paragraph.startswith("[video]"):
            url, _, caption = paragraph.removeprefix("[video]").strip().partition(" | ")
            yield "video", {"url": url, "caption": caption}
        else:
            words = html.escape(" ".join(paragraph.split()), quote=False)
            words = re.sub(r"[*][*](.+?)[*][*]", r"<b>\1</b>", words)
            yield "text", f"<p>{words}</p>"


def _id(text: Text, item: str) -> str:
    return str(uuid.uuid5(BLOCK_IDS, f"{text.source}/{text.slug}/{item}"))


def _table(paragraph: str) -> dict[str, Any]:
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in paragraph.splitlines()]
    return {
        "columns": [{"type": "text", "heading": heading} for heading in rows[0]],
        "rows": [{"values": row} for row in rows[1:]],
        "caption": "",
    }
