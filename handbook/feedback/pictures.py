"""Files of an anonymous author: pictures without what the camera wrote into them, voice notes, and nothing else.

A photo carries the place and often the owner of the phone, a Word or PDF file the name of who wrote it. Of pictures only the
picture is kept; documents are refused, because nobody could promise that they are clean.
"""

from __future__ import annotations

import io
import uuid

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from audit.enums import RefusalCode
from audit.refusals import Refused

PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG"}
LARGEST_SIDE = 4096  # pixels; more tells nothing more of a road or a letter


def may_be_anonymous(content_type: str) -> bool:
    """Whether a file of this type can go with an anonymous message."""
    return content_type in PICTURES or content_type.startswith("audio/")


def without_traces(storage_name: str, content_type: str) -> tuple[str, int]:
    """Where a picture lies that has nothing but its dots, with its size in bytes; the one that came goes after the commit.

    Raises Refused INVALID for what is no picture after all. In a transaction.
    """
    try:
        with default_storage.open(storage_name) as file, Image.open(file) as picture:
            turned = ImageOps.exif_transpose(picture)
            turned.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            kind = PICTURES[content_type]
            dots = turned.convert("RGB") if kind == "JPEG" else turned.convert("RGBA")
            clean = Image.new(dots.mode, dots.size)
            clean.paste(dots)
            out = io.BytesIO()
            clean.save(out, kind, quality=85)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        message = _("Không đọc được ảnh gửi kèm. Hãy chọn ảnh khác.")
        raise Refused(RefusalCode.INVALID, message, field="attachments") from error
    ending = storage_name.rpartition(".")[2]
    kept = default_storage.save(f"feedback/{uuid.uuid4().hex}.{ending}", ContentFile(out.getvalue()))
    transaction.on_commit(lambda: default_storage.delete(storage_name))
    return kept, len(out.getvalue())
