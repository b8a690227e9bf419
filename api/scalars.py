"""Values that GraphQL has no word for."""

from __future__ import annotations

import datetime
from typing import Any

import graphene
from django.utils import timezone
from django.utils.translation import gettext as _
from graphql import GraphQLError, StringValueNode, ValueNode

YEARS = range(1970, 2201)  # what every store and clock can count with


class DateTime(graphene.Scalar):
    """A moment, as ISO 8601 with offset; given in the province's time (+07:00), and taken as that without an offset."""

    @staticmethod
    def serialize(value: datetime.datetime) -> str:
        """The moment in the province's time."""
        return value.astimezone(timezone.get_default_timezone()).isoformat()

    @staticmethod
    def parse_value(value: Any) -> datetime.datetime:
        """The moment that a client names. Raises GraphQLError where it is none."""
        try:
            moment = datetime.datetime.fromisoformat(value)
        except (TypeError, ValueError):
            moment = None
        if moment is None or moment.year not in YEARS:
            raise GraphQLError(_("Thời điểm cần viết theo ISO 8601, ví dụ 2026-11-24T19:30:00+07:00."))
        return timezone.make_aware(moment) if timezone.is_naive(moment) else moment

    @classmethod
    def parse_literal(cls, node: ValueNode, _variables: Any = None) -> datetime.datetime:
        """The same, written into the document itself."""
        return cls.parse_value(node.value if isinstance(node, StringValueNode) else None)


class JSON(graphene.Scalar):
    """Any JSON value. The shape of a body is described in docs/published-store.md."""

    @staticmethod
    def serialize(value: Any) -> Any:
        """The value as it is."""
        return value
