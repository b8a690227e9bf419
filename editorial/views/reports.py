"""Wagtail's reports of what is under way and of what was done, with what their rows show asked for at once."""

from __future__ import annotations

import copy
from collections import defaultdict
from typing import Any

from django.utils.translation import gettext
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.views.reports.audit_logging import LogEntriesView
from wagtail.admin.views.reports.workflows import WorkflowView
from wagtail.models import Page, TaskState, WorkflowState, WorkflowTask

from editorial.views.explorer import gather_rights


def gather_steps(states: list[WorkflowState]) -> None:
    """Put in the place of ``all_tasks_with_status`` what it gives, for which Wagtail asks twice for each row."""
    steps = defaultdict(list)
    for link in WorkflowTask.objects.filter(workflow__in={state.workflow_id for state in states}).select_related(
        "task"
    ):
        steps[link.workflow_id].append(link.task)
    rounds: dict[int, dict[Any, dict[int, str]]] = defaultdict(lambda: defaultdict(dict))
    for taken in (
        TaskState.objects.filter(workflow_state__in=states).select_related("revision").order_by("started_at", "pk")
    ):
        text = (taken.revision.created_at, taken.revision_id)
        rounds[taken.workflow_state_id][text][taken.task_id] = taken.status  # the last of a step counts
    words = dict(TaskState.STATUS_CHOICES)
    for state in states:
        of_the_newest_text = rounds[state.pk][max(rounds[state.pk])] if rounds[state.pk] else {}
        shown = [copy.copy(step) for step in steps[state.workflow_id]]
        for step in shown:
            step.status = of_the_newest_text.get(step.pk)
            step.status_display = words.get(step.status, gettext("Not started"))
        state.all_tasks_with_status = shown


class WorkflowReport(WorkflowView):
    """The report by workflow."""

    def decorate_paginated_queryset(self, object_list: Any) -> list[WorkflowState]:
        shown: list[WorkflowState] = super().decorate_paginated_queryset(object_list)
        gather_steps(shown)
        return shown


class HistoryReport(LogEntriesView):
    """The report of what was done. Each entry links to its page, so it is asked of each whether one may edit it."""

    def decorate_paginated_queryset(self, queryset: Any) -> list[Any]:
        of_model = defaultdict(list)
        for row in queryset:
            of_model[row["log_model_index"]].append(row["pk"])
        finder = AdminURLFinder(self.request.user)
        found = {}
        for number, ids in of_model.items():
            entries = self.log_models[number].objects.filter(pk__in=ids)
            entries = entries.prefetch_related("user__wagtail_userprofile", "content_type")
            with_instances = list(entries.with_instances())
            pages = self._pages({each.pk for _entry, each in with_instances if isinstance(each, Page)})
            for entry, instance in with_instances:
                entry.edit_url = finder.get_edit_url(pages.get(instance.pk) if isinstance(instance, Page) else instance)
                found[number, entry.pk] = entry
        return [found[row["log_model_index"], row["pk"]] for row in queryset]

    def _pages(self, ids: set[int]) -> dict[int, Page]:
        pages = Page.objects.filter(pk__in=ids).defer_streamfields().specific().prefetch_workflow_states()
        gather_rights(list(pages), self.request.user)
        return {page.pk: page for page in pages}
