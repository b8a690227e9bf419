"""Lists and numbers as files: CSV that Excel opens in Vietnamese, or XLSX."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook

from handbook.feedback.models import FeedbackThread
from handbook.feedback.permissions import author_of
from handbook.feedback.statistics import Row

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# A cell that begins so is a formula to a spreadsheet, whatever it was meant to be.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def response(form: str, name: str, table: Iterable[list[Any]]) -> HttpResponse:
    """The file."""
    rows = [[_harmless(cell) for cell in row] for row in table]
    answer = HttpResponse(_csv(rows) if form == "csv" else _xlsx(rows), content_type=FORMS[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


def threads(found: Iterable[FeedbackThread], at: datetime.datetime) -> Iterator[list[Any]]:
    """A line for each thread."""
    yield [
        *(_("Tiêu đề"), _("Loại"), _("Lĩnh vực"), _("Người gửi"), _("Nơi xử lý"), _("Người xử lý"), _("Trạng thái")),
        *(_("Gửi lúc"), _("Hạn trả lời"), _("Quá hạn"), _("Đánh giá")),
    ]
    for each in found:
        yield [
            *(each.subject, each.get_kind_display(), each.topic.name if each.topic else "", author_of(each)),
            *(each.owner.name, each.assigned_to.full_name if each.assigned_to else "", each.get_state_display()),
            *(_moment(each.created_at), _moment(each.due_at), _("có") if each.is_late_at(at) else ""),
            each.rating or "",
        ]


def numbers(rows: Iterable[Row]) -> Iterator[list[Any]]:
    """A line for each unit."""
    yield [
        *(_("Mã"), _("Tên"), _("Cấp"), _("Trực thuộc"), _("Nhận trong kỳ"), _("Xong trong kỳ"), _("Trễ hạn trong kỳ")),
        *(_("Đang xử lý"), _("Đang quá hạn"), _("Chờ đảng viên"), _("Số đánh giá"), _("Điểm trung bình")),
    ]
    for row in rows:
        unit, found = row.organization, row.numbers
        yield [
            *(unit.code, unit.name, unit.get_level_display(), unit.parent.name if unit.parent else ""),
            *(found.received, found.settled, found.late, found.open, found.overdue, found.waiting, found.rated),
            found.rating if found.rating is not None else "",
        ]


def _moment(at: datetime.datetime | None) -> str:
    return f"{timezone.localtime(at):%d/%m/%Y %H:%M}" if at else ""


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _csv(table: Iterable[list[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue().encode("utf-8-sig")


def _xlsx(table: Iterable[list[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Góp ý"))
    for row in table:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
