"""Wagtail's lists of pages, cut before what their rows show is asked for; who sees what is in test_admin_paths."""

from __future__ import annotations

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.wagtail_hooks import page_listing_buttons
from wagtail.models import Locale, Page, PagePermissionTester, WorkflowState
from wagtail_localize import wagtail_hooks as localize
from wagtail_localize.operations import translate_object

from cms.models import Article
from editorial import actions
from tests.conftest import make_user

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


# --- what a row shows is fetched for all rows at once


@pytest.fixture
def in_each_state(province, draft, approve, send_back):
    """A function that makes so many articles in each state that the explorer shows, of two contributors."""
    colleague = make_user("ctv-2", province.source.contributors)

    def make(number):
        for _ in range(number):
            draft("Bài của tôi")
            draft("Bài của đồng nghiệp", user=colleague)
            actions.submit(actor=province.contributor, page_id=draft("Bài tôi gửi duyệt").pk)
            actions.submit(actor=colleague, page_id=draft("Bài bạn gửi duyệt", user=colleague).pk)
            approve(draft("Bài chờ Ban Biên tập"), steps=1)
            send_back(draft("Bài bị trả lại"))
            approve(draft("Bài đã hẹn giờ", go_live_at=timezone.now() + datetime.timedelta(days=3)))
            translate_object(approve(draft("Bài đã ra")), Locale.objects.exclude(language_code="vi"))

    return make


PEOPLE = ["contributor", "desk", "board", "admin"]
INDEX = "the index"  # stands for its number
LISTS = {
    "explorer": ("wagtailadmin_explore", [INDEX], {}),
    "explorer, searching": ("wagtailadmin_explore", [INDEX], {"q": "Bài"}),
    "page search": ("wagtailadmin_pages:search", [], {"q": "Bài"}),
    "of one type": ("wagtailadmin_pages:type_use", ["cms", "article"], {}),
    "chooser": ("wagtailadmin_choose_page_child", [INDEX], {"page_type": "cms.ContentPage"}),
    "chooser, searching": ("wagtailadmin_choose_page_search", [], {"q": "Bài"}),
    **{
        f"report: {report}": (f"wagtailadmin_reports:{report}", [], {})
        for report in ("workflow", "workflow_tasks", "aging_pages", "locked_pages", "page_types_usage")
    },
    "report: site_history": ("wagtailadmin_reports:site_history", [], {"label": "Bài"}),  # of one type of objects
}


def test_lists_cost_the_same_at_thrice_as_many_rows(province, in_each_state, open_screen):
    costs = []
    for number in (1, 2):
        in_each_state(number)
        cost = {}
        for person in ("contributor", "board"):  # the one is asked about steps and owners, the other about translations
            for screen, (name, place, query) in LISTS.items():
                args = [province.index.pk if each == INDEX else each for each in place]
                visit = (getattr(province, person), name, *args)
                open_screen(*visit, **query)  # what is cached for good
                cost[person, screen] = len(statements(open_screen, *visit, **query)[1])
        costs.append(cost)
    assert costs[0] == costs[1]


def test_the_steps_of_a_report_are_those_that_are_asked_for_one_by_one(province, in_each_state, draft, open_screen):
    in_each_state(1)
    again = draft("Sửa giữa chừng")
    actions.submit(actor=province.contributor, page_id=again.pk)
    again.refresh_from_db()
    again.title = "Sửa giữa chừng, lần hai"
    again.save_revision(user=province.desk)
    answer = open_screen(province.board, "wagtailadmin_reports:workflow")
    shown = answer.context["object_list"]
    assert len(shown) >= 7
    for state in shown:
        gathered = [(step.pk, step.status, step.status_display) for step in state.all_tasks_with_status]
        asked = WorkflowState.objects.get(pk=state.pk).all_tasks_with_status()
        assert gathered == [(step.pk, step.status, step.status_display) for step in asked]
    assert {step.status for state in shown for step in state.all_tasks_with_status} >= {None, "approved", "rejected"}


@pytest.mark.parametrize("person", ["contributor", "desk", "admin"])
def test_the_history_links_where_wagtail_links(province, in_each_state, open_screen, person):
    in_each_state(1)
    ours = open_screen(getattr(province, person), "wagtailadmin_reports:site_history").context["object_list"]
    finder = AdminURLFinder(getattr(province, person))
    for model in {type(entry) for entry in ours}:
        entries = {entry.pk: entry.edit_url for entry in ours if type(entry) is model}
        for entry, instance in model.objects.filter(pk__in=entries).with_instances():
            assert entries[entry.pk] == finder.get_edit_url(instance)
    assert any(entry.edit_url for entry in ours)


def test_the_buttons_of_a_row_are_those_that_are_asked_for_one_by_one(province, in_each_state, open_screen):
    in_each_state(1)

    def menu(page, user):
        [button] = page_listing_buttons(page, user, next_url="/")
        return sorted((str(each.label), each.url) for each in button.dropdown_buttons)

    for person in PEOPLE:
        user = getattr(province, person)
        rows = list(open_screen(user, "wagtailadmin_explore", province.index.pk).context["page_obj"].object_list)
        assert len(rows) == 8
        for row in rows:
            assert menu(row, user) == menu(Article.objects.get(pk=row.pk), user)
            offered = localize.page_listing_more_buttons(row, user, next_url="/")
            known = {(str(each.label), each.url) for each in offered}
            assert known <= set(menu(row, user))
            assert len(known) == (0 if person == "contributor" else 1)


def test_a_row_may_be_deleted_by_whom_wagtail_lets(province, in_each_state):
    in_each_state(1)
    for person in [*PEOPLE, "other_desk", "thuongtruc1"]:
        user = getattr(province, person)
        answers = set()
        for page in Article.objects.all():
            wagtails = not page.live and PagePermissionTester(user, page).can_delete()
            assert page.permissions_for_user(user).can_delete() == wagtails
            answers.add(wagtails)
        assert answers == ({False} if person in {"other_desk", "thuongtruc1"} else {True, False})


def test_a_language_that_is_missing_is_offered_from_the_row(province, draft, approve, open_screen):
    page = approve(draft("Ra"))
    answer = open_screen(province.board, "wagtailadmin_explore", province.index.pk).content.decode()
    assert (answer.count("/admin/localize/submit/page/"), answer.count("/admin/localize/update/")) == (1, 0)
    translate_object(page, Locale.objects.exclude(language_code="vi"))
    answer = open_screen(province.board, "wagtailadmin_explore", province.index.pk).content.decode()
    assert (answer.count("/admin/localize/submit/page/"), answer.count("/admin/localize/update/")) == (0, 1)


def test_the_chooser_names_parent_and_state_of_each_row(province, draft, approve, open_screen):
    approve(draft("Tin đã hẹn", go_live_at=timezone.now() + datetime.timedelta(days=3)))
    actions.submit(actor=province.contributor, page_id=draft("Tin chờ duyệt").pk)
    found = open_screen(province.board, "wagtailadmin_choose_page_search", q="Tin").content.decode()
    assert found.count(f'href="/admin/choose-page/{province.index.pk}/') == 2
    assert found.count(f'data-parent-id="{province.index.pk}"') == 2
    states = re.findall(r'w-status[^"]*"[^>]*>\s*(?:<span[^>]*>[^<]*</span>)?\s*([^<]+?)\s*<', found)
    assert sorted(states) == ["Tiếng Việt", "Tiếng Việt", "đang chờ duyệt", "đã hẹn giờ"]
