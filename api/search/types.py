"""What a search finds."""

from __future__ import annotations

from typing import Any

import graphene

from api.connections import PageInfo
from api.content.items import Node
from api.content.types import Content, ContentLink
from search.finding import Answer, Hit


class FacetValue(graphene.ObjectType):
    """One value by which the found may be narrowed, and how many there are of it."""

    value = graphene.String(required=True, description="The value, as the argument of that name takes it.")
    count = graphene.Int(required=True, description="How many it would leave, the other filters being as they are.")


def _facet(description: str) -> Any:
    return graphene.List(graphene.NonNull(FacetValue), required=True, description=description)


class SearchFacets(graphene.ObjectType):
    """What the found could be narrowed by; of each the most frequent first. Near misses are not counted, nor of many
    thousands more than ten."""

    kind = _facet("By kind: names of ContentKind.")
    source = _facet("By source: codes.")
    type = _facet("By document type: names of DocumentType.")
    issuer = _facet("By who issued it: codes.")
    year = _facet("By year: of a document's date, else of its publication.")

    @staticmethod
    def resolve_kind(root: Answer, info: graphene.ResolveInfo) -> list[dict[str, Any]]:
        return _values(root, "kind")

    @staticmethod
    def resolve_source(root: Answer, info: graphene.ResolveInfo) -> list[dict[str, Any]]:
        return _values(root, "source_code")

    @staticmethod
    def resolve_type(root: Answer, info: graphene.ResolveInfo) -> list[dict[str, Any]]:
        return _values(root, "document_type")

    @staticmethod
    def resolve_issuer(root: Answer, info: graphene.ResolveInfo) -> list[dict[str, Any]]:
        return _values(root, "issuer_code")

    @staticmethod
    def resolve_year(root: Answer, info: graphene.ResolveInfo) -> list[dict[str, Any]]:
        return _values(root, "year")


# Columns whose values are those of an enum.
_ENUMS = {"kind", "document_type"}


def _values(answer: Answer, column: str) -> list[dict[str, Any]]:
    return [
        {"value": str(value).upper() if column in _ENUMS else str(value), "count": count}
        for value, count in answer.facets[column]
    ]


class FileMatch(graphene.ObjectType):
    """A page of an attached file on which the words stand."""

    file_id = graphene.ID(required=True, description="The id of the file, among those of the content.")
    name = graphene.String(required=True, description="Its file name.")
    page = graphene.Int(
        description="The page of a PDF, from 1. Always null for a DOCX: it has no pages until it is laid out."
    )
    highlight = graphene.String(required=True, description="Where on it, as HTML like `highlights`.")


class SearchHit(graphene.ObjectType):
    """One piece of content that was found."""

    score = graphene.Float(required=True, description="How well it answers, up to 1; to compare within one answer.")
    highlights = graphene.List(
        graphene.NonNull(graphene.String),
        required=True,
        description="Where in its text the words stand, as HTML: escaped, with <mark> around them, and nothing else.",
    )
    files = graphene.List(
        graphene.NonNull(FileMatch),
        required=True,
        description="Where in its PDF and DOCX files the words stand: of each file the two best pages.",
    )
    content = graphene.Field(Content, required=True, description="The content.")

    @staticmethod
    def resolve_score(root: tuple[Hit, Node], info: graphene.ResolveInfo) -> float:
        return root[0].score

    @staticmethod
    def resolve_highlights(root: tuple[Hit, Node], info: graphene.ResolveInfo) -> list[str]:
        return root[0].highlights

    @staticmethod
    def resolve_files(root: tuple[Hit, Node], info: graphene.ResolveInfo) -> list[Any]:
        return root[0].file_matches

    @staticmethod
    def resolve_content(root: tuple[Hit, Node], info: graphene.ResolveInfo) -> Node:
        return root[1]


class SearchEdge(graphene.ObjectType):
    """A row of the list."""

    cursor = graphene.String(required=True, description="The row's place in the list.")
    node = graphene.Field(SearchHit, required=True, description="The row itself.")


class SearchConnection(graphene.ObjectType):
    """A page of what was found."""

    edges = graphene.List(graphene.NonNull(SearchEdge), required=True, description="The rows of this page.")
    page_info = graphene.Field(PageInfo, required=True, description="Whether there is more.")
    facets = graphene.Field(SearchFacets, required=True, description="What the found could be narrowed by.")
    is_fallback = graphene.Boolean(
        required=True,
        description="Whether the index that is built for size did not answer or had not caught up, and the embedded one "
        "answered: slower, not less.",
    )
    did_you_mean = graphene.String(
        description="The query as it may have been meant; null where it was understood, or nothing was near."
    )


class Suggestion(graphene.ObjectType):
    """What goes on from what was typed: a title, or a question of many people, with content that answers it."""

    text = graphene.String(required=True, description="What to show and to search for.")
    number = graphene.String(required=True, description="The number of a document; empty for others.")
    is_question = graphene.Boolean(
        required=True,
        description="Whether many people asked so; the text then stands in the content, and is not its title.",
    )
    content = graphene.Field(ContentLink, required=True, description="The content.")
