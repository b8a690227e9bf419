"""What lies on a person's desk: seven lists with their counts, each read with a fixed number of queries."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from wagtail.models import TaskState, WorkflowState, get_default_page_content_type

from cms.models import ContentPage, Source
from editorial.deadlines.expiry import expiring
from editorial.enums import Decision, DeskSection, ScheduledAct
from editorial.models import Approval, CommitteeApproval, Schedule
from editorial.models.steps import page_key, undecided_by
from editorial.path import lateness_in_words
from editorial.permissions import desk_sources, is_board
from editorial.titles import titled
from editorial.translation_states import Translated, translations_of
from publishing.models import Publication

MOST_EXPIRING = 20
OPEN_WAYS = (WorkflowState.STATUS_IN_PROGRESS, WorkflowState.STATUS_NEEDS_CHANGES)


@dataclasses.dataclass
class Row:
    """One piece of content in a list of the desk; what does not apply to the list is empty."""

    page: ContentPage
    url: str
    at: datetime.datetime | None
    by: Any = None
    can_edit: bool = False
    step: str = ""
    approvals: str = ""
    due_at: datetime.datetime | None = None
    reason: str = ""
    schedule: Schedule | None = None
    publication: Publication | None = None
    # How it stands in the other languages; of a translation, how itself does.
    translations: list[Translated] = dataclasses.field(default_factory=list)

    @property
    def is_overdue(self) -> bool:
        """Whether the step has taken longer than the source allows."""
        return self.due_at is not None and self.due_at < timezone.now()

    @property
    def lateness(self) -> str:
        """How late it came out, in words; empty where it was on time."""
        return lateness_in_words(self.publication) if self.publication else ""


class Desk:
    """The lists of one person, narrowed by source, to their own, or by words of the title."""

    def __init__(self, user: Any, *, source: Source | None = None, mine: bool = False, words: str = "") -> None:
        self.user = user
        self.source = source
        self.mine = mine
        self.words = words.strip()

    @cached_property
    def sources(self) -> list[Source]:
        """The sources that this person works for."""
        return list(desk_sources(self.user).order_by("name"))

    @cached_property
    def is_board(self) -> bool:
        """Whether everything of all sources lies here."""
        return is_board(self.user)

    @cached_property
    def sections(self) -> list[DeskSection]:
        """The lists that this person has: who works for no source only decides."""
        return list(DeskSection) if self.sources else [DeskSection.WAITING]

    @cached_property
    def _edited_sources(self) -> set[int]:
        return set(Source.objects.filter(editors__in=self.user.groups.all()).values_list("pk", flat=True))

    def can_edit(self, page: ContentPage) -> bool:
        """Whether the editing form opens: as Wagtail's own check says, without asking the tree for each row."""
        return self.is_board or page.source_id in self._edited_sources or page.owner_id == self.user.pk

    def _narrowed(self, pages: QuerySet[ContentPage]) -> QuerySet[ContentPage]:
        if self.source is not None:
            pages = pages.filter(source=self.source)
        if self.mine:
            pages = pages.filter(owner_id=self.user.pk)
        return titled(pages, self.words)

    @cached_property
    def pages(self) -> QuerySet[ContentPage]:
        """The content of the desk, narrowed as asked."""
        pages = ContentPage.objects.all()
        if not self.is_board:
            pages = pages.filter(source__in=[source.pk for source in self.sources])
        return self._narrowed(pages)

    def queryset(self, section: DeskSection) -> QuerySet[Any]:
        """The rows of a list, in its order: ids of pages, open steps or schedules."""
        if section == DeskSection.WAITING:
            waiting = undecided_by(self.user)
            if self.source is not None or self.mine or self.words:
                pages = self._narrowed(ContentPage.objects.all())
                waiting = waiting.filter(page_key(pages, "workflow_state__object_id"))
            return waiting.order_by("started_at", "pk")
        if section in (DeskSection.RETURNED, DeskSection.REVIEW):
            returned = section == DeskSection.RETURNED
            ways = WorkflowState.objects.filter(
                page_key(self.pages, "object_id"),
                base_content_type=get_default_page_content_type(),
                status=WorkflowState.STATUS_NEEDS_CHANGES if returned else WorkflowState.STATUS_IN_PROGRESS,
            )
            order = "-finished_at" if returned else "started_at"
            return TaskState.objects.filter(pk__in=ways.values("current_task_state")).order_by(order, "pk")
        if section == DeskSection.SCHEDULED:
            shown = Q(act=ScheduledAct.PUBLISH) | Q(attempts__gt=0)
            return Schedule.objects.pending().filter(shown, page__in=self.pages.values("pk")).order_by("due_at", "pk")
        if section == DeskSection.OUT:
            return self.pages.filter(live=True).order_by("-last_published_at", "-pk").values_list("pk", flat=True)
        resting = self.pages.filter(standing_in(section))
        return resting.order_by("-latest_revision_created_at", "-pk").values_list("pk", flat=True)

    def expiring(self) -> list[Row]:
        """What of the desk expires within the week, the next first."""
        if not self.sources:
            return []
        found = list(expiring(timezone.now()).filter(page__in=self.pages.values("pk"))[:MOST_EXPIRING])
        pages = self._pages([schedule.page_id for schedule in found])
        return [self._row(pages[each.page_id], at=each.due_at, schedule=each) for each in found]

    def counts(self) -> dict[DeskSection, int]:
        """How much lies in each list."""
        return {section: self.queryset(section).count() for section in self.sections}

    def rows(self, section: DeskSection, found: Iterable[Any]) -> list[Row]:
        """A stretch of ``queryset(section)`` with everything that its screen shows."""
        found = list(found)
        if section in (DeskSection.WAITING, DeskSection.RETURNED, DeskSection.REVIEW):
            return self._step_rows(section, found)
        if section == DeskSection.SCHEDULED:
            pages = self._pages([schedule.page_id for schedule in found])
            return [
                self._row(pages[schedule.page_id], at=schedule.due_at, schedule=schedule)
                for schedule in found
                if schedule.page_id in pages
            ]
        pages = self._pages(found)
        shown = [pages[pk] for pk in found if pk in pages]
        if section == DeskSection.OUT:
            ledger = Publication.objects.in_bulk([page.live_revision_id for page in shown], field_name="revision_id")
            return [
                self._row(page, at=page.last_published_at, publication=ledger.get(page.live_revision_id))
                for page in shown
            ]
        return [
            self._row(page, at=page.latest_revision_created_at, by=page.latest_revision and page.latest_revision.user)
            for page in shown
        ]

    def _row(self, page: ContentPage, **facts: Any) -> Row:
        can_edit = self.can_edit(page)
        name = "wagtailadmin_pages:edit" if can_edit else "editorial_path"
        facts.setdefault("url", reverse(name, args=[page.pk]))
        return Row(page=page, can_edit=can_edit, **facts)

    def _step_rows(self, section: DeskSection, found: list[TaskState]) -> list[Row]:
        states = {
            state.pk: state
            for state in TaskState.objects.filter(pk__in=[each.pk for each in found])
            .select_related("workflow_state__requested_by", "task", "finished_by", "clock")
            .defer("workflow_state__workflow")
        }
        pages = self._pages([int(state.workflow_state.object_id) for state in states.values()])
        given = {
            (revision, step): count
            for revision, step, count in Approval.objects.standing()
            .filter(revision__in=[state.revision_id for state in states.values()], decision=Decision.APPROVE)
            .values_list("revision_id", "step_id")
            .annotate(count=Count("person", distinct=True))
            .order_by()
        }
        required = dict(
            CommitteeApproval.objects.filter(pk__in={state.task_id for state in states.values()}).values_list(
                "pk", "required"
            )
        )
        rows = []
        for each in found:
            state = states[each.pk]
            page = pages.get(int(state.workflow_state.object_id))
            if page is None:
                continue
            facts: dict[str, Any] = {"at": state.started_at, "by": state.workflow_state.requested_by}
            facts["step"] = state.task.name
            if section == DeskSection.RETURNED:
                facts |= {"at": state.finished_at, "by": state.finished_by, "reason": state.comment}
            else:
                clock = getattr(state, "clock", None)  # a step of Wagtail's own kind has none
                facts["due_at"] = clock.due_at if clock else None
                facts["url"] = reverse("editorial_review", args=[page.pk, state.revision_id])
                if state.task_id in required:
                    facts["approvals"] = f"{given.get((state.revision_id, state.task_id), 0)}/{required[state.task_id]}"
            rows.append(self._row(page, **facts))
        return rows

    def _pages(self, ids: list[int]) -> dict[int, ContentPage]:
        """The pages without their texts: a list never needs those."""
        return {
            page.pk: page
            for page in ContentPage.objects.filter(pk__in=ids)
            .select_related("source", "owner", "content_type", "latest_revision__user")
            .only(
                "title",  # Page.__init__ copies it
                "draft_title",
                "translation_key",
                "live",
                "live_revision_id",
                "last_published_at",
                "first_published_at",
                "latest_revision_created_at",
                "expired",
                "path",
                "depth",
                "content_type",
                "source__name",
                "source__due_hours",
                "owner__username",
                "owner__first_name",
                "owner__last_name",
                "latest_revision__user__username",
                "latest_revision__user__first_name",
                "latest_revision__user__last_name",
            )
        }


def gather_translations(rows: list[Row]) -> None:
    """Fetch for all rows of a screen at once how they stand in the other languages."""
    found = translations_of(row.page.translation_key for row in rows)
    for row in rows:
        row.translations = found.get(row.page.translation_key, [])


def standing_in(section: DeskSection) -> Q:
    """Which pages stand there, whoever's they are; not for WAITING, which depends on who asks."""
    if section == DeskSection.OUT:
        return Q(live=True)
    if section == DeskSection.RETURNED:
        return Q(_on_its_way(WorkflowState.STATUS_NEEDS_CHANGES))
    if section == DeskSection.REVIEW:
        return Q(_on_its_way(WorkflowState.STATUS_IN_PROGRESS))
    scheduled = Exists(Schedule.objects.pending().filter(page=OuterRef("pk"), act=ScheduledAct.PUBLISH))
    if section == DeskSection.SCHEDULED:
        return Q(scheduled)
    was_out = Q(live=False, first_published_at__isnull=False)
    resting = Q(~_on_its_way(*OPEN_WAYS), ~scheduled, has_unpublished_changes=True)
    return resting & (was_out if section == DeskSection.REMOVED else ~was_out)


def _on_its_way(*statuses: str) -> Exists:
    return Exists(
        WorkflowState.objects.filter(
            base_content_type=get_default_page_content_type(),
            object_id=Cast(OuterRef("pk"), CharField()),
            status__in=statuses,
        )
    )
