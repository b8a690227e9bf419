"""Notices from committees to the members below them."""

from __future__ import annotations

import datetime
from typing import Any

import graphene

from api.connections import connection
from api.content.types import File
from api.enums import NoticeAudience, NoticeReceiptKind
from api.errors import ErrorCode, UserError
from api.me.queries import unit_of
from api.me.types import OrganizationUnit
from api.notices.rows import Row, reach_row, status
from api.scalars import DateTime

ERRORS = "Why it was refused; empty where it was done."


class AnswerCount(graphene.ObjectType):
    """How many gave an answer."""

    answer = graphene.String(required=True, description="The answer.")
    count = graphene.Int(required=True, description="How many gave it.")


class UnitReach(graphene.ObjectType):
    """How far a notice has come in a unit and all below it."""

    organization = graphene.Field(
        OrganizationUnit,
        required=True,
        description="The unit. The one that heads the numbers counts only those in itself here, so that rows add up.",
    )
    audience = graphene.Int(required=True, description="How many members it is for.")
    delivered = graphene.Int(required=True, description="How many of them have got it.")
    read = graphene.Int(required=True, description="How many have read it, or were told in person.")
    acknowledged = graphene.Int(required=True, description="How many have acknowledged it.")
    answered = graphene.Int(required=True, description="How many have answered its question.")
    told = graphene.Int(required=True, description="How many were told in person.")
    answers = graphene.List(
        graphene.NonNull(AnswerCount), required=True, description="How many gave each answer; empty without a question."
    )


class NoticeReach(graphene.ObjectType):
    """How far a notice has come: numbers, never names, of members as they are in the tree today."""

    organization = graphene.Field(OrganizationUnit, required=True, description="The unit whose subtree is counted.")
    audience = graphene.Int(required=True, description="How many members it is for.")
    delivered = graphene.Int(required=True, description="How many of them have got it.")
    read = graphene.Int(required=True, description="How many have read it, or were told in person.")
    acknowledged = graphene.Int(required=True, description="How many have acknowledged it.")
    answered = graphene.Int(required=True, description="How many have answered its question.")
    told = graphene.Int(required=True, description="How many were told in person.")
    answers = graphene.List(
        graphene.NonNull(AnswerCount), required=True, description="How many gave each answer; empty without a question."
    )
    by_organization = graphene.List(
        graphene.NonNull(UnitReach), required=True, description="The same by unit, one level down; they add up."
    )


class Notice(graphene.ObjectType):
    """A notice from a committee, as it is out now."""

    id = graphene.ID(required=True, description="Stays the same when it is corrected.")
    version = graphene.Int(required=True, description="Counts its texts; give it along with receipts.")
    status = graphene.String(
        required=True, description="draft, waiting (for approval), returned, scheduled, sent, expired or recalled."
    )
    title = graphene.String(required=True, description="Its title.")
    body = graphene.String(required=True, description="Its text; lines are kept, there is no markup.")
    sent_at = DateTime(description="Since or from when it is out; null for a draft without a time.")
    expires_at = DateTime(description="Until when it is in force.")
    urgent = graphene.Boolean(required=True, description="Whether it is told at night too.")
    requires_acknowledgement = graphene.Boolean(required=True, description="Whether the sender asks to acknowledge it.")
    deadline = DateTime(description="By when what it asks is to be done.")
    audience = graphene.Field(NoticeAudience, required=True, description="Whom it is for.")
    organization = graphene.Field(OrganizationUnit, required=True, description="Who sent it.")
    question = graphene.String(description="What it asks; null where nothing.")
    answers = graphene.List(
        graphene.NonNull(graphene.String), required=True, description="The answers to choose from, in this order."
    )
    reason_wanted_for = graphene.List(
        graphene.NonNull(graphene.String),
        required=True,
        description="Those of the answers that are taken with a reason only; else REQUIRED.",
    )
    attachments = graphene.List(graphene.NonNull(File), required=True, description="The files that go with it.")
    read_at = DateTime(description="When the caller read it as it now is; null where not yet.")
    acknowledged_at = DateTime(description="When the caller acknowledged it as it now is; null where not yet.")
    answer = graphene.String(description="The caller's answer; null where none was given.")
    answer_reason = graphene.String(description="The caller's reason for the answer; null where none was given.")
    reach = graphene.Field(
        NoticeReach,
        description="How far it has come: of the unit that sent it, else of the caller's own; null for whom neither is open.",
        organization=graphene.String(description="The code of a unit to look into instead."),
    )

    @staticmethod
    def resolve_id(root: Row, info: graphene.ResolveInfo) -> str:
        return str(root.notice.pk)

    @staticmethod
    def resolve_version(root: Row, info: graphene.ResolveInfo) -> int:
        return root.notice.version

    @staticmethod
    def resolve_status(root: Row, info: graphene.ResolveInfo) -> str:
        return status(root.notice)

    @staticmethod
    def resolve_title(root: Row, info: graphene.ResolveInfo) -> str:
        return root.text.title

    @staticmethod
    def resolve_body(root: Row, info: graphene.ResolveInfo) -> str:
        return root.text.body

    @staticmethod
    def resolve_sent_at(root: Row, info: graphene.ResolveInfo) -> datetime.datetime | None:
        return root.notice.sent_at

    @staticmethod
    def resolve_expires_at(root: Row, info: graphene.ResolveInfo) -> datetime.datetime | None:
        return root.notice.expires_at

    @staticmethod
    def resolve_urgent(root: Row, info: graphene.ResolveInfo) -> bool:
        return root.text.urgent

    @staticmethod
    def resolve_requires_acknowledgement(root: Row, info: graphene.ResolveInfo) -> bool:
        return root.text.requires_acknowledgement

    @staticmethod
    def resolve_deadline(root: Row, info: graphene.ResolveInfo) -> datetime.datetime | None:
        return root.text.deadline

    @staticmethod
    def resolve_audience(root: Row, info: graphene.ResolveInfo) -> str:
        return root.notice.audience

    @staticmethod
    def resolve_organization(root: Row, info: graphene.ResolveInfo) -> dict[str, Any]:
        return unit_of(root.notice.organization)

    @staticmethod
    def resolve_question(root: Row, info: graphene.ResolveInfo) -> str | None:
        return root.text.question or None

    @staticmethod
    def resolve_answers(root: Row, info: graphene.ResolveInfo) -> list[str]:
        return root.text.answers

    @staticmethod
    def resolve_reason_wanted_for(root: Row, info: graphene.ResolveInfo) -> list[str]:
        return root.text.reason_wanted_for

    @staticmethod
    def resolve_attachments(root: Row, info: graphene.ResolveInfo) -> list[dict[str, Any]]:
        return root.files()

    @staticmethod
    def resolve_read_at(root: Row, info: graphene.ResolveInfo) -> datetime.datetime | None:
        return root.receipt.get("read_at")

    @staticmethod
    def resolve_acknowledged_at(root: Row, info: graphene.ResolveInfo) -> datetime.datetime | None:
        return root.receipt.get("acknowledged_at")

    @staticmethod
    def resolve_answer(root: Row, info: graphene.ResolveInfo) -> str | None:
        return root.receipt.get("answer")

    @staticmethod
    def resolve_answer_reason(root: Row, info: graphene.ResolveInfo) -> str | None:
        return root.receipt.get("answer_reason")

    @staticmethod
    def resolve_reach(
        root: Row, info: graphene.ResolveInfo, *, organization: str | None = None
    ) -> dict[str, Any] | None:
        return reach_row(root, organization)


NoticeConnection = connection(Notice, "Notice")


class NoticeReceiptInput(graphene.InputObjectType):
    """A notice before the caller, in the version that was shown."""

    id = graphene.ID(required=True, description="The notice's id.")
    version = graphene.Int(required=True, description="The version that was shown.")


class AnswerNoticeInput(graphene.InputObjectType):
    """An answer to a notice's question."""

    id = graphene.ID(required=True, description="The notice's id.")
    version = graphene.Int(required=True, description="The version that was shown.")
    answer = graphene.String(required=True, description="One of the notice's answers.")
    reason = graphene.String(
        description="Why, in the member's words; at most 500 characters. REQUIRED with what is in reasonWantedFor."
    )


class OfflineReceiptInput(graphene.InputObjectType):
    """One thing that a phone kept until it had a line."""

    id = graphene.ID(required=True, description="The notice's id.")
    version = graphene.Int(required=True, description="The version that was shown.")
    kind = graphene.InputField(NoticeReceiptKind, required=True, description="What happened.")
    at = DateTime(description="When, by the phone's clock; now where it is left out.")
    answer = graphene.String(description="With ANSWERED: one of the notice's answers.")
    reason = graphene.String(description="With ANSWERED: why, in the member's words.")


class RecordNoticeReceiptsInput(graphene.InputObjectType):
    """All that a phone kept, in any order; sent again, it changes nothing."""

    receipts = graphene.List(graphene.NonNull(OfflineReceiptInput), required=True, description="At most 200 at once.")


class RejectedReceipt(graphene.ObjectType):
    """One of them that was not taken; sending it again is of no use."""

    index = graphene.Int(required=True, description="Its place in the list that was sent, from 0.")
    code = graphene.Field(ErrorCode, required=True, description="Why not.")


class SendNoticeInput(graphene.InputObjectType):
    """A notice to send."""

    organization = graphene.String(
        required=True, description="The code of the sending unit; the caller must hold the right there."
    )
    title = graphene.String(required=True, description="Its title: at most 255 characters.")
    body = graphene.String(required=True, description="Its text: at most 20,000 characters.")
    audience = graphene.InputField(
        NoticeAudience, default_value=NoticeAudience.ALL, description="Whom of the units it is for."
    )
    sub_units = graphene.List(
        graphene.NonNull(graphene.String),
        description="Codes of units inside the unit's subtree; none: the whole subtree.",
    )
    urgent = graphene.Boolean(default_value=False, description="Told at night too, and by SMS where it stays unread.")
    requires_acknowledgement = graphene.Boolean(default_value=False, description="Whether to ask to acknowledge it.")
    deadline = DateTime(description="By when what it asks is to be done.")
    send_at = DateTime(description="From when it is out; at once where it is left out or past.")
    expires_at = DateTime(description="Until when it is in force; a year where it is left out.")
    question = graphene.String(description="A question with fixed answers.")
    answers = graphene.List(graphene.NonNull(graphene.String), description="Its answers: 2 to 10.")
    reason_wanted_for = graphene.List(
        graphene.NonNull(graphene.String), description="Those of its answers that are taken with a reason only."
    )
    remind_before = graphene.Int(
        default_value=1,
        description="With a deadline: how many days before it those are reminded who have not done it: 0 (never), 1, 3, 7.",
    )
    remind_after = graphene.Int(
        default_value=0,
        description="Without one: how many days after it came out those are reminded: 0 (never), 1, 3 or 7.",
    )
    client_id = graphene.ID(description="The phone's own name for it: sent twice with the same, it is sent once.")
    attachments = graphene.List(graphene.NonNull(graphene.ID), description="Ids of at most 10 uploads of the caller's.")


class NoticePayload(graphene.ObjectType):
    """What came of marking a notice."""

    notice = graphene.Field(Notice, description="As it is for the caller now; null where it was refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)


class SendNoticePayload(graphene.ObjectType):
    """What came of sending."""

    notice = graphene.Field(Notice, description="The notice; null where it was refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)


class RecordNoticeReceiptsPayload(graphene.ObjectType):
    """What came of the receipts."""

    recorded = graphene.Int(description="How many are kept, those known before included; null where all was refused.")
    rejected = graphene.List(
        graphene.NonNull(RejectedReceipt), required=True, default_value=(), description="Those that were not taken."
    )
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)
