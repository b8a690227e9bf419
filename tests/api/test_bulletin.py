"""The contents of a bulletin: what went out with it, in its order, as far as each reader may see it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.models import ContentPage
from editorial.enums import ReleaseState
from editorial.models import Release, ReleaseItem
from publishing.actions import take_down
from publishing.enums import Ending
from publishing.models import PublishedItem
from tests.api.conftest import token_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(province, draft, out):
    """A function that makes a bulletin that is out with these items: (title, fields of the item)."""

    def make(*entries, title="Bản tin tháng 11", state=ReleaseState.OUT, bulletin=None, out_at="2026-11-03T00:00:00Z"):
        if bulletin is None:
            bulletin = out(title, kind="bulletin", page_id=draft().pk)
        release = Release.objects.create(
            title=title, created_by=province.board, organization=province.units.TB, state=state, out_at=out_at
        )
        pages = [bulletin.page_id]
        for words, fields in entries:
            pages.append(draft().pk)
            out(words, page_id=pages[-1], **fields)
        for position, page_id in enumerate(pages):
            ReleaseItem.objects.create(release=release, page_id=page_id, position=position, is_open=False)
        return bulletin

    return make


def contents(api, bulletin, **who):
    return api.data("reading", {"id": str(bulletin.pk)}, **who)["content"]["contents"]


def titles(api, bulletin, **who):
    return [entry["title"] for entry in contents(api, bulletin, **who)]


def test_they_are_its_release_in_order(api, issue):
    bulletin = issue(("Hai", {"summary": "Tóm tắt hai"}), ("Một", {"kind": "document"}))
    second, first = (PublishedItem.objects.get(title=title) for title in ("Hai", "Một"))
    assert contents(api, bulletin) == [
        {
            "id": str(second.pk),
            "kind": "ARTICLE",
            "title": "Hai",
            "summary": "Tóm tắt hai",
            "link": f"sotay:content/{second.pk}",
        },
        {
            "id": str(first.pk),
            "kind": "DOCUMENT",
            "title": "Một",
            "summary": first.summary,
            "link": f"sotay:content/{first.pk}",
        },
    ]


def test_each_visitor_finds_what_they_may_read(api, issue, people, province):
    here = f"member:{province.units.TB01XA.pk}"
    bulletin = issue(("Chung", {}), ("Riêng", {"audience": [here]}), ("Cấp ủy", {"audience": ["committee"]}))
    found = {name: titles(api, bulletin, token=person and token_for(person)) for name, person in vars(people).items()}
    assert found == {
        "anonymous": ["Chung"],
        "member": ["Chung", "Riêng"],
        "elsewhere": ["Chung"],
        "secretary": ["Chung", "Riêng", "Cấp ủy"],
    }


def test_what_is_gone_is_not_among_them(api, issue):
    bulletin = issue(("Còn", {}), ("Gỡ", {}))
    assert titles(api, bulletin) == ["Còn", "Gỡ"]
    take_down(page_id=PublishedItem.objects.get(title="Gỡ").page_id, ending=Ending.RECALLED)
    assert titles(api, bulletin) == ["Còn"]


@pytest.mark.parametrize("state", [each for each in ReleaseState if each != ReleaseState.OUT])
def test_a_release_that_is_not_out_gives_none(api, issue, state):
    """Its texts may be out by other releases; that they were put together is nobody's business yet, or no longer."""
    assert titles(api, issue(("Một", {}), state=state)) == []


def test_a_bulletin_that_is_corrected_in_a_later_release_keeps_the_contents_of_its_month(api, issue):
    bulletin = issue(("Một", {}), out_at="2026-11-03T00:00:00Z")
    issue(("Sửa", {}), bulletin=bulletin, out_at="2026-11-20T00:00:00Z")
    assert titles(api, bulletin) == ["Một"]


def test_languages_do_not_mix(api, issue):
    assert titles(api, issue(("Một", {}), ("One", {"locale": "en"}))) == ["Một"]


def test_through_the_gate_and_back(api, province, draft, approve):
    """A release of a bulletin and a text goes out, is read, and is recalled."""
    from editorial import publisher
    from editorial.models import ApprovalRequest
    from editorial.releases import actions
    from editorial.requests import actions as requests

    pages = [draft("Bìa", user=province.contributor), draft("Bài")]
    release = actions.save_release(
        actor=province.board, title="Đợt", organization=province.units.TB, required=2, due_at=None
    )
    for page in pages:
        approve(page, steps=2)
        actions.add_item(actor=province.board, release=release, page=ContentPage.objects.get(pk=page.pk))
    actions.submit_release(actor=province.board, release=release)
    for person in (province.thuongtruc1, province.thuongtruc2):
        request = ApprovalRequest.objects.about(release).waiting().get()
        requests.decide(actor=person, request_id=request.pk, digest=request.digest, decision="approve")
    publisher.publish_due()
    PublishedItem.objects.filter(page_id=pages[0].pk).update(kind="bulletin")
    bulletin = PublishedItem.objects.get(page_id=pages[0].pk)
    bulletin.payload["month"] = bulletin.card["month"] = "2026-11"
    bulletin.save()
    member = token_for(province.thuongtruc3)
    assert titles(api, bulletin, token=member) == ["Bài"]
    release.refresh_from_db()
    actions.recall_release(actor=province.board, release=release, reason="Sai")
    assert api.data("reading", {"id": str(bulletin.pk)}, token=member)["content"] is None


def test_the_cost_is_the_same_at_n_and_3n(api, issue):
    def cost(count):
        bulletin = issue(*((f"Bài {count}.{number}", {}) for number in range(count)))
        api.data("reading", {"id": str(bulletin.pk)})
        take_down(page_id=PublishedItem.objects.filter(title=f"Bài {count}.0").get().page_id)  # nothing is kept
        with CaptureQueriesContext(connection) as queries:
            assert len(titles(api, bulletin)) == count - 1
        return len(queries)

    assert cost(2) == cost(6)


def test_a_sync_of_many_bulletins_costs_the_same_and_names_ids_alone(api, issue):
    def cost(count):
        for number in range(count):
            issue((f"Bài {count}.{number}", {}), title=f"Bản tin {count}.{number}")
        with CaptureQueriesContext(connection) as queries:
            answer = api.data("sync", {"first": 100})["changes"]
        return len(queries), answer

    few, _answer = cost(1)
    many, answer = cost(2)
    assert few == many
    bulletins = [each for each in answer["upserts"] if each["kind"] == "BULLETIN"]
    assert [list(entry) for each in bulletins for entry in each["contents"]] == [["id"]] * 3


def test_corrections_come_with_the_documents_of_the_app(api, issue, out, settings):
    settings.API_FREE_FORM = False
    note = {"at": "2026-11-05T08:00:00+07:00", "note": "Sửa số liệu"}
    item = out("Tin")
    item.payload["corrections"] = item.card["corrections"] = [note]
    item.save()
    assert api.data("reading", {"id": str(item.pk)})["content"]["corrections"] == [note]
    [synced] = api.data("sync", {"first": 100})["changes"]["upserts"]
    assert synced["corrections"] == [note]
