"""Showing where the words stand, and what a query may have meant."""

from __future__ import annotations

import html
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from search.reading import Form, Reading
from search.text import Word, is_accented, normal, short_term, stands_short, words

MAX_FRAGMENTS = 2
BEFORE, AROUND = 6, 32  # words

Near = Callable[[str], Sequence[tuple[str, ...]]]


def marked_forms(reading: Reading, near: Near | None) -> frozenset[Form]:
    """What is to be marked: all ways to write what was asked, and near misses where those are shown."""
    units = [unit for unit in reading.units if not unit.is_joint] or reading.units
    found = {form for unit in units for form in unit.folded}
    if near:
        single = [unit for unit in units if len(unit.folded[0]) == 1]
        found |= {form for unit in single for form in (*unit.doubtful, *near(unit.folded[0][0]))}
    return frozenset(found)


def fragments(title: str, text: str, wanted: frozenset[Form]) -> list[str]:
    """The places of the text that have the most of the words, in its order; of the title where the text has none."""
    paragraphs = [(line, found, _hits(line, found, wanted)) for line in text.split("\n") if (found := words(line))]
    worth = [(_worth(hits), -at) for at, (_line, _found, hits) in enumerate(paragraphs)]
    best = sorted((pair for pair in worth if pair[0]), reverse=True)[:MAX_FRAGMENTS]
    if not best:
        plain = normal(title)
        return [_marked(plain, found, _hits(plain, found, wanted))] if (found := words(plain)) else []
    return [_cut(*paragraphs[-at]) for _n, at in sorted(best, key=lambda pair: -pair[1])]


def best_pages(pages: Sequence[tuple[int, str]], wanted: frozenset[Form]) -> list[tuple[int, str]]:
    """Of the pages of a file those that have the most of the words, with the place where they stand."""
    found = []
    for number, text in pages:
        plain = normal(text)
        each = words(plain)
        found.append((number, plain, each, _hits(plain, each, wanted)))
    most = max((_worth(hits) for _number, _plain, _each, hits in found), default=0)
    best = [page for page in found if most and _worth(page[3]) == most]
    return [(number, _cut(plain, each, hits)) for number, plain, each, hits in best[:MAX_FRAGMENTS]]


def corrected(reading: Reading, text: str, near: Near) -> str | None:
    """The query with its mistyped words put as a text has them; None where there is nothing to put right."""
    plain = normal(text)
    there: dict[str, str] = {}
    for word in words(plain):
        there.setdefault(word.folded, plain[word.start : word.end].lower())
    result, changed, at = "", False, 0
    for word in words(reading.text):
        result += reading.text[at : word.start]
        at = word.end
        form = next((each for each in near(word.folded) if all(part in there for part in each)), None)
        if word.folded in there:
            result += reading.text[word.start : word.end] if is_accented(word) else there[word.folded]
        elif form is None:
            result += reading.text[word.start : word.end]
        else:
            result += " ".join(there[part] for part in form)
            changed = True
    return result + reading.text[at:] if changed else None


def as_written(form: Sequence[str], texts: Iterable[str]) -> str | None:
    """These words as the first of the texts has them side by side, in small letters; None where none has."""
    for text in texts:
        plain = normal(text)
        found = words(plain)
        for at in range(len(found) - len(form) + 1):
            if all(word.folded == each for word, each in zip(found[at:], form, strict=False)):
                return plain[found[at].start : found[at + len(form) - 1].end].lower()
    return None


def _hits(text: str, found: Sequence[Word], wanted: frozenset[Form]) -> list[str]:
    """For each word of ``normal(text)`` itself, folded, where it is part of a form that is wanted, else nothing."""
    starts: dict[str, list[Form]] = defaultdict(list)
    for form in wanted:
        starts[form[0]].append(form)
    hits = [""] * len(found)
    for at, word in enumerate(found):
        for form in starts.get(word.folded, ()):
            if form == tuple(each.folded for each in found[at : at + len(form)]):
                hits[at : at + len(form)] = form
        if short_term(word.exact) in starts and stands_short(text, word):
            hits[at] = word.folded
    return hits


def _worth(hits: Iterable[str]) -> int:
    """How many different words there are to be marked."""
    return len(set(hits) - {""})


def _cut(text: str, found: list[Word], hits: list[str]) -> str:
    """Some words around the place where most of the wanted ones stand together."""
    if len(found) <= AROUND:
        return _marked(text, found, hits)
    start = _densest(hits)
    first = max(0, min(start - BEFORE, len(found) - AROUND))
    last = min(len(found), first + AROUND) - 1
    piece = text[: found[last].end] if last < len(found) - 1 else text
    before = "… " if first else ""
    after = " …" if last < len(found) - 1 else ""
    shown = slice(first, last + 1)
    return before + _marked(piece, found[shown], hits[shown], found[first].start if first else 0) + after


def _densest(hits: list[str]) -> int:
    """Where the first stretch begins that has the most of the words, and the most of them side by side."""

    def worth(at: int) -> tuple[int, int]:
        here = hits[at : at + AROUND - BEFORE]
        return _worth(here), sum(1 for pair in itertools.pairwise(here) if all(pair))

    starts = [at for at, word in enumerate(hits) if word]
    best = max(starts, key=lambda at: (worth(at), -at))
    return max(at for at in starts if best <= at < best + AROUND - BEFORE and worth(at) == worth(best))


def _marked(text: str, found: Sequence[Word], hits: Sequence[str], at: int = 0) -> str:
    result = ""
    for word, hit in zip(found, hits, strict=True):
        if hit:
            shown = html.escape(text[word.start : word.end], quote=False)
            result += f"{html.escape(text[at : word.start], quote=False)}<mark>{shown}</mark>"
            at = word.end
    return (result + html.escape(text[at:], quote=False)).replace("</mark> <mark>", " ")
