"""How often and when a message is tried again: the same for every channel."""

from __future__ import annotations

import datetime

MAX_ATTEMPTS = 6
# Longer than any provider's call may take; a sender that was killed is made up for after it.
LEASE = datetime.timedelta(minutes=4)
FIRST_PAUSE = datetime.timedelta(seconds=30)
LONGEST_PAUSE = datetime.timedelta(hours=1)


def pause_after(attempts: int, asked: datetime.timedelta = datetime.timedelta()) -> datetime.timedelta:
    """How long to wait after so many attempts: 30 s, 1 min, 2 min ... 1 hour; longer where the provider asks for it."""
    return max(asked, min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE))
