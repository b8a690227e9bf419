"""Saying where pushes go, and which are wanted."""

from __future__ import annotations

import datetime
from typing import Any

import graphene
from django.utils.translation import gettext as _

from api.errors import refusals_as_data
from api.push.queries import shown
from api.push.types import (
    RegisterPushInput,
    RegisterPushPayload,
    SetPushPreferencesInput,
    SetPushPreferencesPayload,
)
from api.viewer import Context
from audit.enums import RefusalCode
from audit.refusals import Refused
from messaging import actions


class PushMutations:
    """Root fields that change what is pushed where."""

    register_push = graphene.Field(
        RegisterPushPayload,
        description="Say where pushes of this session go. Sent again with a new token, that one takes its place.",
        input=graphene.Argument(RegisterPushInput, required=True, description="The address."),
    )
    set_push_preferences = graphene.Field(
        SetPushPreferencesPayload,
        description="Choose what to be told of, and the quiet hours; for all devices of the person.",
        input=graphene.Argument(SetPushPreferencesInput, required=True, description="What is wanted."),
    )

    @staticmethod
    @refusals_as_data(RegisterPushPayload)
    def resolve_register_push(root: Any, info: graphene.ResolveInfo, *, input: Any) -> RegisterPushPayload:
        device = actions.register_device(
            session=info.context.session("register_push"),
            token=input.token or "",
            subscription=input.subscription or "",
        )
        return RegisterPushPayload(device=device)

    @staticmethod
    @refusals_as_data(SetPushPreferencesPayload)
    def resolve_set_push_preferences(root: Any, info: graphene.ResolveInfo, *, input: Any) -> SetPushPreferencesPayload:
        context: Context = info.context
        preference = actions.set_push_preferences(
            user=context.signed_in(),
            categories=[category.value for category in input.categories],
            quiet_from=_time(input.quiet_from, "quietFrom"),
            quiet_to=_time(input.quiet_to, "quietTo"),
        )
        return SetPushPreferencesPayload(preferences=shown(preference))


def _time(text: str, field: str) -> datetime.time:
    try:
        return datetime.datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise Refused(
            RefusalCode.INVALID, _("Giờ cần viết theo dạng 21:00. Hãy sửa rồi gửi lại."), field=field
        ) from None
