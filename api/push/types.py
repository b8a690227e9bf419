"""Pushes: where they go, and what a person wants of them."""

from __future__ import annotations

import graphene

from api.enums import PushCategory, PushTransport
from api.errors import UserError
from api.scalars import DateTime

ERRORS = "Why it was refused; empty where it was done."
CATEGORIES = "What the person is told of. What is urgent is told in any case."
QUIET_FROM = "When the quiet hours begin, as HH:MM in the province's time; only what is urgent is told in them."
QUIET_TO = "When they end, as HH:MM; the same as their beginning where there are none."


class PushDevice(graphene.ObjectType):
    """Where the pushes of a session go."""

    transport = graphene.Field(PushTransport, required=True, description="By what they reach the device.")
    registered_at = DateTime(required=True, description="When the address was first registered.")


class PushPreferences(graphene.ObjectType):
    """What a person wants to be told of, and when not."""

    categories = graphene.List(graphene.NonNull(PushCategory), required=True, description=CATEGORIES)
    quiet_from = graphene.String(required=True, description=QUIET_FROM)
    quiet_to = graphene.String(required=True, description=QUIET_TO)
    web_push_key = graphene.String(
        description="For browsers: the applicationServerKey to subscribe with; null where Web Push is not set up."
    )


class RegisterPushInput(graphene.InputObjectType):
    """Where pushes of this session go: one of the two."""

    token = graphene.String(description="An FCM registration token.")
    subscription = graphene.String(description="A browser's PushSubscription, as the JSON of its toJSON().")


class RegisterPushPayload(graphene.ObjectType):
    """What came of registering."""

    device = graphene.Field(PushDevice, description="Where pushes of this session go; null where it was refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)


class SetPushPreferencesInput(graphene.InputObjectType):
    """What the person wants to be told of, and when not."""

    categories = graphene.List(graphene.NonNull(PushCategory), required=True, description=CATEGORIES)
    quiet_from = graphene.String(required=True, description=QUIET_FROM)
    quiet_to = graphene.String(required=True, description=QUIET_TO)


class SetPushPreferencesPayload(graphene.ObjectType):
    """What came of setting preferences."""

    preferences = graphene.Field(PushPreferences, description="As they are now; null where it was refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)
