"""The delta sync over HTTP: whose cursor it is, what a stranger makes of it, what a page shows and costs."""

import base64
import hashlib
import zlib

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from organizations.models import Membership
from publishing.actions import take_down
from tests.api.conftest import token_for
from tests.api.test_scope import SEES
from tests.api.test_scope import everything as everything  # a fixture

pytestmark = pytest.mark.django_db
BEGIN_ANEW = {"upserts": [], "removals": [], "cursor": None, "hasMore": False, "resetRequired": True}
MEDIA = """query($since: String, $first: Int!) {
  changes(since: $since, first: $first) { upserts { id media { id url size hash contentType } } cursor }
}"""


def changes(api, since=None, first=50, **options):
    return api.data("changes", {"since": since, "first": first}, **options)["changes"]


def titles(page):
    return [each["title"] for each in page["upserts"]]


def walk(api, since=None, first=50, **options):
    """All pages until there are no more: the titles told, and the last cursor."""
    told, dropped, more = [], [], True
    while more:
        page = changes(api, since, first, **options)
        assert len(page["upserts"]) + len(page["removals"]) <= first
        told += titles(page)
        dropped += [each["id"] for each in page["removals"]]
        since, more = page["cursor"], page["hasMore"]
    return told, dropped, since


def test_a_page_in_full(api, out):
    item = out("Tin mới", at="2026-11-03T12:30:00Z", body=[{"id": "1", "type": "text", "value": "<p>Chữ</p>"}])
    page = changes(api)
    assert page.pop("cursor")
    assert page == {
        "upserts": [
            {
                "id": str(item.pk),
                "kind": "ARTICLE",
                "version": 1,
                "title": "Tin mới",
                "summary": "Tóm tắt",
                "publishedAt": "2026-11-03T19:30:00+07:00",
                "body": [{"id": "1", "type": "text", "value": "<p>Chữ</p>"}],
            }
        ],
        "removals": [],
        "hasMore": False,
        "resetRequired": False,
    }
    take_down(page_id=item.page_id)
    page = changes(api, changes(api)["cursor"])
    assert (page["upserts"], page["removals"]) == ([], [])


def test_a_withdrawal_names_the_item_and_its_kind(api, out):
    item = out("Văn bản", kind="document")
    since = changes(api)["cursor"]
    take_down(page_id=item.page_id)
    page = changes(api, since)
    assert (page["upserts"], page["removals"]) == ([], [{"id": str(item.pk), "kind": "DOCUMENT"}])


@pytest.mark.parametrize("first", [1, 2, 5, 99])
@pytest.mark.parametrize("visitor", SEES)
def test_each_visitor_is_told_what_they_see_in_pages_of_any_size(api, people, everything, visitor, first):
    user = getattr(people, visitor)
    seen = SEES[visitor] | ({"province-committee"} if visitor == "secretary" else set())
    expected = sorted(f"{kind} {name}" for kind in ("article", "document") for name in seen)
    told, dropped, since = walk(api, first=first, user=user)
    assert (sorted(told), dropped) == (expected, [])
    for item in everything.values():
        take_down(page_id=item.page_id)
    told, dropped, since = walk(api, since, first=first, user=user)
    mine = {str(item.pk) for (_kind, name), item in everything.items() if name in seen}
    assert (told, set(dropped), len(dropped)) == ([], mine, len(mine))
    assert walk(api, since, first=first, user=user) == ([], [], since)


def test_a_member_who_moves_is_told_so_with_the_same_cursor(api, people, province, everything):
    token = token_for(people.member)
    _told, _dropped, since = walk(api, token=token)
    member = people.member.member
    member.cell = province.units.TB02XA
    member.save()
    Membership.objects.filter(member=member).update(cell=province.units.TB02XA)
    told, dropped, _since = walk(api, since, first=1, token=token)
    assert sorted(told) == ["article other-district", "document other-district"]
    assert set(dropped) == {str(everything[kind, "own-district"].pk) for kind in ("article", "document")}


def test_anothers_cursor_begins_anew_and_tells_nothing(api, people, everything):
    cursors = {visitor: walk(api, user=getattr(people, visitor))[2] for visitor in SEES}
    for owner, since in cursors.items():
        for visitor in SEES:
            page = changes(api, since, user=getattr(people, visitor))
            assert (page == BEGIN_ANEW) == (owner != visitor), (owner, visitor)


def test_a_cursor_of_another_language_begins_anew(api, out):
    out("Tiếng Việt")
    out("English", locale="en")
    vi, en = changes(api), changes(api, language="en")
    assert (titles(vi), titles(en)) == (["Tiếng Việt"], ["English"])
    assert changes(api, vi["cursor"], language="en") == changes(api, en["cursor"]) == BEGIN_ANEW
    assert changes(api, en["cursor"], language="en-GB")["resetRequired"] is False


def test_a_cursor_that_was_not_made_here_is_invalid(api, out):
    out("A")
    cursor = changes(api)["cursor"]
    other_kind = api.data("home", {"first": 1})["articles"]["edges"][0]["cursor"]
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    flipped = [
        base64.urlsafe_b64encode(bytes([*raw[:n], raw[n] ^ 1, *raw[n + 1 :]])).decode().rstrip("=")
        for n in range(len(raw))
    ]
    for bad in ("", "x", "=", "đ", cursor[:-1], cursor + "=", cursor + "A", cursor.swapcase(), other_kind, *flipped):
        answer = api("changes", {"since": bad, "first": 1})
        assert answer["data"] == {"changes": None}
        assert answer["errors"][0]["extensions"]["code"] == "INVALID"
    assert "Mốc đồng bộ" in answer["errors"][0]["message"]
    english = api("changes", {"since": "x", "first": 1}, language="en")
    assert english["errors"][0]["message"] == (
        "The sync cursor (since) is not valid. Please sync again from the beginning."
    )


def test_a_cursor_tells_its_bearer_nothing_and_stays_short(api, people, everything):
    """It holds places in the order of all items and in the log, also of those that the bearer may not see."""
    _told, _dropped, since = walk(api, user=people.secretary)
    raw = base64.urlsafe_b64decode(since + "=" * (-len(since) % 4))
    assert b"member" not in raw
    for start in range(len(raw)):
        with pytest.raises(zlib.error):
            zlib.decompress(raw[start:])
    page = changes(api, first=1, user=people.secretary)
    assert len(page["cursor"]) < 500
    # Nothing new: the very same bytes, so that the whole answer is the one the phone had.
    assert changes(api, since, user=people.secretary)["cursor"] == since


@pytest.mark.parametrize("first", [0, -1, 101, 2147483647])
def test_first_must_be_1_to_100(api, first):
    answer = api("query($first: Int!) { changes(first: $first) { cursor } }", {"first": first})
    assert answer["data"] == {"changes": None}
    assert answer["errors"][0]["message"] == "Số mục mỗi trang (first) phải từ 1 đến 100."
    assert answer["errors"][0]["extensions"]["code"] == "INVALID"


def test_media_of_an_item_each_once_at_the_address_of_the_other_fields(api, out):
    item = out("A", storage_name="a.pdf")
    [page] = api.data(MEDIA, {"first": 1})["changes"]["upserts"]
    file = item.files.get()
    with default_storage.open(file.storage_name) as stored:
        sha256 = hashlib.sha256(stored.read()).hexdigest()
    [attachment] = api.data("article", {"id": str(item.pk)})["content"]["attachments"]
    assert page["media"] == [
        {
            "id": str(file.pk),
            "url": attachment["url"],
            "size": file.size,
            "hash": sha256,
            "contentType": "application/pdf",
        }
    ]
    item.files.update(sha256="")
    [page] = api.data(MEDIA, {"first": 1})["changes"]["upserts"]
    assert page["media"][0]["hash"] is None


@pytest.mark.parametrize("query, more", [("changes", 0), (MEDIA, 1)])
def test_a_page_costs_the_same_number_of_queries_however_long(api, people, out, django_assert_num_queries, query, more):
    token = token_for(people.member)
    # A document of one's own runs in a transaction on PostgreSQL, which ends statements that take too long.
    around = 1 + (3 if query is MEDIA and connection.vendor == "postgresql" else 0)
    for count in (3, 9):
        for number in range(count):
            out("A", storage_name="a.pdf", audience=["public", f"member:{number}"])
            out("B", kind="document", audience=["member"], storage_name="b.pdf")
        with django_assert_num_queries(around + 6 + more):  # the caller; the six are in tests/publishing/test_sync.py
            page = api.data(query, {"first": 30}, token=token)["changes"]
        assert len(page["upserts"]) == (6 if count == 3 else 24)
    since = changes(api, token=token)["cursor"]
    with django_assert_num_queries(around + 1):
        api.data(query, {"first": 30, "since": since}, token=token)
