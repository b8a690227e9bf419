"""Who am I."""

from __future__ import annotations

from typing import Any

import graphene

from api.ids import opaque
from api.me.types import Me
from api.viewer import Context
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
            "cell": _unit(member.cell) if member else None,
            "path": [_unit(each) for each in line],
            "positions": [{"organization": _unit(each.organization), "position": each.kind} for each in held],
            "unread": {"notices": 0, "feedback": 0},
        }


def _unit(organization: Organization) -> dict[str, Any]:
    return {
        "id": opaque("organization", organization.pk),
        "code": organization.code,
        "name": organization.name,
        "level": organization.level,
    }
