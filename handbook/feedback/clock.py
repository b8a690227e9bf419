"""The clock of a thread: it runs while the committee owes something, in working time, and stands still while the member does.

Here is what it says; ``actions`` and the task write it. A deadline that passed is noted as a ``Lateness`` of the unit that
owned the thread, once, by whoever comes first: the task, or the act that would otherwise hide it.
"""

from __future__ import annotations

import dataclasses
import datetime

from handbook.feedback.enums import (
    ANSWER_HOURS,
    ESCALATION_HOURS,
    HANDOVER_HOURS,
    RUNNING,
    WARNING_HOURS,
)
from handbook.feedback.models import FeedbackThread, Lateness, Topic
from organizations.calendar import NOTHING, Calendar

HOUR = datetime.timedelta(hours=1)


@dataclasses.dataclass(frozen=True)
class Clock:
    """The working calendar and the time it is."""

    calendar: Calendar
    now: datetime.datetime

    @classmethod
    def at(cls, now: datetime.datetime) -> Clock:
        """The clock at this moment, by the calendar as it is entered."""
        return cls(Calendar.load(), now)

    def start(self, thread: FeedbackThread) -> None:
        """Give a thread the whole time of its topic, from now."""
        hours = thread.topic.hours if thread.topic else ANSWER_HOURS
        self._set(thread, self.calendar.add(self.now, hours * HOUR))

    def stop(self, thread: FeedbackThread, *, keep_rest: bool = False) -> None:
        """Let it stand still: for good, or until ``go_on`` with what is left of it."""
        self.note_lateness(thread)
        if keep_rest and thread.due_at is not None:
            thread.time_left = self.calendar.between(self.now, thread.due_at)
        else:
            thread.time_left = None
        thread.due_at = thread.warn_at = thread.escalate_at = None

    def go_on(self, thread: FeedbackThread) -> None:
        """Let it run again with what was left: a unit that was late has no time at all, and is late at once."""
        left = thread.time_left if thread.time_left is not None else NOTHING
        thread.time_left = None
        self._set(thread, self.calendar.add(self.now, left))

    def hand_over(self, thread: FeedbackThread) -> None:
        """Leave the member's deadline as it is, but the new owner a working day where it has not passed yet."""
        if thread.due_at is None or thread.due_at <= self.now:
            return
        self._set(thread, max(thread.due_at, self.calendar.add(self.now, HANDOVER_HOURS * HOUR)))

    def take_over(self, thread: FeedbackThread, duplicate: FeedbackThread) -> None:
        """Let a thread run to the earlier of its deadline and a duplicate's: neither member was told of a later one."""
        if thread.due_at is None:
            self.go_on(thread)
        if thread.due_at is None or duplicate.due_at is None or thread.due_at <= duplicate.due_at:
            return
        for name in ("due_at", "warn_at", "escalate_at", "escalated_to"):
            setattr(thread, name, getattr(duplicate, name))

    def note_lateness(self, thread: FeedbackThread) -> bool:
        """Note that the owner let the deadline pass, once. Whether it has passed."""
        if thread.due_at is None or thread.due_at > self.now:
            return False
        # One that was taken over from a duplicate may have been noted with it.
        if not Lateness.objects.filter(due_at=thread.due_at, thread__merged_into=thread).exists():
            Lateness.objects.get_or_create(
                thread=thread, due_at=thread.due_at, defaults={"organization_id": thread.owner_id}
            )
        return True

    def next_escalation(self) -> datetime.datetime:
        """When the committee after the next is told."""
        return self.calendar.add(self.now, ESCALATION_HOURS * HOUR)

    def _set(self, thread: FeedbackThread, due_at: datetime.datetime) -> None:
        warning = _warning_of(thread.topic) * HOUR
        warn_at = self.calendar.back(due_at, warning) if warning else None
        thread.due_at = due_at
        thread.warn_at = warn_at if warn_at and warn_at > self.now else None
        thread.escalate_at = due_at


def is_right(thread: FeedbackThread) -> bool:
    """Whether clock and state agree: it runs where the committee owes something, and nowhere else."""
    return (thread.state in RUNNING) == (thread.due_at is not None)


def _warning_of(topic: Topic | None) -> int:
    return topic.warning_hours if topic else WARNING_HOURS
