"""The audit as a file for an inspection: streamed, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from audit import units
from audit.actions import record
from audit.models import AuditEntry, AuditHead

ACT = "export_audit"
CHUNK = 2000  # entries held in memory at a time
# A cell that begins so is run as a formula; a spreadsheet also strips what stands before it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Line:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def export_audit(*, actor: Any, entries: QuerySet[AuditEntry], filters: dict[str, str]) -> Iterator[str]:
    """The entries as lines of CSV, oldest first, up to the end of the chain as it is now; recorded as an act itself.

    The entry is written before the first line leaves, whether or not the file is fetched to its end.
    """
    end = AuditHead.objects.filter(pk=1).values_list("seq", flat=True).first() or 0
    record(ACT, actor=actor, detail={"filters": filters, "up_to": end})
    return _lines(entries.filter(seq__lte=end).order_by("seq"))


def _lines(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    yield "\ufeff"  # else a spreadsheet takes UTF-8 for something else
    yield writer.writerow(
        [
            _("Số"), _("Thời điểm"), _("Người thực hiện"), _("Mã tài khoản"), _("Việc"), _("Mã việc"), _("Kết quả"),
            _("Đối tượng"), _("Loại đối tượng"), _("Mã đối tượng"), _("Tổ chức của đối tượng"),
            _("Tổ chức của người thực hiện"), _("Chi tiết"), _("Mã băm"),
        ]
    )  # fmt: skip
    last = 0
    # By number, not with a cursor: each stretch is a query of its own, whatever pooler stands before the database.
    while stretch := list(entries.filter(seq__gt=last)[:CHUNK]):
        names = units.names_of({path for each in stretch for path in (each.unit, each.actor_unit)})
        for entry in stretch:
            yield writer.writerow([safe(cell) for cell in _cells(entry, names)])
        last = stretch[-1].seq


def _cells(entry: AuditEntry, names: dict[str, str]) -> list[Any]:
    return [
        entry.seq,
        localtime(entry.at).strftime("%d/%m/%Y %H:%M:%S"),
        entry.actor,
        entry.actor_id or "",
        entry.act_label,
        entry.act,
        entry.get_outcome_display(),
        entry.target,
        entry.target_type,
        entry.target_id,
        names.get(entry.unit, ""),
        names.get(entry.actor_unit, ""),
        json.dumps(entry.detail, cls=DjangoJSONEncoder, ensure_ascii=False) if entry.detail else "",
        entry.digest,
    ]


def safe(cell: Any) -> Any:
    """The cell as text that no spreadsheet runs: with an apostrophe before it where it looks like a formula."""
    if not isinstance(cell, str):
        return cell
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell
