"""On which devices am I signed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphene

from accounts.models import Session
from api.connections import LAST_USED, page_of
from api.devices.types import DeviceConnection
from api.ids import signed


class DeviceQueries:
    """Root fields about the caller's devices."""

    devices = graphene.Field(
        DeviceConnection,
        description="The devices on which the caller is signed in, the last used first; for whoever is signed in.",
        first=graphene.Int(required=True, description="How many, 1 to 100."),
        after=graphene.String(description="The cursor after which to go on."),
    )

    @staticmethod
    def resolve_devices(
        root: Any, info: graphene.ResolveInfo, *, first: int, after: str | None = None
    ) -> dict[str, Any]:
        session = info.context.session()
        rows = Session.objects.usable_by(session.user)

        def nodes(page: Sequence[Session]) -> list[dict[str, Any]]:
            return [
                {
                    "id": signed("device", str(each.pk)),
                    "name": each.device_name,
                    "platform": each.platform,
                    "created_at": each.created_at,
                    "last_used_at": each.last_used_at,
                    "current": each.pk == session.pk,
                }
                for each in page
            ]

        return page_of(rows, LAST_USED, first=first, after=after, node=nodes)
