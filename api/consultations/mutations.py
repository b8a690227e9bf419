"""Giving an opinion on a draft."""

from __future__ import annotations

import uuid
from typing import Any

import graphene
from django.utils.translation import gettext as _

from api.consultations.queries import consultation_key
from api.consultations.types import GiveOpinionInput, GiveOpinionPayload, opinion_row
from api.errors import refusals_as_data
from api.viewer import Context
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.feedback import actions


class ConsultationMutations:
    """Root fields that say something about drafts."""

    give_opinion = graphene.Field(
        GiveOpinionPayload,
        description="Say something about a draft or a section of it; EXPIRED when its time is over.",
        input=graphene.Argument(GiveOpinionInput, required=True, description="The opinion."),
    )

    @staticmethod
    @refusals_as_data(GiveOpinionPayload)
    def resolve_give_opinion(root: Any, info: graphene.ResolveInfo, *, input: Any) -> GiveOpinionPayload:
        context: Context = info.context
        context.signed_in()
        if context.member is None:
            raise Refused(RefusalCode.NOT_FOUND, _("Không tìm thấy đợt lấy ý kiến này."), field="id")
        opinion = actions.give_opinion(
            member=context.member,
            scope=context.scope,
            consultation_id=consultation_key(input.consultation_id) or uuid.UUID(int=0),
            body=input.body,
            section=input.section,
            client_id=input.client_id or "",
            said_at=input.said_at,
        )
        return GiveOpinionPayload(opinion=opinion_row(opinion))
