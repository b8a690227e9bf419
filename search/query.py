"""What was asked, as questions to an index in the order of their worth.

A question is a tree of phrases asked of one field. Every backend translates these few shapes and nothing else, so all of
them find the same, in the same order: by the first question that an item answers, then the newest.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import itertools
from collections.abc import Callable, Iterable, Sequence

from search.reading import Reading, Unit
from search.terms import BREAK, whole

MAX_PHRASES = 16  # ways to write one query
MAX_CLOSE = 12  # words that a mistyped one may have meant


class Field(enum.StrEnum):
    """The fields of ``search.terms``."""

    NUMBER = "number"
    TITLE = "title"
    LEAD = "lead"
    BODY = "body"


@dataclasses.dataclass(frozen=True)
class Phrase:
    """These words one after the other; with ``prefix`` the last of them need only begin so."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclasses.dataclass(frozen=True)
class Every:
    """All of these."""

    parts: tuple[Expression, ...]


@dataclasses.dataclass(frozen=True)
class Some:
    """At least one of these."""

    parts: tuple[Expression, ...]


Expression = Phrase | Every | Some


@dataclasses.dataclass(frozen=True)
class Question:
    """An expression asked of a field, with the words as they are written or folded."""

    field: Field
    expression: Expression
    exact: bool = False


Close = Callable[[str], Sequence[tuple[str, ...]]]
# An expression of units: exact or folded, with what was typed alone or with its short and long forms.
Shape = Callable[[Sequence[Unit], bool, bool], Expression]


def strong(reading: Reading) -> list[Question]:
    """Questions whose answers were surely meant: the number, the title, its words, the same words in one place."""
    numbered = _numbered(reading)
    asked = numbered[:2]
    for exact, own in _manners(reading):
        ways = _ways(reading.units, exact, own)
        asked.append(Question(Field.TITLE, _some(Phrase((whole(way),)) for way in ways), exact))
    for field in (Field.TITLE, Field.LEAD):
        for shape in (_phrases, _words):
            asked += _in_each_manner(reading, field, shape)
    asked += _in_each_manner(reading, Field.BODY, _phrases)
    asked += numbered[2:]
    return _unique(asked)


def scattered(reading: Reading) -> list[Question]:
    """All words, wherever in the text they stand."""
    return _unique(_in_each_manner(reading, Field.BODY, _words))


def strongly(reading: Reading) -> list[Question]:
    """All that ``strong`` finds, in few questions: title lies in lead, phrases of the lead are its words, exact words words."""
    words, phrase = _words(reading.units, False), _phrases(reading.units, False)
    return _unique([*_numbered(reading), Question(Field.LEAD, words), Question(Field.BODY, phrase)])


def anywhere(reading: Reading) -> list[Question]:
    """All that ``strong`` and ``scattered`` find, in few questions."""
    return _unique([*_numbered(reading), Question(Field.BODY, _words(reading.units, False))])


def has_word(word: str) -> Question:
    """This one word, folded, wherever it stands."""
    return Question(Field.BODY, Phrase((word,)))


def close(reading: Reading, near: Close, is_found: Callable[[str], bool]) -> list[Question]:
    """One word of it mistyped, then any; for a query to which nothing answers strongly.

    Where some of its words are in no text that the caller may see, these are the mistyped ones; where all are found, each
    may be. ``near`` knows words of hidden texts too: they find nothing, and neither push others aside nor change how many
    questions there are, so nothing tells of them.
    """
    is_found = functools.cache(is_found)
    single = [at for at, unit in enumerate(reading.units) if _is_one_word(unit)]
    doubted = [at for at in single if not is_found(reading.units[at].folded[0][0])] or single
    if not doubted:
        return []
    units = [_with_close(unit, near, is_found) if at in doubted else unit for at, unit in enumerate(reading.units)]
    one_other = [(*reading.units[:at], units[at], *reading.units[at + 1 :]) for at in doubted]
    # No phrases here: each of their many spellings would go through all places of its common words.
    one = _some(_words(each, False) for each in one_other)
    asked = [Question(field, one) for field in (Field.TITLE, Field.LEAD)]
    if len(doubted) > 1:
        asked += [Question(field, _words(units, False)) for field in (Field.TITLE, Field.LEAD)]
    return [*asked, Question(Field.BODY, one)]


def most(reading: Reading) -> list[Question]:
    """All words but one, of long queries all but two, in title and summary; then anywhere."""
    units = [unit for unit in reading.units if not unit.is_joint]
    asked = []
    for missing in range(1, min(2, len(units) // 3) + 1 if len(units) >= 3 else 1):
        kept = list(itertools.combinations(units, len(units) - missing))
        asked += [Question(field, _some(_words(each, False) for each in kept)) for field in (Field.TITLE, Field.LEAD)]
        if missing == 1:
            asked.append(Question(Field.BODY, _some(_words(each, False) for each in kept)))
    return _unique(asked)


def beginnings(reading: Reading) -> list[Question]:
    """For suggestions while typing: numbers and titles, the last word perhaps not yet finished."""
    asked = []
    typed = "".join(_as_typed(reading.units))
    if typed[:1].isdigit() or reading.numbers:
        begun = [*reading.numbers, typed] if typed[:1].isdigit() else list(reading.numbers)
        asked.append(Question(Field.NUMBER, _some(Phrase((each,), prefix=True) for each in begun)))
    for begin in ((BREAK,), ()):
        for own in (True, False):
            ways = _ways(reading.units, False, own)
            asked.append(Question(Field.TITLE, _some(Phrase((*begin, *each), prefix=True) for each in ways)))
    *whole, last = _as_typed(reading.units)
    each = [*(Phrase((word,)) for word in whole), Phrase((last,), prefix=True)]
    asked.append(Question(Field.TITLE, _every(each)))
    return _unique(asked)


def _manners(reading: Reading) -> tuple[tuple[bool, bool], ...]:
    """Exact before folded, where accents were typed at all; of each what was typed before its short and long forms."""
    return tuple(
        (exact, own) for exact in ((True, False) if reading.is_accented else (False,)) for own in (True, False)
    )


def _in_each_manner(reading: Reading, field: Field, shape: Shape) -> list[Question]:
    return [Question(field, shape(reading.units, exact, own), exact) for exact, own in _manners(reading)]


def _numbered(reading: Reading) -> list[Question]:
    """The number that is meant, with all other words in two places; last all that have such a number."""
    if not reading.numbers:
        return []
    number = _begins(reading.numbers)
    rest = [_unit(unit, False) for unit in reading.rest if not unit.is_joint]
    if rest:
        asked = [Question(field, _every([number, *rest])) for field in (Field.LEAD, Field.BODY)]
    else:
        asked = [Question(Field.NUMBER, _some(Phrase((each,)) for each in reading.numbers))]
    return [*asked, Question(Field.NUMBER, number)]


def _phrases(units: Sequence[Unit], exact: bool, own: bool = False) -> Expression:
    """The query as one phrase, in each way to write it."""
    return _some(Phrase(way) for way in _ways(units, exact, own))


def _ways(units: Sequence[Unit], exact: bool, own: bool = False) -> list[tuple[str, ...]]:
    """The units one after the other: as typed, with one of them written another way, with all of them."""
    forms = [unit.forms(exact, own=own) for unit in units]
    typed = [each[0] for each in forms]
    ways = [typed]
    ways += [[*typed[:at], form, *typed[at + 1 :]] for at, each in enumerate(forms) for form in each[1:]]
    ways.append([each[min(1, len(each) - 1)] for each in forms])
    return list(dict.fromkeys(tuple(itertools.chain(*way)) for way in ways))[:MAX_PHRASES]


def _as_typed(units: Sequence[Unit]) -> tuple[str, ...]:
    return tuple(word for unit in units for word in unit.folded[0])


def _words(units: Sequence[Unit], exact: bool, own: bool = False) -> Expression:
    """Each word that matters, in any order."""
    return _every(_unit(unit, exact, own) for unit in ([unit for unit in units if not unit.is_joint] or units))


def _begins(numbers: Iterable[str]) -> Expression:
    """What a document's number may begin with; digits alone are all of the digits."""
    return _some(Phrase((number,), prefix=not number.isdigit()) for number in numbers)


def _unit(unit: Unit, exact: bool, own: bool = False) -> Expression:
    return _some(Phrase(form) for form in unit.forms(exact, own=own))


def _is_one_word(unit: Unit) -> bool:
    return len(unit.folded[0]) == 1 and (len(unit.folded) == 1 or bool(unit.doubtful))


def _with_close(unit: Unit, near: Close, is_found: Callable[[str], bool]) -> Unit:
    others = [form for form in [*unit.doubtful, *near(unit.folded[0][0])] if form not in unit.folded]
    if len(others) > MAX_CLOSE:
        seen = (form for form in others if all(map(is_found, form)))
        others = list(itertools.islice(seen, MAX_CLOSE))
    return dataclasses.replace(unit, folded=(*unit.folded, *others))


def _some(parts: Iterable[Expression]) -> Expression:
    each = tuple(dict.fromkeys(part for one in parts for part in _parts(one)))
    return each[0] if len(each) == 1 else Some(each)


def _every(parts: Iterable[Expression]) -> Expression:
    each = tuple(dict.fromkeys(parts))
    return each[0] if len(each) == 1 else Every(each)


def _parts(expression: Expression) -> tuple[Expression, ...]:
    return expression.parts if isinstance(expression, Some) else (expression,)


def _unique(asked: Iterable[Question]) -> list[Question]:
    return list(dict.fromkeys(asked))
