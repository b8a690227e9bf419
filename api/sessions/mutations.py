"""Signing in and staying signed in."""

from __future__ import annotations

from typing import Any

import graphene

from accounts import actions
from api.errors import refusals_as_data
from api.sessions.types import RefreshSessionInput, RefreshSessionPayload, SignInInput, SignInPayload


class SessionMutations:
    """Root fields that begin and renew sessions."""

    sign_in = graphene.Field(
        SignInPayload,
        description="Begin a session on a device.",
        input=graphene.Argument(SignInInput, required=True, description="Who signs in, and where."),
    )
    refresh_session = graphene.Field(
        RefreshSessionPayload,
        description="Renew a session. Asked again within 30 seconds, it gives the same refresh token again.",
        input=graphene.Argument(RefreshSessionInput, required=True, description="What renews the session."),
    )

    @staticmethod
    @refusals_as_data(SignInPayload)
    def resolve_sign_in(root: Any, info: graphene.ResolveInfo, *, input: Any) -> SignInPayload:
        device = actions.Device(
            name=input.device.name,
            platform=input.device.platform.value,
            push_token=input.device.push_token or "",
        )
        tokens = actions.sign_in(
            username=input.username, password=input.password, device=device, request=info.context.request
        )
        return SignInPayload(session=tokens)

    @staticmethod
    @refusals_as_data(RefreshSessionPayload)
    def resolve_refresh_session(root: Any, info: graphene.ResolveInfo, *, input: Any) -> RefreshSessionPayload:
        tokens = actions.refresh(refresh_token=input.refresh_token, request=info.context.request)
        return RefreshSessionPayload(session=tokens)
