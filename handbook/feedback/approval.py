"""The answer to a thread as something that a committee approves (``editorial.requests``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from editorial.enums import RequestKind
from editorial.models import ApprovalRequest
from editorial.requests.subjects import Subject
from handbook.feedback.enums import SHOWN_TO_MEMBER, MessageKind
from handbook.feedback.models import AnswerDraft
from handbook.feedback.permissions import author_of


class AnswerSubject(Subject[AnswerDraft]):
    """What is approved: this text, from this unit, to what the member has said so far."""

    kind = RequestKind.ANSWER
    template = "feedback/approval.html"

    def form(self, thing: AnswerDraft) -> dict[str, Any]:
        said = thing.thread.messages.filter(kind=MessageKind.MEMBER).order_by("-number")
        return {
            "thread": str(thing.thread_id),
            "owner": thing.thread.owner_id,
            "question": said.values_list("number", flat=True).first(),
            "answer": thing.body,
        }

    def title(self, thing: AnswerDraft) -> str:
        return thing.thread.subject

    def writers(self, thing: AnswerDraft) -> Iterable[int]:
        found = set(thing.writers.values_list("pk", flat=True))
        # Who asked has no say on the answer either.
        return found | ({thing.thread.author.user_id} if thing.thread.author.user_id else set())

    def context(self, thing: AnswerDraft, user: Any) -> dict[str, Any]:
        messages = thing.thread.messages.filter(kind__in=SHOWN_TO_MEMBER)
        return {"draft": thing, "thread": thing.thread, "said": messages, "author": author_of(thing.thread)}

    def approved(self, thing: AnswerDraft, request: ApprovalRequest) -> None:
        from handbook.feedback.actions.answering import send_approved

        send_approved(thing, request)

    def returned(self, thing: AnswerDraft, request: ApprovalRequest) -> None:
        from handbook.feedback.actions.answering import take_back

        take_back(thing)

    def lapsed(self, thing: AnswerDraft, request: ApprovalRequest) -> None:
        from handbook.feedback.actions.answering import take_back

        take_back(thing)
