"""Tables: as a grid where the column can hold it in large type, else row by row."""

from __future__ import annotations

from typing import Any

from fpdf.enums import Align, VAlign
from fpdf.fonts import FontFace

from editorial.releases.printing.paper import BODY, LEADING, PARAGRAPH_GAP, SMALL, TIGHT_LEADING, Paper
from editorial.releases.printing.rich_text import Run

PADDING = 1.6  # millimetres within a cell
HIGHEST_ROW = 0.4  # of a page: a row is never broken


def print_table(paper: Paper, value: dict[str, Any]) -> None:
    """The table of a payload."""
    columns = [paper.clean(str(each)).strip() for each in value["columns"]]
    rows = [[paper.clean(cell).strip() for cell in row] for row in value["rows"]]
    if not columns or (not any(columns) and not any(any(row) for row in rows)):
        return
    widths = _widths(paper, columns, rows)
    if widths is None:
        _print_row_by_row(paper, columns, rows)
    else:
        _print_grid(paper, columns, rows, widths)
    paper.gap(PARAGRAPH_GAP)


def _widths(paper: Paper, columns: list[str], rows: list[list[str]]) -> list[float] | None:
    """How wide each column is; None where a word would be broken, or a row would be too high for a page."""
    least, wanted = [], []
    for index, heading in enumerate(columns):
        paper.use(SMALL, "B")
        words = [paper.get_string_width(word) for word in heading.split()]
        longest = [paper.get_string_width(line) for line in heading.split("\n")]
        paper.use(SMALL)
        for row in rows:
            words += [paper.get_string_width(word) for word in row[index].split()]
            longest += [paper.get_string_width(line) for line in row[index].split("\n")]
        least.append(max(words, default=0) + 2 * PADDING + 1)
        wanted.append(max(longest) + 2 * PADDING + 1)
    spare = paper.epw - sum(least)
    if spare < 0:
        return None
    more = [wish - must for wish, must in zip(wanted, least, strict=True)]
    share = spare / sum(more) if sum(more) else 0
    widths = [must + part * min(share, 1) for must, part in zip(least, more, strict=True)]
    stretch = paper.epw / sum(widths)
    widths = [width * stretch for width in widths]
    line = SMALL / paper.k * TIGHT_LEADING
    highest = max(
        (
            paper.height_of(cell, width - 2 * PADDING, line)
            for row in rows
            for cell, width in zip(row, widths, strict=True)
        ),
        default=0,
    )
    return widths if highest <= paper.eph * HIGHEST_ROW else None


def _print_grid(paper: Paper, columns: list[str], rows: list[list[str]], widths: list[float]) -> None:
    paper.use(SMALL)
    paper.set_line_width(0.2)
    headed = any(columns)
    with paper.table(
        [*([columns] if headed else []), *rows],
        align=Align.L,
        col_widths=widths,
        first_row_as_headings=headed,
        headings_style=FontFace(emphasis="BOLD", fill_color=235),
        line_height=SMALL / paper.k * TIGHT_LEADING,
        padding=PADDING,
        text_align=Align.L,
        v_align=VAlign.T,
    ):
        pass
    paper.use()


def _print_row_by_row(paper: Paper, columns: list[str], rows: list[list[str]]) -> None:
    """What does not fit across the column is told: each row's cells one under the other, after their headings."""
    for row in rows:
        if 4 * BODY / paper.k * LEADING > paper.room:
            paper.add_page()
        paper.gap(1)
        paper.rule(paper.y)
        paper.y += 2
        for heading, cell in zip(columns, row, strict=True):
            if cell:
                paper.paragraph([*([Run(f"{heading}: ", bold=True)] if heading else []), Run(cell)], gap=1)
