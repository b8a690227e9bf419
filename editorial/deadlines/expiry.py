"""A desk hears of what of theirs is about to expire while there is still time to write it anew."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from editorial.deadlines.telling import tell, words
from editorial.enums import ScheduledAct
from editorial.models import Schedule

ACTOR = "expiry"
ACT = "warn_of_expiry"
# How long before: a week, so that a new text still finds its way through all steps.
AHEAD = datetime.timedelta(days=7)


def expiring(now: datetime.datetime) -> QuerySet[Schedule]:
    """What expires within the week, the next first."""
    soon = Schedule.objects.pending().filter(act=ScheduledAct.EXPIRE, due_at__gt=now, due_at__lte=now + AHEAD)
    return soon.select_related("page__source", "page__content_type").order_by("due_at", "pk")


def warn(now: datetime.datetime | None = None) -> int:
    """Tell each desk, once for each text that is out; how many texts."""
    now, told = now or timezone.now(), 0
    for schedule in expiring(now).filter(warned_at=None):
        told += _warn(schedule, now)
    return told


@transaction.atomic
def _warn(schedule: Schedule, now: datetime.datetime) -> bool:
    if not Schedule.objects.pending().filter(pk=schedule.pk, warned_at=None).update(warned_at=now):
        return False
    page = schedule.page.specific
    with translation.override("vi"):
        text = _(
            "Sổ tay: “%(title)s” hết hạn lúc %(at)s và sẽ tự gỡ. Nếu còn dùng, hãy sửa giờ hết hạn rồi trình lại."
        ) % words(page.title, schedule.due_at)
    tell(User.objects.filter(is_active=True, groups=page.source.editors_id), text, f"expiring:{schedule.pk}")
    record(ACT, actor=ACTOR, target=page, detail={"schedule": schedule.pk, "due_at": schedule.due_at})
    return True
