"""Reading a query: its words, what they are short for, the document number and the dates in it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from search.abbreviations import Form as Written
from search.abbreviations import Table, table
from search.text import (
    STOP_WORDS,
    Word,
    dates,
    is_accented,
    is_year,
    may_be_word,
    normal,
    stands_short,
    words,
    year_term,
)

MAX_UNITS = 14  # of a query; what comes after is not looked at
MAX_LENGTH = 200  # characters
_GLUED = re.compile("([0-9]{1,5})([a-z]+)")
_YEAR = re.compile("(19|20)[0-9]{2}")

Form = tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Unit:
    """A word, or words that stand for one thing, in every way to write it; the first as it was typed.

    The first ``own`` ways say what was typed and no more; what follows is what that is short for, or its short form.
    ``doubtful``: what else it could have meant, where nothing answers. ``is_joint``: it joins others and need not be found.
    """

    folded: tuple[Form, ...]
    exact: tuple[Form, ...]
    own: int = 1
    doubtful: tuple[Form, ...] = ()
    is_joint: bool = False

    def forms(self, exact: bool, *, own: bool = False) -> tuple[Form, ...]:
        """The ways to write it; with ``own`` those alone that say what was typed."""
        every = self.exact if exact else self.folded
        return every[: self.own] if own else every


@dataclasses.dataclass(frozen=True)
class Reading:
    """A query as it was understood. ``numbers``: what a document's number may begin with; ``rest``: what is beside it."""

    text: str
    units: tuple[Unit, ...]
    is_accented: bool
    numbers: tuple[str, ...] = ()
    rest: tuple[Unit, ...] = ()


def read(query: str) -> Reading:
    """Understand a query. One without a word has no units."""
    text = normal(" ".join(query.split())[:MAX_LENGTH])
    found = words(text)
    known = table()
    start, end, numbers = _number(found, known)

    def units(of: Sequence[Word]) -> list[Unit]:
        return _units(text, of, known, alone=len(found) == 1)

    return Reading(
        text=text,
        units=tuple(units(found)[:MAX_UNITS]),
        is_accented=any(map(is_accented, found)),
        numbers=numbers,
        rest=tuple([*units(found[:start]), *units(found[end:])][:MAX_UNITS]),
    )


def _units(text: str, found: Sequence[Word], known: Table, *, alone: bool) -> list[Unit]:
    units, at = [], 0
    spans = {span.first: span for span in dates(text, found)}
    while at < len(found):
        if span := spans.get(at):
            as_typed = found[at : span.end]
            term = (span.terms[0],)
            units.append(Unit((_folded(as_typed), term), (_exact(as_typed), term), own=2))
            at = span.end
            continue
        if found[at].exact in ("năm", "nam") and at + 1 < len(found) and is_year(found[at + 1]):
            year = (found[at + 1].folded,)
            term = (year_term(int(found[at + 1].folded)),)
            units.append(Unit((_folded(found[at : at + 1]),), (_exact(found[at : at + 1]),), is_joint=True))
            units.append(Unit((year, term), (year, term)))
            at += 2
            continue
        most = min(known.longest, len(found) - at)
        length = next((n for n in range(most, 0, -1) if known.others(found[at : at + n])), 1)
        these = found[at : at + length]
        units.append(_unit(text, these, known, alone=alone))
        at += length
    return units


def _unit(text: str, found: Sequence[Word], known: Table, *, alone: bool) -> Unit:
    """These words, and what they are short for.

    "thu" is a word, and ThU a committee. What may be either is the short form where it is written as one, and among other
    words the word; what it then is not, is doubtful. Alone and in small letters it is both.
    """
    typed, others = Written(_folded(found), _exact(found)), known.others(found)
    ways, doubtful = [typed, *others], list[Written]()
    if len(found) == 1 and others and may_be_word(typed.folded[0]):
        if stands_short(text, found[0]) or (alone and text[found[0].start : found[0].end] in known.written):
            ways, doubtful = others, [typed]
        elif not alone:
            ways, doubtful = [typed], others
    return Unit(
        folded=tuple(dict.fromkeys(form.folded for form in ways)),
        exact=tuple(dict.fromkeys(form.exact for form in ways)),
        doubtful=tuple(form.folded for form in doubtful),
        is_joint=len(found) == 1 and found[0].exact in STOP_WORDS,
    )


def _number(found: Sequence[Word], known: Table) -> tuple[int, int, tuple[str, ...]]:
    """From which word up to which a document's number is meant, and what such a number may begin with."""
    for at, word in enumerate(found):
        number = _digits_first(found, at, known) or _type_first(found, at, known)
        if number:
            start, end, numbers = number
            if start and found[start - 1].folded == "so":
                start -= 1
            return start, end, numbers
        if len(found) == 1 and word.folded.isdigit() and len(word.folded) <= 5 and not _YEAR.fullmatch(word.folded):
            return 0, 1, (word.folded,)
    return 0, 0, ()


def _digits_first(found: Sequence[Word], at: int, known: Table) -> tuple[int, int, tuple[str, ...]] | None:
    """``52-NQ/TW``, ``52 nq``, ``12/2023/QĐ-TTg``, ``52nqtw``; and before it perhaps what it is: ``nghị quyết 52-NQ/TW``."""
    glued = _GLUED.fullmatch(found[at].folded)
    if glued and any(glued[2].startswith(short) for short in known.type_shorts):
        groups, end = [glued[1].lstrip("0") or "0", glued[2]], at + 1
    elif _is_number(found[at]):
        groups, end = [found[at].folded], at + 1
        if end + 1 < len(found) and _YEAR.fullmatch(found[end].folded) and found[end + 1].folded in known.type_shorts:
            groups.append(found[end].folded)
            end += 1
        if end >= len(found) or not any(
            found[end].folded == short or _is_type_and_body(found[end].folded, short, known)
            for short in known.type_shorts
        ):
            return None
        groups.append(found[end].folded)
        end += 1
    else:
        return None
    while end < len(found) and found[end].folded in known.body_shorts:
        groups.append(found[end].folded)
        end += 1
    return _start_with_type(found, at, known), end, ("".join(groups),)


def _type_first(found: Sequence[Word], at: int, known: Table) -> tuple[int, int, tuple[str, ...]] | None:
    """``nghị quyết 52``, ``nghị quyết số 52``, ``NQ 52``, ``nq52``, ``nghị quyết 52 tw``."""
    for length in range(known.longest_type, 0, -1):
        these = _folded(found[at : at + length])
        shorts = known.types.get(these, set()) if length > 1 else {these[0]} & known.type_shorts
        digits_at = at + length
        if len(these) < length or not shorts:
            continue
        if digits_at < len(found) and found[digits_at].folded == "so":
            digits_at += 1
        if digits_at >= len(found) or not _is_number(found[digits_at]):
            continue
        whole = _digits_first(found, digits_at, known)
        end, bodies = digits_at + 1, ""
        while end < len(found) and found[end].folded in known.body_shorts:
            bodies += found[end].folded
            end += 1
        if whole and not bodies:
            return at, *whole[1:]
        # What an operator added may be read as either.
        as_body = {f"{found[digits_at].folded}{short}{bodies}" for short in shorts}
        return at, end, tuple(sorted({*as_body, *(whole[2] if whole else ())}))
    return None


def _start_with_type(found: Sequence[Word], at: int, known: Table) -> int:
    start = at - 1 if at and found[at - 1].folded == "so" else at
    for length in range(known.longest_type, 1, -1):
        if start >= length and _folded(found[start - length : start]) in known.types:
            return start - length
    return at


def _is_type_and_body(word: str, short: str, known: Table) -> bool:
    return word.startswith(short) and word.removeprefix(short) in known.body_shorts


def _is_number(word: Word) -> bool:
    return word.folded.isdigit() and len(word.folded) <= 5


def _folded(found: Sequence[Word]) -> Form:
    return tuple(word.folded for word in found)


def _exact(found: Sequence[Word]) -> Form:
    return tuple(word.exact for word in found)
