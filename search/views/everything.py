"""Looking through everything that was written, in the admin; and reading what another desk has out."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from cms.models import Source
from editorial.enums import DeskSection
from organizations.scope import scope_of
from publishing.enums import Kind
from publishing.models import PublishedItem
from search.drafts import MAX_PAGES, Narrowed, find
from search.models import SearchEntry

STATES = [section for section in DeskSection if section != DeskSection.WAITING]


class EverythingView(WagtailAdminTemplateMixin, TemplateView):
    """Tìm trong mọi nội dung."""

    template_name = "search/everything.html"
    page_title = _("Tìm trong mọi nội dung")
    header_icon = "search"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = self.request.GET
        sources = list(Source.objects.order_by("name"))
        narrowed = Narrowed(
            state=next((each for each in STATES if each == given.get("state")), None),
            source=next((each for each in sources if each.code == given.get("source")), None),
            kind=given.get("kind", "") if given.get("kind") in Kind.values else "",
            since=_day(given.get("since")),
            until=_day(given.get("until")),
        )
        number = given.get("p", "")
        page = min(int(number), MAX_PAGES) if number.isdigit() and number.isascii() and len(number) < 4 else 1
        words = given.get("q", "")[:200].replace("\x00", "")
        return super().get_context_data(
            found=find(self.request.user, words, narrowed, number=max(page, 1)),
            words=words,
            narrowed=narrowed,
            sources=sources,
            states=STATES,
            kinds=list(Kind),
            number=max(page, 1),
            **kwargs,
        )


class PublishedView(WagtailAdminTemplateMixin, TemplateView):
    """What another desk has out, as text; for those who may read it as readers."""

    template_name = "search/published.html"
    header_icon = "doc-full-inverse"
    item: PublishedItem

    def get_page_title(self) -> str:
        return self.item.title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("search_everything"), "label": EverythingView.page_title},
            {"url": "", "label": self.item.title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        item = PublishedItem.objects.visible_to(scope_of(self.request.user)).filter(pk=self.kwargs["item_id"]).first()
        if item is None:
            raise Http404
        self.item = item
        text = SearchEntry.objects.live().filter(item=item).values_list("text", flat=True).first() or item.summary
        source = Source.objects.filter(code=item.source_code).first()
        return super().get_context_data(item=item, source=source, paragraphs=text.split("\n"), **kwargs)


def _day(value: str | None) -> datetime.date | None:
    """The day that was typed; what is no day narrows nothing."""
    try:
        day = parse_date(value or "")
    except ValueError:
        return None
    return day if day and 1900 < day.year < 9000 else None
