"""Saying something in a thread. For the acts of this room, which have checked who says it and saved the rest."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import User
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.feedback.enums import MessageKind
from handbook.feedback.models import FeedbackFile, FeedbackMessage, FeedbackThread
from handbook.feedback.traces import may_be_anonymous, without_traces
from organizations.names import folded
from uploads.actions import take_upload

MOST_FILES = 10
LONGEST_TEXT = 40_000


def say(
    thread: FeedbackThread,
    kind: str,
    body: str,
    *,
    at: datetime.datetime,
    officer: User | None = None,
    client_id: str = "",
) -> FeedbackMessage:
    """Add a message at the end; the caller saves the thread, whose numbers it moves on."""
    thread.last_number += 1
    if kind == MessageKind.COMMITTEE:
        thread.answered_number = thread.last_number
    if kind != MessageKind.NOTE:
        thread.text_folded = f"{thread.text_folded} {folded(body)}".strip()[:LONGEST_TEXT]
    return FeedbackMessage.objects.create(
        thread=thread,
        number=thread.last_number,
        kind=kind,
        body=body,
        officer=officer,
        organization_id=None if kind == MessageKind.MEMBER else thread.owner_id,
        sent_at=at,
        client_id=client_id,
    )


def attach(message: FeedbackMessage, upload_ids: Iterable[uuid.UUID], *, actor: User) -> None:
    """Give a message the files that its writer uploaded. Refused for one that is not theirs, not whole, or taken."""
    wanted = list(dict.fromkeys(upload_ids))
    if len(wanted) > MOST_FILES:
        raise Refused(RefusalCode.INVALID, _("Gửi kèm nhiều nhất 10 tệp."), field="attachments")
    for upload_id in wanted:
        try:
            taken = take_upload(actor=actor, upload_id=upload_id)
        except Refused as refusal:
            message_text = _("Không tìm thấy tệp gửi kèm. Hãy tải tệp lên lại.")
            raise Refused(refusal.code, message_text, field="attachments") from refusal
        stored, size = taken.storage_name, taken.size
        if message.thread.anonymous_to_cell:
            if not may_be_anonymous(taken.content_type):
                message_text = _("Góp ý ẩn danh chỉ kèm được ảnh và ghi âm: tệp văn bản thường ghi tên người soạn.")
                raise Refused(RefusalCode.INVALID, message_text, field="attachments")
            stored, size = without_traces(stored, taken.content_type)
        FeedbackFile.objects.create(
            message=message,
            upload_id=taken.pk,
            storage_name=stored,
            name=taken.name,
            content_type=taken.content_type,
            size=size,
        )
