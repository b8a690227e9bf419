"""Days and months in a text: ``3/2/2026``, ``03.02.2026`` and ``ngày 3 tháng 2 năm 2026`` are one and the same."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from search.text.words import Word

_FIRST = frozenset({"ngay", "thang"})


class DateSpan(NamedTuple):
    """A date that takes the words from ``first`` up to ``end``. ``day`` is 0 where only a month is named."""

    first: int
    end: int
    year: int
    month: int
    day: int

    @property
    def terms(self) -> list[str]:
        """What stands for it in the index: its day where it has one, and its month."""
        month = month_term(self.year, self.month)
        return [day_term(datetime.date(self.year, self.month, self.day)), month] if self.day else [month]


def day_term(day: datetime.date) -> str:
    """The term of a day. No word of a text begins with a nought."""
    return f"0d{day:%Y%m%d}"


def month_term(year: int, month: int) -> str:
    """The term of a month."""
    return f"0m{year:04}{month:02}"


def year_term(year: int) -> str:
    """The term of a year."""
    return f"0y{year:04}"


def is_year(word: Word) -> bool:
    """Whether a word may be a year: of the last century or of this one."""
    return len(word.folded) == 4 and word.folded.startswith(("19", "20")) and _is_number(word.folded)


def dates(text: str, found: Sequence[Word]) -> Iterator[DateSpan]:
    """The dates among the words of ``normal(text)``."""
    at = 0
    while at < len(found):
        first = found[at].folded
        # Nearly every word begins no date: most of the time that indexing takes is saved here.
        begins = first in _FIRST or first[0].isdigit()
        span = (_day(text, found, at) or _month(text, found, at)) if begins else None
        if span:
            yield span
        at = span.end if span else at + 1


def _day(text: str, found: Sequence[Word], at: int) -> DateSpan | None:
    first = at
    if found[at].folded == "ngay":
        at += 1
    words = [word.folded for word in found[at : at + 5]]
    if (
        len(words) >= 3
        and all(map(_is_number, words[:3]))
        and _joined(text, found, at)
        and _joined(text, found, at + 1)
    ):
        return _span(first, at + 3, words[2], words[1], words[0])
    if len(words) >= 4 and words[1] == "thang":
        year_at = 4 if words[3] == "nam" else 3
        if len(words) > year_at and all(_is_number(words[each]) for each in (0, 2, year_at)):
            return _span(first, at + year_at + 1, words[year_at], words[2], words[0])
    return None


def _month(text: str, found: Sequence[Word], at: int) -> DateSpan | None:
    words = [word.folded for word in found[at : at + 4]]
    if len(words) >= 3 and words[0] == "thang" and _is_number(words[1]):
        year_at = 3 if words[2] == "nam" else 2
        if len(words) > year_at and _is_number(words[year_at]):
            return _span(at, at + year_at + 1, words[year_at], words[1], None)
    if len(words) >= 2 and _is_number(words[0]) and _is_number(words[1]) and _joined(text, found, at, "/"):
        return _span(at, at + 2, words[1], words[0], None)
    return None


def _span(first: int, end: int, year: str, month: str, day: str | None) -> DateSpan | None:
    if len(year) != 4 or not year.startswith(("19", "20")):
        return None
    try:
        datetime.date(int(year), int(month), int(day or 1))
    except ValueError:
        return None
    return DateSpan(first, end, int(year), int(month), int(day or 0))


def _joined(text: str, found: Sequence[Word], at: int, separators: str = "/.-") -> bool:
    return text[found[at].end : found[at + 1].start] in set(separators)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 4
