"""Signing out: this device, another of one's own, all of them; and an officer's help after a lost phone."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils.translation import gettext as _

from accounts import actions
from api.devices.types import (
    EndDeviceInput,
    EndDevicePayload,
    EndMemberSessionsInput,
    EndMemberSessionsPayload,
    SignOutEverywherePayload,
    SignOutPayload,
)
from api.errors import refusals_as_data, unauthenticated
from api.ids import BadId, read_signed
from audit.enums import RefusalCode
from audit.refusals import Refused
from organizations.actions import end_member_sessions
from organizations.permissions import visible_members


class DeviceMutations:
    """Root fields that end sessions."""

    sign_out = graphene.Field(SignOutPayload, description="End the session with which this is asked.")
    end_device = graphene.Field(
        EndDevicePayload,
        description="Sign one of the caller's devices out.",
        input=graphene.Argument(EndDeviceInput, required=True, description="Which."),
    )
    sign_out_everywhere = graphene.Field(
        SignOutEverywherePayload,
        description="Sign the caller out on all devices and in the admin.",
        keep_current=graphene.Boolean(default_value=False, description="Whether this device stays signed in."),
    )
    end_member_sessions = graphene.Field(
        EndMemberSessionsPayload,
        description="After a lost phone: an officer of the member's cell, or above it, signs the member out everywhere.",
        input=graphene.Argument(EndMemberSessionsInput, required=True, description="Whom, and why."),
    )

    @staticmethod
    @refusals_as_data(SignOutPayload)
    def resolve_sign_out(root: Any, info: graphene.ResolveInfo) -> SignOutPayload:
        actions.sign_out(session=info.context.session("end_session"))
        return SignOutPayload(signed_out=True)

    @staticmethod
    @refusals_as_data(EndDevicePayload)
    def resolve_end_device(root: Any, info: graphene.ResolveInfo, *, input: Any) -> EndDevicePayload:
        session = info.context.session("end_device")
        try:
            [session_id] = read_signed("device", input.id)
        except BadId:
            session_id = None
        ended = actions.end_device(user=session.user, session_id=session_id)
        return EndDevicePayload(id=input.id if ended else None)

    @staticmethod
    @refusals_as_data(SignOutEverywherePayload)
    def resolve_sign_out_everywhere(
        root: Any, info: graphene.ResolveInfo, *, keep_current: bool | None
    ) -> SignOutEverywherePayload:
        session = info.context.session("end_session")
        return SignOutEverywherePayload(
            ended=actions.sign_out_everywhere(session=session, keep_current=bool(keep_current))
        )

    @staticmethod
    @refusals_as_data(EndMemberSessionsPayload)
    def resolve_end_member_sessions(root: Any, info: graphene.ResolveInfo, *, input: Any) -> EndMemberSessionsPayload:
        user = info.context.user
        if user is None:
            raise unauthenticated(act="end_member_sessions")
        member = visible_members(user).filter(code=input.member_code.strip()).first()
        if member is None:
            raise Refused(
                RefusalCode.NOT_FOUND,
                _("Không tìm thấy đảng viên này."),
                field="memberCode",
                act="end_member_sessions",
                target=input.member_code.strip()[:32],
            )
        return EndMemberSessionsPayload(ended=end_member_sessions(actor=user, member=member, reason=input.reason))
