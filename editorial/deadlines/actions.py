"""As a deadline comes near those whose word is missing are reminded; once it has passed a substitute may decide.

Nothing waits in silence: also where there is no substitute, whoever asked and the board are told that it is late, and
whose word is missing. Each is told once; a run that is lost costs minutes.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from editorial.deadlines.waiting import Waiting, all_waiting, set_clocks
from messaging.actions import send_text
from messaging.enums import TextKind
from messaging.tasks import wake
from organizations.calendar import Calendar
from organizations.scope import member_of

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
        elif waiting.clock.reminded_at is None:
            allowed = calendar.between(waiting.began_at, due_at)
            if now >= calendar.back(due_at, allowed / LEFT):
                done["reminded"] += _remind(waiting, now)
    return done


@transaction.atomic
def _remind(waiting: Waiting, now: datetime.datetime) -> bool:
    if not _first(waiting.clock, "reminded_at", now):
        return False
    people = list(waiting.undecided().order_by("pk"))
    with translation.override("vi"):
        text = _("Sổ tay: “%(title)s” còn chờ đồng chí duyệt, hạn %(due)s.") % _words(waiting)
    _tell(people, text, f"remind:{waiting.key}")
    record("remind", actor=ACTOR, target=waiting.target, detail={"people": _names(people), "due_at": _due(waiting)})
    return True


@transaction.atomic
def _escalate(waiting: Waiting, now: datetime.datetime) -> bool:
    if not _first(waiting.clock, "escalated_at", now):
        return False
    missing, substitutes = list(waiting.undecided().order_by("pk")), list(waiting.substitutes().order_by("pk"))
    asker = waiting.asker()
    words = _words(waiting)
    with translation.override("vi"):
        in_place = _("Sổ tay: “%(title)s” quá hạn duyệt từ %(due)s. Từ nay đồng chí được duyệt thay.") % words
        late = _("Sổ tay: “%(title)s” quá hạn duyệt từ %(due)s, còn thiếu ý kiến của: %(missing)s.") % {
            **words,
            "missing": ", ".join(person.get_full_name() or person.get_username() for person in missing[:5]) or "-",
        }
    _tell(substitutes, in_place, f"escalate:{waiting.key}")
    _tell([asker] if asker else [], late, f"late:{waiting.key}")
    record(
        "escalate",
        actor=ACTOR,
        target=waiting.target,
        detail={"missing": _names(missing), "substitutes": _names(substitutes), "due_at": _due(waiting)},
    )
    transaction.on_commit(lambda: wake("editorial.tasks.send_review_links"))
    return True


def _first(clock: Any, field: str, now: datetime.datetime) -> bool:
    """Mark it; False where another run was quicker."""
    return bool(type(clock).objects.filter(pk=clock.pk, **{field: None}).update(**{field: now}))


def _tell(people: Iterable[User], text: str, key: str) -> None:
    """Those of them who are members; the others find it on their desk."""
    for person in people:
        if (member := member_of(person)) is not None:
            send_text(member=member, text=text, kind=TextKind.REVIEW, effect_key=f"{key}:{person.pk}")


def _words(waiting: Waiting) -> dict[str, str]:
    title = waiting.title if len(waiting.title) <= 80 else waiting.title[:79] + "…"
    return {"title": title, "due": date_format(timezone.localtime(_due(waiting)), "H:i d/m/Y")}


def _due(waiting: Waiting) -> datetime.datetime:
    return waiting.clock.due_at


def _names(people: Iterable[User]) -> list[str]:
    return [person.get_username() for person in people]
