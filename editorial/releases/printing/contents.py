"""The table of contents: its length is known before the texts are laid out, its numbers after."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.outline import OutlineSection

from editorial.releases.printing.paper import BODY, SIDE, TIGHT_LEADING, TITLE, TOP, Paper

LINE = BODY * 25.4 / 72 * TIGHT_LEADING
ENTRY_GAP = 3.2
NUMBER_WIDTH = 16  # room for three digits, and dots before them


@dataclasses.dataclass(frozen=True)
class Contents:
    """Titles as they stand in the contents, parted into pages."""

    pages: tuple[tuple[str, ...], ...]

    @classmethod
    def laid_out(cls, paper: Paper, titles: Sequence[str]) -> Contents:
        """Which titles stand on which page, below the heading where ``paper`` stands."""
        paper.use(BODY)
        pages: list[list[str]] = [[]]
        y = paper.y
        for title in titles:
            height = paper.height_of(title, paper.epw - NUMBER_WIDTH, LINE)
            if y + height > paper.page_break_trigger and pages[-1]:
                pages.append([])
                y = TOP
            pages[-1].append(title)
            y += height + ENTRY_GAP
        return cls(tuple(map(tuple, pages)))

    def draw(self, paper: FPDF, sections: list[OutlineSection]) -> None:
        """Write the titles with the pages on which they turned out to begin. Called when all is laid out."""
        numbers = iter(section.page_number for section in sections)
        for index, titles in enumerate(self.pages):
            if index:
                paper.add_page()
                paper.set_xy(SIDE, TOP)
            for title in titles:
                _draw_entry(paper, title, next(numbers))


def reserve_contents(paper: Paper, titles: Sequence[str]) -> None:
    """A page of its own, or as many as it takes, for the contents; they are written when the document is closed."""
    paper.add_page()
    paper.line_of(_("Mục lục"), size=TITLE, style="B")
    paper.gap(5)
    contents = Contents.laid_out(paper, titles)
    paper.use(BODY)
    paper.insert_toc_placeholder(contents.draw, pages=len(contents.pages))


def _draw_entry(paper: FPDF, title: str, number: int) -> None:
    link = paper.add_link(page=number)
    paper.set_x(SIDE)
    width = paper.w - 2 * SIDE - NUMBER_WIDTH
    paper.multi_cell(width, LINE, title, align="L", link=link, new_x=XPos.END, new_y=YPos.LAST)
    written = str(number)
    right = paper.w - SIDE
    left = right - paper.get_string_width(written)
    if left - paper.x > 4:
        paper.set_dash_pattern(dash=0.2, gap=1.6)
        paper.line(paper.x + 1.5, paper.y + LINE * 0.74, left - 1.5, paper.y + LINE * 0.74)
        paper.set_dash_pattern()
    paper.set_x(left)
    paper.cell(right - left, LINE, written, link=link)
    paper.set_xy(SIDE, paper.y + LINE + ENTRY_GAP)
