"""Drafts on which committees ask for opinions."""

from __future__ import annotations

from typing import Any

import graphene

from api.connections import connection
from api.errors import UserError
from api.me.types import OrganizationUnit
from api.scalars import DateTime

ERRORS = "Why it was refused; empty where it was done."


class ConsultationSection(graphene.ObjectType):
    """A part of a draft."""

    number = graphene.Int(required=True, description="Give this as `section`.")
    title = graphene.String(required=True, description="Its title.")
    body = graphene.String(required=True, description="Its text; lines are kept, there is no markup.")


class Opinion(graphene.ObjectType):
    """What the caller said about a draft, and what became of it."""

    id = graphene.ID(required=True, description="Its id.")
    section = graphene.Int(description="The number of the section; null where it is about the whole.")
    body = graphene.String(required=True, description="Its text.")
    sent_at = DateTime(required=True, description="When it came.")
    said_at = DateTime(description="When it was written, by the phone; null where the phone did not say so.")
    in_meeting = graphene.Boolean(required=True, description="Whether it was said during the meeting.")
    verdict = graphene.String(required=True, description="new, taken or not_taken.")
    reason = graphene.String(description="Why; null where nothing was said.")


class Consultation(graphene.ObjectType):
    """A draft on which a committee asks the members below it."""

    id = graphene.ID(required=True, description="Its id.")
    title = graphene.String(required=True, description="Its title.")
    summary = graphene.String(required=True, description="What is asked, and why.")
    organization = graphene.Field(OrganizationUnit, required=True, description="Who asks.")
    opens_at = DateTime(required=True, description="Since when opinions are taken.")
    closes_at = DateTime(required=True, description="Until when.")
    meets_at = DateTime(description="When the meeting begins; null where there is none.")
    is_open = graphene.Boolean(required=True, description="Whether opinions are taken now.")
    sections = graphene.List(
        graphene.NonNull(ConsultationSection), required=True, description="Its text, in its order."
    )
    opinions = graphene.List(
        graphene.NonNull(Opinion), required=True, description="What the caller said, in its order."
    )


ConsultationConnection = connection(Consultation, "Consultation")


class GiveOpinionInput(graphene.InputObjectType):
    """An opinion on a draft."""

    consultation_id = graphene.ID(required=True, description="The draft's id.")
    section = graphene.Int(description="The number of a section; the whole where it is left out.")
    body = graphene.String(required=True, description="The opinion: at most 20,000 characters.")
    client_id = graphene.ID(description="The phone's own name for it: sent twice with the same, it is sent once.")
    said_at = DateTime(
        description="When it was written, by the phone, where it could not be sent at once. What was written before the end is"
        " taken up to 24 hours after it, and counts as said in the meeting by this time."
    )


class GiveOpinionPayload(graphene.ObjectType):
    """What came of it."""

    opinion = graphene.Field(Opinion, description="The opinion; null where it was refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)


def opinion_row(opinion: Any) -> dict[str, Any]:
    """An opinion as its author sees it."""
    return {
        "id": str(opinion.pk),
        "section": opinion.section.number if opinion.section else None,
        "body": opinion.body,
        "sent_at": opinion.sent_at,
        "said_at": opinion.said_at,
        "in_meeting": opinion.in_meeting,
        "verdict": opinion.verdict,
        "reason": opinion.reason or None,
    }
