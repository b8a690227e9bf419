"""Notices as clients see them: looked up for a whole page at once."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.db.models import F
from django.utils import timezone

from api.me.queries import unit_of
from api.viewer import Context
from handbook.notices.models import Notice, NoticeVersion
from handbook.notices.permissions import head_of_view, sees_numbers
from handbook.notices.reach import reach_of
from organizations.models import Organization


@dataclasses.dataclass(frozen=True)
class Row:
    """A notice with its text that is out, and what the caller did with it."""

    notice: Notice
    text: NoticeVersion
    receipt: dict[str, Any]
    context: Context

    def files(self) -> list[dict[str, Any]]:
        """The files that go with the text, with their addresses."""
        return [
            {
                "id": str(file.pk),
                "name": file.name,
                "url": self.context.absolute(f"/notices/files/{file.pk}/{quote(file.name, safe='')}"),
                "size": file.size,
                "content_type": file.content_type,
            }
            for file in self.text.files.all()
        ]


def notice_rows(notices: Sequence[Notice], context: Context) -> list[Row]:
    """What clients see of these notices, in as many queries however many they are."""
    texts = NoticeVersion.objects.filter(notice__in=notices, number=F("notice__version")).prefetch_related("files")
    by_notice = {text.notice_id: text for text in texts}
    receipts = receipts_by_notice(notices, context)
    return [Row(notice, by_notice[notice.pk], receipts.get(notice.pk, {}), context) for notice in notices]


def receipts_by_notice(notices: Sequence[Notice], context: Context) -> dict[uuid.UUID, dict[str, Any]]:
    """What the caller did with each notice as it now is."""
    if context.member is None:
        return {}
    found: dict[uuid.UUID, dict[str, Any]] = {}
    counts_from = {notice.pk: notice.counts_from for notice in notices}
    rows = context.member.notice_receipts.filter(notice__in=list(counts_from)).order_by("version")
    for receipt in rows:
        if receipt.version < counts_from[receipt.notice_id]:
            continue
        known = found.setdefault(receipt.notice_id, {})
        for fact in ("read_at", "acknowledged_at"):
            known.setdefault(fact, None)
            known[fact] = known[fact] or getattr(receipt, fact)
        if receipt.answered_at:
            known["answer"], known["answer_reason"] = receipt.answer, receipt.reason
    return found


def reach_row(row: Row, code: str | None) -> dict[str, Any] | None:
    """The numbers that the caller may see: of the unit asked for, or where their view begins; None where of none."""
    user = row.context.user
    if code is None:
        unit = head_of_view(user, row.notice)
    else:
        unit = Organization.objects.filter(code=code).first()
        unit = unit if unit is not None and sees_numbers(user, unit) else None
    if unit is None:
        return None
    reach = reach_of(row.notice, unit, row.text)
    return {
        "organization": unit_of(reach.organization),
        **reach.total._asdict(),
        "answers": _counts(reach.answers),
        "by_organization": [
            {"organization": unit_of(each.organization), **each.numbers._asdict(), "answers": _counts(each.answers)}
            for each in reach.rows
        ],
    }


def _counts(answers: dict[str, int]) -> list[dict[str, Any]]:
    return [{"answer": answer, "count": count} for answer, count in answers.items()]


def status(notice: Notice) -> str:
    """What people are told about it now."""
    return notice.status_at(timezone.now()).value
