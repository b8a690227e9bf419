"""Small PDF files with Vietnamese text that can be read, searched and copied: one embedded font, no layout engine."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from pathlib import Path

FONT_FILE = Path(__file__).parent / "data" / "SoTaySerif.ttf"
PAGE_WIDTH, PAGE_HEIGHT, MARGIN = 595, 842, 64  # points: A4
SIZE, LEADING = 12, 18


class Font:
    """What a PDF must know of a TrueType font: the glyph of each letter, and its width in thousandths."""

    def __init__(self, path: Path) -> None:
        self.data = path.read_bytes()
        count = struct.unpack(">H", self.data[4:6])[0]
        rows = [struct.unpack(">4sIII", self.data[12 + 16 * place : 28 + 16 * place]) for place in range(count)]
        self._tables = {tag.decode(): self.data[offset : offset + length] for tag, _sum, offset, length in rows}
        self.glyphs = self._read_glyphs()
        self.widths = self._read_widths()

    def _read_glyphs(self) -> dict[str, int]:
        """The font has one character map, of format 4 and without glyph arrays."""
        table = self._tables["cmap"]
        start = struct.unpack(">I", table[8:12])[0]
        count = struct.unpack(">H", table[start + 6 : start + 8])[0] // 2
        ends = struct.unpack(f">{count}H", table[start + 14 : start + 14 + 2 * count])
        at = start + 16 + 2 * count
        starts = struct.unpack(f">{count}H", table[at : at + 2 * count])
        deltas = struct.unpack(f">{count}H", table[at + 2 * count : at + 4 * count])
        return {
            chr(code): (code + delta) & 0xFFFF
            for first, last, delta in zip(starts, ends, deltas, strict=True)
            if last != 0xFFFF
            for code in range(first, last + 1)
        }

    def _read_widths(self) -> list[int]:
        em = struct.unpack(">H", self._tables["head"][18:20])[0]
        table = self._tables["hmtx"]
        return [struct.unpack(">H", table[place : place + 2])[0] * 1000 // em for place in range(0, len(table), 4)]

    def width(self, text: str) -> float:
        """The width of a text in points at SIZE."""
        return sum(self.widths[self.glyphs.get(char, 0)] for char in text) * SIZE / 1000

    def encoded(self, text: str) -> str:
        """The text as glyph numbers in hexadecimal."""
        return "".join(f"{self.glyphs.get(char, 0):04x}" for char in text)


@cache
def _font() -> Font:
    return Font(FONT_FILE)


def make_pdf(paragraphs: list[str]) -> bytes:
    """A PDF of these paragraphs, wrapped, on as many A4 pages as they need. The same text gives the same bytes."""
    font = _font()
    lines = [line for paragraph in paragraphs for line in [*_wrapped(paragraph, font), ""]]
    per_page = (PAGE_HEIGHT - 2 * MARGIN) // LEADING
    pages = [lines[start : start + per_page] for start in range(0, len(lines), per_page)]
    first_page = 8
    kids = " ".join(f"{first_page + 2 * place} 0 R" for place in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (vi) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /SoTaySerif /Encoding /Identity-H"
        b" /DescendantFonts [4 0 R] /ToUnicode 7 0 R >>",
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SoTaySerif /CIDToGIDMap /Identity /FontDescriptor 5 0 R"
        f" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
        f" /W [0 [{' '.join(map(str, font.widths))}]] >>".encode(),
        b"<< /Type /FontDescriptor /FontName /SoTaySerif /Flags 4 /FontBBox [-770 -347 2105 1109] /ItalicAngle 0"
        b" /Ascent 939 /Descent -236 /CapHeight 729 /StemV 80 /FontFile2 6 0 R >>",
        _stream(font.data, f"/Length1 {len(font.data)}"),
        _stream(_to_unicode(font)),
    ]
    for place, page in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}]"
            f" /Resources << /Font << /F 3 0 R >> >> /Contents {first_page + 2 * place + 1} 0 R >>".encode()
        )
        drawn = "".join(f"<{font.encoded(line)}> Tj T*\n" for line in page)
        text = f"BT /F {SIZE} Tf {LEADING} TL {MARGIN} {PAGE_HEIGHT - MARGIN - SIZE} Td\n{drawn}ET"
        objects.append(_stream(text.encode()))
    return _file(objects)


def _wrapped(paragraph: str, font: Font) -> list[str]:
    lines, line = [], ""
    for word in paragraph.split():
        longer = f"{line} {word}".strip()
        if line and font.width(longer) > PAGE_WIDTH - 2 * MARGIN:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def _to_unicode(font: Font) -> bytes:
    pairs = [f"<{glyph:04x}> <{ord(char):04x}>" for char, glyph in sorted(font.glyphs.items())]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    maps = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /SoTay def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{maps}\nendcmap end end"
    ).encode()


def _stream(data: bytes, extra: str = "") -> bytes:
    packed = zlib.compress(data, 9)
    return f"<< /Length {len(packed)} /Filter /FlateDecode {extra} >>\nstream\n".encode() + packed + b"\nendstream"


def _file(objects: list[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), []
    for number, each in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + each + b"\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    tail = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return bytes(out) + head.encode() + tail.encode()
