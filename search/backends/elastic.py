"""Elasticsearch, for size: the same terms in an index of its own, asked the same questions.

The analyzer only cuts at spaces, for the terms are made in Python. What an item's first step is becomes its score, so one
request gives a page in its order. The index is called by an alias; ``search.elastic_index`` fills and switches it.
"""

from __future__ import annotations

import datetime
import functools
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.conf import settings
from elasticsearch import ApiError, Elasticsearch, TransportError
from elasticsearch.dsl import Q, Search
from elasticsearch.dsl.query import Query

from publishing.models import PublishedItem
from search.backends import FACETS, Counted, Place, Unavailable, Wanted
from search.backends.terms_table import text_of
from search.query import Every, Expression, Field, Phrase, Question, Some
from search.terms import terms_of, year_of

ALIAS = settings.ELASTICSEARCH_INDEX
PAUSE = 10.0  # seconds in which a server that did not answer is not asked again
MAX_EXPANSIONS = 1000  # words with which a phrase may end that is still being typed
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)

_words = {"type": "text", "analyzer": "whitespace", "norms": False}
_value = {"type": "keyword"}
MAPPINGS: dict[str, Any] = {
    "dynamic": "strict",
    "properties": {
        **dict.fromkeys(("number", "title", "title_exact", "lead", "lead_exact", "body", "body_exact"), _words),
        **dict.fromkeys(("item_id", "locale", "audience", *FACETS), _value),
        "year": {"type": "integer"},
        "version": {"type": "long"},
        # Microseconds: a date of Elasticsearch knows only thousandths, and pages must go on exactly.
        "published_at": {"type": "long"},
    },
}

# What is written is found when the index is told to refresh, and not before: what went out together is found together.
SETTINGS = {"refresh_interval": "-1"}

T = TypeVar("T")


class _Rest:
    """Until when a server that did not answer is left alone, by time.monotonic."""

    until = 0.0


@functools.lru_cache(maxsize=4)
def client_of(url: str) -> Elasticsearch:
    """The client of a server. One attempt: the embedded index is waiting."""
    return Elasticsearch(url, request_timeout=5, max_retries=0, retry_on_timeout=False)


def client() -> Elasticsearch:
    """The client of the server that is named in the settings."""
    return client_of(settings.ELASTICSEARCH_URL)


def call(ask: Callable[[], T]) -> T:
    """The server's answer. Raises Unavailable where it gives none, and leaves it alone for a while."""
    if time.monotonic() < _Rest.until:
        raise Unavailable("Elasticsearch did not answer a moment ago")
    try:
        return ask()
    except TransportError as error:
        _Rest.until = time.monotonic() + PAUSE
        raise Unavailable(f"Elasticsearch does not answer: {error}") from error
    except ApiError as error:
        raise Unavailable(f"Elasticsearch refuses: {error}") from error


class ElasticBackend:
    """Asks the index behind the alias."""

    name = "elasticsearch"

    def has(self, questions: Sequence[Question], wanted: Wanted) -> bool:
        """Whether any item answers any of the questions."""
        asked = _search(questions, wanted).source(False)[:1]
        return bool(call(lambda: asked.execute()).hits)

    def page(
        self, steps: Sequence[Sequence[Question]], wanted: Wanted, *, after: Place | None, first: int
    ) -> list[Place]:
        """One request: each step scores less than the one before it."""
        best = len(steps)
        scored = [
            Q("constant_score", filter=_any(step), boost=float(best - number)) for number, step in enumerate(steps)
        ]
        search = (
            Search(using=client(), index=ALIAS).query("dis_max", queries=scored).filter("bool", filter=_who(wanted))
        )
        for column, part in FACETS.items():
            if values := getattr(wanted, part):
                search = search.filter("terms", **{column: list(values)})
        search = search.sort(*({name: {"order": "desc"}} for name in ("_score", "published_at", "item_id")))
        search = search.extra(track_total_hits=False).source(False)[:first]
        if after is not None:
            place = [float(best - after.step), (after.published_at - EPOCH) // MICROSECOND, str(after.item_id)]
            search = search.extra(search_after=place)
        hits = call(lambda: search.execute()).hits
        return [_place(hit.meta.sort, best) for hit in hits]

    def counts(self, questions: Sequence[Question], wanted: Wanted) -> list[Counted]:
        """All combinations, a thousand at a time."""
        found: list[Counted] = []
        after: Mapping[str, Any] | None = None
        while True:
            search = _search(questions, wanted).extra(track_total_hits=False)[:0]
            composite = {"size": 1000, "sources": [{column: {"terms": {"field": column}}} for column in FACETS]}
            search.aggs.bucket("combinations", "composite", **composite, **({"after": after} if after else {}))
            part = call(search.execute).aggregations.combinations.to_dict()
            found += [(tuple(each["key"][column] for column in FACETS), each["doc_count"]) for each in part["buckets"]]
            after = part.get("after_key")
            if after is None or not part["buckets"]:
                return found


def document_of(item: PublishedItem, files: Iterable[str] = ()) -> dict[str, Any]:
    """An item as the index keeps it."""
    terms = terms_of(item, files)
    fields = {"number": text_of(terms.number)}
    for name, pairs, rest in (("title", terms.title, ()), ("lead", terms.lead, ()), ("body", terms.body, terms.rest)):
        fields |= {name: text_of(pairs, rest), f"{name}_exact": text_of(pairs, rest, exact=True)}
    return {
        **fields,
        "item_id": str(item.pk),
        "version": item.version,
        "locale": item.locale,
        "kind": item.kind,
        "source_code": item.source_code,
        "document_type": item.document_type,
        "issuer_code": item.issuer_code,
        "year": year_of(item),
        "published_at": (item.first_published_at - EPOCH) // MICROSECOND,
        "audience": sorted(each.key for each in item.audiences.all()),
    }


def _search(questions: Sequence[Question], wanted: Wanted) -> Search:
    return Search(using=client(), index=ALIAS).filter("bool", filter=_who(wanted)).filter(_any(questions))


def _who(wanted: Wanted) -> list[Query]:
    return [Q("term", locale=wanted.locale), Q("terms", audience=sorted(wanted.scope.keys))]


def _place(sort: Sequence[Any], best: int) -> Place:
    score, published_at, item_id = sort
    return Place(best - round(score), EPOCH + published_at * MICROSECOND, uuid.UUID(item_id))


def _any(questions: Sequence[Question]) -> Query:
    return Q("bool", should=[_asked(question) for question in questions], minimum_should_match=1)


def _asked(question: Question) -> Query:
    exact = question.exact and question.field != Field.NUMBER
    return _query(question.expression, f"{question.field}_exact" if exact else str(question.field))


def _query(expression: Expression, field: str) -> Query:
    match expression:
        case Phrase((word,), prefix):
            return Q("prefix" if prefix else "term", **{field: word})
        case Phrase(words, prefix):
            text = {"query": " ".join(words), **({"max_expansions": MAX_EXPANSIONS} if prefix else {})}
            return Q("match_phrase_prefix" if prefix else "match_phrase", **{field: text})
        case Every(parts):
            return Q("bool", filter=list(_queries(parts, field)))
        case Some(parts):
            return Q("bool", should=list(_queries(parts, field)), minimum_should_match=1)


def _queries(parts: Sequence[Expression], field: str) -> Iterator[Query]:
    return (_query(part, field) for part in parts)
