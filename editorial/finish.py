"""What Wagtail calls when a workflow's last step is passed (WAGTAIL_FINISH_WORKFLOW_ACTION).

Wagtail imports this module while its own models are still loading, so nothing of ours is imported before it is called.
"""

from __future__ import annotations

from typing import Any


def finish_workflow(workflow_state: Any, user: Any = None) -> None:
    """Plan the publication. The publisher asks the gate again when the time comes; here nothing goes live yet."""
    from django.db import transaction

    from editorial.gate import plan
    from editorial.publisher import wake

    page = workflow_state.content_object.specific
    schedule = plan(page.get_latest_revision(), actor=user)
    transaction.on_commit(lambda: wake(schedule.pk))
