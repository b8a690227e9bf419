"""The dashboard of the work (Tiến độ): what needs someone first, then how everything stands; and the same as files."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from audit.export import safe
from editorial.dashboard import Dashboard
from editorial.dashboard_chart import chart_of
from editorial.path import duration_in_words
from editorial.views.desk import EditorialView

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def dashboard_of(request: HttpRequest) -> Dashboard:
    """The dashboard that is asked for; for who watches no source there is none, and no other's source to choose."""
    dashboard = Dashboard(request.user)
    if not dashboard.all_sources:
        raise Http404
    if code := request.GET.get("source"):
        dashboard.source = next((source for source in dashboard.all_sources if source.code == code), None)
        if dashboard.source is None:
            raise Http404
    return dashboard


class DashboardView(EditorialView):
    """How the work stands, with what to do first at the top."""

    template_name = "editorial/dashboard.html"
    page_title = gettext_lazy("Tiến độ công việc")
    header_icon = "tasks"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        board = dashboard_of(self.request)
        return super().get_context_data(
            board=board,
            sources=board.all_sources if len(board.all_sources) > 1 else [],
            chart=chart_of(board.weeks, board.output),
            rows=[(source, counts, sum(counts)) for source, counts in board.output.items() if any(counts)],
            punctuality=[(row, duration_in_words(row.worst)) for row in board.punctuality],
            **kwargs,
        )


class DashboardExportView(View):
    """One table of the dashboard as CSV, or all of them as the sheets of one XLSX file."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """The file; ``table`` names the one that a CSV file holds."""
        board = dashboard_of(request)
        stamp = f"{timezone.localtime():%Y-%m-%d}"
        if kind == "xlsx":
            response = HttpResponse(_workbook({name: make(board) for name, make in TABLES.values()}), content_type=XLSX)
            name = f"tien-do-{stamp}.xlsx"
        else:
            chosen = TABLES.get(request.GET.get("table", ""))
            if chosen is None:
                raise Http404
            text = io.StringIO()
            csv.writer(text).writerows([[safe(cell) for cell in row] for row in chosen[1](board)])
            response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
            name = f"tien-do-{request.GET['table']}-{stamp}.csv"
        response["Content-Disposition"] = content_disposition_header(True, name) or ""
        response["Cache-Control"] = "no-store"
        return response


def _workbook(tables: dict[Any, list[list[Any]]]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    for name, rows in tables.items():
        sheet = book.create_sheet(title=str(name)[:31])
        for row in rows:
            cells = [WriteOnlyCell(sheet, value) for value in row]
            for cell in cells:
                if cell.data_type == "f":  # what looks like a formula is a text that somebody wrote
                    cell.data_type = "s"
            sheet.append(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _waiting(board: Dashboard) -> list[list[Any]]:
    head = [_("Nguồn tin"), _("Đang ở"), _("Số bài"), _("Lâu nhất từ"), _("Quá hạn")]
    return [head] + [[row.source.name, row.place, row.count, _local(row.since), row.overdue] for row in board.waiting]


def _requests(board: Dashboard) -> list[list[Any]]:
    head = [_("Cấp ủy"), _("Loại"), _("Số tờ trình"), _("Lâu nhất từ"), _("Quá hạn")]
    return [head] + [[row.organization, row.kind, row.count, _local(row.since), row.overdue] for row in board.requests]


def _failed(board: Dashboard) -> list[list[Any]]:
    head = [_("Nguồn tin"), _("Bài"), _("Việc"), _("Giờ hẹn"), _("Số lần thử"), _("Lý do")]
    return [head] + [
        [
            each.page.source.name,
            each.page.draft_title or each.page.title,
            each.get_act_display(),
            _local(each.due_at),
            each.attempts,
            each.last_error,
        ]
        for each in board.failed
    ]


def _output(board: Dashboard) -> list[list[Any]]:
    weeks = [_("Tuần từ %(day)s") % {"day": f"{week:%d/%m/%Y}"} for week in board.weeks]
    return [[_("Nguồn tin"), *weeks, _("Cộng")]] + [
        [source.name, *counts, sum(counts)] for source, counts in board.output.items()
    ]


def _late(board: Dashboard) -> list[list[Any]]:
    head = [_("Nguồn tin"), _("Số lần đăng"), _("Số lần trễ"), _("Trễ nhất (phút)")]
    return [head] + [
        [row.source.name, row.count, row.late, round(row.worst.total_seconds() / 60)] for row in board.punctuality
    ]


def _owed(board: Dashboard) -> list[list[Any]]:
    head = [_("Nguồn tin"), _("Việc phải làm"), _("Mỗi tháng"), _("Đã đăng"), _("Còn nợ")]
    return [head] + [
        [row.duty.source.name, row.duty.name, row.duty.per_month, row.done, row.left] for row in board.owed
    ]


def _local(at: datetime.datetime | None) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y %H:%M}" if at else ""


# What can be taken out: the name in the address, the sheet's title, the rows with their heading.
TABLES: dict[str, tuple[Any, Callable[[Dashboard], list[list[Any]]]]] = {
    "waiting": (gettext_lazy("Đang chờ"), _waiting),
    "requests": (gettext_lazy("Tờ trình chờ cấp ủy"), _requests),
    "failed": (gettext_lazy("Đăng không được"), _failed),
    "owed": (gettext_lazy("Việc trong tháng"), _owed),
    "output": (gettext_lazy("Đã đăng theo tuần"), _output),
    "late": (gettext_lazy("Đăng trễ"), _late),
}
