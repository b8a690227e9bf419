"""The embedded index: FTS5 on SQLite, tsvector on PostgreSQL, in a table ``search_terms`` beside the entries.

Terms are made in Python, so the database only ever compares words: no dictionary, stemmer or accent rule of its own has a
say. Django's and Wagtail's database searches are not used: they know neither phrases nor fields of their own, and on
SQLite rank each match by a search of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Count, F, Func, Q

from search.backends import FACETS, Counted, Place, Wanted
from search.models import SearchEntry, SearchEntryQuerySet
from search.query import Every, Expression, Field, Phrase, Question, Some
from search.terms import Pair, Terms

FTS5_COLUMNS = ["number", "title", "title_exact", "lead", "lead_exact", "body", "body_exact"]
MAX_PLACES = 255  # of one word that a tsvector keeps
EXACT = "="  # before an exact word in a tsvector, where both forms share a place


class Answers(Func):
    """Whether an entry, by its id, answers one of the questions and none of others."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, entry: Any, questions: Sequence[Question], but_not: Sequence[Question] = ()) -> None:
        super().__init__(entry)
        self.questions, self.but_not = tuple(questions), tuple(but_not)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        entry, params = compiler.compile(self.source_expressions[0])
        asked = " OR ".join(map(_fts5, self.questions))
        if self.but_not:
            asked = f"({asked}) NOT ({' OR '.join(map(_fts5, self.but_not))})"
        return f"{entry} IN (SELECT rowid FROM search_terms WHERE search_terms MATCH %s)", [*params, asked]  # noqa: S608

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        entry, params = compiler.compile(self.source_expressions[0])
        asked, values = _tsqueries(self.questions)
        if self.but_not:
            others, more = _tsqueries(self.but_not)
            asked, values = f"({asked}) AND NOT ({others})", [*values, *more]
        return f"{entry} IN (SELECT entry_id FROM search_terms WHERE {asked})", [*params, *values]  # noqa: S608


class DatabaseBackend:
    """Asks the live generation of entries."""

    name = "database"

    def has(self, questions: Sequence[Question], wanted: Wanted) -> bool:
        """Whether any item answers any of the questions."""
        entries = SearchEntry.objects.live().visible_to(wanted.scope).filter(locale=wanted.locale)
        return entries.filter(Answers(F("pk"), questions)).exists()

    def page(
        self, steps: Sequence[Sequence[Question]], wanted: Wanted, *, after: Place | None, first: int
    ) -> list[Place]:
        """Takes one step after the other until the page is full: most pages are full after the first few.

        What an earlier step of this page found is left out by its id; what steps before the page had, by asking for it.
        """
        found: list[Place] = []
        start = after.step if after else 0
        for number in range(start, len(steps)):
            earlier = steps[: start + 1 if after is not None and number > start else start]
            before = [question for step in earlier for question in step]
            entries = _filtered(wanted).filter(Answers(F("pk"), steps[number], before))
            if after is not None and number == start:
                older = Q(published_at=after.published_at, item_id__lt=after.item_id)
                entries = entries.filter(Q(published_at__lt=after.published_at) | older)
            entries = entries.exclude(item__in=[place.item_id for place in found])
            rows = entries.order_by("-published_at", "-item_id").values_list("published_at", "item_id")
            found += [Place(number, *row) for row in rows[: first - len(found)]]
            if len(found) == first:
                break
        return found

    def counts(self, questions: Sequence[Question], wanted: Wanted) -> list[Counted]:
        """One statement for all facets: there are far fewer combinations than items."""
        entries = SearchEntry.objects.live().visible_to(wanted.scope).filter(locale=wanted.locale)
        rows = entries.filter(Answers(F("pk"), questions)).order_by().values_list(*FACETS).annotate(n=Count("pk"))
        return [(row[:-1], row[-1]) for row in rows]


def write(terms: Mapping[int, Terms]) -> None:
    """Keep the terms of entries, by their ids, in place of those they had."""
    erase(terms)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            rows: list[list[Any]] = [
                [pk, _text(each.number)]
                + [_text(pairs, exact=exact) for pairs in (each.title, each.lead, each.body) for exact in (False, True)]
                for pk, each in terms.items()
            ]
            columns, values = ", ".join(["rowid", *FTS5_COLUMNS]), "%s" + ", %s" * len(FTS5_COLUMNS)
        else:
            rows = [
                [pk, *map(_tsvector, (each.number, each.title, each.lead, each.body))] for pk, each in terms.items()
            ]
            columns, values = "entry_id, number, title, lead, body", "%s" + ", %s::tsvector" * 4
        cursor.executemany(f"INSERT INTO search_terms ({columns}) VALUES ({values})", rows)  # noqa: S608


def erase(entry_ids: Iterable[int]) -> None:
    """Forget the terms of entries."""
    key = "rowid" if connection.vendor == "sqlite" else "entry_id"
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM search_terms WHERE {key} = %s", [[pk] for pk in entry_ids])  # noqa: S608


def _filtered(wanted: Wanted) -> SearchEntryQuerySet:
    entries = SearchEntry.objects.live().visible_to(wanted.scope).filter(locale=wanted.locale)
    for column, part in FACETS.items():
        if values := getattr(wanted, part):
            entries = entries.filter(**{f"{column}__in": values})
    return entries


# --- SQLite


def _text(pairs: Sequence[Pair], *, exact: bool = False) -> str:
    return " ".join(pair[exact] for pair in pairs)


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


def _tsvector(pairs: Sequence[Pair]) -> str:
    places: dict[str, list[int]] = {}
    for at, (folded, exact) in enumerate(pairs, start=1):
        places.setdefault(folded, []).append(at)
        places.setdefault(EXACT + exact, []).append(at)
    return " ".join(f"{_quoted(word)}:{','.join(map(str, each[:MAX_PLACES]))}" for word, each in places.items())


def _tsqueries(questions: Sequence[Question]) -> tuple[str, list[Any]]:
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
            quoted = [_quoted(sign + word) for word in words]
            return " <-> ".join([*quoted[:-1], quoted[-1] + (":*" if prefix else "")])
        case Every(parts):
            return " & ".join(f"({_tsquery(part, sign)})" for part in parts)
        case Some(parts):
            return " | ".join(f"({_tsquery(part, sign)})" for part in parts)


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
