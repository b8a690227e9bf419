"""Wagtail's lists of pages at the size of a province: tens of thousands of pages below one index.

Wagtail asks the database for the state of each page (site root, schedule, missing translations) before it sorts and cuts
the list, thus for all of them. Here the list is sorted and cut first; then the pages that are shown are asked about.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from wagtail.admin.views.pages.listing import ExplorableIndexView
from wagtail.admin.views.pages.search import SearchView
from wagtail.admin.views.pages.usage import ContentTypeUseView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page, Task

from cms.models import ContentPage, Source, SourceIndexPage
from editorial.translation_hooks import gather_translations

NEWEST_FIRST = "-latest_revision_created_at"


class ShownPagesMixin:
    """Gathers what a row shows for the rows of one page alone."""

    def annotate_queryset(self, pages: QuerySet[Page]) -> QuerySet[Page]:
        return pages

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        paginator, page, found, has_others = super().paginate_queryset(queryset, page_size)  # type: ignore[misc]
        ids = [each.pk for each in found]
        shown = super().annotate_queryset(Page.objects.filter(pk__in=ids))  # type: ignore[misc]
        if self.show_locale_labels:  # type: ignore[attr-defined]
            shown = shown.select_related("locale")
        by_id = {each.pk: each for each in shown}
        page.object_list = [by_id[pk] for pk in ids if pk in by_id]
        gather_rights(page.object_list, self.request.user)  # type: ignore[attr-defined]
        gather_translations(page.object_list, self.request.user)  # type: ignore[attr-defined]
        return paginator, page, page.object_list, has_others


def gather_rights(pages: list[Page], user: Any) -> None:
    """Fetch for all rows at once what their permissions ask for: source, present step, the person's groups."""
    content = [page for page in pages if isinstance(page, ContentPage)]
    sources = Source.objects.in_bulk({page.source_id for page in content})
    states = [state for page in content for state in page._current_workflow_states if state.current_task_state]
    steps = Task.objects.filter(pk__in={state.current_task_state.task_id for state in states}).specific()
    by_id = {step.pk: step for step in steps}
    for page in content:
        page.source = sources[page.source_id]
    for state in states:
        state.current_task_state.task = by_id[state.current_task_state.task_id]
    prefetch_related_objects([user], "groups")


class ExplorerView(ShownPagesMixin, ExplorableIndexView):
    """The explorer, the newest first also in what was searched for."""

    def get_valid_orderings(self) -> list[str]:
        """Without the order of the tree below a source: it would put all on one page, and nothing is ordered there."""
        orderings = super().get_valid_orderings()
        if isinstance(self.parent_page, SourceIndexPage):
            orderings = [each for each in orderings if each != self.sort_order_field]
        return orderings

    def get_ordering(self) -> str:
        return super().get_ordering() or NEWEST_FIRST

    def order_queryset(self, queryset: QuerySet[Page]) -> QuerySet[Page]:
        if self.is_searching:
            return queryset.order_by(self.ordering)
        return super().order_queryset(queryset)


class NewestFoundView(ShownPagesMixin, SearchView):
    """The page search, the newest first."""

    ordering: str | None

    def get_queryset(self) -> Any:
        self.ordering = self.ordering or NEWEST_FIRST
        return super().get_queryset()


class OfOneTypeView(ShownPagesMixin, ContentTypeUseView):
    """All pages of a type."""


class ContentViewSet(PageViewSet):
    """Wagtail's page screens with these in place of its own."""

    content_type_use_view_class = OfOneTypeView
    index_view_class = ExplorerView
    search_view_class = NewestFoundView
