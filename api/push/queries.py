"""What a person wants to be told of."""

from __future__ import annotations

from typing import Any

import graphene
from django.conf import settings

from api.push.types import PushPreferences
from api.viewer import Context
from messaging.enums import PushCategory
from messaging.models import PushPreference
from messaging.providers.webpush import public_key


class PushQueries:
    """Root fields about pushes."""

    push_preferences = graphene.Field(
        PushPreferences, description="What the caller is told of by push; null where nobody is signed in."
    )

    @staticmethod
    def resolve_push_preferences(root: Any, info: graphene.ResolveInfo) -> dict[str, Any] | None:
        context: Context = info.context
        if context.user is None:
            return None
        kept = PushPreference.objects.filter(user=context.user).first()
        return shown(kept or PushPreference(user=context.user))


def shown(preference: PushPreference) -> dict[str, Any]:
    """Preferences as clients read them."""
    return {
        "categories": [category.value for category in PushCategory if category not in preference.muted],
        "quiet_from": f"{preference.quiet_from:%H:%M}",
        "quiet_to": f"{preference.quiet_to:%H:%M}",
        "web_push_key": public_key(settings.VAPID_PRIVATE_KEY) if settings.VAPID_PRIVATE_KEY else None,
    }
