"""Sessions: what goes in and what comes out."""

from __future__ import annotations

import graphene

from api.enums import DevicePlatform
from api.errors import UserError

ERRORS = "Why it was refused; empty where it was done."


class SessionTokens(graphene.ObjectType):
    """What a client keeps of its session."""

    access_token = graphene.String(required=True, description="Goes into `Authorization: Bearer ...` of each request.")
    refresh_token = graphene.String(required=True, description="Renews the session once; then use the one that came.")
    expires_in = graphene.Int(required=True, description="How long the access token is good for, in seconds.")


class DeviceInput(graphene.InputObjectType):
    """The device that signs in."""

    name = graphene.String(required=True, description="What its owner would call it; 1 to 100 characters.")
    platform = graphene.InputField(DevicePlatform, required=True, description="What it runs.")
    push_token = graphene.String(description="Where pushed notices go.")


class SignInInput(graphene.InputObjectType):
    """Who signs in, and where."""

    username = graphene.String(required=True, description="The account's name: for members, their code.")
    password = graphene.String(required=True, description="The password.")
    device = graphene.InputField(DeviceInput, required=True, description="The device.")


class RequestSignInCodeInput(graphene.InputObjectType):
    """Who wants to sign in by a code."""

    username = graphene.String(required=True, description="The account's name: for members, their code.")
    device = graphene.InputField(DeviceInput, description="The device that asks; kept in the audit.")


class SignInWithCodeInput(graphene.InputObjectType):
    """Who signs in by a code, and where."""

    username = graphene.String(required=True, description="The name for which the code was asked.")
    code = graphene.String(required=True, description="The six digits; spaces between them do no harm.")
    device = graphene.InputField(DeviceInput, required=True, description="The device.")


class ActivateAccountInput(graphene.InputObjectType):
    """What a member types from the printed slip, and the password they choose."""

    member_code = graphene.String(required=True, description="The member's code.")
    activation_code = graphene.String(
        required=True, description="The code of the slip; case, spaces and dashes do not matter."
    )
    new_password = graphene.String(required=True, description="The password from now on; 10 characters or more.")
    device = graphene.InputField(DeviceInput, required=True, description="The device.")


class RefreshSessionInput(graphene.InputObjectType):
    """What renews a session."""

    refresh_token = graphene.String(required=True, description="The last refresh token that came.")


class SignInPayload(graphene.ObjectType):
    """What came of signing in."""

    session = graphene.Field(SessionTokens, description="The new session; null where it was refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)


class RequestSignInCodePayload(graphene.ObjectType):
    """What came of asking for a code: the same whether or not there is an account that can have one."""

    expires_in = graphene.Int(description="How long a code that was sent is good, in seconds; null where refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)


class SignInWithCodePayload(graphene.ObjectType):
    """What came of signing in by a code."""

    session = graphene.Field(SessionTokens, description="The new session; null where it was refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)


class ActivateAccountPayload(graphene.ObjectType):
    """What came of activating an account."""

    session = graphene.Field(SessionTokens, description="The member's first session; null where it was refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)


class RefreshSessionPayload(graphene.ObjectType):
    """What came of renewing a session."""

    session = graphene.Field(SessionTokens, description="The renewed session; null where it was refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)
