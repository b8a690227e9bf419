"""Steps that wait for a decision, as they are shown: looked up for a whole page at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from wagtail.models import Task, TaskState

from api.ids import signed
from cms.models import ContentPage
from editorial.enums import Decision, RequestState
from editorial.models import Approval, ApprovalRequest, ReviewStep
from editorial.models.approval import content_digest

STATUSES = {
    TaskState.STATUS_IN_PROGRESS: "pending",
    TaskState.STATUS_APPROVED: "approved",
    TaskState.STATUS_REJECTED: "returned",
}
REQUEST_STATUSES = {
    RequestState.WAITING: "pending",
    RequestState.APPROVED: "approved",
    RequestState.RETURNED: "returned",
}
# The first part of the id of a request; of a page's approval it is a number.
REQUEST = "request"
# What the list reads besides the step itself.
JOINS = ("revision", "workflow_state__requested_by", "clock")


def approval_rows(states: Sequence[TaskState]) -> list[dict[str, Any]]:
    """What clients see of these steps, in four queries however many they are."""
    pages = {
        str(page.pk): page
        for page in ContentPage.objects.filter(
            pk__in=[int(state.workflow_state.object_id) for state in states]
        ).select_related("source")
    }
    steps: dict[int, ReviewStep] = {
        step.pk: step for step in Task.objects.filter(pk__in={state.task_id for state in states}).specific()
    }
    digests = {state.revision_id: content_digest(state.revision.content) for state in states}
    given: Counter[tuple[int, int]] = Counter()
    approvals = Approval.objects.standing().filter(revision__in=digests, decision=Decision.APPROVE)
    for each in approvals.select_related("revision").defer("revision__content"):
        # As the gate counts: of exactly this text, and not by the one who wrote it last.
        if each.digest == digests[each.revision_id] and each.person_id != each.revision.user_id:
            given[each.revision_id, each.step_id] += 1
    return [
        _row(
            state,
            pages[state.workflow_state.object_id],
            steps[state.task_id],
            digests[state.revision_id],
            given[state.revision_id, state.task_id],
        )
        for state in states
    ]


def request_rows(requests: Sequence[ApprovalRequest]) -> list[dict[str, Any]]:
    """What clients see of these requests, which come ``with_count``."""
    return [
        {
            "id": signed("approval", REQUEST, str(request.pk)),
            "kind": request.kind,
            "title": request.title,
            "submitted_by": request.asked_by.get_full_name() if request.asked_by else "",
            "submitted_at": request.asked_at,
            "due_at": request.due_at,
            "revision": signed("revision", REQUEST, request.digest),
            "status": REQUEST_STATUSES.get(RequestState(request.state), request.state),
            "required": request.required,
            "approved": request.given,  # type: ignore[attr-defined]
            "preview_url": f"{settings.WAGTAILADMIN_BASE_URL}/admin/editorial/request/{request.pk}/",
        }
        for request in requests
    ]


def _row(state: TaskState, page: ContentPage, step: ReviewStep, digest: str, given: int) -> dict[str, Any]:
    way = state.workflow_state
    return {
        "id": signed("approval", page.pk, way.pk),
        "kind": page.specific_class.kind.value,
        "title": page.draft_title,
        "submitted_by": way.requested_by.get_full_name() if way.requested_by else "",
        "submitted_at": way.created_at,
        "due_at": state.clock.due_at,
        "revision": signed("revision", state.revision_id, digest),
        "status": STATUSES.get(state.status, state.status),
        "required": step.required,
        "approved": given,
        "preview_url": f"{settings.WAGTAILADMIN_BASE_URL}/admin/editorial/review/{page.pk}/{state.revision_id}/",
    }
