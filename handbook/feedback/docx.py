"""The opinions on a draft as a DOCX, by section: what the secretary takes to the committee."""

from __future__ import annotations

import io
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from docx import Document

from handbook.feedback.models.consultation import Consultation, Opinion

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def response(consultation: Consultation) -> HttpResponse:
    """The file."""
    out = io.BytesIO()
    _document(consultation).save(out)
    answer = HttpResponse(out.getvalue(), content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="tong-hop-y-kien-{consultation.pk.hex[:8]}.docx"'
    return answer


def _document(consultation: Consultation) -> Any:
    document = Document()
    document.add_heading(_("Tổng hợp ý kiến góp ý"), 0)
    document.add_paragraph(consultation.title)
    local = [timezone.localtime(each) for each in (consultation.opens_at, consultation.closes_at)]
    period = _("%(unit)s, từ %(opens)s đến %(closes)s") % {
        "unit": consultation.organization.name,
        "opens": f"{local[0]:%H:%M %d/%m/%Y}",
        "closes": f"{local[1]:%H:%M %d/%m/%Y}",
    }
    document.add_paragraph(period)
    opinions = consultation.opinions.select_related("member", "cell")
    _section(document, _("Ý kiến chung"), "", opinions.filter(section=None))
    for section in consultation.sections.all():
        _section(document, section.title, section.body, opinions.filter(section=section))
    return document


def _section(document: Any, title: str, body: str, opinions: QuerySet[Opinion]) -> None:
    document.add_heading(title, 1)
    if body:
        document.add_paragraph(body)
    if not opinions.exists():
        document.add_paragraph(_("Không có ý kiến."))
        return
    table = document.add_table(rows=1, cols=4, style="Table Grid")
    heads = (_("Người góp ý"), _("Ý kiến"), _("Kết quả"), _("Lý do"))
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        cell.text = text
    for opinion in opinions.iterator(chunk_size=500):
        when = _("tại cuộc họp") if opinion.in_meeting else _("trước cuộc họp")
        facts = (
            f"{opinion.member.full_name}, {opinion.cell.name} ({when})",
            opinion.body,
            str(opinion.get_verdict_display()),
            opinion.reason,
        )
        for cell, text in zip(table.add_row().cells, facts, strict=True):
            cell.text = _printable(text)


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
