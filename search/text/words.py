"""Words: where they stand in a text, folded, and exact with the tone where it belongs."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import NamedTuple

from organizations.names import folded

MAX_LENGTH = 64  # of a word; what is longer is no word, and too long for an index
_WORD = re.compile(r"[^\W_]+")
_STRAY_MARKS = re.compile("[\u0300-\u036f]+")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_SHAPED = frozenset("ăâêôơư")
_SYLLABLE = re.compile(
    "(ngh|gh|ng|nh|kh|ph|th|tr|ch|gi|qu|[bcdđghklmnpqrstvx])?([aăâeêioôơuưy]{1,3})(ch|ng|nh|[cmnpt])?"
)
# Words that join others. They count in a phrase, and need not be there where words are looked for one by one. Without
# accents only those that fold to no word which matters.
_JOINING = "về của và các những trong cho là được có tại theo với đến từ ở một này đó khi để bởi ra vào"
_JOINING_FOLDED = "ve cua va cac nhung trong duoc tai theo voi o"
STOP_WORDS = frozenset(_JOINING.split() + _JOINING_FOLDED.split())


class Word(NamedTuple):
    """A word of ``normal(text)``: ``folded`` without accents, ``exact`` with them; nothing begins with a nought."""

    folded: str
    exact: str
    start: int
    end: int


def normal(text: str) -> str:
    """The text in NFC, without marks that belong to no letter: the text in which the places of words are counted."""
    return _STRAY_MARKS.sub("", unicodedata.normalize("NFC", text))


def words(text: str) -> list[Word]:
    """The words of a text in their order."""
    found = []
    for match in _WORD.finditer(normal(text)):
        bare, exact = _forms(match[0])
        if bare:
            found.append(Word(bare, exact, *match.span()))
    return found


def is_accented(word: Word) -> bool:
    """Whether the word was written with accents (or đ)."""
    return word.folded != word.exact


def is_syllable(word: str) -> bool:
    """Whether a word could be Vietnamese by its letters; its tone does not matter."""
    return bool(_SYLLABLE.fullmatch(word))


@functools.lru_cache(maxsize=65_536)
def _forms(token: str) -> tuple[str, str]:
    exact = normal(token.casefold()).lstrip("0") or "0"
    return folded(exact)[:MAX_LENGTH], _with_tone_in_place(exact)[:MAX_LENGTH]


def _with_tone_in_place(word: str) -> str:
    """The syllable with its tone on the vowel of the old style: ``hoà`` and ``hòa`` are ``hòa``, ``tóan`` is ``toán``.

    What is no syllable of Vietnamese stays as it is.
    """
    letters = unicodedata.normalize("NFD", word)
    tones = [letter for letter in letters if letter in _TONES]
    if len(tones) != 1:
        return word
    bare = unicodedata.normalize("NFC", "".join(letter for letter in letters if letter not in _TONES))
    syllable = _SYLLABLE.fullmatch(bare)
    if syllable is None:
        return word
    first, vowels, last = syllable[1] or "", syllable[2], syllable[3] or ""
    at = _tone_at(vowels, closed=bool(last))
    return unicodedata.normalize("NFC", f"{first}{vowels[: at + 1]}{tones[0]}{vowels[at + 1 :]}{last}")


def _tone_at(vowels: str, *, closed: bool) -> int:
    shaped = [at for at, vowel in enumerate(vowels) if vowel in _SHAPED]
    if shaped:
        return shaped[-1]
    if closed:
        return len(vowels) - 1
    return 1 if len(vowels) == 3 else 0
