"""The product's words as GraphQL enums: the same names, in capitals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import graphene
from django.db.models import TextChoices

from accounts import enums as accounts
from editorial import enums as editorial
from handbook.feedback import enums as feedback
from handbook.notices import enums as notices
from messaging import enums as messaging
from publishing import enums as publishing
from search import enums as search


def enum_of(choices: type[TextChoices], name: str, description: str, meanings: Mapping[str, str] | None = None) -> Any:
    """The GraphQL enum of a set of choices; ``meanings`` describe those by value whose name does not say it all."""
    words = {choice.value: f"{choice.name.replace('_', ' ').capitalize()}." for choice in choices} | dict(
        meanings or {}
    )
    return graphene.Enum(
        name,
        [(choice.name, choice.value) for choice in choices],
        description=lambda member: words[member.value] if member else description,
    )


# What is published, and what else is put before a committee: those who decide find both in one list.
ContentKind = graphene.Enum(
    "ContentKind",
    [(each.name, each.value) for words in (publishing.Kind, editorial.RequestKind) for each in words],
    description=lambda member: (
        f"{member.name.replace('_', ' ').capitalize()}."
        if member
        else "What a piece of content is; the list grows with the product."
    ),
)
# What was recalled has never been there, so no client hears of it.
ContentEnding = graphene.Enum(
    "ContentEnding",
    [(each.name, each.value) for each in publishing.TOLD_ENDINGS],
    description=lambda member: (
        f"{member.name.capitalize()}." if member else "Why a piece of content is no longer out; the list may grow."
    ),
)
DocumentType = enum_of(publishing.DocumentType, "DocumentType", "What a document of the party is.")
NoticeAudience = enum_of(
    notices.Audience,
    "NoticeAudience",
    "Whom of the addressed units a notice is for.",
    {
        notices.Audience.ALL: "Every member there.",
        notices.Audience.COMMITTEE: "Those on their committees.",
        notices.Audience.SECRETARIES: "Their secretaries.",
    },
)
NoticeReceiptKind = enum_of(
    notices.ReceiptKind, "NoticeReceiptKind", "What a phone tells of a notice; each holds what comes before it."
)
FeedbackKind = enum_of(feedback.Kind, "FeedbackKind", "What a member writes.")
Decision = enum_of(editorial.Decision, "Decision", "What a reviewer decides on one revision.")
DevicePlatform = enum_of(accounts.DevicePlatform, "DevicePlatform", "What a device runs.")
PushCategory = enum_of(messaging.PushCategory, "PushCategory", "What a push is about; the list grows with the product.")
PushTransport = enum_of(messaging.Transport, "PushTransport", "By what pushes reach a device.")
SearchSort = enum_of(search.Sort, "SearchSort", "In which order what was found is shown.")
