"""What is asked before every change here: who does it, in which state, and that the text is fit to keep.

An act of an anonymous author is told to nobody by name: ``heard`` gives the audit another word for them, and a refusal of
theirs names no act, so that it is not recorded beside their account.
"""

from __future__ import annotations

import datetime
import unicodedata
import uuid
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import lock_order
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.feedback.enums import REOPEN_WITHIN, TRANSITIONS
from handbook.feedback.models import FeedbackThread
from organizations.models import Member

# A person, or the name of a command or task.
Actor = User | str

LONGEST_SUBJECT = 255
LONGEST_BODY = 20_000
LONGEST_NOTE = 500
# What the audit says in the place of a name.
ANONYMOUS = "ẩn danh"
RELATED = ("owner", "author__cell", "author__user", "topic", "veil", "cell", "escalated_to", "merged_into")


def person(actor: Actor) -> User | None:
    """The account of the actor; None for a command."""
    return None if isinstance(actor, str) else actor


def worked_on(actor: Actor, thread: FeedbackThread, act: str) -> FeedbackThread:
    """The thread as it is now, where the actor may work on it and the act is possible in its state.

    For whom it does not exist, it is not found; who only handed it on may read, and is told so.
    """
    lock_order()
    threads = FeedbackThread.objects.select_related(*RELATED)
    found = threads.filter(pk=thread.pk).first()
    if found is None:
        raise not_found(act)
    if not isinstance(actor, str) and not FeedbackThread.objects.workable_by(actor).filter(pk=found.pk).exists():
        if FeedbackThread.objects.of_officer(actor).filter(pk=found.pk).exists():
            raise Refused(
                RefusalCode.FORBIDDEN,
                _("Góp ý này nay do “%(unit)s” xử lý. Bạn chỉ xem được phần trước khi chuyển.") % {"unit": found.owner},
                act=act,
                target=found,
            )
        raise not_found(act)
    require_state(found, act)
    return found


def own(member: Member, thread_id: uuid.UUID) -> FeedbackThread:
    """The member's own thread as it is now; another's is not found."""
    lock_order()
    found = FeedbackThread.objects.of_member(member).select_related(*RELATED).filter(pk=thread_id).first()
    if found is None:
        raise not_found("", field="thread_id")
    return found


def require_state(thread: FeedbackThread, act: str, *, by_author: bool = False) -> None:
    """Refuse an act that the table of transitions does not have for the thread's state."""
    if thread.state in TRANSITIONS[act]:
        return
    silent = by_author and thread.anonymous_to_cell
    raise Refused(
        RefusalCode.CONFLICT,
        _("Góp ý đang ở trạng thái “%(state)s” nên không làm được việc này. Hãy tải lại trang.")
        % {"state": thread.get_state_display()},
        act="" if silent else act,
        target=None if silent else thread,
    )


def move(thread: FeedbackThread, act: str) -> None:
    """The state after an act, by the table; the caller saves."""
    thread.state = TRANSITIONS[act][thread.state]


def require_reopenable(thread: FeedbackThread, now: datetime.datetime, act: str) -> None:
    """Refuse what has been settled for too long."""
    if thread.settled_at is None or now <= thread.settled_at + REOPEN_WITHIN:
        return
    raise Refused(
        RefusalCode.EXPIRED,
        _("Đã quá 14 ngày từ khi trả lời nên không mở lại được. Hãy gửi góp ý mới."),
        act=act,
        target=thread if act else None,
    )


def heard(member: Member, *, anonymous: bool) -> Any:
    """Who the audit says did it: the member's account, or nobody by name."""
    return ANONYMOUS if anonymous or member.user is None else member.user


def not_found(act: str, field: str = "id") -> Refused:
    """What someone gets for whom there is no such thread."""
    return Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy góp ý này."), field=field, act=act)


def line(text: str, *, field: str, act: str, missing: str, longest: int = LONGEST_SUBJECT) -> str:
    """A text in one line, NFC. Refused where it is missing or too long."""
    return _checked(" ".join(unicodedata.normalize("NFC", text).split()), field, act, missing, longest)


def text(given: str, *, field: str, act: str, missing: str, longest: int = LONGEST_BODY) -> str:
    """A text of several lines, NFC, none empty at its ends. Refused where it is missing or too long."""
    lines = unicodedata.normalize("NFC", given).replace("\r\n", "\n").split("\n")
    return _checked("\n".join(each.rstrip() for each in lines).strip(), field, act, missing, longest)


def _checked(found: str, field: str, act: str, missing: str, longest: int) -> str:
    if not found and missing:
        raise Refused(RefusalCode.REQUIRED, missing, field=field, act=act)
    if len(found) > longest or "\x00" in found:
        message = _("Nội dung dài quá %(n)d ký tự hoặc có ký tự lạ. Hãy viết ngắn lại.") % {"n": longest}
        raise Refused(RefusalCode.INVALID, message, field=field, act=act)
    return found
