"""Devices on which someone is signed in."""

from __future__ import annotations

import graphene

from api.connections import connection
from api.enums import DevicePlatform
from api.errors import UserError
from api.scalars import DateTime
from api.sessions.types import ERRORS


class Device(graphene.ObjectType):
    """A device on which the caller is signed in."""

    id = graphene.ID(required=True, description="Its id, for `endDevice`.")
    name = graphene.String(required=True, description="What it called itself when it signed in.")
    platform = graphene.Field(DevicePlatform, required=True, description="What it runs.")
    created_at = graphene.Field(DateTime, required=True, description="When it signed in.")
    last_used_at = graphene.Field(DateTime, required=True, description="When its session was last renewed.")
    current = graphene.Boolean(required=True, description="Whether it is the one that asks.")


DeviceConnection = connection(Device, "Device")


class EndDeviceInput(graphene.InputObjectType):
    """The device to sign out."""

    id = graphene.ID(required=True, description="The id of one of the caller's devices.")


class EndMemberSessionsInput(graphene.InputObjectType):
    """Whom an officer signs out, and why."""

    member_code = graphene.String(required=True, description="The member's code.")
    reason = graphene.String(required=True, description="Why; the member reads it. At most 255 characters.")


class SignOutPayload(graphene.ObjectType):
    """What came of signing out."""

    signed_out = graphene.Boolean(required=True, default_value=False, description="Whether the session is over.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)


class EndDevicePayload(graphene.ObjectType):
    """What came of signing a device out."""

    id = graphene.ID(description="The id of the device that was signed out; null where it was refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)


class SignOutEverywherePayload(graphene.ObjectType):
    """What came of signing out everywhere."""

    ended = graphene.Int(description="On how many devices the caller was signed out; null where it was refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)


class EndMemberSessionsPayload(graphene.ObjectType):
    """What came of signing a member out."""

    ended = graphene.Int(description="On how many devices the member was signed out; null where it was refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)
