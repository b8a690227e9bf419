"""Lists and numbers as files: CSV that Excel opens in Vietnamese, or XLSX. Row after row: a file of all threads takes no more
memory than one of ten."""

from __future__ import annotations

import csv
import datetime
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.db.models import Q, QuerySet
from django.http import FileResponse, StreamingHttpResponse
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
STRETCH = 1000  # threads that are in memory at a time
# A cell that begins so is a formula to a spreadsheet, whatever it was meant to be.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def response(form: str, name: str, table: Iterable[list[Any]]) -> StreamingHttpResponse:
    """The file."""
    rows = ([_harmless(cell) for cell in row] for row in table)
    filename = f"{name}.{form}"
    if form == "csv":
        answer = StreamingHttpResponse(_csv(rows), content_type=FORMS[form])
        answer["Content-Disposition"] = f'attachment; filename="{filename}"'
        return answer
    return FileResponse(_xlsx(rows), as_attachment=True, filename=filename, content_type=FORMS[form])


def newest_first(found: QuerySet[FeedbackThread]) -> Iterator[FeedbackThread]:
    """All of these threads, a stretch at a time: each is a query of its own, whatever pooler stands before the database."""
    found = found.order_by("-created_at", "-pk")
    rest = found
    while stretch := list(rest[:STRETCH]):
        yield from stretch
        last = stretch[-1]
        rest = found.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk))


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


class _Line:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def _csv(table: Iterable[list[Any]]) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    yield "\ufeff"  # else Excel takes UTF-8 for something else
    for row in table:
        yield writer.writerow(row)


def _xlsx(table: Iterable[list[Any]]) -> IO[bytes]:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Góp ý"))
    for row in table:
        sheet.append(row)
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(out)
    out.seek(0)
    return out
