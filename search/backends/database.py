"""The embedded index: the entries of published items, and their words in the table ``search_terms``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet

from search.backends import FACETS, Counted, Place, Wanted
from search.backends.terms_table import Sql, TermsTable
from search.models import SearchEntry, SearchEntryQuerySet
from search.query import Question

TERMS = TermsTable("search_terms")
MAX_COUNTED = 10_000  # items of one answer: to count 200,000 takes a second, and tells nobody more


class Answers(Func):
    """Whether an entry, by its id, answers one of the questions."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, table: TermsTable, questions: Sequence[Question]) -> None:
        super().__init__(F("pk"))
        self.table, self.questions = table, tuple(questions)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        """``entry IN (ids that answer)``."""
        entry, params = compiler.compile(self.source_expressions[0])
        answering, values = self.table.answering(self.questions)
        return f"{entry} IN ({answering})", [*params, *values]


class DatabaseBackend:
    """Asks the live generation of entries."""

    name = "database"

    def has(self, questions: Sequence[Question], wanted: Wanted) -> bool:
        """Whether any item answers any of the questions."""
        return _theirs(wanted).filter(Answers(TERMS, questions)).exists()

    def page(
        self, steps: Sequence[Sequence[Question]], wanted: Wanted, *, after: Place | None, first: int
    ) -> list[Place]:
        """The items that answer a question of any step, from a place on, in their order."""
        entries = _theirs(wanted)
        if wanted.category:
            entries = entries.filter(item__category_path__contains=f"/{wanted.category}/")
        for column, part in FACETS.items():
            if values := getattr(wanted, part):
                entries = entries.filter(**{f"{column}__in": values})
        return page_of(entries, TERMS, steps, order=("published_at", "item_id"), after=after, first=first)

    def counts(self, questions: Sequence[Question], wanted: Wanted) -> list[Counted]:
        """One statement for all facets: there are far fewer combinations than items. Of very many a part is counted."""
        some = _theirs(wanted).filter(Answers(TERMS, questions)).order_by().values_list(*FACETS)[:MAX_COUNTED]
        statement, params = some.query.sql_with_params()
        columns = ", ".join(FACETS)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {columns}, COUNT(*) FROM ({statement}) e GROUP BY {columns}",  # noqa: S608 - names of columns
                params,
            )
            return [(row[:-1], row[-1]) for row in cursor.fetchall()]


def page_of(
    entries: QuerySet[Any],
    table: TermsTable,
    steps: Sequence[Sequence[Question]],
    *,
    order: tuple[str, str],
    after: Place | None,
    first: int,
) -> list[Place]:
    """A page of these entries; ``order`` names their fields of date and id, of which the higher comes first.

    Takes one step after the other until the page is full: most pages are full after the first few. What an earlier step of
    this page found is left out by its id; what steps before the page had, by asking for it.
    """
    date, key = order
    found: dict[int, int] = {}
    all_entries, since_place = _compiled(entries, order), None
    start = after.step if after else 0
    if after is not None:
        before = Q(**{date: after.published_at, f"{key}__lt": after.item_id})
        since_place = _compiled(entries.filter(Q(**{f"{date}__lt": after.published_at}) | before), order)
    for number in range(start, len(steps)):
        is_first = after is not None and number == start
        theirs, params = since_place if is_first and since_place else all_entries
        earlier = steps[: start + (after is not None and not is_first)]
        answering, values = table.answering(steps[number], [question for step in earlier for question in step])
        left_out = f" AND e.pk NOT IN ({', '.join(map(str, found))})" if found else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT e.pk FROM ({theirs}) e WHERE e.pk IN ({answering}){left_out}"  # noqa: S608 - names and numbers
                f" ORDER BY e.{date} DESC, e.{key} DESC LIMIT {first - len(found)}",
                [*params, *values],
            )
            found |= {pk: number for (pk,) in cursor.fetchall()}
        if len(found) == first:
            break
    rows = entries.model._default_manager.filter(pk__in=found).values_list("pk", date, key)
    places = [Place(found[pk], published_at, item_id) for pk, published_at, item_id in rows]
    return sorted(places, key=lambda place: (-place.step, place.published_at, place.item_id), reverse=True)


def _compiled(entries: QuerySet[Any], order: tuple[str, str]) -> Sql:
    """The statement of entries: compiled once, for to compile it takes longer than to answer it."""
    statement, params = entries.order_by().values_list("pk", *order).query.sql_with_params()
    return statement, list(params)


def _theirs(wanted: Wanted) -> SearchEntryQuerySet:
    return SearchEntry.objects.live().visible_to(wanted.scope).filter(locale=wanted.locale)
