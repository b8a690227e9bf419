"""The sheet: A4, its margins, type, running head and page numbers, and the few things that are put on it."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import override
from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, XPos, YPos
from fpdf.image_datastructures import RasterImageInfo

from editorial.releases.printing.pictures import jpeg_of
from editorial.releases.printing.rich_text import Run

LANGUAGE = "vi"  # of the booklet; each text keeps its own

FONTS = Path(__file__).resolve().parents[2] / "fonts"
FAMILY = "LiberationSerif"
STYLES = {"": "Regular", "B": "Bold", "I": "Italic", "BI": "BoldItalic"}

# Millimetres. The inner margin takes two staples; it is wide on both sides, so that both sides of a sheet can be printed.
SIDE, TOP, BOTTOM = 22, 27, 24
HEAD_Y, FOOT_Y = 13, -17
# Points. Body text is never smaller than 14: many who read this are over seventy.
BODY, SMALL, COVER_TITLE, TITLE, HEADINGS = 16, 14, 34, 24, {2: 20, 3: 17}
LEADING, TIGHT_LEADING = 1.38, 1.18  # of the size of the type: for text, and for headings and contents
PARAGRAPH_GAP = 3
LIST_INDENT, MARK_GAP = 8, 2
COARSEST = 0.25  # millimetres to a pixel, about 100 to the inch: smaller pictures are not blown up

# Stands for the number of pages until that is known. In a text it is dropped, as all letters for private use.
TOTAL = "\ue000" * 3
# Unicode's categories of what is always dropped (nobody sees it, or nobody knows what it means), and of what is where the
# type has no letter for it (pictograms).
UNSEEN = ("Cf", "Cc", "Cn", "Cs", "Co")
OPTIONAL = ("So", "Sk", "Mn", "Me")
UNKNOWN = "?"  # for letters of other scripts
SOFT_HYPHEN = 0xAD  # where a word may be parted


class _Letters(dict[int, str]):
    """What is printed for each character, found out when it is first met."""

    def __init__(self, known: Container[int]) -> None:
        super().__init__(
            {ord(char): "\n" for char in "\n\u2028\u2029"} | {ord("\t"): " ", SOFT_HYPHEN: chr(SOFT_HYPHEN)}
        )
        self.known = known

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = unicodedata.category(char)
        plain = unicodedata.normalize("NFKC", char)
        if kind in UNSEEN:
            letter = ""
        elif code in self.known:
            letter = char
        elif plain != char and all(ord(each) in self.known for each in plain):
            letter = plain
        else:
            letter = "" if kind in OPTIONAL else UNKNOWN
        self[code] = letter
        return letter


class Paper(FPDF):
    """A document under way. Coordinates are millimetres from the upper left corner."""

    def __init__(self, title: str, *, mark: str = "") -> None:
        """``mark`` stands beside the title on every page: what this print is not yet, or no longer."""
        super().__init__(unit="mm", format="A4")
        self.set_margins(SIDE, TOP, SIDE)
        self.set_auto_page_break(True, margin=BOTTOM)
        self.c_margin = 0
        for style, name in STYLES.items():
            self.add_font(FAMILY, style, FONTS / f"LiberationSerif-{name}.ttf")
        self._letters = _Letters(self.fonts[FAMILY.lower()].cmap)  # type: ignore[union-attr]
        self.head_title = " ".join(self.clean(title).split())
        self.mark = mark
        self.set_title(self.head_title)
        self.set_lang(LANGUAGE)
        self.alias_nb_pages(TOTAL)
        self.use()

    # --- type

    def use(self, size: float = BODY, style: str = "") -> None:
        """Write in this size (points) and style (B, I) from here on."""
        self.set_font(FAMILY, style, size)

    def clean(self, text: str) -> str:
        """The text in letters that the type has: accents composed, pictograms and invisible signs dropped."""
        return unicodedata.normalize("NFC", text).translate(self._letters)

    def normalize_text(self, text: str) -> str:
        """What every way of writing asks for the text in its letters."""
        return super().normalize_text(text if self.in_footer else self.clean(text))

    # --- the page

    def header(self) -> None:
        """The running head: what this is, and what it is not; not on the cover."""
        if self.page == 1:
            return
        width = self.w - 2 * SIDE
        self.set_xy(SIDE, HEAD_Y)
        self.use(11, "B")
        mark_width = self.get_string_width(self.mark) + 4 if self.mark else 0
        self.use(11)
        self.cell(width - mark_width, 6, self._shortened(self.head_title, width - mark_width))
        if self.mark:
            self.use(11, "B")
            self.cell(mark_width, 6, self.mark, align=Align.R)
        self.rule(HEAD_Y + 7)
        self.set_xy(SIDE, TOP)

    def footer(self) -> None:
        """The number of the page; not on the cover."""
        if self.page == 1:
            return
        self.set_xy(SIDE, FOOT_Y)
        self.use(12)
        with override(LANGUAGE):
            number = _("Trang %(page)s/%(total)s") % {"page": self.page, "total": TOTAL}
        self.cell(self.w - 2 * SIDE, 8, number, align=Align.C)

    def _shortened(self, text: str, width: float) -> str:
        if self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(text + "…") > width:
            text = text[:-1]
        return text.rstrip() + "…"

    def rule(self, y: float) -> None:
        """A thin line across the column."""
        self.set_line_width(0.2)
        self.line(SIDE, y, self.w - SIDE, y)

    @property
    def room(self) -> float:
        """What is left of the page."""
        return self.page_break_trigger - self.y

    @property
    def is_at_top(self) -> bool:
        """Whether nothing stands on this page yet."""
        return self.y <= TOP

    def gap(self, height: float) -> None:
        """Some room, none at the top of a page."""
        if not self.is_at_top:
            self.y += min(height, self.room)

    @contextmanager
    def indented(self, width: float) -> Iterator[None]:
        """Write with a wider left margin."""
        self.set_left_margin(SIDE + width)
        try:
            yield
        finally:
            self.set_left_margin(SIDE)
            self.x = SIDE

    # --- what stands on it

    def line_of(self, text: str, *, size: float, style: str = "", align: Align = Align.L) -> None:
        """A heading or a line of facts: one style, never broken off from its own lines."""
        self.use(size, style)
        height = size / self.k * TIGHT_LEADING
        self.x = self.l_margin
        if self.height_of(text, self.epw, height) > self.room:
            self.add_page()
        self.multi_cell(self.epw, height, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.use()

    def heading(self, text: str, level: int) -> None:
        """A heading inside a text; it stands on the page of what follows it."""
        size = HEADINGS.get(level, HEADINGS[3])
        self.use(size, "B")
        own = self.height_of(text, self.epw, size / self.k * TIGHT_LEADING)
        if own + 4 * BODY / self.k * LEADING > self.room:
            self.add_page()
        self.gap(4)
        self.line_of(text, size=size, style="B")
        self.gap(2)

    def paragraph(
        self,
        runs: Sequence[Run],
        *,
        size: float = BODY,
        mark: str = "",
        depth: int = 0,
        align: Align = Align.L,
        gap: float = PARAGRAPH_GAP,
    ) -> None:
        """Running text, with the mark of a list's item before it where there is one."""
        if not self.clean("".join(run.text for run in runs)).strip():
            return
        self.use(size)
        self.x = self.l_margin
        with self.text_columns(line_height=LEADING, text_align=align) as column:
            indent = depth * LIST_INDENT
            with column.paragraph(indent=indent, bullet_string=mark, bullet_r_margin=MARK_GAP) as paragraph:
                for run in runs:
                    self.use(size, ("B" if run.bold else "") + ("I" if run.italic else ""))
                    paragraph.write(run.text)
        self.use()
        self.x = self.l_margin
        self.gap(gap)

    def picture(self, picture: dict[str, object], caption: str, *, highest: float) -> None:
        """A picture across the column, at most ``highest`` high, with its caption; nothing where it is broken."""
        data = jpeg_of(str(picture["file"]))
        if data is None:
            return
        self.use(SMALL, "I")
        caption = self.clean(caption).strip()
        line = SMALL / self.k * TIGHT_LEADING
        below = self.height_of(caption, self.epw, line) + 2 if caption else 0
        across, high = float(str(picture["width"])), float(str(picture["height"]))
        scale = min(self.epw / across, min(highest, self.eph - below - 2) / high, COARSEST)
        self.gap(2)
        if high * scale + below > self.room:
            self.add_page()
        left = self.l_margin + (self.epw - across * scale) / 2
        self.placed(data, left, self.y, across * scale, high * scale, str(picture["alt"]))
        self.y += high * scale
        if caption:
            self.y += 2
            self.line_of(caption, size=SMALL, style="I", align=Align.C)
        self.use()
        self.gap(PARAGRAPH_GAP + 1)

    def placed(self, data: bytes, x: float, y: float, width: float, height: float, alt: str) -> RasterImageInfo:
        """A picture here, in this size."""
        return self.image(data, x=x, y=y, w=width, h=height, alt_text=self.clean(alt) or None)  # type: ignore[return-value]

    def height_of(self, text: str, width: float, line: float) -> float:
        """How high this text in the present type would be."""
        return float(
            self.multi_cell(width, line, text, align=Align.L, dry_run=True, output=MethodReturnValue.HEIGHT)  # type: ignore[arg-type]
        )
