"""The answer to a thread as something that a committee approves (``editorial.requests``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Max, QuerySet

from editorial.enums import RequestKind
from editorial.models import ApprovalRequest
from editorial.requests.subjects import Subject
from handbook.feedback.enums import SHOWN_TO_MEMBER, MessageKind, State
from handbook.feedback.models import AnswerDraft, FeedbackMessage, FeedbackThread
from handbook.feedback.permissions import author_of


class AnswerSubject(Subject[AnswerDraft]):
    """What is approved: this text, from this unit, to what was said so far, also in the duplicates that get it too."""

    kind = RequestKind.ANSWER
    template = "feedback/approval.html"

    def form(self, thing: AnswerDraft) -> dict[str, Any]:
        said = thing.thread.messages.filter(kind=MessageKind.MEMBER).order_by("-number")
        form = {
            "thread": str(thing.thread_id),
            "owner": thing.thread.owner_id,
            "question": said.values_list("number", flat=True).first(),
            "answer": thing.body,
        }
        said_there = FeedbackMessage.objects.filter(thread__in=_duplicates(thing), kind=MessageKind.MEMBER).order_by()
        if last := said_there.values_list("thread").annotate(last=Max("number")):
            form["duplicates"] = {str(pk): number for pk, number in last}
        return form

    def title(self, thing: AnswerDraft) -> str:
        return thing.thread.subject

    def writers(self, thing: AnswerDraft) -> Iterable[int]:
        asked = [thing.thread, *_duplicates(thing).select_related("author")]
        found = set(thing.writers.values_list("pk", flat=True))
        # Who asked has no say on the answer either.
        return found | {each.author.user_id for each in asked if each.author.user_id}

    def context(self, thing: AnswerDraft, user: Any) -> dict[str, Any]:
        messages = thing.thread.messages.filter(kind__in=SHOWN_TO_MEMBER)
        duplicates = [
            {"thread": each, "author": author_of(each), "said": each.messages.filter(kind=MessageKind.MEMBER)}
            for each in _duplicates(thing).select_related("author").order_by("created_at", "pk")
        ]
        facts = {"draft": thing, "thread": thing.thread, "said": messages, "author": author_of(thing.thread)}
        return {**facts, "duplicates": duplicates}

    def approved(self, thing: AnswerDraft, request: ApprovalRequest) -> None:
        from handbook.feedback.actions.answering import send_approved

        send_approved(thing, request)

    def returned(self, thing: AnswerDraft, request: ApprovalRequest) -> None:
        from handbook.feedback.actions.answering import take_back

        take_back(thing)

    def lapsed(self, thing: AnswerDraft, request: ApprovalRequest) -> None:
        from handbook.feedback.actions.answering import take_back

        take_back(thing)


def _duplicates(draft: AnswerDraft) -> QuerySet[FeedbackThread]:
    """The threads that get this answer too."""
    return FeedbackThread.objects.filter(merged_into=draft.thread_id, state=State.MERGED)
