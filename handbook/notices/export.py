"""The numbers of a notice as a file: CSV that Excel opens in Vietnamese, or XLSX. Numbers of units, never names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook

from handbook.notices.models import Notice
from handbook.notices.reach import Row
from organizations.models import Organization

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# A cell that begins so is a formula to a spreadsheet, whatever it was meant to be.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def response(form: str, notice: Notice, unit: Organization, rows: list[Row]) -> HttpResponse:
    """The file, named after the unit."""
    table = _table(rows)
    body = _csv(table) if form == "csv" else _xlsx(table)
    answer = HttpResponse(body, content_type=FORMS[form])
    answer["Content-Disposition"] = f'attachment; filename="thong-bao-{unit.pk}-v{notice.version}.{form}"'
    return answer


def _table(rows: list[Row]) -> Iterator[list[Any]]:
    answers = rows[0].answers if rows else {}
    yield [
        *(_("Mã"), _("Tên"), _("Cấp"), _("Trực thuộc"), _("Số đảng viên"), _("Đã nhận"), _("Đã xem")),
        *(_("Đã tiếp nhận"), _("Đã trả lời"), _("Báo trực tiếp")),
        *(_("Trả lời: %(answer)s") % {"answer": answer} for answer in answers),
    ]
    for row in rows:
        unit, numbers = row.organization, row.numbers
        texts = (unit.code, unit.name, unit.get_level_display(), unit.parent.name if unit.parent else "")
        yield [
            *(_harmless(str(text)) for text in texts),
            *(numbers.audience, numbers.delivered, numbers.read, numbers.acknowledged, numbers.answered, numbers.told),
            *row.answers.values(),
        ]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv(table: Iterable[list[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue().encode("utf-8-sig")


def _xlsx(table: Iterable[list[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Tiếp nhận"))
    for row in table:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
