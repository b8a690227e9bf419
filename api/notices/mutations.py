"""Reading, acknowledging, answering and sending notices."""

from __future__ import annotations

import uuid
from typing import Any

import graphene
from django.utils.translation import gettext as _

from api.errors import refusals_as_data, unauthenticated
from api.notices.queries import notice_key
from api.notices.rows import notice_rows
from api.notices.types import (
    AnswerNoticeInput,
    NoticePayload,
    NoticeReceiptInput,
    RecordNoticeReceiptsInput,
    RecordNoticeReceiptsPayload,
    RejectedReceipt,
    SendNoticeInput,
    SendNoticePayload,
)
from api.viewer import Context
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.notices import actions
from handbook.notices.actions import Content, Told
from handbook.notices.actions.guards import not_found, refused_sub_unit
from handbook.notices.enums import Audience, ReceiptKind, RemindAfter, RemindBefore
from organizations.models import Member, Organization

SEND = "send_notice"
UNKNOWN = uuid.UUID(int=0)


class NoticeMutations:
    """Root fields that change what is known of notices."""

    mark_notice_read = graphene.Field(
        NoticePayload,
        description="The caller has read it.",
        input=graphene.Argument(NoticeReceiptInput, required=True, description="Which, in which version."),
    )
    acknowledge_notice = graphene.Field(
        NoticePayload,
        description="The caller acknowledges it (tiếp nhận); CONFLICT where a correction asks anew.",
        input=graphene.Argument(NoticeReceiptInput, required=True, description="Which, in which version."),
    )
    answer_notice = graphene.Field(
        NoticePayload,
        description="The caller answers its question; may be changed until the deadline.",
        input=graphene.Argument(AnswerNoticeInput, required=True, description="Which, and the answer."),
    )
    record_notice_receipts = graphene.Field(
        RecordNoticeReceiptsPayload,
        description="What a phone kept while it was offline, also days late. Safe to send again.",
        input=graphene.Argument(RecordNoticeReceiptsInput, required=True, description="All of it."),
    )
    send_notice = graphene.Field(
        SendNoticePayload,
        description="Send a notice in a unit's name.",
        input=graphene.Argument(SendNoticeInput, required=True, description="The notice."),
    )

    @staticmethod
    @refusals_as_data(NoticePayload)
    def resolve_mark_notice_read(root: Any, info: graphene.ResolveInfo, *, input: Any) -> NoticePayload:
        return _mark(info.context, input, ReceiptKind.READ)

    @staticmethod
    @refusals_as_data(NoticePayload)
    def resolve_acknowledge_notice(root: Any, info: graphene.ResolveInfo, *, input: Any) -> NoticePayload:
        return _mark(info.context, input, ReceiptKind.ACKNOWLEDGED)

    @staticmethod
    @refusals_as_data(NoticePayload)
    def resolve_answer_notice(root: Any, info: graphene.ResolveInfo, *, input: Any) -> NoticePayload:
        return _mark(info.context, input, ReceiptKind.ANSWERED, answer=input.answer, reason=input.reason or "")

    @staticmethod
    @refusals_as_data(RecordNoticeReceiptsPayload)
    def resolve_record_notice_receipts(
        root: Any, info: graphene.ResolveInfo, *, input: Any
    ) -> RecordNoticeReceiptsPayload:
        told = [
            Told(
                notice_id=notice_key(each.id) or UNKNOWN,
                version=each.version,
                kind=each.kind.value,
                at=each.at,
                answer=each.answer or "",
                reason=each.reason or "",
            )
            for each in input.receipts
        ]
        outcomes = actions.record_receipts(member=_member(info.context), scope=info.context.scope, told=told)
        rejected = [
            RejectedReceipt(index=index, code=outcome.code.value)
            for index, outcome in enumerate(outcomes)
            if outcome.code is not None
        ]
        return RecordNoticeReceiptsPayload(recorded=len(outcomes) - len(rejected), rejected=rejected)

    @staticmethod
    @refusals_as_data(SendNoticePayload)
    def resolve_send_notice(root: Any, info: graphene.ResolveInfo, *, input: Any) -> SendNoticePayload:
        context: Context = info.context
        if context.user is None:
            raise unauthenticated(act=SEND)
        unit = Organization.objects.filter(code=input.organization).first()
        if unit is None:
            message = _("Không có tổ chức mang mã “%(code)s”.") % {"code": input.organization[:32]}
            raise Refused(RefusalCode.NOT_FOUND, message, field="organization", act=SEND)
        content = Content(
            title=input.title,
            body=input.body,
            urgent=bool(input.urgent),
            requires_acknowledgement=bool(input.requires_acknowledgement),
            deadline=input.deadline,
            question=input.question or "",
            answers=tuple(input.answers or ()),
            remind_before=RemindBefore.ONE if input.remind_before is None else input.remind_before,
            remind_after=input.remind_after or RemindAfter.NEVER,
            reason_wanted_for=tuple(input.reason_wanted_for or ()),
            files=tuple(notice_key(each) or UNKNOWN for each in input.attachments or ()),
        )
        notice = actions.send_now(
            actor=context.user,
            organization=unit,
            content=content,
            audience=input.audience.value if input.audience else Audience.ALL,
            sub_units=_sub_units(input.sub_units or (), unit),
            sent_at=input.send_at,
            expires_at=input.expires_at,
            client_id=input.client_id or "",
        )
        return SendNoticePayload(notice=notice_rows([notice], context)[0])


def _member(context: Context) -> Member:
    """The caller as a member. Raises Refused UNAUTHENTICATED, or NOT_FOUND where they are none and have no notices."""
    if context.caller.user_id is None:
        raise unauthenticated()
    if context.member is None:
        raise not_found("")
    return context.member


def _mark(context: Context, input: Any, kind: ReceiptKind, **fields: str) -> NoticePayload:
    notice = actions.record_one(
        member=_member(context),
        scope=context.scope,
        notice_id=notice_key(input.id) or UNKNOWN,
        version=input.version,
        kind=kind.value,
        **fields,
    )
    return NoticePayload(notice=notice_rows([notice], context)[0])


def _sub_units(codes: Any, unit: Organization) -> list[Organization]:
    """The units of these codes. Another's code and one that nobody has are refused in the same words."""
    found = {each.code: each for each in Organization.objects.filter(code__in=codes)}
    for code in codes:
        if code not in found:
            raise refused_sub_unit(code[:32], unit, SEND)
    return list(found.values())
