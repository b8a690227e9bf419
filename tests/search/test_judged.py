"""A slice of the judged set; ``JUDGED=2400 pytest tests/search/test_judged.py`` is all of it, and so is the benchmark."""

import os

import pytest
from django.utils import timezone

from bench.judged import CLASSES, judged, queries, texts
from organizations.scope import EVERYONE
from publishing.actions import put
from search.backends import Wanted
from search.finding import search
from tests.search.conftest import follow_log, settle

pytestmark = pytest.mark.django_db

WANTED = Wanted(scope=EVERYONE, locale="vi")
SIZE = int(os.environ.get("JUDGED", "400"))


def find(query):
    return [hit.item.page_id for hit in search(query, WANTED, first=10).hits]


def counted(asked):
    """Queries whose facets do not count what one comes to page by page: a few questions stand for all of them there."""
    found = []
    for query in asked:
        pages, mark = 0, None
        while True:
            answer = search(query.text, WANTED, first=100, after=mark)
            pages += len(answer.hits)
            if not answer.has_more:
                break
            mark = answer.hits[-1].mark
        newest = search(query.text, WANTED, first=100, newest=True)
        total = sum(count for _kind, count in answer.facets["kind"])
        is_all = answer.is_wide or total == pages
        if not is_all or (pages < 100 and len(newest.hits) != pages):
            found.append((query.text, pages, total, len(newest.hits)))
    return found


def test_what_was_meant_is_found(each_index):
    all_texts = texts(SIZE)
    for number, text in enumerate(all_texts):
        put(text.form, revision_id=number + 1, due_at=timezone.now())
    follow_log()
    settle()
    asked = queries(all_texts, per_class=10 if SIZE < 2000 else 25)
    scores, wrong = judged(asked, find)
    shown = "\n".join(
        [f"{kind}: {scores[kind]}" for kind in [*CLASSES, "all"]] + [f"{q.kind}: {q.text}" for q in wrong]
    )
    assert counted(asked[:: 1 if SIZE < 2000 else 5]) == []
    assert scores["all"].five / scores["all"].asked >= 0.95, shown
    for kind in CLASSES:
        assert scores[kind].five / scores[kind].asked >= 0.9, shown


def test_the_set_is_the_same_for_everyone_and_large_enough():
    all_texts = texts()
    asked = queries(all_texts)
    assert len(all_texts) >= 2000 and len(asked) >= 150
    assert queries(texts()) == asked
    assert all(query.right for query in asked)
    # None of the queries is so wide that anything would be right.
    assert max(len(query.right) for query in asked) <= 15
