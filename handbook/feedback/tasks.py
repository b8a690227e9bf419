"""What django-q2 runs. A wake-up call: what is due is read from the tables (ADR 0004)."""

from __future__ import annotations


def run_clock() -> dict[str, int]:
    """Warn before deadlines, tell upper committees of those that passed, close what is settled for good; with counts."""
    from handbook.feedback.actions import run_clock as run

    return run()
