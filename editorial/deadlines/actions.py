"""As a deadline comes near those whose word is missing are reminded; once it has passed a substitute may decide.

Nothing waits in silence: also where there is no substitute, whoever asked is told that it is late and whose word is
missing; where neither can be reached, the board is; and the board finds it on its dashboard in any case. Each is told
once; a run that is lost costs minutes.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from editorial.deadlines.telling import tell, words
from editorial.deadlines.waiting import Waiting, all_waiting, set_clocks
from editorial.moments import moment
from editorial.permissions import board_members
from messaging.tasks import wake
from organizations.calendar import Calendar

ACTOR = "deadlines"
# Of the working time, how much is left when people are reminded.
LEFT = 4


def watch(now: datetime.datetime | None = None) -> dict[str, int]:
    """Remind and escalate what is to be; how many of each. Safe many at a time."""
    now, calendar = now or timezone.now(), Calendar.load()
    set_clocks(calendar)
    done = {"reminded": 0, "escalated": 0}
    for waiting in all_waiting():
        due_at = waiting.clock.due_at
        if due_at <= now:
            done["escalated"] += _escalate(waiting, now)
        elif waiting.clock.reminded_at is None and now >= _reminder_at(waiting, calendar):
            done["reminded"] += _remind(waiting, now)
    return done


def _reminder_at(waiting: Waiting, calendar: Calendar) -> datetime.datetime:
    """When a part of the working time is left; of the whole time, where what goes out soon leaves no office hours."""
    due_at = waiting.clock.due_at
    if allowed := calendar.between(waiting.began_at, due_at):
        return calendar.back(due_at, allowed / LEFT)
    return due_at - (due_at - waiting.began_at) / LEFT


@transaction.atomic
def _remind(waiting: Waiting, now: datetime.datetime) -> bool:
    if not _first(waiting.clock, "reminded_at", now):
        return False
    people = list(waiting.undecided().order_by("pk"))
    with translation.override("vi"):
        text = _("Sổ tay: “%(title)s” còn chờ đồng chí duyệt, hạn %(at)s.") % words(waiting.title, waiting.clock.due_at)
        text += _warning(waiting, now)
    tell(people, text, f"remind:{waiting.key}")
    record(
        "remind", actor=ACTOR, target=waiting.target, detail={"people": _names(people), "due_at": waiting.clock.due_at}
    )
    return True


@transaction.atomic
def _escalate(waiting: Waiting, now: datetime.datetime) -> bool:
    if not _first(waiting.clock, "escalated_at", now):
        return False
    missing, substitutes = list(waiting.undecided().order_by("pk")), list(waiting.substitutes().order_by("pk"))
    asker = waiting.asker()
    facts = words(waiting.title, waiting.clock.due_at)
    with translation.override("vi"):
        in_place = _("Sổ tay: “%(title)s” quá hạn duyệt từ %(at)s. Từ nay đồng chí được duyệt thay.") % facts
        late = _("Sổ tay: “%(title)s” quá hạn duyệt từ %(at)s, còn thiếu ý kiến của: %(missing)s.") % {
            **facts,
            "missing": ", ".join(person.get_full_name() or person.get_username() for person in missing[:5]) or "-",
        }
        in_place, late = in_place + _warning(waiting, now), late + _warning(waiting, now)
    told = tell(substitutes, in_place, f"escalate:{waiting.key}")
    told += tell([asker] if asker else [], late, f"late:{waiting.key}")
    if not told:
        told = tell(board_members().order_by("pk"), late, f"late:{waiting.key}")
    record(
        "escalate",
        actor=ACTOR,
        target=waiting.target,
        detail={
            "missing": _names(missing),
            "substitutes": _names(substitutes),
            "told": _names(told),
            "due_at": waiting.clock.due_at,
        },
    )
    transaction.on_commit(lambda: wake("editorial.tasks.send_review_links"))
    return True


def _warning(waiting: Waiting, now: datetime.datetime) -> str:
    """That what is to go out at a time will not, of what has such a time and it lies ahead."""
    at = waiting.goes_out_at()
    if at is None or at <= now:
        return ""
    return " " + _("Chưa đủ phê duyệt thì sẽ không phát hành lúc %(at)s.") % {"at": moment(at)}


def _first(clock: Any, field: str, now: datetime.datetime) -> bool:
    """Mark it; False where another run was quicker."""
    return bool(type(clock).objects.filter(pk=clock.pk, **{field: None}).update(**{field: now}))


def _names(people: Iterable[User]) -> list[str]:
    return [person.get_username() for person in people]
