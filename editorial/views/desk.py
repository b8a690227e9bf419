"""My desk (bàn làm việc): what waits, what came back, what is on its way; and where to begin something new."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from cms.models import Article, Bulletin, ContentPage, Document, Source, SourceIndexPage
from editorial.desk import Desk, gather_translations
from editorial.enums import DeskSection
from editorial.models import ApprovalRequest
from editorial.objections import objections_to
from editorial.permissions import desk_sources

PREVIEW_ROWS = 5
PAGE_ROWS = 20

EMPTY = {
    DeskSection.WAITING: _("Không có gì chờ bạn duyệt."),
    DeskSection.RETURNED: _("Không có bài nào bị trả lại."),
    DeskSection.DRAFTS: _("Không có bản nháp nào."),
    DeskSection.REVIEW: _("Không có bài nào đang chờ duyệt."),
    DeskSection.SCHEDULED: _("Không có bài nào được hẹn giờ."),
    DeskSection.OUT: _("Chưa có bài nào được đăng."),
    DeskSection.REMOVED: _("Không có bài nào đã gỡ hoặc hết hạn."),
}
KINDS = (
    (Article, _("Viết bài mới"), "doc-empty-inverse"),
    (Bulletin, _("Bản tin mới"), "list-ul"),
    (Document, _("Văn bản mới"), "doc-full-inverse"),
)


class EditorialView(WagtailAdminTemplateMixin, TemplateView):
    """A screen of the editorial room in Wagtail's dress."""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        desk = {"url": reverse("editorial_desk"), "label": _("Bàn làm việc")}
        own = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}
        return [own] if self.request.path == desk["url"] else [desk, own]


class DeskView(EditorialView):
    """All lists with their first rows, or one list page by page."""

    template_name = "editorial/desk.html"
    page_title = _("Bàn làm việc")
    header_icon = "home"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET
        desk = Desk(self.request.user, mine=query.get("mine") == "1", words=query.get("q", "")[:100])
        sources = desk.sources
        chosen = desk.source = next((source for source in sources if source.code == query.get("source")), None)
        section = self._section(desk)
        counts = desk.counts()
        lists: list[dict[str, Any]] = [
            {
                "section": each,
                "label": each.label,
                "count": counts[each],
                "empty": EMPTY[each],
                "rows": desk.rows(each, desk.queryset(each)[:PREVIEW_ROWS]) if counts[each] else [],
                "more": counts[each] - PREVIEW_ROWS if counts[each] > PREVIEW_ROWS else 0,
            }
            for each in desk.sections
            if section is None
        ]
        page = None
        if section is not None:
            paginator = Paginator(desk.queryset(section), PAGE_ROWS)
            paginator.count = counts[section]  # counted already
            page = paginator.get_page(query.get("p"))
            lists = [
                {
                    "section": section,
                    "label": section.label,
                    "count": counts[section],
                    "empty": EMPTY[section],
                    "rows": desk.rows(section, page.object_list),
                }
            ]
        gather_translations([row for each in lists for row in each["rows"]])
        return super().get_context_data(
            desk=desk,
            tabs=[(each, each.label, counts[each]) for each in desk.sections],
            lists=lists,
            section=section,
            items=page,
            sources=sources if len(sources) > 1 else [],
            chosen=chosen,
            words=desk.words,
            mine=desk.mine,
            requests=self._requests(section, words=desk.words),
            expiring=desk.expiring() if section is None else [],
            objected=self._objected(desk) if section is None else [],
            write=begin_buttons([chosen] if chosen else sources),
            **kwargs,
        )

    def _requests(self, section: DeskSection | None, *, words: str) -> list[ApprovalRequest]:
        """What is no page and waits for this person: shown above what waits, all of it, for it is never much."""
        if words or section not in (None, DeskSection.WAITING):
            return []
        waiting = ApprovalRequest.objects.undecided_by(self.request.user).with_count()
        return list(waiting.select_related("organization", "asked_by").order_by("asked_at", "pk")[:PAGE_ROWS])

    def _objected(self, desk: Desk) -> list[dict[str, Any]]:
        """What is out and must not be, with the reasons: the board withdraws it."""
        reasons = objections_to(desk.pages.filter(live=True))
        found = ContentPage.objects.filter(pk__in=reasons).order_by("title", "pk") if reasons else ()
        return [{"page": page, "reason": reasons[page.pk]} for page in found]

    def _section(self, desk: Desk) -> DeskSection | None:
        asked = self.request.GET.get("section")
        if not asked:
            # Who only decides, as committees do, has one list: it is shown whole, not its first rows.
            return desk.sections[0] if len(desk.sections) == 1 else None
        if asked not in desk.sections:
            raise Http404
        return DeskSection(asked)


class BeginView(EditorialView):
    """Where someone who writes for several sources says for which one."""

    template_name = "editorial/begin.html"
    page_title = _("Viết bài mới: chọn nguồn tin")
    header_icon = "edit"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sources = list(desk_sources(self.request.user).filter(active=True).order_by("name"))
        if not sources:
            raise Http404
        indexes = _indexes(sources)
        choices = [(source, _kind_buttons(indexes[source.pk])) for source in sources if source.pk in indexes]
        return super().get_context_data(choices=choices, **kwargs)


def begin_buttons(sources: list[Source]) -> list[dict[str, Any]]:
    """The buttons that begin something new: straight to the form where there is one source to write for."""
    if len(sources) > 1:
        return [{"label": KINDS[0][1], "url": reverse("editorial_begin"), "icon": "edit"}]
    indexes = _indexes([source for source in sources if source.active])
    return _kind_buttons(indexes[sources[0].pk]) if indexes else []


def _indexes(sources: list[Source]) -> dict[int, int]:
    found = SourceIndexPage.objects.filter(source__in=sources, locale__language_code="vi")
    return dict(found.values_list("source_id", "pk"))


def _kind_buttons(index_id: int) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "icon": icon,
            "url": reverse("wagtailadmin_pages:add", args=[model._meta.app_label, model._meta.model_name, index_id]),
        }
        for model, label, icon in KINDS
    ]
