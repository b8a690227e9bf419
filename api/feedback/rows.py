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
from handbook.feedback.enums import SHOWN_TO_MEMBER, MessageKind, State
from handbook.feedback.models import AnswerDraft, FeedbackMessage, FeedbackReader, FeedbackThread
from handbook.feedback.permissions import author_of, messages_for_officer, shown_name

RELATED = ("owner", "topic", "author__cell", "veil", "assigned_to", "escalated_to")


@dataclasses.dataclass(frozen=True)
class Row:
    """A thread with what its reader may read of it."""

    thread: FeedbackThread
    messages: list[FeedbackMessage]
    context: Context
    is_officer: bool
    draft: str | None = None
    duplicates: Sequence[Row] = ()
    readers: Sequence[dict[str, str]] = ()

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
    merged, readers = _duplicates(threads, context), _readers(threads)
    drafts = dict(AnswerDraft.objects.filter(thread__in=threads).values_list("thread", "body"))
    return [
        Row(thread, said[thread.pk], context, True, drafts.get(thread.pk), merged[thread.pk], readers[thread.pk])
        for thread in threads
    ]


def officer_row(thread: FeedbackThread, context: Context) -> Row:
    """One thread as an officer sees it, also where their unit only handed it on."""
    said = _messages(messages_for_officer(context.user, thread))
    if not FeedbackThread.objects.workable_by(context.user).filter(pk=thread.pk).exists():
        return Row(thread, said[thread.pk], context, True)
    draft = AnswerDraft.objects.filter(thread=thread).values_list("body", flat=True).first()
    merged, readers = _duplicates([thread], context), _readers([thread])
    return Row(thread, said[thread.pk], context, True, draft, merged[thread.pk], readers[thread.pk])


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


def _readers(threads: Sequence[FeedbackThread]) -> dict[UUID, list[dict[str, str]]]:
    """Who is named in the confidential ones of these threads, by their ids."""
    by_thread: dict[UUID, list[dict[str, str]]] = defaultdict(list)
    confidential = [thread.pk for thread in threads if thread.confidential]
    named = FeedbackReader.objects.filter(thread__in=confidential).select_related("member").order_by("member__code")
    for reader in named if confidential else ():
        by_thread[reader.thread_id].append({"code": reader.member.code, "full_name": reader.member.full_name})
    return by_thread


def _duplicates(threads: Sequence[FeedbackThread], context: Context) -> dict[UUID, list[Row]]:
    """What the members say in threads that are answered with these, by the id of these, on which the caller may work.

    They have the same owner, and none is confidential: all but the caller's own are theirs to read as well.
    """
    found = FeedbackThread.objects.filter(merged_into__in=threads, state=State.MERGED).exclude(
        author__user=context.user
    )
    merged = list(found.select_related(*RELATED).order_by("created_at", "pk"))
    said = _messages(FeedbackMessage.objects.filter(thread__in=merged, kind=MessageKind.MEMBER))
    by_main: dict[UUID, list[Row]] = defaultdict(list)
    for each in merged:
        if each.merged_into_id:
            by_main[each.merged_into_id].append(Row(each, said[each.pk], context, True))
    return by_main


def _messages(found: Any) -> dict[UUID, list[FeedbackMessage]]:
    by_thread: dict[UUID, list[FeedbackMessage]] = defaultdict(list)
    for message in found.select_related("organization").prefetch_related("files").order_by("number"):
        by_thread[message.thread_id].append(message)
    return by_thread
