"""Deciding."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils.translation import gettext as _
from wagtail.models import TaskState, get_default_page_content_type

from api.approvals.rows import REQUEST, approval_rows, request_rows
from api.approvals.types import DecideInput, DecidePayload
from api.errors import refusals_as_data, unauthenticated
from api.ids import BadId, read_signed
from audit.enums import RefusalCode
from audit.refusals import Refused
from editorial import actions
from editorial.models import ApprovalRequest
from editorial.models.steps import decided_by
from editorial.requests import actions as requests

ACT = "decide"


class ApprovalMutations:
    """Root fields that decide."""

    decide = graphene.Field(
        DecidePayload,
        description="Approve or return exactly the text that was shown; CONFLICT where it has changed since.",
        input=graphene.Argument(DecideInput, required=True, description="The decision."),
    )

    @staticmethod
    @refusals_as_data(DecidePayload)
    def resolve_decide(root: Any, info: graphene.ResolveInfo, *, input: Any) -> DecidePayload:
        user = info.context.user
        if user is None:
            raise unauthenticated(act=ACT)
        kind, key = _named(input.id)
        if kind == REQUEST:
            revision_of, digest = _revision(input.revision)
            if revision_of != REQUEST:
                raise _bad_revision()
            asked = requests.decide(
                actor=user,
                request_id=key,
                digest=digest,
                decision=input.decision.value,
                comment=input.comment or "",
            )
            decided = ApprovalRequest.objects.with_count().select_related("asked_by").get(pk=asked.pk)
            return DecidePayload(approval=request_rows([decided])[0])
        state = _step_on(kind, key, user)
        revision_id, digest = _revision(input.revision)
        if revision_id == REQUEST:
            raise _bad_revision()
        step = actions.decide(
            actor=user,
            page_id=int(state.workflow_state.object_id),
            revision_id=revision_id,
            digest=digest,
            decision=input.decision.value,
            comment=input.comment or "",
        )
        return DecidePayload(approval=approval_rows([TaskState.objects.get(pk=step.pk)])[0])


def _named(approval_id: str) -> list[Any]:
    """What the id of an approval names: a page and its way, or a request."""
    try:
        return read_signed("approval", approval_id)
    except BadId:
        return [None, None]


def _revision(text: str) -> list[Any]:
    try:
        return read_signed("revision", text)
    except BadId:
        raise _bad_revision() from None


def _bad_revision() -> Refused:
    return Refused(
        RefusalCode.INVALID,
        _("Mã bản thảo (revision) không hợp lệ. Hãy tải lại rồi quyết định."),
        field="revision",
        act=ACT,
    )


def _step_on(page_id: Any, way_id: Any, user: Any) -> TaskState:
    """The latest step of this way at which the person decides. Raises Refused NOT_FOUND where there is none."""
    state = (
        TaskState.objects.filter(
            decided_by(user),
            workflow_state=way_id,
            workflow_state__object_id=str(page_id),
            workflow_state__base_content_type=get_default_page_content_type(),
        )
        .select_related("workflow_state")
        .order_by("-started_at", "-pk")
        .first()
    )
    if state is None:
        raise Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy nội dung chờ duyệt này."), field="id", act=ACT)
    return state
