"""Wagtail's page choosers, whose rows ask for their parent, schedule and review: here once for the whole list."""

from __future__ import annotations

from typing import Any

from wagtail.admin.views.chooser import BrowseView, PageTitleColumn, SearchView
from wagtail.models import Page


class GatheringTitleColumn(PageTitleColumn):
    """The first column: its first cell fetches for all rows of the table what the rows show."""

    def get_cell_context_data(self, instance: Page, parent_context: dict[str, Any]) -> dict[str, Any]:
        rows = parent_context["table"].data
        if not hasattr(rows[0], "_approved_schedule"):
            gather_states(list(rows))
        return super().get_cell_context_data(instance, parent_context)


def gather_states(rows: list[Page]) -> None:
    """Put on each row what Wagtail's page looks for there before it asks the database."""
    states = (
        Page.objects.filter(pk__in=[row.pk for row in rows]).prefetch_workflow_states().annotate_approved_schedule()
    )
    by_id = {state.pk: state for state in states}
    paths = {row._get_basepath(row.path, row.depth - 1) for row in rows if row.depth > 1}
    parents = {parent.path: parent for parent in Page.objects.filter(path__in=paths).select_related("locale")}
    for row in rows:
        row._approved_schedule = by_id[row.pk]._approved_schedule
        row._current_workflow_states = by_id[row.pk]._current_workflow_states
        if row.depth > 1:
            row._cached_parent_obj = parents[row._get_basepath(row.path, row.depth - 1)]


class GatheringMixin:
    """A chooser with that first column."""

    @property
    def columns(self) -> list[Any]:
        return [
            GatheringTitleColumn(column.name, label=column.label, is_multiple_choice=column.is_multiple_choice)
            if isinstance(column, PageTitleColumn)
            else column
            for column in super().columns  # type: ignore[misc]
        ]


class ChooserBrowseView(GatheringMixin, BrowseView):
    """One level of the tree, to choose from."""


class ChooserSearchView(GatheringMixin, SearchView):
    """What was searched for, to choose from."""
