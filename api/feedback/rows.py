"""Threads as clients see them: looked up for a whole page at once, as author or as officer.

The author reads what was said to them; an officer the notes as well, and of an anonymous author nothing that tells who it is.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.utils import timezone

from api.me.queries import unit_of
from api.viewer import Context
from handbook.feedback.enums import SHOWN_TO_MEMBER, MessageKind
from handbook.feedback.models import AnswerDraft, FeedbackMessage, FeedbackThread
from handbook.feedback.permissions import author_of, messages_for_officer, shown_name

RELATED = ("owner", "topic", "author", "assigned_to", "escalated_to")


@dataclasses.dataclass(frozen=True)
class Row:
    """A thread with what its reader may read of it."""

    thread: FeedbackThread
    messages: list[FeedbackMessage]
    context: Context
    is_officer: bool
    draft: str | None = None

    def author(self) -> str:
        """Who wrote it, as this reader may know."""
        return author_of(self.thread) if self.is_officer else self.thread.author.full_name

    def is_overdue(self) -> bool:
        """Whether its deadline has passed."""
        return self.thread.is_late_at(timezone.now())

    def said(self) -> list[dict[str, Any]]:
        """The messages, in their order."""
        return [self._message(message) for message in self.messages]

    def _message(self, message: FeedbackMessage) -> dict[str, Any]:
        by_member = message.kind == MessageKind.MEMBER
        unit = message.organization.name if message.organization else ""
        return {
            "id": str(message.pk),
            "body": message.body,
            "sent_at": message.sent_at,
            "from_committee": not by_member,
            "is_note": message.kind == MessageKind.NOTE,
            "author": self.author() if by_member else unit,
            "attachments": [self._file(file, message) for file in message.files.all()],
        }

    def _file(self, file: Any, message: FeedbackMessage) -> dict[str, Any]:
        file.message = message
        name = shown_name(file, self.thread) if self.is_officer else file.name
        return {
            "id": str(file.pk),
            "name": name,
            "url": self.context.absolute(f"/feedback/files/{file.pk}/{quote(name, safe='')}"),
            "size": file.size,
            "content_type": file.content_type,
        }


def own_rows(threads: Sequence[FeedbackThread], context: Context) -> list[Row]:
    """Threads as their author sees them, in as many queries however many they are."""
    said = _messages(FeedbackMessage.objects.filter(thread__in=threads, kind__in=SHOWN_TO_MEMBER))
    return [Row(thread, said[thread.pk], context, False) for thread in threads]


def inbox_rows(threads: Sequence[FeedbackThread], context: Context) -> list[Row]:
    """Threads as an officer sees them who may work on all of them."""
    said = _messages(FeedbackMessage.objects.filter(thread__in=threads))
    drafts = dict(AnswerDraft.objects.filter(thread__in=threads).values_list("thread", "body"))
    return [Row(thread, said[thread.pk], context, True, drafts.get(thread.pk)) for thread in threads]


def officer_row(thread: FeedbackThread, context: Context) -> Row:
    """One thread as an officer sees it, also where their unit only handed it on."""
    said = _messages(messages_for_officer(context.user, thread))
    workable = FeedbackThread.objects.workable_by(context.user).filter(pk=thread.pk).exists()
    draft = AnswerDraft.objects.filter(thread=thread).values_list("body", flat=True).first() if workable else None
    return Row(thread, said[thread.pk], context, True, draft)


def thread_now(pk: UUID) -> FeedbackThread:
    """A thread with what its rows show, read anew."""
    return FeedbackThread.objects.select_related(*RELATED).get(pk=pk)


def owner_row(row: Row) -> dict[str, Any]:
    """The unit that owes the answer."""
    return unit_of(row.thread.owner)


def assignee(row: Row) -> str | None:
    """Who answers, for officers alone."""
    person = row.thread.assigned_to if row.is_officer else None
    return person.full_name if person else None


def _messages(found: Any) -> dict[UUID, list[FeedbackMessage]]:
    by_thread: dict[UUID, list[FeedbackMessage]] = defaultdict(list)
    for message in found.select_related("organization").prefetch_related("files").order_by("number"):
        by_thread[message.thread_id].append(message)
    return by_thread
