"""A release as a booklet: cover, contents, and every text."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override
from fpdf.enums import Align

from cms.models import Bulletin, Document
from editorial.enums import OPEN_RELEASES, ReleaseState
from editorial.models import Release
from editorial.releases.printing.blocks import PICTURE_HEIGHT, print_attachments, print_body
from editorial.releases.printing.contents import reserve_contents
from editorial.releases.printing.paper import COVER_TITLE, LANGUAGE, SMALL, TITLE, Paper
from editorial.releases.printing.pictures import jpeg_of
from editorial.releases.printing.rich_text import Run
from editorial.releases.printing.texts import PrintedText, printed_texts
from organizations.enums import Clearance
from organizations.names import folded

DAY, MOMENT = "d/m/Y", "H:i d/m/Y"
# A text begins on a fresh page unless at least this part of a page is left: short news stand two on a page.
ROOM_FOR_A_BEGINNING = 0.4
# Millimetres from the upper edge, and how high the picture may be.
COVER_TOP, COVER_TOP_ALONE, COVER_PICTURE_TOP, COVER_FOOT, COVER_PICTURE_HEIGHT = 34, 80, 110, 250, 130


def print_release(release: Release) -> bytes:
    """The booklet as a PDF. Its own words are Vietnamese, those about a text are in the text's language."""
    with override(LANGUAGE):
        texts = printed_texts(release)
        paper = Paper(release.title, mark=_mark(release))
        _print_cover(paper, release, texts)
        inside = [each for each in texts if not each.is_only_a_cover]
        if inside:
            reserve_contents(paper, [paper.clean(each.text.title) for each in inside])
        for each in inside:
            with override(each.text.locale.language_code):
                _print_text(paper, each)
        return bytes(paper.output())


def file_name(release: Release) -> str:
    """Under which name the booklet is saved: ``ban-tin-thang-11.pdf``."""
    slug = slugify(folded(release.title.replace("/", " "))).removeprefix("ban-tin").strip("-")
    return f"ban-tin-{slug or release.pk}.pdf"


def _mark(release: Release) -> str:
    """What a print of what readers do not have says of itself on every page."""
    if release.state == ReleaseState.OUT:
        return ""
    if release.state in OPEN_RELEASES:
        return _("BẢN IN THỬ, CHƯA PHÁT HÀNH")
    return ReleaseState(release.state).label.upper()


# --- the cover


def _print_cover(paper: Paper, release: Release, texts: list[PrintedText]) -> None:
    """The bulletin's, where the release has one; else the release's title and day."""
    bulletin = next((each for each in texts if isinstance(each.text, Bulletin)), None)
    picture = bulletin.payload["image"] if bulletin and bulletin.payload else None
    paper.add_page()
    paper.y = COVER_TOP if picture else COVER_TOP_ALONE
    if paper.mark:
        paper.line_of(paper.mark, size=SMALL, style="B", align=Align.C)
        paper.gap(6)
    title = release.title
    if bulletin:
        title = bulletin.text.title
        paper.line_of(bulletin.text.source.name.upper(), size=16, style="B", align=Align.C)
        paper.gap(8)
    paper.line_of(title, size=COVER_TITLE if len(title) <= 90 else TITLE, style="B", align=Align.C)
    paper.gap(5)
    paper.line_of(_cover_date(release, bulletin), size=20, align=Align.C)
    if bulletin and bulletin.is_only_a_cover:
        paper.gap(8)
        paper.paragraph([Run(bulletin.text.summary)], align=Align.C)
    if picture:
        _print_cover_picture(paper, picture)
    if any(_readers(each) for each in texts):
        said = _("Có bài chỉ dành cho một số người đọc. Không phát rộng bản in này.")
        paper.gap(6)
        paper.line_of(said, size=SMALL, style="B", align=Align.C)


def _cover_date(release: Release, bulletin: PrintedText | None) -> str:
    text = bulletin.text if bulletin else None
    if isinstance(text, Bulletin) and text.month:
        return _("Tháng %(month)s năm %(year)s") % {"month": text.month.month, "year": text.month.year}
    at = release.out_at or release.due_at or release.created_at
    return _("Ngày %(day)s") % {"day": date_format(localtime(at), DAY)}


def _print_cover_picture(paper: Paper, picture: dict[str, Any]) -> None:
    data = jpeg_of(picture["file"])
    if data is None:
        return
    top = max(COVER_PICTURE_TOP, paper.y + 8)
    scale = min(paper.epw / picture["width"], min(COVER_PICTURE_HEIGHT, COVER_FOOT - top) / picture["height"])
    width, height = picture["width"] * scale, picture["height"] * scale
    paper.placed(data, (paper.w - width) / 2, top, width, height, picture["alt"])
    paper.y = top + height


# --- a text


def _print_text(paper: Paper, each: PrintedText) -> None:
    text, payload = each.text, each.payload
    if paper.room < paper.eph * ROOM_FOR_A_BEGINNING:
        paper.add_page()
    elif not paper.is_at_top:
        paper.gap(6)
        paper.rule(paper.y)
        paper.gap(8)
    paper.start_section(paper.clean(text.title))
    paper.line_of(" · ".join(_facts(each)), size=SMALL)
    paper.gap(2)
    paper.line_of(text.title, size=TITLE, style="B")
    paper.gap(3)
    if isinstance(text, Document):
        paper.paragraph([Run(_document_line(text), bold=True)], size=SMALL)
    if readers := _readers(each):
        paper.paragraph([Run(readers, bold=True)], size=SMALL)
    if payload is None:
        said = _("Không in được nội dung bài này: có ảnh hoặc tệp bị thiếu, hoặc bài còn dang dở.")
        paper.paragraph([Run(said, italic=True)])
        return
    for correction in payload.get("corrections") or []:
        _print_correction(paper, correction)
    paper.paragraph([Run(text.summary, bold=True)])
    if image := payload.get("image"):
        paper.picture(image, "", highest=PICTURE_HEIGHT)
    print_body(paper, payload["body"])
    print_attachments(paper, payload["attachments"])
    if author := payload.get("author"):
        paper.paragraph([Run(author, bold=True)], align=Align.R)


def _facts(each: PrintedText) -> list[str]:
    """What stands above the title: kind, source, category."""
    text, payload = each.text, each.payload or {}
    kind = text.get_verbose_name()
    facts = [kind[:1].upper() + kind[1:], text.source.name_in(text.locale.language_code)]
    if category := payload.get("category"):
        facts.append(category["name"])
    return [str(fact) for fact in facts]


def _document_line(text: Document) -> str:
    """Type, number, issuer, day and signer, as far as they are known."""
    issuer = text.issuer_code_and_name[1]
    parts = [f"{text.get_document_type_display()} {text.number}".strip(), str(issuer)]
    if text.issued_on:
        parts.append(_("ngày %(day)s") % {"day": date_format(text.issued_on, DAY)})
    line = ", ".join(part for part in parts if part)
    return f"{line}. " + _("Người ký: %(signer)s") % {"signer": text.signer} if text.signer else line


def _readers(each: PrintedText) -> str:
    """For whom alone this text is; empty where every member may read it. Paper asks nobody who he is."""
    text = each.text
    units = ", ".join(unit.name for unit in text.addressed_to.all())
    if any(key.split(":")[0] == Clearance.COMMITTEE for key in text.audience()):
        said = _("Chỉ dành cho cấp ủy của: %(units)s") % {"units": units} if units else _("Chỉ dành cho cấp ủy")
    else:
        said = _("Chỉ dành cho: %(units)s") % {"units": units} if units else ""
    if text.is_embargoed:
        said = _("%(readers)s, đến %(at)s") % {
            "readers": said,
            "at": date_format(localtime(text.embargo_until), MOMENT),
        }
    return said


def _print_correction(paper: Paper, correction: dict[str, Any]) -> None:
    at = datetime.datetime.fromisoformat(correction["at"])
    day = date_format(localtime(at) if at.tzinfo else at, DAY)
    head = _("Đính chính ngày %(day)s:") % {"day": day}
    paper.paragraph([Run(f"{head} ", bold=True), Run(correction["note"])])
