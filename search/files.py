"""The text of files that go out with an item, page by page, so that what stands in an attached document is found.

What was read is kept by the SHA-256 of the file, so that a file is read once (``search.file_index``).
"""

from __future__ import annotations

import dataclasses
import time
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import IO
from uuid import UUID

from docx import Document
from docx.table import Table
from pypdf import PdfReader

from publishing.models import PublishedFile, PublishedItem
from search.models import FilePage

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
READ = frozenset({PDF, DOCX})
MAX_PAGES = 300
MAX_TEXT = 400_000  # characters of one file
MAX_UNPACKED = 100 * 1024 * 1024  # bytes that the parts of a DOCX may have
SECONDS = 30.0  # for one file; the pages read until then count
NO_PAGES = 0  # the page of what has none
MAX_PROBLEM = 500  # characters


def texts_of(items: Iterable[PublishedItem]) -> dict[UUID, list[str]]:
    """What the files of items say, by the item's id."""
    rows = PublishedFile.objects.filter(item__in=list(items), content_type__in=READ).exclude(sha256="")
    owners: dict[str, set[UUID]] = defaultdict(set)
    for item_id, sha256 in rows.values_list("item_id", "sha256"):
        owners[sha256].add(item_id)
    found: dict[UUID, list[str]] = defaultdict(list)
    pages = FilePage.objects.filter(sha256__in=owners).order_by("sha256", "page")
    for sha256, text in pages.values_list("sha256", "text"):
        for item_id in owners[sha256]:
            found[item_id].append(text)
    return found


@dataclasses.dataclass
class Read:
    """What was read of a file: its pages from 1 with their text, as far as that went, and why it went no further.

    A DOCX knows no pages and is all one (``NO_PAGES``).
    """

    pages: list[tuple[int, str]] = dataclasses.field(default_factory=list)
    problem: str = ""


def read(file: IO[bytes], content_type: str) -> Read:
    """Read a file. Raises nothing: whatever a file from outside does to its reader is the file's problem."""
    found = Read()
    try:
        for page in _pdf(file) if content_type == PDF else _docx(file):
            found.pages.append(page)
    except Exception as error:  # noqa: BLE001 - the readers raise whatever their own parts do
        found.problem = f"{type(error).__name__}: {error}"[:MAX_PROBLEM]
    return found


def _pdf(file: IO[bytes]) -> Iterator[tuple[int, str]]:
    started, length = time.monotonic(), 0
    for number, page in enumerate(PdfReader(file).pages[:MAX_PAGES], start=1):
        text = page.extract_text()
        length += len(text)
        yield number, text
        if length > MAX_TEXT or time.monotonic() - started > SECONDS:
            return


def _docx(file: IO[bytes]) -> Iterator[tuple[int, str]]:
    with zipfile.ZipFile(file) as parts:
        if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
            raise ValueError("its parts are too large")
    file.seek(0)
    lines = []
    for part in Document(file).iter_inner_content():
        if isinstance(part, Table):
            lines += [cell.text for row in part.rows for cell in row.cells]
        else:
            lines.append(part.text)
    yield NO_PAGES, "\n".join(lines)[:MAX_TEXT]
