"""Báo cáo > Tìm kiếm: what people look for, and what finds nothing."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from editorial.permissions import is_board
from search.counting import ENOUGH
from search.report import as_csv, weeks

WEEKS = 12


class ReportView(WagtailAdminTemplateMixin, TemplateView):
    """Twelve weeks as bars, and one of them in words; for the board."""

    template_name = "search/report.html"
    page_title = _("Người đọc tìm gì")
    header_icon = "search"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_board(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("export") == "csv":
            answer = HttpResponse(as_csv(weeks(timezone.localdate(), WEEKS)), content_type="text/csv; charset=utf-8")
            answer["Content-Disposition"] = 'attachment; filename="tim-kiem.csv"'
            return answer
        return super().get(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = weeks(timezone.localdate(), WEEKS)
        chosen = next((week for week in shown if week.monday.isoformat() == self.request.GET.get("week")), shown[-1])
        most = max(week.asked for week in shown) or 1
        bars = [
            (week, *(round(100 * count / most) for count in (week.asked, week.in_vain + week.only_near, week.in_vain)))
            for week in shown
        ]
        return super().get_context_data(bars=bars, chosen=chosen, enough=ENOUGH, **kwargs)
