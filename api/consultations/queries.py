"""Drafts on which the caller's opinion is asked."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import graphene
from django.utils import timezone

from api.connections import CONSULTATIONS, page_of
from api.consultations.types import Consultation, ConsultationConnection, opinion_row
from api.me.queries import unit_of
from api.viewer import Context
from handbook.feedback import models


class ConsultationQueries:
    """Root fields about drafts on which opinions are asked."""

    consultations = graphene.Field(
        ConsultationConnection,
        description="What the caller is or was asked about, the newest first.",
        first=graphene.Int(required=True, description="How many: 1 to 100."),
        after=graphene.String(description="The cursor to go on from."),
    )
    consultation = graphene.Field(
        Consultation,
        description="One of them; null where the caller is not asked.",
        id=graphene.ID(required=True, description="Its id."),
    )

    @staticmethod
    def resolve_consultations(
        root: Any, info: graphene.ResolveInfo, *, first: int, after: str | None = None
    ) -> dict[str, Any]:
        context: Context = info.context
        context.signed_in()
        found = _asked(context)
        return page_of(found, CONSULTATIONS, first=first, after=after, node=lambda rows: _rows(rows, context))

    @staticmethod
    def resolve_consultation(root: Any, info: graphene.ResolveInfo, *, id: str) -> dict[str, Any] | None:
        context: Context = info.context
        key = consultation_key(id)
        if context.user is None or key is None:
            return None
        found = _asked(context).filter(pk=key).first()
        return _rows([found], context)[0] if found else None


def _asked(context: Context) -> Any:
    return models.Consultation.objects.visible_to(context.scope, timezone.now()).select_related("organization")


def _rows(found: Sequence[models.Consultation], context: Context) -> list[dict[str, Any]]:
    now = timezone.now()
    sections: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for section in models.ConsultationSection.objects.filter(consultation__in=found).order_by("number"):
        sections[section.consultation_id].append(section)
    opinions: dict[uuid.UUID, list[Any]] = defaultdict(list)
    said = models.Opinion.objects.filter(consultation__in=found, member=context.member or 0)
    for opinion in said.select_related("section"):
        opinions[opinion.consultation_id].append(opinion_row(opinion))
    return [
        {
            "id": str(each.pk),
            "title": each.title,
            "summary": each.summary,
            "organization": unit_of(each.organization),
            "opens_at": each.opens_at,
            "closes_at": each.closes_at,
            "meets_at": each.meets_at,
            "is_open": each.is_open_at(now),
            "sections": sections[each.pk],
            "opinions": opinions[each.pk],
        }
        for each in found
    ]


def consultation_key(text: str) -> uuid.UUID | None:
    """The key of an id; None where it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
