"""Tables of words: FTS5 on SQLite, tsvector on PostgreSQL. A row has the words of one entry, by the entry's id.

Terms are made in Python, so the database only ever compares words: no dictionary, stemmer or accent rule of its own has a
say. Django's and Wagtail's database searches are not used: they know neither phrases nor fields of their own, and on
SQLite rank each match by a search of its own.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from organizations.names import folded
from search.query import Every, Expression, Field, Phrase, Question, Some
from search.terms import BREAK, Pair, Terms

FTS5_COLUMNS = ["number", "title", "title_exact", "lead", "lead_exact", "body", "body_exact"]
MAX_PLACES = 255  # of one word that a tsvector keeps
EXACT = "="  # before an exact word in a tsvector, where both forms share a place

# A piece of a statement with its parameters.
Sql = tuple[str, list[Any]]


@dataclasses.dataclass(frozen=True)
class TermsTable:
    """A table that a migration made; ``name`` is safe to stand in a statement."""

    name: str

    def write(self, terms: Mapping[int, Terms]) -> None:
        """Keep the terms of entries, by their ids, in place of those they had."""
        self.erase(terms)
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                rows: list[list[Any]] = [
                    [pk, text_of(each.number)]
                    + [
                        text_of(pairs, rest, exact=exact)
                        for pairs, rest in ((each.title, ()), (each.lead, ()), (each.body, each.rest))
                        for exact in (False, True)
                    ]
                    for pk, each in terms.items()
                ]
                columns, values = ", ".join(["rowid", *FTS5_COLUMNS]), "%s" + ", %s" * len(FTS5_COLUMNS)
            else:
                rows = [
                    [pk, *map(_tsvector, (each.number, each.title, each.lead)), _tsvector(each.body, each.rest)]
                    for pk, each in terms.items()
                ]
                columns, values = "entry_id, number, title, lead, body", "%s" + ", %s::tsvector" * 4
            cursor.executemany(f"INSERT INTO {self.name} ({columns}) VALUES ({values})", rows)  # noqa: S608

    def erase(self, entry_ids: Iterable[int]) -> None:
        """Forget the terms of entries."""
        key = "rowid" if connection.vendor == "sqlite" else "entry_id"
        with connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {self.name} WHERE {key} = %s", [[pk] for pk in entry_ids])  # noqa: S608

    def answering(self, questions: Sequence[Question], but_not: Sequence[Question] = ()) -> Sql:
        """The ids of entries that answer one of the questions and none of others."""
        if connection.vendor == "sqlite":
            asked = " OR ".join(map(_fts5, questions))
            if but_not:
                asked = f"({asked}) NOT ({' OR '.join(map(_fts5, but_not))})"
            return f"SELECT rowid FROM {self.name} WHERE {self.name} MATCH %s", [asked]  # noqa: S608
        asked, values = _tsqueries(questions)
        if but_not:
            others, more = _tsqueries(but_not)
            asked, values = f"({asked}) AND NOT ({others})", [*values, *more]
        return f"SELECT entry_id FROM {self.name} WHERE {asked}", values  # noqa: S608


def text_of(pairs: Sequence[Pair], rest: Sequence[Pair] = (), *, exact: bool = False) -> str:
    """Terms as one text for an index that cuts at spaces; those of ``rest`` stand beside no other."""
    return " ".join([*(pair[exact] for pair in pairs), *(f"{BREAK} {pair[exact]}" for pair in rest)])


# --- SQLite


def _fts5(question: Question) -> str:
    column = f"{question.field}_exact" if question.exact and question.field != Field.NUMBER else str(question.field)
    return f"({column} : ({_fts5_expression(question.expression)}))"


def _fts5_expression(expression: Expression) -> str:
    match expression:
        case Phrase(words, prefix):
            text = " ".join(words).replace('"', '""')
            return f'"{text}"{" *" if prefix else ""}'
        case Every(parts):
            return " AND ".join(f"({_fts5_expression(part)})" for part in parts)
        case Some(parts):
            return " OR ".join(f"({_fts5_expression(part)})" for part in parts)


# --- PostgreSQL


def _tsvector(pairs: Sequence[Pair], rest: Sequence[Pair] = ()) -> str:
    """Words with their places, and words side by side without: a GIN index knows no places, so of a phrase it would give
    all rows that have its words, and each of them would be read. Those of ``rest`` have no place."""
    places: dict[str, list[int]] = {}
    for at, (bare, exact) in enumerate(pairs, start=1):
        places.setdefault(bare, []).append(at)
        places.setdefault(EXACT + exact, []).append(at)
    words = [f"{_quoted(word)}:{','.join(map(str, each[:MAX_PLACES]))}" for word, each in places.items()]
    neighbours = {_quoted(_beside(one[0], other[0])) for one, other in itertools.pairwise(pairs)}
    placeless = {_quoted(word) for pair in rest for word in (pair[0], EXACT + pair[1]) if word not in places}
    return " ".join([*words, *neighbours, *placeless])


def _tsqueries(questions: Sequence[Question]) -> Sql:
    """A condition on the columns, and its parameters. Questions to one column are asked of it together."""
    columns: dict[str, list[str]] = {}
    for question in questions:
        sign = EXACT if question.exact else ""
        columns.setdefault(str(question.field), []).append(_tsquery(question.expression, sign))
    return (
        " OR ".join(f"{column} @@ %s::tsquery" for column in columns),
        [" | ".join(f"({each})" for each in asked) for asked in columns.values()],
    )


def _tsquery(expression: Expression, sign: str) -> str:
    match expression:
        case Phrase(words, prefix):
            end = ":*" if prefix else ""
            neighbours = [_quoted(_beside(folded(one), folded(other))) for one, other in itertools.pairwise(words)]
            if len(neighbours) == 1 and not sign:
                return neighbours[0] + end
            phrase = " <-> ".join(_quoted(sign + word) for word in words) + end
            return f"{' & '.join(neighbours)}{end} & ({phrase})" if neighbours else phrase
        case Every(parts):
            return " & ".join(f"({_tsquery(part, sign)})" for part in parts)
        case Some(parts):
            return " | ".join(f"({_tsquery(part, sign)})" for part in parts)


def _beside(one: str, other: str) -> str:
    return f"~{one} {other}"


@functools.lru_cache(maxsize=65_536)
def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
