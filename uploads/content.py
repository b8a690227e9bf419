"""Whether a file is what its name says: told by its bytes, never by what the sender calls it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from typing import IO

HEAD = 16
# The kinds of m4a that phones record.
M4A_BRANDS = (b"M4A", b"M4B", b"mp4", b"iso", b"3gp")
MOST_PARTS = 10_000  # of an Office file; thousands of pages have some hundred


def is_what_it_says(file: IO[bytes], extension: str) -> bool:
    """Whether the file is of the kind that this extension names."""
    file.seek(0)
    fits = _KINDS[extension](file.read(HEAD), file)
    file.seek(0)
    return fits


def _begins(*signatures: bytes) -> Callable[[bytes, IO[bytes]], bool]:
    return lambda head, file: head.startswith(signatures)


def _is_mp3(head: bytes, file: IO[bytes]) -> bool:
    # A tag, or at once a frame: eleven bits set, then a layer that is none of the reserved.
    frame = int.from_bytes(head[:2])
    return head.startswith(b"ID3") or (len(head) > 1 and frame >> 5 == 0x7FF and frame & 0x06 != 0)


def _is_m4a(head: bytes, file: IO[bytes]) -> bool:
    return head[4:8] == b"ftyp" and head[8:12].startswith(M4A_BRANDS)


def _office(main_part: str) -> Callable[[bytes, IO[bytes]], bool]:
    def fits(head: bytes, file: IO[bytes]) -> bool:
        if not head.startswith(b"PK\x03\x04"):
            return False
        try:
            names = zipfile.ZipFile(file).namelist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            return False
        macros = any(name.lower().endswith("vbaproject.bin") for name in names)
        return len(names) <= MOST_PARTS and not macros and {"[Content_Types].xml", main_part} <= set(names)

    return fits


_KINDS: dict[str, Callable[[bytes, IO[bytes]], bool]] = {
    "pdf": _begins(b"%PDF-"),
    "docx": _office("word/document.xml"),
    "xlsx": _office("xl/workbook.xml"),
    "jpg": _begins(b"\xff\xd8\xff"),
    "jpeg": _begins(b"\xff\xd8\xff"),
    "png": _begins(b"\x89PNG\r\n\x1a\n"),
    "mp3": _is_mp3,
    "m4a": _is_m4a,
    "ogg": _begins(b"OggS"),
}
