"""Pictures of an anonymous author, without what the camera wrote into them: a photo carries the place, and often the owner of
the phone."""

from __future__ import annotations

import io
import secrets

from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG"}
LARGEST_SIDE = 4096  # pixels; more tells nothing more of a road or a letter


def picture_alone(file: bytes, content_type: str) -> bytes:
    """A picture that has nothing but the dots of this one, and a number of our own: none is known again by the hash of what
    was sent. Raises ValueError for what is no picture after all."""
    number = secrets.token_hex(16)
    kind = PICTURES[content_type]
    try:
        with Image.open(io.BytesIO(file)) as picture:
            turned = ImageOps.exif_transpose(picture)
            turned.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            dots = turned.convert("RGB") if kind == "JPEG" else turned.convert("RGBA")
            clean = Image.new(dots.mode, dots.size)
            clean.paste(dots)
            out = io.BytesIO()
            if kind == "JPEG":
                clean.save(out, kind, quality=85, comment=number)
            else:
                remark = PngInfo()
                remark.add_text("Comment", number)
                clean.save(out, kind, pnginfo=remark)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("no picture") from error
    return out.getvalue()
