"""What a provider is given, and what it says of each message."""

from __future__ import annotations

import dataclasses
import datetime
import email.utils
import enum
from collections.abc import Sequence
from typing import Protocol

from django.utils import timezone


@dataclasses.dataclass(frozen=True, kw_only=True)
class Message:
    """One message to one recipient. ``key`` is the same each time it is tried, so that a provider may know it again."""

    key: str
    address: str
    text: str
    title: str = ""
    # What only pushes have: values for the app, what an older one is replaced by, whether it may wake the phone, whether
    # it is for the app alone and shows nothing, and the seconds for which it is kept for a phone that is off.
    data: dict[str, str] = dataclasses.field(default_factory=dict)
    collapse_key: str = ""
    urgent: bool = False
    silent: bool = False
    ttl: int = 0


class Outcome(enum.Enum):
    """What became of a message, as far as the provider tells."""

    ACCEPTED = "accepted"
    LATER = "later"  # worth another try: too many at once, their fault; or no answer, where they take a key once
    UNCERTAIN = "uncertain"  # handed over, no answer, and they would take it a second time
    DEAD = "dead"  # the address reaches nobody any more
    REFUSED = "refused"  # this message will never be taken


@dataclasses.dataclass(frozen=True)
class Result:
    """The outcome of one message. ``retry_after`` is how long the provider asks to be left alone."""

    outcome: Outcome
    reason: str = ""
    retry_after: datetime.timedelta = datetime.timedelta()


ACCEPTED = Result(Outcome.ACCEPTED)


class Provider(Protocol):
    """Carries messages. Never raises for what a single message does: it says so in that message's result."""

    @property
    def takes_a_key_once(self) -> bool:
        """Whether a message that comes again under its key reaches nobody a second time, or replaces the first."""
        ...

    def send(self, messages: Sequence[Message]) -> list[Result]:
        """Hand the messages over; one result for each, in their order."""
        ...


def retry_after(header: str | None) -> datetime.timedelta:
    """What a Retry-After header asks for: seconds or a date; nothing where it is absent or unreadable."""
    header = (header or "").strip()
    if header.isdecimal():
        return datetime.timedelta(seconds=min(int(header), 86_400))
    try:
        at = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return datetime.timedelta()
    at = at if at.tzinfo else at.replace(tzinfo=datetime.UTC)
    return min(max(at - timezone.now(), datetime.timedelta()), datetime.timedelta(days=1))
