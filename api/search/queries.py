"""Searching, and suggestions while typing."""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from typing import Any

import graphene
from django.utils.translation import gettext as _

from api.connections import refuse_bad_first
from api.content.items import Node, nodes
from api.content.types import ContentLink
from api.enums import ContentKind, DocumentType, SearchSort
from api.ids import BadId, read_signed, signed
from api.search.types import SearchConnection, Suggestion
from api.viewer import Context
from audit.enums import RefusalCode
from audit.refusals import Refused
from publishing.models import PublishedItem
from search import counting, finding
from search.backends import Place, Wanted
from search.enums import Sort
from search.finding import Mark
from search.similar import similar


class SearchQueries:
    """Root fields about search."""

    search = graphene.Field(
        SearchConnection,
        description="What answers a query, in the language of the request (Accept-Language). Accents, abbreviations and "
        "the spelling of document numbers do not matter; what has the accents that were typed comes first.",
        query=graphene.String(required=True, description="What to look for; the first 200 characters count."),
        first=graphene.Int(required=True, description="How many: 1 to 100."),
        after=graphene.String(description="The cursor to go on from; of the same search."),
        kinds=graphene.List(graphene.NonNull(ContentKind), description="Only of these kinds."),
        source=graphene.String(description="Only of this source, by code."),
        types=graphene.List(graphene.NonNull(DocumentType), description="Only documents of these types."),
        issuer=graphene.String(description="Only of this issuer, by code."),
        year=graphene.Int(description="Only of this year."),
        sort=graphene.Argument(SearchSort, default_value=SearchSort.RELEVANCE, description="In which order."),
    )
    suggestions = graphene.List(
        graphene.NonNull(Suggestion),
        description="What goes on from what was typed so far, in the language of the request: titles and numbers of content, "
        "then what many people ask.",
        query=graphene.String(required=True, description="What was typed so far."),
        first=graphene.Int(required=True, description="How many at most: 1 to 100."),
    )

    similar = graphene.List(
        graphene.NonNull(ContentLink),
        description="What else there is about the same as an item, the nearest first: texts that name its number, and texts "
        "whose titles share its words. Nothing where the item does not exist for the caller.",
        id=graphene.ID(required=True, description="The id of the item."),
        first=graphene.Int(required=True, description="How many at most: 1 to 100."),
    )

    @staticmethod
    def resolve_search(
        root: Any,
        info: graphene.ResolveInfo,
        *,
        query: str,
        first: int,
        after: str | None = None,
        kinds: list[Any] | None = None,
        source: str | None = None,
        types: list[Any] | None = None,
        issuer: str | None = None,
        year: int | None = None,
        sort: Any = Sort.RELEVANCE,
    ) -> dict[str, Any]:
        context: Context = info.context
        refuse_bad_first(first)
        wanted = Wanted(
            scope=context.scope,
            locale=context.language,
            kinds=tuple(sorted({_value(kind) for kind in kinds or ()})),
            sources=_only(source),
            types=tuple(sorted({_value(kind) for kind in types or ()})),
            issuers=_only(issuer),
            years=_only(year),
        )
        newest = _value(sort) == Sort.NEWEST
        digest = _digest(query, wanted, newest)
        mark = _mark(after, digest) if after is not None else None
        answer = finding.search(query, wanted, first=first, after=mark, newest=newest)
        if after is None:
            in_vain = not answer.hits
            only_near = answer.only_near and not in_vain
            counting.note(query, user_id=context.caller.user_id, in_vain=in_vain, only_near=only_near)
        shown = nodes([hit.item for hit in answer.hits], context)
        edges = [
            {
                "cursor": _cursor(hit.mark, digest),
                "node": (hit, node),
            }
            for hit, node in zip(answer.hits, shown, strict=True)
        ]
        return {
            "edges": edges,
            "page_info": {"has_next_page": answer.has_more, "end_cursor": edges[-1]["cursor"] if edges else None},
            "facets": answer,
            "is_fallback": answer.fell_back,
            "did_you_mean": answer.did_you_mean,
        }

    @staticmethod
    def resolve_suggestions(root: Any, info: graphene.ResolveInfo, *, query: str, first: int) -> list[dict[str, Any]]:
        context: Context = info.context
        refuse_bad_first(first)
        found = finding.suggestions(query, Wanted(scope=context.scope, locale=context.language), first=first)
        shown = nodes([each.item for each in found], context)
        return [
            {
                "text": each.text,
                "number": "" if each.is_question else each.item.number,
                "is_question": each.is_question,
                "content": node,
            }
            for each, node in zip(found, shown, strict=True)
        ]

    @staticmethod
    def resolve_similar(root: Any, info: graphene.ResolveInfo, *, id: str, first: int) -> list[Node]:
        context: Context = info.context
        refuse_bad_first(first)
        try:
            key = uuid.UUID(id)
        except ValueError:
            return []
        item = PublishedItem.objects.visible_to(context.scope).filter(pk=key).first()
        if item is None:
            return []
        return nodes(similar(item, Wanted(scope=context.scope, locale=item.locale), first=first), context)


def _value(choice: Any) -> str:
    """What an enum's value stands for; a default is none of graphene's values."""
    return str(getattr(choice, "value", choice))


def _only(value: Any) -> tuple[Any, ...]:
    return () if value is None else (value,)


def _digest(query: str, wanted: Wanted, newest: bool) -> str:
    """What a cursor belongs to: another search has other places."""
    asked = [query, wanted.locale, wanted.kinds, wanted.sources, wanted.types, wanted.issuers, wanted.years, newest]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]


def _cursor(mark: Mark, digest: str) -> str:
    place = mark.place
    return signed("cursor.search", digest, mark.is_wide, place.step, place.published_at.isoformat(), str(place.item_id))


def _mark(cursor: str, digest: str) -> Mark:
    """The place that a cursor of this search names. Raises Refused INVALID for any other."""
    try:
        belongs_to, is_wide, step, published_at, item_id = read_signed("cursor.search", cursor)
    except BadId:
        belongs_to = None
    if belongs_to != digest:
        raise Refused(RefusalCode.INVALID, _("Vị trí trang (after) không hợp lệ. Hãy tải lại từ đầu."), field="after")
    return Mark(is_wide, Place(step, datetime.datetime.fromisoformat(published_at), uuid.UUID(item_id)))
