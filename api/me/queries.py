"""Who am I."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils import timezone

from api.ids import opaque
from api.me.types import Me
from api.viewer import Context
from handbook.feedback.models import FeedbackThread
from handbook.notices.models import Notice
from organizations.models import Organization


class MeQueries:
    """Root fields about the caller."""

    me = graphene.Field(Me, description="The signed-in person; null where nobody is signed in.")

    @staticmethod
    def resolve_me(root: Any, info: graphene.ResolveInfo) -> dict[str, Any] | None:
        context: Context = info.context
        user, member = context.user, context.member
        if user is None:
            return None
        line = list(member.cell.line()) if member else []
        held = member.positions.all().in_force().select_related("organization") if member else []
        return {
            "id": opaque("user", user.pk),
            "code": member.code if member else None,
            "full_name": member.full_name if member else user.get_full_name(),
            "status": member.status if member else None,
            "cell": unit_of(member.cell) if member else None,
            "path": [unit_of(each) for each in line],
            "positions": [{"organization": unit_of(each.organization), "position": each.kind} for each in held],
            "unread": {"notices": _unread_notices(context), "feedback": _unread_answers(context)},
        }


def _unread_notices(context: Context) -> int:
    """How many notices wait for the caller; looked up only where the document asks."""
    if context.member is None or "unread" not in context.field_names:
        return 0
    return Notice.objects.unread_by(context.member, scope=context.scope, at=timezone.now()).count()


def _unread_answers(context: Context) -> int:
    """How many of the caller's threads have an answer to read."""
    if context.member is None or "unread" not in context.field_names:
        return 0
    return FeedbackThread.objects.of_member(context.member).unread().count()


def unit_of(organization: Organization) -> dict[str, Any]:
    """A unit as clients see it."""
    return {
        "id": opaque("organization", organization.pk),
        "code": organization.code,
        "name": organization.name,
        "level": organization.level,
    }
