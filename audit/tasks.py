"""What django-q2 runs for the audit: a wake-up call, as everywhere (ADR 0004)."""

from __future__ import annotations

from audit import anchors


def anchor() -> None:
    """Keep the chain's end outside the database."""
    anchors.anchor_head()


def ask_for_anchor() -> None:
    """Queue one now: many entries have come since the last."""
    from django_q.tasks import async_task  # django-q2 reads its models at import, so not before the apps are ready

    async_task("audit.tasks.anchor")
