"""Pictures of a payload as they are put on paper."""

from __future__ import annotations

import io
import logging

from django.core.files.storage import default_storage
from PIL import Image

logger = logging.getLogger("sotay.editorial")

# Renditions are at most 1280 pixels on their long side (``cms.payload``): about 200 dots an inch in the column.
JPEG_QUALITY = 80


def jpeg_of(name: str) -> bytes | None:
    """A picture of the storage as JPEG, what shines through on white; None where it is lost or broken."""
    try:
        with default_storage.open(name) as file, Image.open(file) as picture:
            paper = Image.new("RGB", picture.size, "white")
            layer = picture.convert("RGBA")
            paper.paste(layer, mask=layer)
    except Exception:  # whatever a storage or a decoder says: the text is printed without it
        logger.warning("picture %s cannot be printed", name, exc_info=True)
        return None
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
