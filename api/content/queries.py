"""Reading what is out: the home list, and one piece by its id."""

from __future__ import annotations

import functools
import uuid
from typing import Any

import graphene

from api.connections import NEWEST, page_of
from api.content.items import Node, nodes, with_bodies, without_bodies
from api.content.types import ArticleConnection, Content, Withdrawal
from api.statements import planned_once
from api.viewer import Context
from publishing.enums import Kind
from publishing.models import PublishedItem

NOTHING = uuid.UUID(int=0)


class ContentQueries:
    """Root fields about content."""

    articles = graphene.Field(
        ArticleConnection,
        description="Articles in the language of the request (Accept-Language), the newest first.",
        first=graphene.Int(required=True, description="How many: 1 to 100."),
        after=graphene.String(description="The cursor to go on from."),
        category=graphene.String(description="The slug of a category; what lies below it counts too."),
        source=graphene.String(description="The code of a source."),
    )
    content = graphene.Field(
        Content,
        description="One piece of content; null where it does not exist for the caller.",
        id=graphene.ID(required=True, description="Its id."),
    )
    withdrawal = graphene.Field(
        Withdrawal,
        description="Why a piece of content that the caller could read is no longer out: ask where `content` is null. "
        "Null where there never was one, where it was recalled, and where it is out.",
        id=graphene.ID(required=True, description="Its id."),
    )

    @staticmethod
    def resolve_articles(
        root: Any,
        info: graphene.ResolveInfo,
        *,
        first: int,
        after: str | None = None,
        category: str | None = None,
        source: str | None = None,
    ) -> Any:
        context: Context = info.context
        items = PublishedItem.objects.visible_to(context.scope).filter(kind=Kind.ARTICLE, locale=context.language)
        if category is not None:
            items = items.filter(category_path__in=_paths_with(category, context.caller.version))
        if source is not None:
            items = items.filter(source_code=source)
        return page_of(
            without_bodies(items, context), NEWEST, first=first, after=after, node=lambda found: nodes(found, context)
        )

    @staticmethod
    def resolve_content(root: Any, info: graphene.ResolveInfo, *, id: str) -> Node | None:
        context: Context = info.context
        # Not ``first``, which would order what is one row at most.
        items = PublishedItem.objects.visible_to(context.scope).filter(pk=_key(id))
        with planned_once():
            found = nodes(with_bodies(items), context)
        return found[0] if found else None

    @staticmethod
    def resolve_withdrawal(root: Any, info: graphene.ResolveInfo, *, id: str) -> dict[str, Any] | None:
        context: Context = info.context
        item = PublishedItem.objects.ended_for(context.scope).defer("payload").filter(pk=_key(id)).first()
        if item is None:
            return None
        other = (
            PublishedItem.objects.visible_to(context.scope)
            .filter(pk=item.replaced_by_id or NOTHING)
            .defer("payload")
            .first()
        )
        return {
            "id": str(item.pk),
            "kind": item.kind,
            "title": item.title,
            "ending": item.ending,
            "reason": item.ending_reason,
            "at": item.removed_at,
            "replaced_by": nodes([other], context)[0] if other else None,
        }


def _key(id: str) -> uuid.UUID:
    """The id as the store has it; one that nothing has where it is none."""
    try:
        return uuid.UUID(id)
    except ValueError:
        return NOTHING


def _paths_with(slug: str, version: str) -> list[str]:
    """The paths of the category and of those below it, as far as content has them: exact values find an index."""
    return [path for path in _paths_in_use(version) if f"/{slug}/" in path]


@functools.lru_cache(maxsize=2)
def _paths_in_use(version: str) -> list[str]:
    """All paths that content of this version has: some dozens."""
    return list(PublishedItem.objects.order_by().values_list("category_path", flat=True).distinct())
