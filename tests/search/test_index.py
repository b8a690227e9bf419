"""The embedded index follows the change log and shows each caller only what is theirs."""

import pytest
from django.core.management import call_command

from editorial import actions
from organizations.scope import EVERYONE, scope_of
from publishing.effects import drain_all
from publishing.models import PublishedItem
from search.index import matching, stale
from search.models import SearchEntry

pytestmark = pytest.mark.django_db


def found(query, scope):
    return list(matching(query, scope=scope).values_list("title", flat=True))


def test_an_item_is_found_without_accents_by_those_who_may_see_it(province, draft, approve):
    approve(draft("Đường làng Hòa Bình", clearance="public"))
    approve(draft("Đường nội bộ"))
    member = scope_of(province.thuongtruc1)
    assert found("duong", EVERYONE) == ["Đường làng Hòa Bình"]
    assert sorted(found("ĐƯỜNG", member)) == ["Đường làng Hòa Bình", "Đường nội bộ"]
    assert found("duong xa", member) == []
    assert found("", member) == []


def test_it_is_gone_after_withdrawal(province, draft, approve, commit):
    page = approve(draft("Tin", clearance="public"))
    assert found("tin", EVERYONE) == ["Tin"]
    with commit():
        actions.withdraw(actor=province.board, page_id=page.pk, reason="Nhầm số liệu")
    assert found("tin", EVERYONE) == []
    assert SearchEntry.objects.count() == 0


def test_draining_again_changes_nothing(draft, approve):
    approve(draft("Tin"))
    before = list(SearchEntry.objects.values_list("item_id", "version", "text"))
    assert drain_all()["search"] == 0
    assert list(SearchEntry.objects.values_list("item_id", "version", "text")) == before


def test_rebuilding_mends_what_is_stale(draft, approve):
    approve(draft("Tin"))
    SearchEntry.objects.all().delete()
    assert [item.title for item in PublishedItem.objects.filter(pk__in=[item.pk for item in stale()])] == ["Tin"]
    call_command("rebuild_search")
    assert list(stale()) == []
