"""The caller's inbox, and one notice by its id."""

from __future__ import annotations

import uuid
from typing import Any

import graphene
from django.utils import timezone

from api.connections import NOTICES, page_of, refuse_bad_first
from api.enums import NoticeAudience
from api.notices.rows import Row, notice_rows
from api.notices.types import Notice, NoticeConnection
from api.viewer import Context
from handbook.notices import models
from handbook.notices.audience import Addressed, count_addressed
from handbook.notices.enums import Audience
from handbook.notices.permissions import sending_units
from organizations.models import Organization


class NoticeQueries:
    """Root fields about notices."""

    notices = graphene.Field(
        NoticeConnection,
        description="The caller's notices, the newest first; none for who is no member.",
        first=graphene.Int(required=True, description="How many: 1 to 100."),
        after=graphene.String(description="The cursor to go on from."),
        unread_only=graphene.Boolean(description="Only those in force that the caller has not read as they now are."),
    )
    notice = graphene.Field(
        Notice,
        description="One notice: of the caller's inbox, or of a unit for which the caller may send; else null.",
        id=graphene.ID(required=True, description="Its id."),
    )

    notice_audience_count = graphene.Int(
        description="For senders: how many members a notice would reach now, before it is sent; null for who may not send so.",
        organization=graphene.String(required=True, description="The code of the sending unit."),
        audience=graphene.Argument(
            NoticeAudience, default_value=NoticeAudience.ALL, description="Whom of the units it is for."
        ),
        sub_units=graphene.List(
            graphene.NonNull(graphene.String),
            description="Codes of units inside the unit's subtree; none: the whole subtree.",
        ),
    )

    @staticmethod
    def resolve_notices(
        root: Any, info: graphene.ResolveInfo, *, first: int, after: str | None = None, unread_only: bool | None = False
    ) -> Any:
        context: Context = info.context
        context.signed_in()
        refuse_bad_first(first)
        found = inbox_of(context, unread_only=bool(unread_only)).select_related("organization")
        return page_of(found, NOTICES, first=first, after=after, node=lambda rows: notice_rows(rows, context))

    @staticmethod
    def resolve_notice(root: Any, info: graphene.ResolveInfo, *, id: str) -> Row | None:
        context: Context = info.context
        key = notice_key(id)
        if context.user is None or key is None:
            return None
        found = inbox_of(context).filter(pk=key).select_related("organization").first()
        if found is None:
            of_officer = models.Notice.objects.of_officer(context.user)
            found = of_officer.filter(pk=key).select_related("organization").first()
        return notice_rows([found], context)[0] if found else None

    @staticmethod
    def resolve_notice_audience_count(
        root: Any,
        info: graphene.ResolveInfo,
        *,
        organization: str,
        audience: Any = None,
        sub_units: list[str] | None = None,
    ) -> int | None:
        context: Context = info.context
        unit = sending_units(context.user).filter(code=organization).first()
        if unit is None:
            return None
        chosen = list(Organization.objects.subtree_of(unit).in_force().filter(code__in=sub_units or ()))
        if {each.code for each in chosen} != set(sub_units or ()):
            return None
        kind = audience.value if audience else Audience.ALL.value
        return count_addressed(Addressed.in_units(kind, chosen or [unit]))


def inbox_of(context: Context, *, unread_only: bool = False) -> models.notice.NoticeQuerySet:
    """What exists for the caller; nothing for who is no member."""
    if context.member is None:
        return models.Notice.objects.none()
    read = models.Notice.objects.unread_by if unread_only else models.Notice.objects.in_inbox_of
    return read(context.member, scope=context.scope, at=timezone.now())


def notice_key(text: str) -> uuid.UUID | None:
    """The key of a notice's id; None where it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
