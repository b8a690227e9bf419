"""Wagtail's lists of pages, cut before what their rows show is asked for; who sees what is in test_admin_paths."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from editorial import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(province, draft):
    """53 drafts below one index, the newest last."""
    return [draft(f"Bài số {n}") for n in range(53)]


def shown(answer):
    return [page.pk for page in answer.context["page_obj"].object_list]


def statements(open_screen, *args, **query):
    with CaptureQueriesContext(connection) as captured:
        answer = open_screen(*args, **query)
    return answer, [each["sql"] for each in captured]


def test_the_order_of_the_tree_is_refused_below_a_source(province, many, open_screen):
    answer = open_screen(province.board, "wagtailadmin_explore", province.index.pk, ordering="ord")
    assert answer.context["ordering"] == "-latest_revision_created_at"
    assert shown(answer) == [page.pk for page in many[:2:-1]]


def test_the_order_of_the_tree_stays_above_the_sources(province, open_screen):
    home = province.index.get_parent()
    answer = open_screen(province.admin, "wagtailadmin_explore", home.pk, ordering="ord")
    assert answer.context["ordering"] == "ord"


def test_every_page_of_the_list_is_there_once(province, many, open_screen):
    pages = [
        shown(open_screen(province.desk, "wagtailadmin_explore", province.index.pk, p=number)) for number in (1, 2)
    ]
    assert [len(each) for each in pages] == [50, 3]
    assert pages[0] + pages[1] == [page.pk for page in reversed(many)]


@pytest.mark.parametrize("query", [{}, {"ordering": "title"}, {"q": "Bài số"}])
def test_only_the_rows_that_are_shown_are_asked_for_their_state(province, many, open_screen, query):
    answer, asked = statements(open_screen, province.board, "wagtailadmin_explore", province.index.pk, **query)
    cut = [sql for sql in asked if "LIMIT 50" in sql]
    assert len(cut) == 1
    assert "EXISTS" not in cut[0]
    # What was asked afterwards is on the rows.
    assert len(answer.context["page_obj"].object_list) == 50
    for page in answer.context["page_obj"].object_list:
        assert (page._is_site_root, page._approved_schedule) == (False, False)


def test_the_row_tells_that_the_page_is_under_review(province, draft, open_screen):
    page = draft("Đang chờ")
    actions.submit(actor=province.contributor, page_id=page.pk)
    answer = open_screen(province.desk, "wagtailadmin_explore", province.index.pk)
    [row] = answer.context["page_obj"].object_list
    assert row.specific_class is type(row)
    assert row.current_workflow_state.requested_by == province.contributor


@pytest.mark.parametrize("screen", ["explorer", "page search", "chooser"])
def test_searches_are_not_ranked(province, many, open_screen, screen):
    name, args = {
        "explorer": ("wagtailadmin_explore", [province.index.pk]),
        "page search": ("wagtailadmin_pages:search", []),
        "chooser": ("wagtailadmin_choose_page_search", []),
    }[screen]
    answer, asked = statements(open_screen, province.board, name, *args, q="Bài")
    assert "Bài số" in answer.content.decode()
    searched = [sql for sql in asked if "wagtailsearch_indexentry" in sql.lower()]
    assert searched
    assert not [sql for sql in searched if "bm25" in sql.lower() or "ts_rank" in sql.lower()]


def test_the_newest_is_found_first(province, many, open_screen):
    answer = open_screen(province.board, "wagtailadmin_pages:search", q="Bài")
    assert shown(answer) == [page.pk for page in many[:32:-1]]
    by_title = open_screen(province.board, "wagtailadmin_pages:search", q="Bài", ordering="title")
    assert shown(by_title)[:2] == [many[0].pk, many[1].pk]
    inside = open_screen(province.board, "wagtailadmin_explore", province.index.pk, q="Bài")
    assert shown(inside) == [page.pk for page in many[:2:-1]]


def test_nothing_is_looked_for_below_content(province, draft, django_assert_num_queries):
    page = draft("Lá")
    with django_assert_num_queries(0):
        assert list(page.get_descendants()) == []
    with CaptureQueriesContext(connection) as captured:
        assert list(page.get_descendants(inclusive=True)) == [Page.objects.get(pk=page.pk)]
    assert not [each["sql"] for each in captured if "LIKE" in each["sql"]]
