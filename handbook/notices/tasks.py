"""What django-q2 runs. A wake-up call: what is to be told is read from the tables (ADR 0004)."""

from __future__ import annotations


def tell_due() -> dict[str, int]:
    """Tell of notices whose time has come, remind of deadlines, and text who has not read urgent ones; with counts."""
    from handbook.notices import actions

    return {"told": actions.tell_due(), "reminded": actions.remind_due(), "texts": actions.text_the_urgent()}
