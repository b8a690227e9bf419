"""Quiet hours at their edges, in the province's time."""

import datetime

import pytest

from messaging.quiet import quiet_until

AT = datetime.datetime.fromisoformat
TIME = datetime.time.fromisoformat


@pytest.mark.parametrize(
    ("now", "start", "end", "expected"),
    [
        ("2026-11-24T13:59:59+00:00", "21:00", "06:00", None),
        ("2026-11-24T14:00:00+00:00", "21:00", "06:00", "2026-11-25T06:00:00+07:00"),
        ("2026-11-24T17:00:00+00:00", "21:00", "06:00", "2026-11-25T06:00:00+07:00"),
        ("2026-11-24T22:59:59+00:00", "21:00", "06:00", "2026-11-25T06:00:00+07:00"),
        ("2026-11-24T23:00:00+00:00", "21:00", "06:00", None),
        ("2026-11-24T12:00:00+07:00", "12:00", "13:30", "2026-11-24T13:30:00+07:00"),
        ("2026-11-24T11:59:59+07:00", "12:00", "13:30", None),
        ("2026-11-24T13:30:00+07:00", "12:00", "13:30", None),
        ("2026-11-24T03:00:00+07:00", "12:00", "12:00", None),
        ("2026-11-24T12:00:00+07:00", "12:00", "12:00", None),
        ("2026-12-31T23:30:00+07:00", "21:00", "06:00", "2027-01-01T06:00:00+07:00"),
    ],
)
def test_the_end_of_the_quiet_hours(now, start, end, expected):
    found = quiet_until(AT(now), TIME(start), TIME(end))
    assert found == (AT(expected) if expected else None)
