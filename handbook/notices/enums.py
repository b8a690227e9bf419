"""The words of notices, and the one table of which act is possible in which state."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.enums import COMMITTEE_POSITIONS, SECRETARY_POSITIONS, Clearance
from organizations.scope import SECRETARIES


class State(models.TextChoices):
    """What was done with a notice. Whether it is in force depends on its times as well (``Notice.status_at``)."""

    DRAFT = "draft", _("Bản nháp")
    WAITING = "waiting", _("Chờ duyệt")
    RETURNED = "returned", _("Bị trả lại")
    SENT = "sent", _("Đã gửi")
    RECALLED = "recalled", _("Đã thu hồi")


class Status(models.TextChoices):
    """What people are told about a notice: its state and the time together."""

    DRAFT = "draft", _("Bản nháp")
    WAITING = "waiting", _("Chờ duyệt")
    RETURNED = "returned", _("Bị trả lại")
    SCHEDULED = "scheduled", _("Hẹn giờ")
    SENT = "sent", _("Đã gửi")
    EXPIRED = "expired", _("Hết hiệu lực")
    RECALLED = "recalled", _("Đã thu hồi")


# In these a notice is out, will be at its time, or was: what phones tell of it is taken.
WERE_OUT = (State.SENT, State.RECALLED)

# In these it is its writers' alone, and may be changed.
EDITABLE = (State.DRAFT, State.RETURNED)

# The whole of what may be done when, and what a notice is afterwards.
TRANSITIONS: dict[str, dict[str, str]] = {
    "save_notice": {State.DRAFT: State.DRAFT, State.RETURNED: State.DRAFT},
    "send_notice": {State.DRAFT: State.SENT, State.RETURNED: State.SENT},
    # Where a committee above must approve it, sending puts it before them.
    "submit_notice": {State.DRAFT: State.WAITING, State.RETURNED: State.WAITING},
    "approve_notice": {State.WAITING: State.SENT},
    "return_notice": {State.WAITING: State.RETURNED},
    "take_back_notice": {State.WAITING: State.DRAFT, State.SENT: State.SENT},
    # Only while it is not out yet; where a committee must approve it, it waits for them anew.
    "reschedule_notice": {State.SENT: State.SENT},
    "resubmit_notice": {State.SENT: State.WAITING},
    "correct_notice": {State.SENT: State.SENT},
    "remind_notice": {State.SENT: State.SENT},
    "tell_in_person": {State.SENT: State.SENT},
    "recall_notice": {State.SENT: State.RECALLED},
}


class Audience(models.TextChoices):
    """Whom of the units a notice is for."""

    ALL = "all", _("Mọi đảng viên")
    COMMITTEE = "committee", _("Cấp ủy")
    SECRETARIES = "secretaries", _("Bí thư")


# The level of the audience keys of each (``organizations.scope``), and the positions through which people belong to it.
LEVELS: dict[str, str] = {
    Audience.ALL: Clearance.MEMBER.value,
    Audience.COMMITTEE: Clearance.COMMITTEE.value,
    Audience.SECRETARIES: SECRETARIES,
}
POSITIONS: dict[str, frozenset[str]] = {
    Audience.COMMITTEE: frozenset(COMMITTEE_POSITIONS),
    Audience.SECRETARIES: frozenset(SECRETARY_POSITIONS),
}


class RemindBefore(models.IntegerChoices):
    """How many days before its deadline those are reminded who have not done what a notice asks."""

    NEVER = 0, _("Không tự nhắc")
    ONE = 1, _("Trước hạn 1 ngày")
    THREE = 3, _("Trước hạn 3 ngày")
    SEVEN = 7, _("Trước hạn 7 ngày")


class RemindAfter(models.IntegerChoices):
    """The same of a notice without a deadline: how many days after it came out, or asked again."""

    NEVER = 0, _("Không tự nhắc")
    ONE = 1, _("Sau khi gửi 1 ngày")
    THREE = 3, _("Sau khi gửi 3 ngày")
    SEVEN = 7, _("Sau khi gửi 7 ngày")


class ReceiptKind(models.TextChoices):
    """What a member's phone tells of a notice."""

    DELIVERED = "delivered", _("Đã nhận")
    READ = "read", _("Đã xem")
    ACKNOWLEDGED = "acknowledged", _("Đã tiếp nhận")
    ANSWERED = "answered", _("Đã trả lời")


# Who has read it has got it; who has acknowledged or answered it has read it.
IMPLIED: dict[str, tuple[str, ...]] = {
    ReceiptKind.DELIVERED: (ReceiptKind.DELIVERED,),
    ReceiptKind.READ: (ReceiptKind.DELIVERED, ReceiptKind.READ),
    ReceiptKind.ACKNOWLEDGED: (ReceiptKind.DELIVERED, ReceiptKind.READ, ReceiptKind.ACKNOWLEDGED),
    ReceiptKind.ANSWERED: (ReceiptKind.DELIVERED, ReceiptKind.READ, ReceiptKind.ANSWERED),
}
