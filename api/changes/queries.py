"""Keeping a phone's content up to date."""

from __future__ import annotations

from typing import Any

import graphene

from api.changes.cursors import cursor_of, held_by
from api.changes.types import Changes
from api.connections import refuse_bad_first
from api.content.items import nodes
from api.viewer import Context
from publishing import sync

BEGIN_ANEW: dict[str, Any] = {"upserts": [], "removals": [], "cursor": None, "has_more": False, "reset_required": True}


class ChangeQueries:
    """Root fields about what has changed."""

    changes = graphene.Field(
        Changes,
        description="What a phone must write and drop to hold what the caller may see, in the language of the request "
        "(Accept-Language): the newest 500 to begin with, and everything newer from then on.",
        since=graphene.String(description="The cursor of the last page that was written; none to begin."),
        first=graphene.Int(required=True, description="How many upserts and removals at most: 1 to 100."),
    )

    @staticmethod
    def resolve_changes(
        root: Any, info: graphene.ResolveInfo, *, first: int, since: str | None = None
    ) -> dict[str, Any]:
        context: Context = info.context
        refuse_bad_first(first)
        held = None
        if since is not None:
            held = held_by(since, context)
            if held is None:
                return BEGIN_ANEW
        page = sync.next_page(held, scope=context.scope, locale=context.language, first=first)
        if page is None:
            return BEGIN_ANEW
        return {
            "upserts": nodes(page.upserts, context),
            "removals": page.removals,
            "cursor": cursor_of(page.held, context),
            "has_more": page.has_more,
            "reset_required": False,
        }
