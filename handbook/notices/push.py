"""What phones are told of notices, and what of them stands on a locked screen.

Two subjects: a notice, told to all it is for; and what is left of it, a reminder for those alone who have not done what
it asks. Both are asked anew for each batch (``messaging.subjects``): who read it in the night is not reminded in the morning.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from handbook.notices.done import asked_by, having
from handbook.notices.enums import Audience
from handbook.notices.models import Notice, NoticeVersion
from messaging.actions import call_off, push
from messaging.enums import PushCategory
from messaging.subjects import Subject, subject

SUBJECT = "notice"
REMINDER = "notice_reminder"


def push_notice(notice: Notice) -> None:
    """Have the current version told, once: the key names it."""
    push(
        effect_key=f"notice:{notice.pk}:{notice.version}",
        subject_kind=SUBJECT,
        subject_id=str(notice.pk),
        category=PushCategory.NOTICE,
        urgent=notice.current.urgent,
    )


def push_reminder(notice: Notice) -> None:
    """Have those reminded who have not done what the notice asks; once for each number of ``reminders``."""
    push(
        effect_key=f"notice:{notice.pk}:{notice.version}:reminder:{notice.reminders}",
        subject_kind=REMINDER,
        subject_id=str(notice.pk),
        category=PushCategory.NOTICE,
        urgent=False,
    )


def call_off_all(notice: Notice) -> None:
    """Tell nobody else of a notice that was recalled."""
    for kind in (SUBJECT, REMINDER):
        call_off(subject_kind=kind, subject_id=str(notice.pk))


@subject(SUBJECT)
def sent(notice_id: str) -> Subject | None:
    """A notice as it is in force now."""
    notice = _in_force(notice_id)
    return None if notice is None else Subject(audience=_keys(notice), text=_shown(notice, notice.current))


@subject(REMINDER)
def left(notice_id: str) -> Subject | None:
    """A notice for those who have not done all that it asks (``done``)."""
    notice = _in_force(notice_id)
    if notice is None:
        return None
    version = notice.current
    with override("vi"):
        text = _("Nhắc lại: %(notice)s") % {"notice": _shown(notice, version)}

    def settled(user_ids: Iterable[int]) -> set[int]:
        done = having(notice, asked_by(version)).filter(member__user__in=list(user_ids))
        return set(done.values_list("member__user_id", flat=True))

    return Subject(audience=_keys(notice), text=text, settled=settled)


def _in_force(notice_id: str) -> Notice | None:
    return Notice.objects.in_force(timezone.now()).filter(pk=uuid.UUID(notice_id)).first()


def _keys(notice: Notice) -> frozenset[str]:
    return frozenset(notice.audiences.values_list("key", flat=True))


def _shown(notice: Notice, version: NoticeVersion) -> str:
    if notice.audience == Audience.ALL:
        return version.title
    with override("vi"):
        return _("Có thông báo mới dành cho cấp ủy. Mở ứng dụng để xem.")
