"""The judged set asked of each index: how often what was meant stands first, and among the first five.

Beside ours stands Wagtail's stock search over the same titles, numbers and texts, made into pages. ``DATABASE_URL`` chooses
the database; with ``ELASTICSEARCH_URL`` that server is asked too. Exit 1 where ours misses a goal.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from bench.throwaway import databases, machine

if TYPE_CHECKING:
    from bench.judged import Query, Text

INSIDE = "SEARCH_JUDGED_INSIDE"
GOAL, CLASS_GOAL = 0.95, 0.9  # of success at 5


def main() -> int:
    """Make a database, and run the rest within it."""
    with databases() as made:
        print(f"{made.kind}; {machine()}")
        environment = {**made.fresh(), INSIDE: "1"}
        return subprocess.run([sys.executable, "-m", "bench.search_judged"], env=environment, check=False).returncode


def inside() -> int:
    """Fill the database and ask."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from bench.judged import CLASSES, Score, judged
    from search import elastic_index
    from search.backends import elastic

    all_texts, asked = filled()
    finders: dict[str, Callable[[str], list[int]]] = {f"ours, {connection.vendor}": ours}
    if settings.SEARCH_SERVER:
        elastic.ALIAS = "sotay-judged"

        def on_elasticsearch(query: str) -> list[int]:
            settings.ELASTICSEARCH_URL = settings.SEARCH_SERVER
            try:
                return ours(query)
            finally:
                settings.ELASTICSEARCH_URL = ""

        settings.ELASTICSEARCH_URL = settings.SEARCH_SERVER
        list(elastic_index.rebuild())
        settings.ELASTICSEARCH_URL = ""
        finders["ours, Elasticsearch"] = on_elasticsearch
    finders |= _stock(all_texts)
    missed = 0
    shown: dict[str, dict[str, Score]] = {}
    for name, find in finders.items():
        start = time.perf_counter()
        shown[name], wrong = judged(asked, find)
        print(f"{name}: {1000 * (time.perf_counter() - start) / len(asked):.1f} ms a query")
        if name.startswith("ours"):
            for query in wrong:
                print(f"  not among five ({query.kind}): {query.text}")
            five = {kind: score.five / score.asked for kind, score in shown[name].items()}
            missed += five["all"] < GOAL or min(five.values()) < CLASS_GOAL
    print("\n| class | " + " | ".join(f"{name}: first | five | MRR" for name in shown) + " |")
    print("|---|" + "---|" * 3 * len(shown))
    for kind in [*CLASSES, "all"]:
        print(f"| {kind} | " + " | ".join(str(scores[kind]) for scores in shown.values()) + " |")
    return int(bool(missed))


def filled() -> tuple[list[Text], list[Query]]:
    """The set, published and indexed, and its queries."""
    from django.db import transaction
    from django.utils import timezone

    from bench.judged import queries, texts
    from publishing.actions import put
    from search import index

    all_texts = texts()
    with transaction.atomic():
        for number, text in enumerate(all_texts):
            put(text.form, revision_id=number + 1, due_at=timezone.now())
    start = time.perf_counter()
    list(index.rebuild())
    asked = queries(all_texts)
    print(f"{len(all_texts)} texts indexed in {time.perf_counter() - start:.1f} s; {len(asked)} queries")
    return all_texts, asked


def ours(query: str) -> list[int]:
    """The pages that our search finds, the best first."""
    from organizations.scope import EVERYONE
    from search.backends import Wanted
    from search.finding import search

    return [hit.item.page_id for hit in search(query, Wanted(scope=EVERYONE, locale="vi"), first=10).hits]


def _stock(all_texts: list[Text]) -> dict[str, Callable[[str], list[int]]]:
    """The same content as pages, in Wagtail's own index."""
    from django.db import connection
    from modelsearch.backends.database import SearchBackend

    from cms.models import Article, ContentPage, Document, SourceIndexPage
    from editorial.setup import ensure_site, ensure_source, ensure_workflow
    from tests.conftest import make_organization

    province = make_organization("TB", "Tỉnh ủy Thái Bình", "province")
    ensure_site()
    source = ensure_source(
        "van-phong", "Văn phòng", organization=province, workflow=ensure_workflow("w", province, required=1)
    )
    parent = SourceIndexPage.objects.get(source=source, locale__language_code="vi")
    pages = {}
    for text in all_texts:
        form = text.form
        fields = {"title": form.title, "slug": form.slug, "summary": text.words, "live": False}
        if form.kind == "document":
            facts = {"number": form.number, "document_type": form.document_type, "issued_on": form.issued_on}
            page = Document(**fields, **facts)
        else:
            page = Article(**fields)
        parent.add_child(instance=page)
        pages[page.pk] = text.page_id
    stock = SearchBackend({})

    def find(operator: str) -> Callable[[str], list[int]]:
        def ask(query: str) -> list[int]:
            rows = stock.search(query, ContentPage.objects.all(), operator=operator)[:10]
            return [pages[row.pk] for row in rows if row.pk in pages]

        return ask

    # On SQLite its ranking takes the square of the matches: with "or" a query of these takes minutes.
    operators = ["and"] if connection.vendor == "sqlite" else ["and", "or"]
    return {f"Wagtail, {connection.vendor}, {operator}": find(operator) for operator in operators}


if __name__ == "__main__":
    sys.exit(inside() if INSIDE in os.environ else main())
