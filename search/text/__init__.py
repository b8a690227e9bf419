"""Vietnamese text as it is looked for: the same words at index and query time, so every backend understands the same.

``words`` gives the words of a text in both of their forms, ``numbers`` and ``dates`` what stands for a document number or a
day however it was written. Folding itself is ``organizations.names.folded``, the one of the whole house.
"""

from search.text.dates import DateSpan, dates, day_term, is_year, month_term, year_term
from search.text.numbers import number_groups, number_terms
from search.text.shorts import may_be_word, short_term, short_terms, stands_short
from search.text.words import STOP_WORDS, Word, is_accented, normal, words

__all__ = [
    "STOP_WORDS",
    "DateSpan",
    "Word",
    "dates",
    "day_term",
    "is_accented",
    "is_year",
    "may_be_word",
    "month_term",
    "normal",
    "number_groups",
    "number_terms",
    "short_term",
    "short_terms",
    "stands_short",
    "words",
    "year_term",
]
