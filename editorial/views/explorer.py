"""Wagtail's lists of pages at the size of a province: tens of thousands of pages below one index.

Wagtail asks the database for the state of each page (site root, schedule, missing translations) before it sorts and cuts
the list, thus for all of them. Here the list is sorted and cut first; then the pages that are shown are asked about.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from wagtail.admin.views.pages.listing import ExplorableIndexView
from wagtail.admin.views.pages.search import SearchView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page

from cms.models import SourceIndexPage

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
        return paginator, page, page.object_list, has_others


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


class ContentViewSet(PageViewSet):
    """Wagtail's page screens with these two in place of its own."""

    index_view_class = ExplorerView
    search_view_class = NewestFoundView
