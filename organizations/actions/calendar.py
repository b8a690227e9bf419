"""The working calendar: holidays, days worked in their place, and office hours.

A deadline that was told stays as it was told: a change counts for what is reckoned from then on.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import lock_order, record
from audit.enums import RefusalCode
from audit.refusals import Refused
from organizations.calendar import Holiday, WorkingHours


@transaction.atomic
def save_holiday(*, actor: Any, holiday: Holiday) -> Holiday:
    """Enter a holiday or a day worked in place of one, or change it."""
    act = "save_holiday"
    lock_order()
    _require(actor, "change" if holiday.pk else "add", "holiday", act)
    holiday.name = " ".join(holiday.name.split())
    if not holiday.name:
        raise Refused(RefusalCode.REQUIRED, _("Hãy ghi tên ngày nghỉ."), field="name", act=act)
    if Holiday.objects.filter(day=holiday.day).exclude(pk=holiday.pk).exists():
        raise Refused(
            RefusalCode.CONFLICT,
            _("Ngày %(day)s đã có trong lịch.") % {"day": f"{holiday.day:%d/%m/%Y}"},
            field="day",
            act=act,
        )
    holiday.save()
    record(act, actor=actor, target=holiday, detail={"is_working_day": holiday.is_working_day})
    return holiday


@transaction.atomic
def delete_holiday(*, actor: Any, holiday: Holiday) -> None:
    """Take a day out of the calendar: it is again like its weekday."""
    act = "delete_holiday"
    _require(actor, "delete", "holiday", act)
    record(act, actor=actor, target=holiday)
    holiday.delete()


@transaction.atomic
def save_working_hours(*, actor: Any, hours: WorkingHours) -> WorkingHours:
    """Enter or change hours of a weekday. Refused where they meet others of that day: time would count twice."""
    act = "save_working_hours"
    lock_order()
    _require(actor, "change" if hours.pk else "add", "workinghours", act)
    if hours.closes <= hours.opens:
        raise Refused(RefusalCode.INVALID, _("Giờ kết thúc phải sau giờ bắt đầu."), field="closes", act=act)
    others = WorkingHours.objects.filter(weekday=hours.weekday, opens__lt=hours.closes, closes__gt=hours.opens)
    if others.exclude(pk=hours.pk).exists():
        raise Refused(RefusalCode.CONFLICT, _("Giờ này trùng với giờ đã nhập của cùng ngày."), field="opens", act=act)
    hours.save()
    record(act, actor=actor, target=hours)
    return hours


@transaction.atomic
def delete_working_hours(*, actor: Any, hours: WorkingHours) -> None:
    """Take hours out; without any, the usual office hours hold."""
    act = "delete_working_hours"
    _require(actor, "delete", "workinghours", act)
    record(act, actor=actor, target=hours)
    hours.delete()


def _require(actor: Any, right: str, model: str, act: str) -> None:
    if isinstance(actor, str) or (actor.is_active and actor.has_perm(f"organizations.{right}_{model}")):
        return
    raise Refused(
        RefusalCode.FORBIDDEN, _("Bạn không được sửa lịch làm việc. Việc này do Văn phòng Tỉnh ủy làm."), act=act
    )
