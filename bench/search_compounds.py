"""Whether compounds earn their weight: the judged set, with words joined by underthesea's ``word_tokenize``.

``pip install --target=DIR underthesea``, then ``PYTHONPATH=DIR python -m bench.search_compounds``. Prints the scores of
our search as it is, with the compounds of a query asked as phrases, and with compounds as the words of index and query.
The figures are in ADR 0017.
"""

from __future__ import annotations

import dataclasses
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from bench.throwaway import databases, machine

if TYPE_CHECKING:
    from search.reading import Unit
    from search.text import Word

INSIDE = "SEARCH_COMPOUNDS_INSIDE"


def main() -> int:
    """A database and a process for each manner: what one has patched another must not find."""
    for manner in MANNERS:
        with databases() as made:
            print(f"## {manner}; {made.kind}; {machine()}", flush=True)
            environment = {**made.fresh(), INSIDE: manner}
            code = subprocess.run([sys.executable, "-m", "bench.search_compounds"], env=environment, check=False)
            if code.returncode:
                return code.returncode
    return 0


def inside(manner: str) -> int:
    """Fill the database and ask, in this manner."""
    import django

    django.setup()
    MANNERS[manner]()

    from bench.judged import CLASSES, judged
    from bench.search_judged import filled, ours

    _texts, asked = filled()
    start = time.process_time()
    scores, wrong = judged(asked, ours)
    spent = 1000 * (time.process_time() - start) / len(asked)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{spent:.1f} ms of CPU a query; {memory:.0f} MB at most")
    for query in wrong:
        print(f"  not among five ({query.kind}): {query.text}")
    for kind in [*CLASSES, "all"]:
        print(f"| {kind} | {scores[kind]} |")
    return 0


def compounds(text: str) -> list[list[Word]]:
    """The words of a text, those of one compound together."""
    from underthesea import word_tokenize

    from search.text import normal, words

    plain = normal(text)
    found = words(plain)
    lengths = [len(words(token)) for token in word_tokenize(plain)] if found else []
    if sum(lengths) != len(found):  # a token ends within a word: left as it is
        lengths = [1] * len(found)
    rest = iter(found)
    return [[next(rest) for _ in range(length)] for length in lengths if length]


def as_phrases() -> None:
    """Units of a query that are one compound become one unit: its words must stand side by side."""
    from search import reading

    cut = reading._units

    def units(text: str, found: Sequence[Word], *args: Any, **kwargs: Any) -> list[Unit]:
        within = {word.end for each in compounds(text) for word in each[:-1]}
        result: list[Unit] = []
        at, goes_on = 0, False
        for unit in cut(text, found, *args, **kwargs):
            if goes_on and len(unit.folded) == len(result[-1].folded) == 1:
                last = result.pop()
                words = {"folded": (last.folded[0] + unit.folded[0],), "exact": (last.exact[0] + unit.exact[0],)}
                result.append(dataclasses.replace(unit, **words))
            else:
                result.append(unit)
            at += len(unit.folded[0])
            goes_on = found[at - 1].end in within
        return result

    reading._units = units


def as_words() -> None:
    """Index and query have compounds as their words."""
    from search import abbreviations, reading, terms
    from search.text import Word as One

    def joined(text: str) -> list[Word]:
        return [
            One("".join(w.folded for w in each), "".join(w.exact for w in each), each[0].start, each[-1].end)
            for each in compounds(text)
        ]

    for module in (abbreviations, reading, terms):
        module.words = joined  # type: ignore[attr-defined]


def as_it_is() -> None:
    """Nothing is changed."""


MANNERS: dict[str, Callable[[], None]] = {
    "as it is": as_it_is,
    "compounds as phrases": as_phrases,
    "compounds as words": as_words,
}


if __name__ == "__main__":
    sys.exit(inside(os.environ[INSIDE]) if INSIDE in os.environ else main())
