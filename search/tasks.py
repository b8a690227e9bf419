"""What django-q2 runs."""

from __future__ import annotations

from collections.abc import Sequence

from search import counting


def keep_counts(rows: Sequence[counting.Row]) -> int:
    """Keep what a web process counted; how many questions that were."""
    counting.keep(rows)
    return len(rows)
