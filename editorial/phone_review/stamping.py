"""The name of who opens a file, and when, in the file itself: on each page of a PDF, across a picture.

Other kinds (recordings, office documents) cannot carry it; the page that leads to them says for whom they open.
"""

from __future__ import annotations

import io
import logging
import unicodedata
from typing import IO

from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont, ImageOps
from pypdf import PageObject, PdfReader, PdfWriter, Transformation

from editorial.releases.printing.paper import FAMILY, FONTS

logger = logging.getLogger("sotay.editorial")

# What one request can stamp within some seconds on a small server, and keep in memory.
MOST_BYTES = 30 * 1024 * 1024
MOST_PAGES = 400
MOST_PIXELS = 40_000_000
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
PDF = "application/pdf"
ANGLE = 24  # degrees, against the lines of the text
TYPE = FONTS / "LiberationSerif-Regular.ttf"


class CannotStamp(Exception):
    """This file cannot carry a name: too large, locked, broken or moving. It must not be shown without."""


def is_stamped(content_type: str) -> bool:
    """Whether files of this type are shown with the name in them, or not at all."""
    return content_type == PDF or content_type.startswith("image/")


def stamped(file: IO[bytes], *, size: int, content_type: str, words: str) -> bytes:
    """The file with these words all over it, in its own format. Raises CannotStamp."""
    words = unicodedata.normalize("NFC", words)
    if size > MOST_BYTES:
        raise CannotStamp(f"{size} bytes")
    try:
        return _pdf(file, words) if content_type == PDF else _picture(file, PICTURES[content_type], words)
    except CannotStamp:
        raise
    except Exception as error:  # whatever a decoder says of a file that somebody uploaded
        logger.warning("a file of type %s cannot be stamped", content_type, exc_info=True)
        raise CannotStamp(str(error)) from error


def picture_that_says(words: str) -> bytes:
    """In the place of a picture that cannot be stamped: these words, as PNG."""
    font = ImageFont.truetype(TYPE, 22)
    lines = [""]
    for word in unicodedata.normalize("NFC", words).split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= 600 or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    picture = Image.new("RGB", (640, 30 * len(lines) + 40), "white")
    ImageDraw.Draw(picture).multiline_text((20, 20), "\n".join(lines), font=font, fill="black", spacing=8)
    return _saved(picture, "PNG")


def _pdf(file: IO[bytes], words: str) -> bytes:
    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise CannotStamp("locked by a password")
    if len(reader.pages) > MOST_PAGES:
        raise CannotStamp(f"{len(reader.pages)} pages")
    writer = PdfWriter(clone_from=reader)
    overlays: dict[tuple[int, int], PageObject] = {}
    for page in writer.pages:
        if page.rotation:
            page.transfer_rotation_to_content()
        box = page.cropbox
        size = (round(float(box.width)), round(float(box.height)))
        if size not in overlays:
            overlays[size] = _overlay(*size, words)
        place = Transformation().translate(float(box.left), float(box.bottom))
        page.merge_transformed_page(overlays[size], place)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _overlay(width: int, height: int, words: str) -> PageObject:
    """A sheet of this size, in points, with nothing on it but the words."""
    paper = FPDF(unit="pt", format=(width, height))
    paper.set_auto_page_break(False)
    paper.add_font(FAMILY, "", TYPE)
    paper.add_page()
    paper.set_text_color(90)
    paper.set_font(FAMILY, "", 20)
    step = paper.get_string_width(words) + 40
    with paper.local_context(fill_opacity=0.28):
        for row, y in enumerate(range(60, height + 200, 110)):
            x = -(step / 2) * (row % 2)
            while x < width:
                with paper.rotation(ANGLE, x, y):
                    paper.text(x, y, words)
                x += step
    paper.set_font(FAMILY, "", 9)
    paper.text(14, height - 8, words)
    return PdfReader(io.BytesIO(bytes(paper.output()))).pages[0]


def _picture(file: IO[bytes], form: str, words: str) -> bytes:
    picture = Image.open(file)
    if picture.width * picture.height > MOST_PIXELS:
        raise CannotStamp(f"{picture.width} x {picture.height} pixels")
    if getattr(picture, "n_frames", 1) > 1:
        raise CannotStamp("moves")
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    size = max(12, min(upright.size) // 22)
    font = ImageFont.truetype(TYPE, size)
    left, top, right, bottom = (round(each) for each in font.getbbox(words))
    tile = Image.new("RGBA", (right - left + size * 2, bottom - top + size), (0, 0, 0, 0))
    ImageDraw.Draw(tile).text(
        (size - left, size / 2 - top),
        words,
        font=font,
        fill=(255, 255, 255, 120),
        stroke_width=1,
        stroke_fill=(0, 0, 0, 110),
    )
    tile = tile.rotate(ANGLE, expand=True)
    layer = Image.new("RGBA", upright.size, (0, 0, 0, 0))
    for y in range(-tile.height // 3, upright.height, max(1, tile.height * 2 // 3)):
        for x in range(-tile.width // 4, upright.width, tile.width):
            layer.alpha_composite(tile, (max(0, x), max(0, y)), (max(0, -x), max(0, -y)))
    return _saved(Image.alpha_composite(upright, layer), form)


def _saved(picture: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    (picture.convert("RGB") if form == "JPEG" else picture).save(out, form)
    return out.getvalue()
