"""Values that GraphQL has no word for."""

from __future__ import annotations

import datetime
from typing import Any

import graphene
from django.utils import timezone


class DateTime(graphene.Scalar):
    """A moment, as ISO 8601 with offset; given in the province's time (+07:00)."""

    @staticmethod
    def serialize(value: datetime.datetime) -> str:
        """The moment in the province's time."""
        return value.astimezone(timezone.get_default_timezone()).isoformat()


class JSON(graphene.Scalar):
    """Any JSON value. The shape of a body is described in docs/published-store.md."""

    @staticmethod
    def serialize(value: Any) -> Any:
        """The value as it is."""
        return value
