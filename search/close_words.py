"""What a mistyped word may have meant: words of the index one letter away, words run together, Telex left undone.

The words are those of all texts, hidden ones too: who asks for them must ask it of what the caller may see.
"""

from __future__ import annotations

import re
from collections import defaultdict

from search.models import KnownWord

MIN_LENGTH = 3  # shorter words are near to everything
# Telex as it comes out where the keyboard was left in English: "nghij quyeets", "ddangr".
_TELEX = [("dd", "d"), ("aa", "a"), ("ee", "e"), ("oo", "o"), ("aw", "a"), ("ow", "o"), ("uw", "u"), ("w", "u")]
_TELEX_TONE = re.compile("[fsrxj]")


class _Known:
    """The known words by what is left of each where one letter is taken out. Grows with the table."""

    def __init__(self) -> None:
        self.words: set[str] = set()
        self.shortened: dict[str, set[str]] = defaultdict(set)
        self.last = 0

    def catch_up(self) -> None:
        """Take in the words that were added since."""
        for pk, word in KnownWord.objects.filter(pk__gt=self.last).order_by("pk").values_list("pk", "word"):
            self.last = pk
            self.words.add(word)
            for form in _shortened(word):
                self.shortened[form].add(word)


_known = _Known()


def near(word: str) -> list[tuple[str, ...]]:
    """Other words that may have been meant, the likeliest first, each as one or two words; as of the last ``catch_up``."""
    found: list[tuple[str, ...]] = []
    telex = _telex(word)
    if telex != word and telex in _known.words:
        found.append((telex,))
    if len(word) < MIN_LENGTH or not word.isalpha():
        return found
    candidates = {each for form in _shortened(word) for each in _known.shortened.get(form, ())}
    others = [each for each in candidates - {word} if len(each) >= 2 and _is_one_edit(word, each)]
    found += [(each,) for each in sorted(others, key=lambda each: (each[0] != word[0], len(each) != len(word), each))]
    halves = ((word[:at], word[at:]) for at in range(2, len(word) - 1))
    found += [each for each in halves if each[0] in _known.words and each[1] in _known.words]
    return list(dict.fromkeys(found))


def catch_up() -> None:
    """Take in what the index has learnt since."""
    _known.catch_up()


def forget() -> None:
    """Begin anew: after a rebuild words may be gone."""
    global _known
    _known = _Known()


def _shortened(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _is_one_edit(one: str, other: str) -> bool:
    """Whether one letter was put in, left out, changed, or two beside each other were swapped."""
    short, long = sorted((one, other), key=len)
    at = next((n for n, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]), len(short))
    if len(short) != len(long):
        return short[at:] == long[at + 1 :]
    if short[at + 1 :] == long[at + 1 :]:
        return True
    return short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]


def _telex(word: str) -> str:
    for typed, meant in _TELEX:
        word = word.replace(typed, meant)
    return word[:1] + _TELEX_TONE.sub("", word[1:])
