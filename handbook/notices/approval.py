"""What of a notice a committee approves, and what follows from its decision (``editorial.requests``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from editorial.enums import RequestKind
from editorial.models import ApprovalRequest
from editorial.requests.subjects import Subject, ThingFile
from handbook.notices.actions.sending import put_correction_out, put_out
from handbook.notices.audience import count_addressed
from handbook.notices.enums import TRANSITIONS, Audience, State
from handbook.notices.models import Notice
from handbook.notices.reach import addressed_by


class NoticeSubject(Subject[Notice]):
    """A notice that waits to be sent, or a correction of one that is out."""

    kind = RequestKind.NOTICE
    template = "notices/request.html"

    def form(self, thing: Notice) -> dict[str, Any]:
        """The text, its files, and to whom and when it goes."""
        text = thing.to_approve
        return {
            "organization": thing.organization_id,
            "audience": sorted(thing.audiences.values_list("key", flat=True)),
            "sent_at": thing.sent_at,
            "expires_at": thing.expires_at,
            "number": text.number,
            "title": text.title,
            "body": text.body,
            "urgent": text.urgent,
            "requires_acknowledgement": text.requires_acknowledgement,
            "deadline": text.deadline,
            "question": text.question,
            "answers": text.answers,
            "reason_wanted_for": text.reason_wanted_for,
            "remind_before": text.remind_before,
            "remind_after": text.remind_after,
            "asks_again": text.asks_again,
            "files": sorted([str(pk), name, size] for pk, name, size in text.files.values_list("pk", "name", "size")),
        }

    def title(self, thing: Notice) -> str:
        return thing.to_approve.title

    def writers(self, thing: Notice) -> Iterable[int]:
        """Who wrote this text; of a draft also who began it."""
        text = thing.to_approve
        began = thing.author_id if text.number == 1 else None
        return {pk for pk in (began, text.author_id) if pk}

    def context(self, thing: Notice, user: Any) -> dict[str, Any]:
        return {
            "notice": thing,
            "text": thing.to_approve,
            "before": thing.current if thing.proposed_version else None,
            "files": self.files(thing),
            "audience": Audience(thing.audience).label,
            "units": [each.organization for each in thing.audiences.select_related("organization")],
            "reached": count_addressed(addressed_by(thing)),
        }

    def files(self, thing: Notice) -> list[ThingFile]:
        """Those of the text that is approved, by name."""
        return [
            ThingFile(
                row=file,
                storage_name=file.storage_name,
                name=file.name,
                content_type=file.content_type,
                size=file.size,
                url=reverse("notice_file", args=[file.pk, file.name]),
            )
            for file in thing.to_approve.files.order_by("name")
        ]

    def approved(self, thing: Notice, request: ApprovalRequest) -> None:
        """The notice goes out, at its time or now; a correction takes its place."""
        actor = request.asked_by or "notices"
        if thing.state == State.WAITING:
            put_out(actor=actor, notice=thing, state=TRANSITIONS["approve_notice"][thing.state])
        else:
            put_correction_out(actor=actor, notice=thing)

    def returned(self, thing: Notice, request: ApprovalRequest) -> None:
        """Back to its writers, who see the comment; what is out stays out, and the correction stays to be mended."""
        if thing.state == State.WAITING:
            thing.state = TRANSITIONS["return_notice"][thing.state]
            thing.save(update_fields=["state"])

    def lapsed(self, thing: Notice, request: ApprovalRequest) -> None:
        """Nothing: the act of this room that took it back has said what it is now."""
