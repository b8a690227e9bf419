"""The embedded index follows the change log, is rebuilt beside itself, and holds what is out and nothing else."""

import io

import pytest
from django.core.management import call_command
from django.db import connection

from editorial.amendments import actions as amendments
from editorial.consistency import Kind, differences, repair
from organizations.scope import EVERYONE, scope_of
from publishing.actions import take_down
from publishing.effects import drain, drain_all
from publishing.models import Consumer, PublishedItem
from search import index
from search.backends import Wanted
from search.finding import search
from search.index import stale
from search.models import KnownWord, SearchEntry, SearchIndex

pytestmark = pytest.mark.django_db


def found(query, scope=EVERYONE):
    return [hit.item.title for hit in search(query, Wanted(scope=scope, locale="vi"), first=100).hits]


def rows():
    return list(SearchEntry.objects.order_by("pk").values_list("pk", "generation", "item_id", "version", "text"))


def test_an_item_is_found_without_accents_by_those_who_may_see_it(province, draft, approve):
    approve(draft("Đường làng Hòa Bình", clearance="public"))
    approve(draft("Đường nội bộ"))
    member = scope_of(province.thuongtruc1)
    assert found("duong") == ["Đường làng Hòa Bình"]
    assert sorted(found("ĐƯỜNG", member)) == ["Đường làng Hòa Bình", "Đường nội bộ"]
    assert found("", member) == found("...", member) == []


def test_a_draft_is_not_found_and_an_item_is_gone_after_withdrawal(province, draft, approve, commit):
    page = draft("Mùa vàng", clearance="public")
    assert drain("search") == 0 and found("mùa vàng", scope_of(province.admin)) == []
    approve(page)
    assert found("mùa vàng") == ["Mùa vàng"]
    page.title = "Mùa xanh"
    page.save_revision(user=province.contributor)
    assert found("mùa xanh") == ["Mùa vàng"][:0] and found("mùa vàng") == ["Mùa vàng"]
    with commit():
        amendments.withdraw(actor=province.board, page_id=page.pk, reason="Nhầm số liệu")
    assert found("mùa vàng") == []
    assert SearchEntry.objects.count() == 0


def test_a_correction_takes_the_place_of_what_it_corrects(out):
    item = out("public", title="Cánh đồng mẫu")
    drain("search")
    out("public", title="Bờ đê", page_id=item.page_id)
    drain("search")
    assert found("cánh đồng mẫu") == [] and found("bờ đê") == ["Bờ đê"]
    assert SearchEntry.objects.get().version == 2


def test_following_again_changes_nothing(out):
    out("public", title="Tin")
    drain("search")
    before = rows()
    assert drain_all()["search"] == 0
    Consumer.objects.filter(name="search").update(seq=0)
    assert drain("search") == 1
    assert rows() == before


def test_a_rebuild_stands_beside_the_old_index_until_it_is_whole(out):
    items = [out("public", title=f"Tin số {n}") for n in range(3)]
    drain("search")
    index.CHUNK, whole = 1, index.CHUNK
    try:
        rebuilding = index.rebuild()
        assert next(rebuilding) == 1
        assert SearchIndex.objects.get().building == 2 and len(rows()) == 4
        assert len(found("tin")) == 3
        # What happens meanwhile is in both.
        late = out("public", title="Tin muộn")
        take_down(page_id=items[0].page_id)
        drain("search")
        assert sorted(found("tin")) == ["Tin muộn", "Tin số 1", "Tin số 2"]
        list(rebuilding)
    finally:
        index.CHUNK = whole
    assert sorted(found("tin")) == ["Tin muộn", "Tin số 1", "Tin số 2"]
    assert SearchIndex.objects.values_list("live", "building").get() == (2, None)
    assert set(SearchEntry.objects.values_list("generation", flat=True)) == {2}
    assert SearchEntry.objects.filter(item=late).count() == 1 and list(stale()) == []


def test_a_second_rebuild_takes_over_from_the_first(out):
    out("public", title="Tin")
    first = index.rebuild()
    list(index.rebuild())
    first = index.rebuild()
    next(first)
    list(index.rebuild())
    with pytest.raises(index.Overtaken):
        list(first)
    assert found("tin") == ["Tin"]
    assert set(SearchEntry.objects.values_list("generation", flat=True)) == {SearchIndex.objects.get().live}


def test_the_command_says_how_many_and_forgets_words_that_are_gone(out):
    item = out("public", title="Hoa phượng")
    out("public", title="Hoa gạo")
    drain("search")
    take_down(page_id=item.page_id)
    said = io.StringIO()
    call_command("rebuild_search", stdout=said)
    assert said.getvalue() == "database: 1/1\nĐã lập lại chỉ mục tìm kiếm: 1 nội dung.\n"
    assert set(KnownWord.objects.values_list("word", flat=True)) == {"hoa", "gao"}
    assert drain("search") == 0  # what was published before needs not be followed
    assert found("hoa") == ["Hoa gạo"]
    out("public", title="Hoa đào")
    assert drain("search") == 1 and found("hoa") == ["Hoa đào", "Hoa gạo"]


def test_words_are_known_while_the_index_is_being_rebuilt(out):
    gone = out("public", title="Hoa phượng")
    for n in range(2):
        out("public", title=f"Hoa gạo {n}")
    drain("search")
    take_down(page_id=gone.page_id)
    drain("search")
    index.CHUNK, whole = 1, index.CHUNK
    try:
        rebuilding = index.rebuild()
        next(rebuilding)
        assert set(KnownWord.objects.values_list("word", flat=True)) == {"hoa", "phuong", "gao"}
        out("public", title="Lúa")
        drain("search")
        list(rebuilding)
    finally:
        index.CHUNK = whole
    assert set(KnownWord.objects.values_list("word", flat=True)) == {"hoa", "gao", "lua"}


def test_a_rebuild_that_was_broken_off_leaves_nothing_behind_the_next(out):
    out("public", title="Tin")
    rebuilding = index.rebuild()
    next(rebuilding)
    rebuilding.close()
    assert set(SearchEntry.objects.values_list("generation", flat=True)) == {2}
    list(index.rebuild())
    assert set(SearchEntry.objects.values_list("generation", flat=True)) == {3}
    assert found("tin") == ["Tin"]


def test_progress_is_told_where_there_is_no_terminal(out, monkeypatch):
    for n in range(25):
        out("public", title=f"Tin {n}")
    monkeypatch.setattr(index, "CHUNK", 1)
    said = io.StringIO()
    call_command("rebuild_search", stdout=said)
    lines = said.getvalue().splitlines()
    assert lines[:3] == ["database: 3/25", "database: 5/25", "database: 8/25"]
    assert len(lines) == 11 and lines[-2:] == ["database: 25/25", "Đã lập lại chỉ mục tìm kiếm: 25 nội dung."]


def tidied():
    with connection.cursor() as cursor:
        cursor.execute("SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'search_terms'")
        return cursor.fetchone()[0]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no housekeeping to wait for")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("settles", [True, False])
def test_a_new_generation_is_tidy_before_it_is_asked(out, monkeypatch, settles):
    out("public", title="Tin")
    if not settles:
        monkeypatch.setattr(index, "_settle", lambda: None)
    before = tidied()
    list(index.rebuild())
    assert tidied() - before == settles


def test_check_consistency_finds_and_mends_what_differs(out):
    missing, old, left = (out("public", title=f"Tin {n}") for n in range(3))
    drain("search")
    SearchEntry.objects.filter(item=missing).delete()
    SearchEntry.objects.filter(item=old).update(version=7)
    PublishedItem.objects.filter(pk=left.pk).update(removed_at=left.published_at)
    of_search = [each for each in differences() if each.kind == Kind.SEARCH]
    assert {each.page_id for each in of_search} == {missing.page_id, old.page_id, left.page_id}
    assert "search: Chỉ mục tìm kiếm không khớp kho phát hành ở trang " in str(of_search[0])
    assert [repair(each) for each in of_search] == [True, True, True]
    assert list(stale()) == []
    assert sorted(found("tin")) == ["Tin 0", "Tin 1"]
