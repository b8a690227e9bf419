"""The files that go with notices: from a form of the admin, or from a phone by way of ``uploads``."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.notices.actions import guards
from handbook.notices.actions.guards import Actor
from handbook.notices.models import Notice, NoticeFile
from uploads.actions import take_upload

LARGEST_FILE = 20 * 1024 * 1024  # bytes
# What a phone opens without harm; a page with a script in it is none of it.
FILE_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "mp3": "audio/mpeg",
}


@transaction.atomic
def keep_file(*, actor: User, file: File[Any], name: str) -> NoticeFile:
    """Keep an uploaded file, to go with a notice of the uploader's."""
    act = "save_notice"
    name = guards.tidy_line(name.replace("/", "-"))[-255:]
    content_type = FILE_TYPES.get(name.rpartition(".")[2].lower())
    if content_type is None:
        raise Refused(
            RefusalCode.INVALID,
            _("Tệp “%(name)s” không thuộc loại gửi kèm được: %(types)s.")
            % {"name": name, "types": ", ".join(FILE_TYPES)},
            field="files",
            act=act,
        )
    if not file.size or file.size > LARGEST_FILE:
        raise Refused(
            RefusalCode.INVALID,
            _("Tệp “%(name)s” trống hoặc lớn quá 20 MB. Hãy chọn tệp khác.") % {"name": name},
            field="files",
            act=act,
        )
    key = uuid.uuid4()
    stored = default_storage.save(f"notices/{key}/{key}.{name.rpartition('.')[2].lower()}", file)
    return NoticeFile.objects.create(
        id=key,
        uploaded_by=actor,
        storage_name=stored,
        name=name,
        content_type=content_type,
        size=file.size,
        created_at=timezone.now(),
    )


def files_for(ids: Iterable[uuid.UUID], actor: Actor, notice: Notice | None, act: str) -> list[NoticeFile]:
    """The files of these ids: the actor's own files and uploads, or what the notice has already. Another does not exist."""
    wanted = list(dict.fromkeys(ids))
    found = NoticeFile.objects.in_bulk(wanted)
    had = set(NoticeFile.objects.filter(versions__notice=notice).values_list("pk", flat=True)) if notice else set()
    account = guards.person(actor)
    files = []
    for pk in wanted:
        file = found.get(pk) or _from_upload(pk, account)
        if file is None or not (pk in had or (account is not None and file.uploaded_by_id == account.pk)):
            raise Refused(
                RefusalCode.NOT_FOUND,
                _("Không tìm thấy tệp gửi kèm. Hãy tải tệp lên lại."),
                field="attachments",
                act=act,
            )
        files.append(file)
    return files


def _from_upload(pk: uuid.UUID, account: User | None) -> NoticeFile | None:
    """A whole upload of the actor's, made a file of this room under the same id; None where there is none."""
    if account is None:
        return None
    try:
        taken = take_upload(actor=account, upload_id=pk)
    except Refused:
        return None
    return NoticeFile.objects.create(
        id=taken.pk,
        uploaded_by=account,
        storage_name=taken.storage_name,
        name=taken.name,
        content_type=taken.content_type,
        size=taken.size,
        created_at=timezone.now(),
    )
