"""The list of documents."""

from __future__ import annotations

import datetime
from typing import Any

import graphene
from django.utils.translation import gettext as _

from api.connections import ISSUED, page_of
from api.content.items import nodes, without_bodies
from api.documents.types import DocumentConnection
from api.enums import DocumentType
from api.viewer import Context
from audit.enums import RefusalCode
from audit.refusals import Refused
from publishing.enums import Kind
from publishing.models import PublishedItem
from publishing.numbers import folded_number


class DocumentQueries:
    """Root fields about documents."""

    documents = graphene.Field(
        DocumentConnection,
        description="Documents in the language of the request (Accept-Language), by date, the latest first.",
        first=graphene.Int(required=True, description="How many: 1 to 100."),
        after=graphene.String(description="The cursor to go on from."),
        type=graphene.Argument(DocumentType, description="Only of this type."),
        issuer=graphene.String(description="Only of this issuer, by code."),
        year=graphene.Int(description="Only of this year."),
        number=graphene.String(description="Only of this number; accents, capitals, dashes and slashes do not matter."),
    )

    @staticmethod
    def resolve_documents(
        root: Any,
        info: graphene.ResolveInfo,
        *,
        first: int,
        after: str | None = None,
        type: Any = None,
        issuer: str | None = None,
        year: int | None = None,
        number: str | None = None,
    ) -> Any:
        context: Context = info.context
        items = PublishedItem.objects.visible_to(context.scope).filter(
            kind=Kind.DOCUMENT, locale=context.language, issued_on__isnull=False
        )
        if type is not None:
            items = items.filter(document_type=type.value)
        if issuer is not None:
            items = items.filter(issuer_code=issuer)
        if year is not None:
            if not datetime.MINYEAR <= year < datetime.MAXYEAR:
                raise Refused(RefusalCode.INVALID, _("Năm không hợp lệ."), field="year")
            items = items.filter(issued_on__year=year)
        if number is not None:
            wanted = folded_number(number)
            items = items.filter(number_folded=wanted) if wanted else items.none()
        return page_of(
            without_bodies(items, context), ISSUED, first=first, after=after, node=lambda found: nodes(found, context)
        )
