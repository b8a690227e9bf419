"""What waits for me."""

from __future__ import annotations

from typing import Any

import graphene

from api.approvals.rows import JOINS, approval_rows
from api.approvals.types import ApprovalConnection
from api.connections import LONGEST_WAITING, page_of
from editorial.models.steps import undecided_by


class ApprovalQueries:
    """Root fields about approvals."""

    approvals = graphene.Field(
        ApprovalConnection,
        description="Drafts that wait for the caller's decision, the longest waiting first.",
        first=graphene.Int(required=True, description="How many: 1 to 100."),
        after=graphene.String(description="The cursor to go on from."),
    )

    @staticmethod
    def resolve_approvals(root: Any, info: graphene.ResolveInfo, *, first: int, after: str | None = None) -> Any:
        waiting = undecided_by(info.context.signed_in()).select_related(*JOINS)
        return page_of(waiting, LONGEST_WAITING, first=first, after=after, node=approval_rows)
