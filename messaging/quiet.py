"""Quiet hours, in the province's time."""

from __future__ import annotations

import datetime

from django.utils import timezone


def quiet_until(now: datetime.datetime, quiet_from: datetime.time, quiet_to: datetime.time) -> datetime.datetime | None:
    """The end of the quiet hours in which ``now`` lies; None outside of them. Equal times mean no quiet hours."""
    local = timezone.localtime(now)
    time = local.time()
    over_midnight = quiet_from > quiet_to
    begun, not_over = time >= quiet_from, time < quiet_to
    if not ((begun or not_over) if over_midnight else (begun and not_over)):
        return None
    day = local.date() + datetime.timedelta(days=over_midnight and begun)
    return timezone.make_aware(datetime.datetime.combine(day, quiet_to))
