"""What django-q2 runs."""

from __future__ import annotations


def drop_expired() -> int:
    """Forget uploads whose time is over; how many."""
    from uploads import actions

    return actions.drop_expired()
