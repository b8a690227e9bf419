"""What a person does with their own devices."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.sessions import end_all_sessions, end_session
from accounts.enums import EndReason
from accounts.models import Session, User
from audit.enums import RefusalCode
from audit.refusals import Refused


def sign_out(*, session: Session) -> None:
    """End the session of the device in hand."""
    end_session(actor=session.user, session=session, reason=EndReason.SIGNED_OUT)


def end_device(*, user: User, session_id: Any) -> Session:
    """End one of one's own sessions. Raises Refused NOT_FOUND where it is someone else's, over, or none."""
    session = user.sessions.select_related("user").filter(pk=session_id).first()
    if session is None or not end_session(actor=user, session=session, reason=EndReason.SIGNED_OUT):
        raise Refused(
            RefusalCode.NOT_FOUND,
            _("Không tìm thấy thiết bị này trong danh sách đang đăng nhập. Hãy tải lại danh sách."),
            field="id",
            act="end_device",
        )
    return session


@transaction.atomic
def sign_out_everywhere(*, session: Session, keep_current: bool) -> int:
    """End all of one's own sessions, in the admin too; the one in hand stays where asked. Returns how many ended."""
    kept = session if keep_current else None
    return end_all_sessions(actor=session.user, user=session.user, reason=EndReason.SIGNED_OUT, keep=kept)
