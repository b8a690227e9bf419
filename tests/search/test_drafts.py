"""Editors find everything that was written and exists for them, in every state; and no reader finds a draft."""

import datetime

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from editorial import actions
from editorial.amendments import actions as amendments
from editorial.consistency import Kind, differences, repair
from editorial.enums import Decision, DeskSection
from organizations.scope import scope_of
from publishing.effects import drain
from search import draft_index
from search.backends import Wanted
from search.drafts import Narrowed, find
from search.finding import search, suggestions
from search.models import DraftEntry, DraftEntryQuerySet, KnownWord
from tests.conftest import make_user
from tests.editorial.conftest import signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.django_db


def indexed():
    list(draft_index.rebuild())
    drain("search")


def titles(user, query="", **narrowed):
    return [row.title for row in find(user, query, Narrowed(**narrowed)).rows]


@pytest.fixture
def worlds(province, draft, approve, commit):
    """A page in each state."""
    draft("Lúa nháp")
    approve(draft("Lúa chờ duyệt"), steps=1)
    returned = draft("Lúa trả lại")
    approve(returned, steps=0)
    with commit():
        actions.decide(
            actor=province.desk,
            page_id=returned.pk,
            revision_id=returned.latest_revision_id,
            decision=Decision.RETURN,
            comment="Thiếu số liệu",
        )
    later = datetime.datetime(2040, 1, 1, tzinfo=datetime.UTC)
    approve(draft("Lúa hẹn giờ", go_live_at=later))
    approve(draft("Lúa đã đăng", clearance="public"))
    gone = draft("Lúa đã gỡ")
    approve(gone)
    with commit():
        amendments.withdraw(actor=province.board, page_id=gone.pk, reason="Nhầm")
    indexed()


def test_every_state_is_found_by_its_desk_without_accents_and_narrowed(province, worlds):
    everything = {"Lúa nháp", "Lúa chờ duyệt", "Lúa trả lại", "Lúa hẹn giờ", "Lúa đã đăng", "Lúa đã gỡ"}
    for user in (province.contributor, province.desk, province.board, province.admin):
        assert set(titles(user, "lua")) == everything
        assert set(titles(user)) == everything
    expected = {
        DeskSection.DRAFTS: "Lúa nháp",
        DeskSection.REVIEW: "Lúa chờ duyệt",
        DeskSection.RETURNED: "Lúa trả lại",
        DeskSection.SCHEDULED: "Lúa hẹn giờ",
        DeskSection.OUT: "Lúa đã đăng",
        DeskSection.REMOVED: "Lúa đã gỡ",
    }
    for state, title in expected.items():
        assert titles(province.desk, "lúa", state=state) == [title]
        (row,) = find(province.desk, "lúa", Narrowed(state=state)).rows
        assert row.states == [state.label]
        assert "<mark>Lúa</mark>" in row.highlights[0]


def test_a_draft_of_another_desk_does_not_exist(province, worlds):
    stranger = make_user("ctv2", province.other_source.contributors)
    for user in (province.other_desk, stranger):
        assert titles(user, "lúa") == titles(user) == ["Lúa đã đăng"]  # as any reader may read it
        assert titles(user, "lúa", state=DeskSection.DRAFTS) == titles(user, "luaa nhap") == []
        (row,) = find(user, "lúa", Narrowed()).rows
        assert row.url.startswith("/admin/search/published/")
    assert titles(AnonymousUser(), "lúa nháp", state=DeskSection.DRAFTS) == []


def test_a_reviewer_finds_the_texts_that_came_to_them_and_not_those_between(province, draft, approve):
    page = draft("Lúa mới")
    draft("Lúa khác")
    indexed()
    assert titles(province.thuongtruc1, "lúa") == []
    approve(page, steps=2)
    assert titles(province.thuongtruc1, "lúa") == ["Lúa mới"]
    (row,) = find(province.thuongtruc1, "lúa", Narrowed()).rows
    assert row.url == reverse("editorial_review", args=[page.pk, page.latest_revision_id])
    page.title = "Lúa sửa thêm"
    page.save_revision(user=province.board)
    indexed()
    assert titles(province.thuongtruc1, "lúa") == []
    assert set(titles(province.board, "lúa")) == {"Lúa sửa thêm", "Lúa khác"}


def test_with_the_right_taken_out_strangers_would_find_drafts(province, worlds, monkeypatch):
    monkeypatch.setattr(DraftEntryQuerySet, "readable_by", lambda self, user: self)
    assert "Lúa nháp" in titles(province.other_desk, "lúa")


def test_drafts_never_reach_the_readers_index(province, draft):
    draft("Ngân hạnh")
    indexed()
    everyone = Wanted(scope_of(province.admin), "vi")
    assert search("ngân hạnh", everyone, first=10).hits == []
    assert suggestions("ngân", everyone, first=10) == []
    assert not KnownWord.objects.exists()  # nor is any of their words tried as a near miss
    assert titles(province.desk, "ngan hanh") == ["Ngân hạnh"]


def test_the_latest_text_is_found_once_it_is_kept(province, draft, commit):
    with commit():
        page = draft("Cánh đồng")
    assert titles(province.desk, "canh dong") == ["Cánh đồng"]
    page.title = "Bờ đê"
    with commit():
        page.save_revision(user=province.contributor)
    assert titles(province.desk, "cánh đồng") == [] and titles(province.desk, "bo de") == ["Bờ đê"]
    page.delete()
    assert titles(province.desk, "bo de") == [] and not DraftEntry.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_draft_terms")
        assert cursor.fetchone() == (0,)


def test_a_text_is_kept_also_where_it_cannot_be_indexed(province, draft, commit, monkeypatch):
    def broken(page_ids):
        raise ValueError("broken")

    with monkeypatch.context() as patched, commit():
        patched.setattr(draft_index, "put", broken)
        page = draft("Cánh đồng")
    (difference,) = [each for each in differences() if each.kind == Kind.SEARCH]
    assert difference.page_id == page.pk and "bản thảo" in str(difference)
    assert repair(difference)
    assert titles(province.desk, "cánh đồng") == ["Cánh đồng"] and list(draft_index.stale()) == []


def test_rebuild_search_makes_it_anew(province, draft):
    draft("Cánh đồng")
    call_command("rebuild_search")
    assert titles(province.desk, "cánh đồng") == ["Cánh đồng"]


def test_days_kinds_and_sources_narrow(province, draft, approve):
    with time_machine.travel("2026-03-01T10:00:00+07:00", tick=False):
        draft("Lúa tháng ba")
    with time_machine.travel("2026-03-02T00:00:00+07:00", tick=False):
        draft("Lúa hôm sau")
    draft("Lúa bàn khác", index=province.other_index)
    indexed()
    first, next_day = datetime.date(2026, 3, 1), datetime.date(2026, 3, 2)
    assert titles(province.board, "lúa", since=first, until=first) == ["Lúa tháng ba"]
    assert titles(province.board, "lúa", since=next_day, until=next_day) == ["Lúa hôm sau"]
    assert titles(province.board, "lúa", source=province.other_source) == ["Lúa bàn khác"]
    assert titles(province.board, "lúa", kind="document") == []
    assert titles(province.desk, "lúa", source=province.other_source) == []


def test_a_near_miss_is_found_and_said(province, draft, out):
    out("public", title="Nghị quyết")  # its words are known
    draft("Nghị quyết mới")
    indexed()
    found = find(province.desk, "nghi quyt", Narrowed())
    assert [row.title for row in found.rows] == ["Nghị quyết mới", "Nghị quyết"]
    assert found.did_you_mean == "nghị quyết"


def test_pages_go_on_and_cost_the_same_queries(province, draft, out, signed_in):
    client = signed_in(province.desk)

    def ask(**query):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer = client.get(reverse("search_everything"), {"q": "lúa", **query})
        assert answer.status_code == 200
        return answer.content.decode(), len(seen)

    made = 0

    def more(n):
        nonlocal made
        for _ in range(n):
            made += 1
            draft(f"Lúa {made:02}")
            out("public", title=f"Lúa ngoài {made:02}", page_id=9000 + made)
        indexed()

    more(5)
    ask()
    _html, few = ask()
    more(10)
    html, many = ask()
    assert few == many
    assert html.count("st-row__title") == 20 and "Trang sau" in html
    assert ask(p="2")[0].count("st-row__title") == 10


@pytest.mark.parametrize(
    "query", [{"p": "x"}, {"p": "999"}, {"since": "2026-02-31"}, {"state": "x", "kind": "y"}, {"q": "\x00'\""}]
)
def test_the_screen_takes_whatever_is_typed(province, worlds, signed_in, query):
    assert signed_in(province.desk).get(reverse("search_everything"), query).status_code == 200


def test_what_another_desk_has_out_is_read_by_those_who_may(province, worlds, out, signed_in):
    item, hidden = out("public", title="Tin chung"), out("committee", title="Tin kín")
    client = signed_in(province.other_desk)
    assert "Tin chung" in client.get(reverse("search_published", args=[item.pk])).content.decode()
    answer = client.get(reverse("search_published", args=[hidden.pk]))
    assert answer.status_code == 404 and "Tin kín" not in answer.content.decode()
    assert (
        "Tin kín" in signed_in(province.thuongtruc1).get(reverse("search_published", args=[hidden.pk])).content.decode()
    )
