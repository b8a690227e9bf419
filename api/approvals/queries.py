"""What waits for me."""

from __future__ import annotations

from typing import Any

import graphene

from api.approvals.types import ApprovalConnection
from api.approvals.waiting import waiting_page


class ApprovalQueries:
    """Root fields about approvals."""

    approvals = graphene.Field(
        ApprovalConnection,
        description="What waits for the caller's decision, the longest waiting first.",
        first=graphene.Int(required=True, description="How many: 1 to 100."),
        after=graphene.String(description="The cursor to go on from."),
    )

    @staticmethod
    def resolve_approvals(root: Any, info: graphene.ResolveInfo, *, first: int, after: str | None = None) -> Any:
        return waiting_page(info.context.signed_in(), first=first, after=after)
