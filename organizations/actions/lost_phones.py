"""A lost phone: the secretary ends what is signed in on it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import end_all_sessions
from accounts.enums import EndReason
from accounts.models import User
from audit.actions import record
from audit.enums import RefusalCode
from audit.refusals import Refused
from organizations.actions import guards
from organizations.enums import Right
from organizations.models import Member

ACT = "end_member_sessions"


@transaction.atomic
def end_member_sessions(*, actor: User, member: Member, reason: str) -> int:
    """End all sessions of a member, on all devices and in the admin. Returns on how many devices they were signed in.

    The member reads the reason when they come back. Raises Refused: NOT_FOUND where the actor may not see the member,
    FORBIDDEN without the right in the member's cell, REQUIRED and INVALID for the reason.
    """
    found = guards.locked_member(actor, member, ACT)
    guards.require_right(actor, Right.MANAGE_MEMBERS, found.cell, ACT)
    reason = guards.tidy(reason)
    if not reason:
        raise Refused(
            RefusalCode.REQUIRED,
            _("Hãy ghi lý do, ví dụ: mất điện thoại ngày 24/11. Đảng viên sẽ đọc được lý do này."),
            field="reason",
            act=ACT,
            target=found,
        )
    guards.refuse_fault(
        _("Lý do dài quá 255 ký tự.") if len(reason) > 255 else None, field="reason", act=ACT, target=found
    )
    ended = 0
    if found.user is not None:
        ended = end_all_sessions(actor=actor, user=found.user, reason=EndReason.ENDED_BY_OFFICER, note=reason)
    record(ACT, actor=actor, target=found, detail={"reason": reason, "ended": ended})
    return ended
