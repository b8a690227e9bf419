"""Files of an anonymous author: pictures and voice notes without what tells whose they are, and nothing else.

Documents are refused: a Word or PDF file has the name of who wrote it, and nobody could promise that it is clean. What is
kept is never the file that came: its hash stands in the audit of uploads beside who sent it.
"""

from __future__ import annotations

import uuid

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.feedback.pictures import PICTURES, picture_alone
from handbook.feedback.voices import VOICES, sound_alone


def may_be_anonymous(content_type: str) -> bool:
    """Whether a file of this type can go with an anonymous message."""
    return content_type in PICTURES or content_type in VOICES


def without_traces(storage_name: str, content_type: str) -> tuple[str, int]:
    """Where the file lies without its traces, with its size in bytes; the one that came goes after the commit.

    Raises Refused INVALID for what is no picture or voice note after all. In a transaction.
    """
    with default_storage.open(storage_name) as file:
        given = file.read()
    try:
        clean = (picture_alone if content_type in PICTURES else sound_alone)(given, content_type)
    except ValueError as error:
        message = (
            _("Không đọc được ảnh gửi kèm. Hãy chọn ảnh khác.")
            if content_type in PICTURES
            else _("Không đọc được ghi âm gửi kèm. Hãy ghi lại, hoặc chọn tệp MP3, M4A, OGG khác.")
        )
        raise Refused(RefusalCode.INVALID, message, field="attachments") from error
    ending = storage_name.rpartition(".")[2]
    kept = default_storage.save(f"feedback/{uuid.uuid4().hex}.{ending}", ContentFile(clean))
    transaction.on_commit(lambda: default_storage.delete(storage_name))
    return kept, len(clean)
