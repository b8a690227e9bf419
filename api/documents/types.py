"""Documents of the party (văn bản)."""

from __future__ import annotations

import datetime
from typing import Any

import graphene

from api.connections import connection
from api.content.items import Node
from api.content.types import RELATED, Content, ContentLink, File
from api.enums import DocumentType


class Issuer(graphene.ObjectType):
    """Who issued a document: a unit of the province, or a body above it."""

    code = graphene.String(required=True, description="Its code, for filters.")
    name = graphene.String(required=True, description="Its name.")


class Document(graphene.ObjectType):
    """A document: resolution, directive, guidance and the like."""

    class Meta:
        interfaces = (Content,)

    number = graphene.String(required=True, description="Its number, such as 52-NQ/TW.")
    type = graphene.Field(DocumentType, required=True, description="What it is.")
    issuer = graphene.Field(Issuer, required=True, description="Who issued it.")
    issued_on = graphene.Date(required=True, description="Its date.")
    signer = graphene.String(required=True, description="Who signed it; may be empty.")
    files = graphene.List(graphene.NonNull(File), required=True, description="The document's files.")
    related = graphene.List(graphene.NonNull(ContentLink), required=True, description=RELATED)

    @staticmethod
    def resolve_number(root: Node, info: graphene.ResolveInfo) -> str:
        return root.item.number

    @staticmethod
    def resolve_type(root: Node, info: graphene.ResolveInfo) -> str:
        return root.item.document_type

    @staticmethod
    def resolve_issuer(root: Node, info: graphene.ResolveInfo) -> Any:
        return root.item.facts["issuer"]

    @staticmethod
    def resolve_issued_on(root: Node, info: graphene.ResolveInfo) -> datetime.date | None:
        return root.item.issued_on

    @staticmethod
    def resolve_signer(root: Node, info: graphene.ResolveInfo) -> str:
        return root.item.facts.get("signer", "")

    @staticmethod
    def resolve_files(root: Node, info: graphene.ResolveInfo) -> list[Any]:
        return root.files()

    @staticmethod
    def resolve_related(root: Node, info: graphene.ResolveInfo) -> list[Node]:
        return root.related()


DocumentConnection = connection(Document, "Document")
