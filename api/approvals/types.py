"""What waits for a decision."""

from __future__ import annotations

import graphene

from api.connections import connection
from api.enums import ContentKind, Decision
from api.errors import UserError
from api.scalars import DateTime


class Approval(graphene.ObjectType):
    """Something on which the caller decides: a draft at a step of its way, or what was put before a committee."""

    id = graphene.ID(required=True, description="Names what is decided on.")
    kind = graphene.Field(ContentKind, required=True, description="What it is.")
    title = graphene.String(required=True, description="Its title.")
    submitted_by = graphene.String(required=True, description="Who sent it on its way.")
    submitted_at = DateTime(required=True, description="When it was sent on its way.")
    due_at = DateTime(required=True, description="By when it is to be decided.")
    revision = graphene.ID(required=True, description="Names exactly the text that is shown; give it to `decide`.")
    status = graphene.String(required=True, description="Pending, approved, returned, or lapsed where it was changed.")
    required = graphene.Int(required=True, description="How many approvals it needs.")
    approved = graphene.Int(required=True, description="How many approvals of exactly this text it has.")
    preview_url = graphene.String(required=True, description="Where the text is read and decided on in a browser.")


ApprovalConnection = connection(Approval, "Approval")


class DecideInput(graphene.InputObjectType):
    """A decision on one text."""

    id = graphene.ID(required=True, description="The approval's id.")
    revision = graphene.ID(required=True, description="The text that was shown.")
    decision = graphene.InputField(Decision, required=True, description="What is decided.")
    comment = graphene.String(description="The reason; required with RETURN.")


class DecidePayload(graphene.ObjectType):
    """What came of a decision."""

    approval = graphene.Field(Approval, description="The step after the decision; null where it was refused.")
    errors = graphene.List(
        graphene.NonNull(UserError),
        required=True,
        default_value=(),
        description="Why it was refused; empty where it was done.",
    )
