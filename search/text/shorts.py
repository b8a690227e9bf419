"""Short forms that are words too: ``TU`` is the province's committee, ``tu``, ``tư`` and ``từ`` are not.

Capitals tell them apart, and words are kept without; so a term of its own stands in the index for such a short form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from search.text.words import Word, is_syllable

_CAPITALS = re.compile("[A-ZĐ][A-Za-zĐđ]*[A-ZĐ][a-zđ]?")


def short_term(exact: str) -> str:
    """The term of a short form, by its exact word. No word of a text begins with a nought."""
    return f"0a{exact}"


def may_be_word(short: str) -> bool:
    """Whether a short form, folded, could be a word of Vietnamese."""
    return is_syllable(short)


def stands_short(text: str, word: Word) -> bool:
    """Whether a word of ``normal(text)`` is written as a short form: two capitals at least, where not all are capitals
    anyway, or as a part of a number."""
    if not text[word.start].isupper() or not _CAPITALS.fullmatch(text[word.start : word.end]):
        return False
    return not text.isupper() or text[max(word.start - 1, 0)] in "-/"


def short_terms(text: str, found: Sequence[Word]) -> Iterator[str]:
    """The terms of the short forms among the words of ``normal(text)`` that could be taken for words."""
    for word in found:
        if stands_short(text, word) and may_be_word(word.folded):
            yield short_term(word.exact)
