"""Lists and single items: what is shown, in which order, and at what cost."""

import datetime
import uuid

import pytest
from django.db import connection
from django.forms.models import model_to_dict

from publishing.actions import take_down
from publishing.models import PublishedAudience, PublishedItem
from tests.api.conftest import NOWHERE, forget, token_for

pytestmark = pytest.mark.django_db
DAY = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)


def titles(connection_data):
    return [edge["node"]["title"] for edge in connection_data["edges"]]


def walk(api, name, field, variables, **options):
    """All pages of a list, one after the other."""
    pages, after = [], None
    while True:
        data = api.data(name, {**variables, "after": after}, **options)[field]
        pages.append(titles(data))
        if not data["pageInfo"]["hasNextPage"]:
            return pages
        after = data["pageInfo"]["endCursor"]


def test_pages_follow_each_other_newest_first_even_where_times_tie(api, out):
    for number in range(7):
        out(f"Tin {number}", at=DAY + datetime.timedelta(hours=number // 3))
    pages = walk(api, "home", "articles", {"first": 3})
    assert [len(page) for page in pages] == [3, 3, 1]
    flat = [title for page in pages for title in page]
    assert len(set(flat)) == 7
    assert flat[0] == "Tin 6"
    assert set(flat[1:4]) == {"Tin 3", "Tin 4", "Tin 5"}


def test_what_comes_out_meanwhile_neither_doubles_nor_hides_a_row(api, out):
    for number in range(4):
        out(f"Tin {number}", at=DAY + datetime.timedelta(hours=number))
    first = api.data("home", {"first": 2})["articles"]
    out("Chen ngang", at=DAY + datetime.timedelta(hours=9))
    second = api.data("home", {"first": 2, "after": first["pageInfo"]["endCursor"]})["articles"]
    assert titles(first) + titles(second) == ["Tin 3", "Tin 2", "Tin 1", "Tin 0"]


def test_a_category_includes_what_lies_below_it_and_slugs_are_whole(api, out):
    out("A", category_path="/tin-tuc/trong-tinh/")
    out("B", category_path="/tin-tuc/")
    out("C", category_path="/ban-tin-tuc/")
    assert set(titles(api.data("home", {"first": 9, "category": "tin-tuc"})["articles"])) == {"A", "B"}
    assert titles(api.data("home", {"first": 9, "category": "trong-tinh"})["articles"]) == ["A"]
    assert titles(api.data("home", {"first": 9, "category": "%"})["articles"]) == []


def test_a_source_is_matched_by_its_code(api, out):
    out("A", source_code="tuyen-giao")
    out("B", source_code="to-chuc")
    assert titles(api.data("home", {"first": 9, "source": "to-chuc"})["articles"]) == ["B"]


def test_lists_are_in_the_language_asked_for(api, out):
    out("Tiếng Việt")
    out("English", locale="en")
    ask = lambda language: titles(api.data("home", {"first": 9}, language=language)["articles"])  # noqa: E731
    assert ask(None) == ask("vi") == ask("fr") == ask("vi-VN,en;q=0.5") == ["Tiếng Việt"]
    assert ask("en") == ask("en-GB,vi;q=0.8") == ["English"]


@pytest.mark.parametrize("first", [0, -1, 101, 2147483647])
def test_first_must_be_1_to_100(api, first):
    answer = api("home", {"first": first})
    assert answer["data"] == {"articles": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID"]
    assert answer["errors"][0]["message"] == "Số mục mỗi trang (first) phải từ 1 đến 100."


def test_first_may_not_be_left_out(api):
    answer = api("{ articles { edges { cursor } } }", status=400)
    assert "'first'" in answer["errors"][0]["message"]


def test_a_cursor_is_of_one_list_and_whole(api, out):
    out("A")
    document_cursor = None
    out("Văn bản", kind="document")
    cursor = api.data("home", {"first": 1})["articles"]["edges"][0]["cursor"]
    document_cursor = api.data("documents", {"first": 1})["documents"]["edges"][0]["cursor"]
    assert titles(api.data("home", {"first": 1, "after": cursor})["articles"]) == []
    for bad in ("", "x", "=", "đ", cursor[:-1], cursor + "=", cursor.swapcase(), document_cursor, "a" * 3000):
        answer = api("home", {"first": 1, "after": bad})
        assert answer["data"] == {"articles": None}
        assert answer["errors"][0]["extensions"]["code"] == "INVALID"
        assert "Vị trí trang" in answer["errors"][0]["message"]


def test_an_article_in_full(api, out):
    other = out("Bài liên quan")
    secret = out("Chỉ cấp ủy", audience=["committee"])
    item = out(
        "Bài chính",
        storage_name="bai.pdf",
        related=[secret.page_id, other.page_id],
        body=[
            {"id": "1", "type": "text", "value": "<p>Chữ</p>"},
            {"id": "2", "type": "related", "value": None},
        ],
    )
    content = api.data("article", {"id": str(item.pk)})["content"]
    file = item.files.get()
    url = f"http://testserver/files/{file.pk}/T%E1%BB%87p%20m%E1%BB%99t.pdf"
    assert content["attachments"] == [{"id": str(file.pk), "name": "Tệp một.pdf", "url": url, "size": file.size}]
    assert content["related"] == [{"id": str(other.pk), "title": "Bài liên quan"}]
    assert content["body"] == [{"id": "1", "type": "text", "value": "<p>Chữ</p>"}]
    assert (content["kind"], content["version"], content["author"]) == ("ARTICLE", 1, "Tác giả")
    assert api.client.get(url).status_code == 200


def test_a_document_in_full(api, out):
    item = out("Nghị quyết", kind="document", number="52-NQ/TW", issued_on=datetime.date(2025, 7, 10))
    content = api.data("article", {"id": str(item.pk)})["content"]
    assert content["number"] == "52-NQ/TW"
    assert (content["type"], content["issuedOn"]) == ("RESOLUTION", "2025-07-10")
    assert content["issuer"] == {"code": "TB", "name": "Tỉnh ủy Thái Bình"}
    assert (content["kind"], content["files"], content["body"]) == ("DOCUMENT", [], [])


def test_a_bulletin_by_its_id(api, out):
    item = out("Bản tin", kind="bulletin")
    query = "query($id: ID!) { content(id: $id) { __typename kind title ... on Bulletin { month image { url } } } }"
    assert api.data(query, {"id": str(item.pk)})["content"] == {
        "__typename": "Bulletin",
        "kind": "BULLETIN",
        "title": "Bản tin",
        "month": "2026-11",
        "image": None,
    }


@pytest.mark.parametrize("key", [NOWHERE, "x", "", "1", "'; DROP TABLE", "😀"])
def test_an_unknown_id_is_null(api, key):
    assert api.data("article", {"id": key}) == {"content": None}


def test_a_withdrawn_item_is_null_and_in_no_list(api, out):
    item = out("Bị gỡ")
    take_down(page_id=item.page_id)
    assert api.data("article", {"id": str(item.pk)}) == {"content": None}
    assert titles(api.data("home", {"first": 9})["articles"]) == []


def test_documents_are_found_by_number_type_issuer_and_year(api, out):
    out("A", kind="document", number="52-NQ/TW", issuer_code="TW", issued_on=datetime.date(2019, 9, 27))
    out("B", kind="document", number="02-NQ/TU", issued_on=datetime.date(2025, 12, 31))
    out("C", kind="document", number="339-QĐ/TW", document_type="regulation", issued_on=datetime.date(2025, 7, 10))
    ask = lambda **filters: titles(api.data("documents", {"first": 9, **filters})["documents"])  # noqa: E731
    assert ask() == ["B", "C", "A"]
    assert ask(number="52 nq tw") == ask(number="52-NQ/TW") == ask(number="52nqtw") == ["A"]
    assert ask(number="339 qd tw") == ask(number="339-QĐ/TW") == ["C"]
    assert ask(number="---") == ask(number="52") == []
    assert ask(type="REGULATION") == ["C"]
    assert ask(issuer="TW") == ["A"]
    assert ask(year=2025) == ["B", "C"]
    assert ask(year=2025, type="RESOLUTION") == ["B"]


@pytest.mark.parametrize("year", [0, -1, 9999, 2147483647])
def test_a_year_that_is_none_is_invalid(api, year):
    answer = api("documents", {"first": 9, "year": year})
    assert (answer["data"], answer["errors"][0]["extensions"]["code"]) == ({"documents": None}, "INVALID")


def test_documents_page_by_date(api, out):
    for number in range(5):
        out(f"{number}", kind="document", issued_on=datetime.date(2026, 1, 1 + number // 2))
    pages = walk(api, "documents", "documents", {"first": 2})
    assert [len(page) for page in pages] == [2, 2, 1]
    assert pages[0][0] == "4"
    assert sorted(title for page in pages for title in page) == list("01234")


RELATED = "query($first: Int!) { articles(first: $first) { edges { node { title related { title } body } } } }"


@pytest.mark.parametrize("query, expected", [("home", 1), ("documents", 1), (RELATED, 2)])
def test_a_list_costs_the_same_number_of_queries_however_long(api, out, django_assert_num_queries, query, expected):
    def more(count):
        for _ in range(count):
            first = out("A", storage_name="a.pdf")
            out("B", related=[first.page_id])
            out("C", kind="document", storage_name="c.pdf")

    more(3)
    api.data(query, {"first": 100})
    for count in (0, 6):  # 3 of each, then 9
        more(count)
        forget()
        # A document of one's own runs in a transaction on PostgreSQL, which ends statements that take too long.
        bounded = 3 if query is RELATED and connection.vendor == "postgresql" else 0
        with django_assert_num_queries(AROUND + expected + bounded):
            api.data(query, {"first": 100})


# The content version before and after; the audience keys in use, and the version after these.
AROUND = 4


def test_a_member_costs_one_query_more_and_what_is_kept_costs_none(api, out, people, django_assert_num_queries):
    out("A")
    token = token_for(people.member)
    with django_assert_num_queries(AROUND + 1):  # session, account, cell, positions and version in one
        api.data("home", {"first": 9}, token=token)
    with django_assert_num_queries(1):  # the caller is looked up each time, with the version
        api.data("home", {"first": 9}, token=token)
    with django_assert_num_queries(3):  # another answer of the same version: the keys in use are known
        api.data("home", {"first": 8}, token=token)


def test_one_item_costs_one_query(api, out, django_assert_num_queries):
    item = out("A", storage_name="a.pdf")
    with django_assert_num_queries(AROUND + 1):
        api.data("article", {"id": str(item.pk)})


@pytest.mark.parametrize(
    "field, kind, index", [("articles", "article", "item_newest"), ("documents", "document", "item_issued")]
)
def test_the_keyset_is_read_from_its_index(api, out, field, kind, index, django_assert_max_num_queries):
    name = "home" if field == "articles" else field
    pattern = out("B", kind=kind)
    columns = model_to_dict(out("A", kind=kind)) | {"payload": pattern.payload, "card": pattern.card}
    items = PublishedItem.objects.bulk_create(
        PublishedItem(
            **columns
            | {
                "page_id": 5_000_000 + number,
                "translation_key": uuid.uuid4(),
                "first_published_at": DAY + datetime.timedelta(minutes=number),
                "issued_on": datetime.date(2020, 1, 1) + datetime.timedelta(days=number),
            }
        )
        for number in range(3000)
    )
    PublishedAudience.objects.bulk_create(PublishedAudience(item=item, key="public") for item in items)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    after = api.data(name, {"first": 100})[field]["pageInfo"]["endCursor"]
    with django_assert_max_num_queries(3) as caught:
        api.data(name, {"first": 20, "after": after})
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {caught.captured_queries[1]['sql']}")
        plan = "\n".join(str(row) for row in cursor.fetchall())
    # Among so few kinds the order of all kinds together is as good.
    assert index in plan or "item_synced" in plan, plan
    assert "Sort" not in plan and "TEMP B-TREE" not in plan, plan


@pytest.mark.parametrize(
    "name, field, kind, variables, index",
    [
        ("home", "articles", "article", {"category": "hiem"}, "item_of_category"),
        ("home", "articles", "article", {"source": "hiem"}, "item_of_source"),
        ("documents", "documents", "document", {"issuer": "HIEM"}, "item_of_issuer"),
    ],
)
def test_few_of_many_are_found_by_an_index(
    api, out, name, field, kind, variables, index, django_assert_max_num_queries
):
    pattern = out("A", kind=kind)
    columns = model_to_dict(pattern) | {"payload": pattern.payload, "card": pattern.card}
    rare = {"category_path": "/tin-tuc/hiem/", "source_code": "hiem", "issuer_code": "HIEM"}
    items = PublishedItem.objects.bulk_create(
        PublishedItem(
            **columns
            | {
                "page_id": 5_000_000 + number,
                "translation_key": uuid.uuid4(),
                "first_published_at": DAY + datetime.timedelta(minutes=number),
                "issued_on": datetime.date(2020, 1, 1) + datetime.timedelta(days=number),
            }
            | (rare if number % 500 == 0 else {})
        )
        for number in range(3000)
    )
    PublishedAudience.objects.bulk_create(PublishedAudience(item=item, key="public") for item in items)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    api.data(name, {"first": 2, **variables})
    with django_assert_max_num_queries(3) as caught:
        assert len(api.data(name, {"first": 20, **variables})[field]["edges"]) == 6
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {caught.captured_queries[1]['sql']}")
        plan = "\n".join(str(row) for row in cursor.fetchall())
    assert index in plan, plan
