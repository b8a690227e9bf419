"""What a committee approves when it approves a release: these texts, in this order, at this time."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from editorial.enums import PENDING_RELEASES, RequestKind
from editorial.models import ApprovalRequest, Release
from editorial.models.approval import content_digest
from editorial.releases import actions
from editorial.releases.parts import kind_of, things_of
from editorial.requests.subjects import Subject, ThingFile


class ReleaseSubject(Subject[Release]):
    """A release before its committee."""

    kind = RequestKind.RELEASE
    template = "editorial/includes/release.html"

    def form(self, thing: Release) -> dict[str, Any]:
        """The texts by number and content: autosave can change a revision in place."""
        items = thing.items.select_related("revision")
        parts = [[part.thing_type_id, part.thing_id, kind_of(each).form(each)] for part, each in things_of(thing)]
        return {
            "title": thing.title,
            "note": thing.note,
            "organization": thing.organization_id,
            "required": thing.required,
            "all_languages": thing.all_languages,
            "due_at": thing.due_at,
            "items": [
                [item.page_id, item.revision_id, content_digest(item.revision.content) if item.revision else None]
                for item in items
            ],
            **({"parts": parts} if parts else {}),
        }

    def title(self, thing: Release) -> str:
        return thing.title

    def writers(self, thing: Release) -> Iterable[int]:
        """Who composed it, and whoever wrote one of its texts last."""
        last = thing.items.filter(revision__user__isnull=False).values_list("revision__user_id", flat=True)
        of_parts = {pk for _part, each in things_of(thing) for pk in kind_of(each).writers(each)}
        return {thing.created_by_id, *last, *of_parts}

    def goes_out_at(self, thing: Release) -> datetime.datetime | None:
        return thing.due_at

    def context(self, thing: Release, user: Any) -> dict[str, Any]:
        """All texts and notices, as their readers will get them."""
        from editorial.releases.preview import parts_of, texts_of

        return {"release": thing, "texts": texts_of(thing, user), "parts": parts_of(thing, user)}

    def files(self, thing: Release) -> list[ThingFile]:
        """Those of what goes out besides pages."""
        return [file for _part, each in things_of(thing) for file in kind_of(each).files(each)]

    def approved(self, thing: Release, request: ApprovalRequest) -> None:
        """Into the schedule; the publisher asks the gate again."""
        from editorial.publisher import wake_release

        actions.schedule_approved(thing)
        transaction.on_commit(lambda: wake_release(thing.pk))

    def returned(self, thing: Release, request: ApprovalRequest) -> None:
        actions.reopen(thing)

    def lapsed(self, thing: Release, request: ApprovalRequest) -> None:
        if thing.state in PENDING_RELEASES:
            actions.reopen(thing)
