"""Signing in, for the first time and later, and staying signed in."""

from __future__ import annotations

from typing import Any

import graphene

from accounts import actions, codes
from api.errors import refusals_as_data
from api.sessions.types import (
    ActivateAccountInput,
    ActivateAccountPayload,
    RefreshSessionInput,
    RefreshSessionPayload,
    RequestSignInCodeInput,
    RequestSignInCodePayload,
    SignInInput,
    SignInPayload,
    SignInWithCodeInput,
    SignInWithCodePayload,
)
from messaging.codes import request_sign_in_code
from organizations.actions import activate_account


class SessionMutations:
    """Root fields that begin and renew sessions."""

    sign_in = graphene.Field(
        SignInPayload,
        description="Begin a session on a device.",
        input=graphene.Argument(SignInInput, required=True, description="Who signs in, and where."),
    )
    request_sign_in_code = graphene.Field(
        RequestSignInCodePayload,
        description="Have six digits sent to the member's phone, or else e-mail. The former code is void then.",
        input=graphene.Argument(RequestSignInCodeInput, required=True, description="Who wants to sign in."),
    )
    sign_in_with_code = graphene.Field(
        SignInWithCodePayload,
        description="Begin a session by the code that was sent. It works once, for ten minutes, and takes five tries.",
        input=graphene.Argument(SignInWithCodeInput, required=True, description="Who signs in, and where."),
    )
    activate_account = graphene.Field(
        ActivateAccountPayload,
        description="Set the first password by the code of a printed slip, and begin a session.",
        input=graphene.Argument(ActivateAccountInput, required=True, description="The slip and the password."),
    )
    refresh_session = graphene.Field(
        RefreshSessionPayload,
        description="Renew a session. Asked again within 30 seconds, it gives the same refresh token again.",
        input=graphene.Argument(RefreshSessionInput, required=True, description="What renews the session."),
    )

    @staticmethod
    @refusals_as_data(SignInPayload)
    def resolve_sign_in(root: Any, info: graphene.ResolveInfo, *, input: Any) -> SignInPayload:
        tokens = actions.sign_in(
            username=input.username,
            password=input.password,
            device=_device(input.device),
            request=info.context.request,
        )
        return SignInPayload(session=tokens)

    @staticmethod
    @refusals_as_data(RequestSignInCodePayload)
    def resolve_request_sign_in_code(root: Any, info: graphene.ResolveInfo, *, input: Any) -> RequestSignInCodePayload:
        request_sign_in_code(
            username=input.username,
            device=_device(input.device) if input.device else None,
            request=info.context.request,
        )
        return RequestSignInCodePayload(expires_in=int(codes.SIGN_IN.lifetime.total_seconds()))

    @staticmethod
    @refusals_as_data(SignInWithCodePayload)
    def resolve_sign_in_with_code(root: Any, info: graphene.ResolveInfo, *, input: Any) -> SignInWithCodePayload:
        tokens = actions.sign_in_with_code(
            username=input.username, code=input.code, device=_device(input.device), request=info.context.request
        )
        return SignInWithCodePayload(session=tokens)

    @staticmethod
    @refusals_as_data(ActivateAccountPayload)
    def resolve_activate_account(root: Any, info: graphene.ResolveInfo, *, input: Any) -> ActivateAccountPayload:
        tokens = activate_account(
            member_code=input.member_code,
            activation_code=input.activation_code,
            new_password=input.new_password,
            device=_device(input.device),
            request=info.context.request,
        )
        return ActivateAccountPayload(session=tokens)

    @staticmethod
    @refusals_as_data(RefreshSessionPayload)
    def resolve_refresh_session(root: Any, info: graphene.ResolveInfo, *, input: Any) -> RefreshSessionPayload:
        tokens = actions.refresh(refresh_token=input.refresh_token, request=info.context.request)
        return RefreshSessionPayload(session=tokens)


def _device(given: Any) -> actions.Device:
    return actions.Device(name=given.name, platform=given.platform.value, push_token=given.push_token or "")
