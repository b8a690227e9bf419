"""A member's own threads, and the inbox of those who answer."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import graphene
from django.utils import timezone
from django.utils.translation import gettext as _

from api.connections import FEEDBACK, FEEDBACK_DUE, page_of, refuse_bad_first
from api.content.items import nodes
from api.content.types import Content
from api.enums import FeedbackKind
from api.feedback.rows import RELATED, Row, inbox_rows, officer_row, own_rows
from api.feedback.types import FeedbackPerson, FeedbackTable, FeedbackThread, FeedbackThreadConnection, FeedbackTopic
from api.viewer import Context
from audit.enums import RefusalCode
from audit.refusals import Refused
from handbook.feedback import models
from handbook.feedback.permissions import answering_units, highest_unit, own_units
from handbook.feedback.publication import CATEGORY
from handbook.feedback.statistics import Table, table_of
from organizations.enums import Right
from organizations.models import Organization
from organizations.scope import holders
from search import finding
from search.backends import Wanted

MOST_DAYS = 366  # of statistics


class FeedbackQueries:
    """Root fields about feedback."""

    feedback_threads = graphene.Field(
        FeedbackThreadConnection,
        description="What the caller wrote, the newest first; none for who is no member.",
        first=graphene.Int(required=True, description="How many: 1 to 100."),
        after=graphene.String(description="The cursor to go on from."),
    )
    feedback_thread = graphene.Field(
        FeedbackThread,
        description="One thread: the caller's own, or one that exists for them as an officer; else null.",
        id=graphene.ID(required=True, description="Its id."),
    )
    feedback_topics = graphene.List(graphene.NonNull(FeedbackTopic), description="Among which topics members choose.")
    feedback_inbox = graphene.Field(
        FeedbackThreadConnection,
        description="For officers: what waits for an answer, the nearest deadline first; or what waits for nobody.",
        first=graphene.Int(required=True, description="How many: 1 to 100."),
        after=graphene.String(description="The cursor to go on from; of the same list."),
        unit=graphene.String(
            description="The code of a unit for which the caller may answer; where left out, those where they hold a position."
        ),
        query=graphene.String(description="Words of subject and text, without accents."),
        settled=graphene.Boolean(default_value=False, description="What is answered, closed or waits for the member."),
        overdue=graphene.Boolean(default_value=False, description="Only what is late."),
        topic=graphene.String(description="The code of a topic."),
        kind=graphene.Argument(FeedbackKind, description="Only questions, opinions or reports."),
        mine=graphene.Boolean(default_value=False, description="Only what the caller is to answer."),
    )
    feedback_numbers = graphene.Field(
        FeedbackTable,
        description="For officers: how a unit and those directly below it do; null where the caller answers for none such.",
        unit=graphene.String(description="The code of the unit; the highest of the caller's own where left out."),
        days=graphene.Int(default_value=30, description="How many days back: 1 to 366."),
    )
    feedback_assignees = graphene.List(
        graphene.NonNull(FeedbackPerson),
        description="For officers: who answers at the owner of a thread.",
        thread_id=graphene.ID(required=True, description="The thread's id."),
    )
    similar_questions = graphene.List(
        graphene.NonNull(Content),
        description="Published questions and answers that resemble a text; to be shown before it is sent.",
        text=graphene.String(required=True, description="What is about to be asked; the first 200 characters count."),
        first=graphene.Int(required=True, description="How many at most: 1 to 100."),
    )

    @staticmethod
    def resolve_feedback_threads(
        root: Any, info: graphene.ResolveInfo, *, first: int, after: str | None = None
    ) -> dict[str, Any]:
        context: Context = info.context
        context.signed_in()
        found = models.FeedbackThread.objects.of_member(context.member).select_related(*RELATED)
        return page_of(found, FEEDBACK, first=first, after=after, node=lambda rows: own_rows(rows, context))

    @staticmethod
    def resolve_feedback_thread(root: Any, info: graphene.ResolveInfo, *, id: str) -> Row | None:
        context: Context = info.context
        key = thread_key(id)
        if context.user is None or key is None:
            return None
        threads = models.FeedbackThread.objects.select_related(*RELATED)
        own = threads.of_member(context.member).filter(pk=key).first()
        if own is not None:
            return own_rows([own], context)[0]
        found = threads.of_officer(context.user).filter(pk=key).first()
        return officer_row(found, context) if found else None

    @staticmethod
    def resolve_feedback_topics(root: Any, info: graphene.ResolveInfo) -> list[dict[str, Any]]:
        context: Context = info.context
        context.signed_in()
        offered = models.Topic.objects.offered()
        return [{"code": each.code, "name": each.name, "working_hours": each.hours} for each in offered]

    @staticmethod
    def resolve_feedback_inbox(
        root: Any,
        info: graphene.ResolveInfo,
        *,
        first: int,
        after: str | None = None,
        unit: str | None = None,
        query: str | None = None,
        settled: bool | None = False,
        overdue: bool | None = False,
        topic: str | None = None,
        kind: Any = None,
        mine: bool | None = False,
    ) -> dict[str, Any]:
        context: Context = info.context
        user = context.signed_in()
        units = own_units(user) if unit is None else answering_units(user).filter(code=unit)
        found = models.FeedbackThread.objects.workable_by(user).at_units(units.order_by().values("pk"))
        found = found.found_by(query or "").select_related(*RELATED)
        if overdue:
            found = found.late(timezone.now())
        if topic is not None:
            found = found.filter(topic__code=topic)
        if kind is not None:
            found = found.filter(kind=kind.value)
        if mine:
            found = found.filter(assigned_to=context.member or 0)
        if settled:
            rows, order = found.exclude(state__in=models.thread.RUNNING), FEEDBACK
        else:
            rows, order = found.running(), FEEDBACK_DUE
        return page_of(rows, order, first=first, after=after, node=lambda page: inbox_rows(page, context))

    @staticmethod
    def resolve_feedback_numbers(
        root: Any, info: graphene.ResolveInfo, *, unit: str | None = None, days: int | None = 30
    ) -> Table | None:
        context: Context = info.context
        user = context.signed_in()
        days = 30 if days is None else days
        if not 1 <= days <= MOST_DAYS:
            message = _("Thống kê được từ 1 đến %(most)d ngày.") % {"most": MOST_DAYS}
            raise Refused(RefusalCode.INVALID, message, field="days")
        found = answering_units(user).filter(code=unit).first() if unit else highest_unit(user)
        now = timezone.now()
        return table_of(user, found, now - datetime.timedelta(days=days), now) if found else None

    @staticmethod
    def resolve_feedback_assignees(root: Any, info: graphene.ResolveInfo, *, thread_id: str) -> list[dict[str, Any]]:
        context: Context = info.context
        user, key = context.signed_in(), thread_key(thread_id)
        found = models.FeedbackThread.objects.workable_by(user).filter(pk=key).first() if key else None
        if found is None:
            return []
        unit = Organization.objects.get(pk=found.owner_id)
        people = holders(Right.ANSWER_FEEDBACK, unit).filter(user__isnull=False).exclude(pk=found.author_id)
        if found.confidential:
            people = people.filter(pk__in=found.readers.values("member"))
        return [{"code": person.code, "full_name": person.full_name} for person in people.order_by("code")]

    @staticmethod
    def resolve_similar_questions(root: Any, info: graphene.ResolveInfo, *, text: str, first: int) -> list[Any]:
        context: Context = info.context
        refuse_bad_first(first)
        wanted = Wanted(scope=context.scope, locale=context.language, category=CATEGORY)
        answer = finding.search(text, wanted, first=first)
        return nodes([hit.item for hit in answer.hits], context)


def thread_key(text: str) -> uuid.UUID | None:
    """The key of a thread's id; None where it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
