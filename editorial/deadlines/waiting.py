"""What waits for a decision, page steps and requests alike, with its deadline and the people it waits for."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.db.models import QuerySet
from wagtail.models import Task, TaskState

from accounts.models import User
from cms.models import ContentPage
from editorial.models import Approval, ApprovalRequest, ReviewStep, StepClock
from editorial.models.steps import held_by_release, open_steps
from editorial.requests.subjects import subject_of, thing_of
from organizations.calendar import Calendar


class WaitingStep:
    """A page at a step. ``key`` tells its messages from others'; ``target`` is what the audit says it is about."""

    def __init__(self, state: TaskState, step: ReviewStep, page: ContentPage) -> None:
        self.state, self.step, self.target = state, step, page
        self.clock: StepClock = state.clock
        self.title = page.draft_title
        self.key = f"step:{state.pk}"
        self.began_at = state.started_at

    def undecided(self) -> QuerySet[User]:
        """The step's people without those who decided, and without who wrote the text last."""
        decided = Approval.objects.standing().filter(revision=self.state.revision_id, step=self.state.task_id)
        people = self.step.reviewers(self.target).exclude(pk__in=decided.values("person"))
        return people.exclude(pk=self.state.revision.user_id or 0)

    def substitutes(self) -> QuerySet[User]:
        """The step's own."""
        return self.step.substitutes()

    def asker(self) -> User | None:
        """Who submitted the draft."""
        return self.state.workflow_state.requested_by

    def goes_out_at(self) -> datetime.datetime | None:
        """A text that is approved too late goes out then, and is late on the dashboard."""
        return None


class WaitingRequest:
    """A request before its committee, with the same names."""

    def __init__(self, request: ApprovalRequest) -> None:
        self.clock = self.target = self.request = request
        self.title = request.title
        self.key = f"request:{request.pk}"
        self.began_at = request.asked_at

    def undecided(self) -> QuerySet[User]:
        """The committee without those who decided, and without the writers."""
        decided = self.request.decisions.values("person")
        return self.request.people().exclude(pk__in=decided).exclude(pk__in=self.request.writers.values("pk"))

    def substitutes(self) -> QuerySet[User]:
        """The substitute of that committee's steps."""
        return self.request.substitutes()

    def asker(self) -> User | None:
        """Who put it before them."""
        return self.request.asked_by

    def goes_out_at(self) -> datetime.datetime | None:
        """When it would go out by itself, were it approved."""
        thing = thing_of(self.request)
        return subject_of(thing).goes_out_at(thing) if thing is not None else None


Waiting = WaitingStep | WaitingRequest


def set_clocks(calendar: Calendar) -> None:
    """Give each open step the deadline that the calendar gives it now: a holiday may have been entered since."""
    for state, step, page in at_their_steps(open_steps()):
        due_at = calendar.add(state.started_at, step.time_allowed(page))
        clock = getattr(state, "clock", None)
        if clock is None:
            StepClock.objects.get_or_create(state=state, defaults={"due_at": due_at})
        elif clock.due_at != due_at and clock.escalated_at is None:
            StepClock.objects.filter(pk=clock.pk).update(due_at=due_at)


def all_waiting() -> Iterator[Waiting]:
    """Everything that waits for a decision and about which there is something to tell yet, the longest due first.

    Without the items of a release on its way: about those the release itself waits.
    """
    told_of = open_steps().filter(clock__isnull=False, clock__escalated_at=None).exclude(held_by_release())
    for state, step, page in at_their_steps(told_of.order_by("clock__due_at", "clock")):
        yield WaitingStep(state, step, page)
    requests = ApprovalRequest.objects.waiting().filter(escalated_at=None).order_by("due_at", "pk")
    for request in requests.select_related("organization", "asked_by"):
        yield WaitingRequest(request)


def at_their_steps(states: QuerySet[TaskState]) -> Iterator[tuple[TaskState, ReviewStep, ContentPage]]:
    """Each with its step and its page, in a number of queries that does not grow with them."""
    found = list(states.select_related("workflow_state__requested_by", "revision", "clock"))
    pages = ContentPage.objects.filter(pk__in={int(state.workflow_state.object_id) for state in found})
    page_of = {page.pk: page for page in pages.prefetch_related("source").specific()}
    step_of = {step.pk: step for step in Task.objects.filter(pk__in={state.task_id for state in found}).specific()}
    for state in found:
        page, step = page_of.get(int(state.workflow_state.object_id)), step_of.get(state.task_id)
        if page is not None and isinstance(step, ReviewStep):
            yield state, step, page
