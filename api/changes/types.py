"""What a phone is told that keeps content for reading offline."""

from __future__ import annotations

import graphene

from api.content.types import Content
from api.enums import ContentKind


class Removed(graphene.ObjectType):
    """A piece of content that the phone must drop, if it has it."""

    id = graphene.ID(required=True, description="Its id.")
    kind = graphene.Field(ContentKind, required=True, description="What it was.")


class Changes(graphene.ObjectType):
    """One page of what has changed. Write it and its cursor in one transaction (docs/sync.md)."""

    upserts = graphene.List(
        graphene.NonNull(Content), required=True, description="To write, over what is there under the same id."
    )
    removals = graphene.List(
        graphene.NonNull(Removed),
        required=True,
        description="To drop: taken down, or no longer addressed to the caller.",
    )
    cursor = graphene.String(description="Give this as `since` next time; null where `resetRequired`.")
    has_more = graphene.Boolean(required=True, description="Whether to ask again at once; a page may be empty and so.")
    reset_required = graphene.Boolean(
        required=True,
        description="Whether to begin anew, without `since`: another account or language, or too long away.",
    )
