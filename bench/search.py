"""Search at size: how fast it is indexed, how large the index is, and how long questions take.

``SIZE=province`` is ten years of content, 200,000 items. ``DATABASE_URL`` chooses the database; with ``ELASTICSEARCH_URL``
that server is asked too. Questions are those of the judged set, and the most common words, which match nearly everything.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable

from bench.throwaway import databases, machine, per_size

INSIDE = "SEARCH_BENCH_INSIDE"
COMMON = ["đảng", "chi bộ", "nghị quyết", "ủy ban nhân dân tỉnh", "ke hoach", "2024"]
BATCH = 2000
COPIED = ["page_id", "kind", "locale", "translation_key", "slug", "title", "summary", "source_code", "payload"]
COPIED += ["issuer_code", "number", "number_folded", "document_type", "issued_on"]


def main() -> int:
    """Make a database, and run the rest within it."""
    with databases() as made:
        print(f"{made.kind}; {machine()}")
        environment = {**made.fresh(), INSIDE: "1"}
        return subprocess.run([sys.executable, "-m", "bench.search"], env=environment, check=False).returncode


def inside() -> None:
    """Fill the database and ask."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from bench.judged import queries, texts
    from search import elastic_index, index
    from search.backends import elastic

    count = per_size(small=2_000, province=200_000)
    all_texts = texts(count)
    _put_out(all_texts)
    asked = [query.text for query in queries(all_texts[:2400], per_class=20)]
    indexes: dict[str, Callable[[], object]] = {connection.vendor: lambda: list(index.rebuild())}
    if settings.SEARCH_SERVER:
        elastic.ALIAS = "sotay-bench"
        indexes["Elasticsearch"] = lambda: list(elastic_index.rebuild())
    print(f"{count:,} items\n\n| index | items a second | MB | questions | p50, ms | p99 | with facets p50 | p99 |")
    print("|---|--:|--:|---|--:|--:|--:|--:|")
    for name, rebuild in indexes.items():
        settings.ELASTICSEARCH_URL = settings.SEARCH_SERVER if name == "Elasticsearch" else ""
        start = time.perf_counter()
        rebuild()
        rate = count / (time.perf_counter() - start)
        for kind, these in (("judged", asked), ("common words", COMMON * 5)):
            plain, facets = _times(these, facets=False), _times(these, facets=True)
            print(f"| {name} | {rate:,.0f} | {_size(name):,.0f} | {kind} | {plain} | {facets} |", flush=True)


def _times(asked: list[str], *, facets: bool) -> str:
    from organizations.scope import EVERYONE
    from search.backends import Wanted
    from search.finding import search

    took = []
    for query in asked:
        start = time.perf_counter()
        answer = search(query, Wanted(scope=EVERYONE, locale="vi"), first=20)
        if facets:
            assert answer.facets
        took.append(1000 * (time.perf_counter() - start))
    took.sort()
    return f"{took[len(took) // 2]:.1f} | {took[int(len(took) * 0.99)]:.1f}"


def _size(name: str) -> float:
    from django.db import connection

    from search.backends import elastic

    if name == "Elasticsearch":
        stats = elastic.client().indices.stats(index=elastic.ALIAS, metric="store")
        return stats["_all"]["primaries"]["store"]["size_in_bytes"] / 2**20
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # What the file grows by is not to be told from free pages; the tables' own texts and index blocks are.
            cursor.execute("SELECT sum(length(block)) FROM search_terms_data")
            blocks = cursor.fetchone()[0]
            cursor.execute("SELECT sum(length(c0||c1||c2||c3||c4||c5||c6)) FROM search_terms_content")
            return (blocks + cursor.fetchone()[0]) / 2**20
        cursor.execute("SELECT pg_total_relation_size('search_terms') + pg_total_relation_size('search_searchentry')")
        return cursor.fetchone()[0] / 2**20


def _put_out(all_texts: list) -> None:
    """Rows of the store, as the gate leaves them; nothing here reads their way there."""
    import datetime

    from django.utils import timezone

    from publishing.models import PublishedAudience, PublishedItem, card_of

    now = timezone.now()
    for start in range(0, len(all_texts), BATCH):
        items = []
        for number, text in enumerate(all_texts[start : start + BATCH], start=start):
            form = text.form
            at = now - datetime.timedelta(minutes=20 * number)
            facts = {name: getattr(form, name) for name in COPIED}
            moments = {"first_published_at": at, "published_at": at, "card": card_of(form.payload)}
            items.append(PublishedItem(id=uuid.uuid4(), version=1, revision_id=number + 1, **facts, **moments))
        PublishedItem.objects.bulk_create(items)
        PublishedAudience.objects.bulk_create(PublishedAudience(item=item, key="public") for item in items)


if __name__ == "__main__":
    sys.exit(inside() if INSIDE in os.environ else main())
