"""Questions, opinions and reports of members, and what committees answer."""

from __future__ import annotations

import datetime
from typing import Any

import graphene

from api.connections import connection
from api.content.types import File
from api.enums import FeedbackKind
from api.errors import UserError
from api.feedback.rows import Row, assignee, owner_row
from api.me.queries import unit_of
from api.me.types import OrganizationUnit
from api.scalars import DateTime
from handbook.feedback import statistics
from handbook.feedback.permissions import may_reveal

ERRORS = "Why it was refused; empty where it was done."


class FeedbackTopic(graphene.ObjectType):
    """What feedback may be about."""

    code = graphene.String(required=True, description="Give this as `topic`.")
    name = graphene.String(required=True, description="Its name.")
    working_hours = graphene.Int(
        required=True, description="In how much working time it is answered; a day has 8 hours."
    )


class FeedbackMessage(graphene.ObjectType):
    """Something said in a thread."""

    id = graphene.ID(required=True, description="Its id.")
    body = graphene.String(required=True, description="Its text; lines are kept, there is no markup.")
    sent_at = DateTime(required=True, description="When it came.")
    from_committee = graphene.Boolean(required=True, description="Whether the committee said it, not the member.")
    is_note = graphene.Boolean(required=True, description="Whether it is a note among officers; members never get one.")
    author = graphene.String(
        required=True, description="The member, or the unit in whose name it was said. An anonymous member is no name."
    )
    attachments = graphene.List(graphene.NonNull(File), required=True, description="The files that go with it.")


class FeedbackPerson(graphene.ObjectType):
    """Someone in a thread."""

    code = graphene.String(required=True, description="The member's code.")
    full_name = graphene.String(required=True, description="Family name first.")


class FeedbackDuplicate(graphene.ObjectType):
    """A thread that is answered with another one, as officers read it there."""

    id = graphene.ID(required=True, description="Its id.")
    subject = graphene.String(required=True, description="Its title.")
    author = graphene.String(required=True, description="Who wrote it; an anonymous member is no name.")
    messages = graphene.List(
        graphene.NonNull(FeedbackMessage), required=True, description="What its member said, in its order."
    )

    @staticmethod
    def resolve_id(root: Row, info: graphene.ResolveInfo) -> str:
        return str(root.thread.pk)

    @staticmethod
    def resolve_subject(root: Row, info: graphene.ResolveInfo) -> str:
        return root.thread.subject

    @staticmethod
    def resolve_author(root: Row, info: graphene.ResolveInfo) -> str:
        return root.author()

    @staticmethod
    def resolve_messages(root: Row, info: graphene.ResolveInfo) -> list[dict[str, Any]]:
        return root.said()


class FeedbackThread(graphene.ObjectType):
    """A question, opinion or report, with all that was said about it."""

    id = graphene.ID(required=True, description="Its id.")
    kind = graphene.Field(FeedbackKind, required=True, description="What it is.")
    subject = graphene.String(required=True, description="Its title.")
    status = graphene.String(
        required=True, description="new, in_progress, waiting (for the member), approving, answered, closed or merged."
    )
    topic = graphene.String(description="The code of its topic; null where it has none.")
    topic_name = graphene.String(description="The name of its topic.")
    assigned_to = graphene.Field(OrganizationUnit, required=True, description="The unit that owes the answer.")
    created_at = DateTime(required=True, description="When it was sent.")
    due_at = DateTime(
        description="By when it is to be answered; null while the member is asked, and when it is settled."
    )
    overdue = graphene.Boolean(required=True, description="Whether that time has passed.")
    anonymous_to_cell = graphene.Boolean(required=True, description="Whether the member's cell must not know who asks.")
    confidential = graphene.Boolean(required=True, description="Whether only named people read it.")
    messages = graphene.List(
        graphene.NonNull(FeedbackMessage), required=True, description="What was said, in its order."
    )
    unread = graphene.Boolean(required=True, description="Whether its author has an answer to read.")
    rating = graphene.Int(description="What the author said of the answer: 1 to 5; null where nothing yet.")
    may_publish = graphene.Boolean(
        required=True, description="Whether the author allows to publish question and answer, without names."
    )
    author = graphene.String(required=True, description="Who wrote it; an anonymous member is no name to officers.")
    assignee = graphene.String(description="For officers: who is to answer.")
    draft = graphene.String(description="For officers: the answer as it is being written.")
    escalated_to = graphene.Field(
        OrganizationUnit, description="For officers: the committee above that was told it is late."
    )
    duplicates = graphene.List(
        graphene.NonNull(FeedbackDuplicate),
        required=True,
        description="For officers: threads that are answered with this one, with what is said there.",
    )
    may_reveal = graphene.Boolean(
        required=True, description="For officers: whether the caller may look who wrote it (`revealFeedbackAuthor`)."
    )
    readers = graphene.List(
        graphene.NonNull(FeedbackPerson),
        required=True,
        description="For officers: who is named in a confidential thread; empty for others.",
    )

    @staticmethod
    def resolve_id(root: Row, info: graphene.ResolveInfo) -> str:
        return str(root.thread.pk)

    @staticmethod
    def resolve_kind(root: Row, info: graphene.ResolveInfo) -> str:
        return root.thread.kind

    @staticmethod
    def resolve_subject(root: Row, info: graphene.ResolveInfo) -> str:
        return root.thread.subject

    @staticmethod
    def resolve_status(root: Row, info: graphene.ResolveInfo) -> str:
        return root.thread.state

    @staticmethod
    def resolve_topic(root: Row, info: graphene.ResolveInfo) -> str | None:
        return root.thread.topic.code if root.thread.topic else None

    @staticmethod
    def resolve_topic_name(root: Row, info: graphene.ResolveInfo) -> str | None:
        return root.thread.topic.name if root.thread.topic else None

    @staticmethod
    def resolve_assigned_to(root: Row, info: graphene.ResolveInfo) -> dict[str, Any]:
        return owner_row(root)

    @staticmethod
    def resolve_created_at(root: Row, info: graphene.ResolveInfo) -> datetime.datetime:
        return root.thread.created_at

    @staticmethod
    def resolve_due_at(root: Row, info: graphene.ResolveInfo) -> datetime.datetime | None:
        return root.thread.due_at

    @staticmethod
    def resolve_overdue(root: Row, info: graphene.ResolveInfo) -> bool:
        return root.is_overdue()

    @staticmethod
    def resolve_anonymous_to_cell(root: Row, info: graphene.ResolveInfo) -> bool:
        return root.thread.anonymous_to_cell

    @staticmethod
    def resolve_confidential(root: Row, info: graphene.ResolveInfo) -> bool:
        return root.thread.confidential

    @staticmethod
    def resolve_messages(root: Row, info: graphene.ResolveInfo) -> list[dict[str, Any]]:
        return root.said()

    @staticmethod
    def resolve_unread(root: Row, info: graphene.ResolveInfo) -> bool:
        return not root.is_officer and root.thread.answered_number > root.thread.read_number

    @staticmethod
    def resolve_rating(root: Row, info: graphene.ResolveInfo) -> int | None:
        return root.thread.rating

    @staticmethod
    def resolve_may_publish(root: Row, info: graphene.ResolveInfo) -> bool:
        return root.thread.may_publish

    @staticmethod
    def resolve_author(root: Row, info: graphene.ResolveInfo) -> str:
        return root.author()

    @staticmethod
    def resolve_assignee(root: Row, info: graphene.ResolveInfo) -> str | None:
        return assignee(root)

    @staticmethod
    def resolve_draft(root: Row, info: graphene.ResolveInfo) -> str | None:
        return root.draft

    @staticmethod
    def resolve_escalated_to(root: Row, info: graphene.ResolveInfo) -> dict[str, Any] | None:
        above = root.thread.escalated_to if root.is_officer else None
        return unit_of(above) if above else None

    @staticmethod
    def resolve_may_reveal(root: Row, info: graphene.ResolveInfo) -> bool:
        return root.is_officer and may_reveal(root.context.user, root.thread)

    @staticmethod
    def resolve_readers(root: Row, info: graphene.ResolveInfo) -> list[dict[str, str]]:
        return list(root.readers)

    @staticmethod
    def resolve_duplicates(root: Row, info: graphene.ResolveInfo) -> list[Row]:
        return list(root.duplicates)


FeedbackThreadConnection = connection(FeedbackThread, "FeedbackThread")


class FeedbackNumbers(graphene.ObjectType):
    """What a unit got in a period, what it settled and let grow late in it, and what lies there now."""

    received = graphene.Int(required=True, description="Threads that came in the period.")
    settled = graphene.Int(required=True, description="Threads answered or closed in it.")
    late = graphene.Int(
        required=True, description="Deadlines that passed in it; they count for the owner at that time."
    )
    open = graphene.Int(required=True, description="Threads that wait for the committee now.")
    overdue = graphene.Int(required=True, description="Of these those that are late.")
    waiting = graphene.Int(required=True, description="Threads that wait for their member now.")
    rated = graphene.Int(required=True, description="Answers of the period that were rated.")
    rating = graphene.Float(description="The mean of their stars; null where there are none.")


class FeedbackUnitNumbers(graphene.ObjectType):
    """The numbers of a unit: of its subtree, or of what it owns itself where it heads the list."""

    organization = graphene.Field(OrganizationUnit, required=True, description="The unit.")
    is_head = graphene.Boolean(required=True, description="Whether it is the unit that was asked for, by itself.")
    numbers = graphene.Field(FeedbackNumbers, required=True, description="Its numbers.")

    @staticmethod
    def resolve_organization(root: statistics.Row, info: graphene.ResolveInfo) -> dict[str, Any]:
        return unit_of(root.organization)


class FeedbackTable(graphene.ObjectType):
    """The numbers of a subtree; of threads on which the caller may work, and never by who wrote them."""

    organization = graphene.Field(OrganizationUnit, required=True, description="Its head.")
    total = graphene.Field(FeedbackNumbers, required=True, description="All of it; the rows add up to this.")
    rows = graphene.List(
        graphene.NonNull(FeedbackUnitNumbers),
        required=True,
        description="Its head by itself, and each unit directly below.",
    )

    @staticmethod
    def resolve_organization(root: statistics.Table, info: graphene.ResolveInfo) -> dict[str, Any]:
        return unit_of(root.organization)


class SendFeedbackInput(graphene.InputObjectType):
    """What a member writes."""

    to = graphene.String(
        description="The code of a unit above the member, or of the own cell; the topic's unit, else the cell, where left out."
    )
    topic = graphene.String(description="The code of a topic.")
    kind = graphene.InputField(FeedbackKind, default_value=FeedbackKind.QUESTION, description="What it is.")
    subject = graphene.String(required=True, description="Its title: at most 255 characters.")
    body = graphene.String(required=True, description="Its text: at most 20,000 characters.")
    anonymous_to_cell = graphene.Boolean(
        default_value=False, description="Whether the own cell must not know who asks."
    )
    confidential = graphene.Boolean(default_value=False, description="Whether only the unit's secretary reads it.")
    client_id = graphene.ID(description="The phone's own name for it: sent twice with the same, it is sent once.")
    attachments = graphene.List(graphene.NonNull(graphene.ID), description="Ids of files that the caller uploaded.")


class ReplyFeedbackInput(graphene.InputObjectType):
    """What a member adds to their thread; what was answered is taken up again by it."""

    thread_id = graphene.ID(required=True, description="The thread's id.")
    body = graphene.String(required=True, description="The text.")
    client_id = graphene.ID(description="The phone's own name for it: sent twice with the same, it is sent once.")
    after = graphene.ID(description="The client id of what was written before: CONFLICT until that has come.")
    attachments = graphene.List(graphene.NonNull(graphene.ID), description="Ids of files that the caller uploaded.")


class RateFeedbackInput(graphene.InputObjectType):
    """How good an answer was."""

    thread_id = graphene.ID(required=True, description="The thread's id.")
    stars = graphene.Int(required=True, description="1 to 5.")
    comment = graphene.String(description="In the member's words; at most 500 characters.")


class FeedbackConsentInput(graphene.InputObjectType):
    """Whether a thread may be published without names."""

    thread_id = graphene.ID(required=True, description="The thread's id.")
    allowed = graphene.Boolean(required=True, description="May be taken back.")


class FeedbackIdInput(graphene.InputObjectType):
    """A thread."""

    thread_id = graphene.ID(required=True, description="The thread's id.")


class FeedbackTextInput(graphene.InputObjectType):
    """A thread, and what is said in it."""

    thread_id = graphene.ID(required=True, description="The thread's id.")
    body = graphene.String(required=True, description="The text, or the reason.")


class FeedbackDraftInput(graphene.InputObjectType):
    """A thread, and its answer where it is not the draft."""

    thread_id = graphene.ID(required=True, description="The thread's id.")
    body = graphene.String(description="The answer; the draft where it is left out.")


class AssignFeedbackInput(graphene.InputObjectType):
    """Who is to answer a thread."""

    thread_id = graphene.ID(required=True, description="The thread's id.")
    to = graphene.String(description="The code of a member who may answer there; nobody in particular where left out.")


class ForwardFeedbackInput(graphene.InputObjectType):
    """Where a thread goes."""

    thread_id = graphene.ID(required=True, description="The thread's id.")
    to = graphene.String(required=True, description="The code of the unit.")
    note = graphene.String(required=True, description="Why, for the unit that gets it.")


class MergeFeedbackInput(graphene.InputObjectType):
    """A duplicate, and what it is a duplicate of."""

    thread_id = graphene.ID(required=True, description="The duplicate's id.")
    into_id = graphene.ID(required=True, description="The id of the thread with which it is answered.")


class SplitFeedbackInput(graphene.InputObjectType):
    """A part of a thread that is to be a thread of its own."""

    thread_id = graphene.ID(required=True, description="The thread's id.")
    subject = graphene.String(required=True, description="The title of the part.")
    body = graphene.String(required=True, description="What the member wrote about it.")


class NameFeedbackReaderInput(graphene.InputObjectType):
    """One more person who reads a confidential thread."""

    thread_id = graphene.ID(required=True, description="The thread's id.")
    member = graphene.String(required=True, description="The code of a member who answers somewhere.")


class FeedbackPayload(graphene.ObjectType):
    """What came of it."""

    thread = graphene.Field(FeedbackThread, description="As it is now for the caller; null where it was refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)


class RevealFeedbackPayload(graphene.ObjectType):
    """What came of looking who wrote a thread."""

    author = graphene.Field(FeedbackPerson, description="Who wrote it; null where it was refused.")
    errors = graphene.List(graphene.NonNull(UserError), required=True, default_value=(), description=ERRORS)
