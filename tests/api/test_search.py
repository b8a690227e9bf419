"""Search and suggestions: what is found, by whom, in which order, and at which cost."""

import datetime

import pytest
from django.utils import timezone

from publishing.actions import take_down
from search import close_words, counting
from tests.api.conftest import operation, token_for
from tests.search.conftest import each_index, follow_log, server

__all__ = ["each_index", "server"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("each_index")]

AT = datetime.datetime(2026, 3, 5, tzinfo=datetime.UTC)
TITLES = "query($q: String!, $n: Int = 100) { search(query: $q, first: $n) { edges { node { content { title } } } } }"
SUGGEST = "query($q: String!) { suggestions(query: $q, first: 10) { text number content { kind title } } }"


@pytest.fixture(autouse=True)
def _fresh_words():
    close_words.forget()


def titles(api, query, user=None, **options):
    data = api.data(TITLES, {"q": query}, user=user, **options)["search"]
    return [edge["node"]["content"]["title"] for edge in data["edges"]]


def text(*paragraphs):
    return [{"id": str(n), "type": "text", "value": f"<p>{each}</p>"} for n, each in enumerate(paragraphs)]


@pytest.fixture
def library(out):
    """Two articles and a document, of three years and two sources."""
    items = {
        "news": out(
            "Đoàn viên trồng cây", at=AT, source_code="bao-thai-binh", body=text("Trồng cây ven đê &amp; bờ bãi.")
        ),
        "guide": out("Quy trình chuyển sinh hoạt đảng", at=AT.replace(year=2025), source_code="to-chuc"),
        "resolution": out(
            "Nghị quyết về chuyển đổi số",
            kind="document",
            number="52-NQ/TW",
            issuer_code="BCT",
            issued_on=datetime.date(2019, 9, 27),
            body=text("Cây và rừng, " * 30 + "trồng <b>cây</b> gây rừng."),
        ),
    }
    follow_log()
    return items


def test_the_contracts_document(api, library):
    data = api.data("search", {"query": "trồng cây", "first": 10})["search"]
    first, second = data["edges"]
    assert first["node"]["content"] == {
        "id": str(library["news"].pk),
        "kind": "ARTICLE",
        "title": "Đoàn viên trồng cây",
        "publishedAt": timezone.localtime(AT).isoformat(),
    }
    assert first["node"]["highlights"] == ["<mark>Trồng cây</mark> ven đê &amp; bờ bãi."]
    assert second["node"]["content"]["title"] == "Nghị quyết về chuyển đổi số"
    assert second["node"]["highlights"][0].endswith("và rừng, <mark>trồng cây</mark> gây rừng.")
    assert second["node"]["highlights"][0].startswith("… ")
    assert 1 >= first["node"]["score"] > second["node"]["score"] > 0
    assert data["facets"] == {
        "kind": [{"value": "ARTICLE", "count": 1}, {"value": "DOCUMENT", "count": 1}],
        "source": [{"value": "bao-thai-binh", "count": 1}, {"value": "tuyen-giao", "count": 1}],
        "year": [{"value": "2019", "count": 1}, {"value": "2026", "count": 1}],
    }
    assert data["pageInfo"] == {"hasNextPage": False, "endCursor": second["cursor"]}


@pytest.mark.parametrize(
    "query",
    [
        "52-NQ/TW",
        "52 nq tw",
        "52nqtw",
        "nghị quyết 52",
        "NQ 52",
        "nghi quyet so 52",
        "052-nq/tw",
        "52-NQ/TW chuyển đổi số",
    ],
)
def test_a_number_in_any_spelling(api, library, query):
    assert titles(api, query)[0] == "Nghị quyết về chuyển đổi số"


def test_filters_narrow_and_facets_tell_what_the_others_would_leave(api, library):
    query = """query($kinds: [ContentKind!], $source: String, $types: [DocumentType!], $issuer: String, $year: Int) {
      search(query: "cây", first: 9, kinds: $kinds, source: $source, types: $types, issuer: $issuer, year: $year) {
        edges { node { content { title } } }
        facets { kind { value count } type { value count } issuer { value count } }
      } }"""

    def ask(**chosen):
        found = api.data(query, chosen)["search"]
        return [edge["node"]["content"]["title"] for edge in found["edges"]], found["facets"]

    resolution, news = "Nghị quyết về chuyển đổi số", "Đoàn viên trồng cây"
    both = [{"value": "ARTICLE", "count": 1}, {"value": "DOCUMENT", "count": 1}]
    assert ask(kinds=["DOCUMENT"]) == (
        [resolution],
        {"kind": both, "type": [{"value": "RESOLUTION", "count": 1}], "issuer": [{"value": "BCT", "count": 1}]},
    )
    assert ask(kinds=["ARTICLE"]) == ([news], {"kind": both, "type": [], "issuer": []})
    for chosen in ({"types": ["RESOLUTION"]}, {"issuer": "BCT"}, {"year": 2019}, {"source": "tuyen-giao"}):
        assert ask(**chosen)[0] == [resolution]
    for chosen in ({"source": "la"}, {"year": 1}, {"year": 2147483647}, {"year": -5}, {"kinds": ["BULLETIN"]}):
        assert ask(**chosen)[0] == []


def test_exact_before_folded_title_before_body_new_before_old(api, out):
    out("Hoa bàng", body=text("Má nuôi"), at=AT)
    out("Hoà bằng", at=AT.replace(year=2020))
    out("Hóa băng", at=AT.replace(year=2021))
    out("Chuyện khác", body=text("một hòa bằng"), at=AT.replace(year=2022))
    follow_log()
    assert titles(api, "hòa bằng") == ["Hoà bằng", "Hoa bàng", "Hóa băng", "Chuyện khác"]
    assert titles(api, "hoa bang") == ["Hoa bàng", "Hóa băng", "Hoà bằng", "Chuyện khác"]


def test_each_visitor_finds_what_is_theirs_in_lists_facets_and_suggestions(api, people, province, out):
    out("Tin chung", audience=["public"])
    out("Tin đảng viên", audience=["member"])
    out("Tin chi bộ", audience=[f"member:{province.units.TB01XA.pk}"])
    out("Tin cấp ủy", audience=[f"committee:{province.units.TB01XA.pk}"])
    follow_log()
    expected = {
        "anonymous": {"Tin chung"},
        "elsewhere": {"Tin chung", "Tin đảng viên"},
        "member": {"Tin chung", "Tin đảng viên", "Tin chi bộ"},
        "secretary": {"Tin chung", "Tin đảng viên", "Tin chi bộ", "Tin cấp ủy"},
    }
    for name, seen in expected.items():
        token = token_for(person) if (person := getattr(people, name)) else None
        found = api.data("search", {"query": "tin", "first": 9}, token=token)["search"]
        assert {edge["node"]["content"]["title"] for edge in found["edges"]} == seen
        assert found["facets"]["kind"] == [{"value": "ARTICLE", "count": len(seen)}]
        suggested = api.data("suggestions", {"query": "tin", "first": 9}, token=token)["suggestions"]
        assert {each["text"] for each in suggested} == seen


def test_what_is_hidden_shows_in_no_correction(api, people, out):
    """A word that only hidden text has must not be told from one that nobody ever wrote."""
    out("Lễ hội làng", audience=["public"])
    out("Bí mật phượng", audience=["member"])
    follow_log()
    query = "query($q: String!) { search(query: $q, first: 9) { edges { node { score } } didYouMean } }"
    for word in ("phuong", "phuonh", "zzzzz"):
        assert api.data(query, {"q": word})["search"] == {"edges": [], "didYouMean": None}
    member = token_for(people.member)
    assert api.data(query, {"q": "bi mat phuonh"}, token=member)["search"]["didYouMean"] == "bí mật phượng"


def test_mistyped_words_are_understood(api, library):
    query = "query($q: String!) { search(query: $q, first: 9) { edges { node { content { title } } } didYouMean } }"
    for typed, meant in [
        ("chuyển đổi só", None),  # folded it is right
        ("chuyeen doi soo", "chuyển đổi số"),
        ("chuyn đổi số", "chuyển đổi số"),
        ("nghiquyet chuyển đổi số", "nghị quyết chuyển đổi số"),
        ("nghi quyet chuyrn doi so", "nghị quyết chuyển đổi số"),
    ]:
        found = api.data(query, {"q": typed})["search"]
        assert found["edges"][0]["node"]["content"]["title"] == "Nghị quyết về chuyển đổi số", typed
        assert found["didYouMean"] == meant


def test_suggestions_go_on_from_what_was_typed(api, library):
    found = api.data(SUGGEST, {"q": "quy trinh ch"})["suggestions"]
    assert found == [
        {
            "text": "Quy trình chuyển sinh hoạt đảng",
            "number": "",
            "content": {"kind": "ARTICLE", "title": "Quy trình chuyển sinh hoạt đảng"},
        }
    ]
    for begun in ("52", "52-n", "52 nq", "nq 52", "nghị q"):
        assert [each["number"] for each in api.data(SUGGEST, {"q": begun})["suggestions"]] == ["52-NQ/TW"], begun
    assert api.data(SUGGEST, {"q": " "})["suggestions"] == []


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("sort", ["RELEVANCE", "NEWEST"])
def test_pages_follow_each_other_without_gap_or_repeat(api, out, size, sort):
    for n in range(6):
        out(f"Lúa mùa {n}" if n % 2 else f"Chuyện {n}", body=text("lúa mùa"), at=AT.replace(day=1 + n % 3))
    follow_log()
    query = """query($n: Int!, $after: String, $sort: SearchSort) {
      search(query: "lúa mùa", first: $n, after: $after, sort: $sort) {
        edges { node { content { title publishedAt } } } pageInfo { hasNextPage endCursor } } }"""
    found, after, more = [], None, True
    while more:
        page = api.data(query, {"n": size, "after": after, "sort": sort})["search"]
        found += [edge["node"]["content"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert len(found) == len({each["title"] for each in found}) == 6
    days = [each["publishedAt"] for each in found]
    if sort == "NEWEST":
        assert days == sorted(days, reverse=True)
    else:
        assert [each["title"][:3] for each in found] == ["Lúa"] * 3 + ["Chu"] * 3
        assert days[:3] == sorted(days[:3], reverse=True)


def test_a_cursor_belongs_to_its_search(api, library):
    cursor = api.data("search", {"query": "cây", "first": 1})["search"]["pageInfo"]["endCursor"]
    for variables in (
        {"query": "rừng", "first": 1, "after": cursor},
        {"query": "cây", "first": 1, "after": cursor, "kinds": ["ARTICLE"]},
        {"query": "cây", "first": 1, "after": "x"},
        {"query": "cây", "first": 0},
        {"query": "cây", "first": 101},
    ):
        answer = api("search", variables)
        assert answer["errors"][0]["extensions"]["code"] == "INVALID"
    assert api.data("search", {"query": "cây", "first": 1, "after": cursor})["search"]["edges"] != []


@pytest.mark.parametrize(
    "query", ["", "   ", "\"' OR *", "a AND", "NEAR(", "title:", "^", "'", "\\", "%", "*", "-", "𝒳", "0b"]
)
def test_nothing_that_is_typed_is_a_language(api, library, query):
    assert titles(api, query) == []
    assert api.data(SUGGEST, {"q": query})["suggestions"] == []


def test_a_long_query_is_read_as_far_as_is_useful(api, library):
    assert titles(api, "trồng cây " * 500) == titles(api, ("trồng cây " * 500)[:200])


def test_what_was_taken_down_is_gone_before_the_index_knows(api, library, each_index):
    take_down(page_id=library["news"].page_id)
    data = api.data("search", {"query": "đoàn viên trồng cây", "first": 9})["search"]
    assert [edge["node"]["content"]["title"] for edge in data["edges"]] == []
    # Elasticsearch counts it until it knows.
    assert data["facets"]["kind"] == ([] if each_index == "database" else [{"value": "ARTICLE", "count": 1}])
    follow_log()
    assert api.data("search", {"query": "đoàn viên trồng cây", "first": 8})["search"]["facets"]["kind"] == []


def test_after_many_were_taken_down_a_page_has_rows_and_a_way_on(api, out, each_index, unlimited):
    """Where the index still has them, the first page would be empty, and a phone would ask for it for ever."""
    items = [out(f"Lúa {number}") for number in range(7)]
    follow_log()
    for item in items[2:]:
        take_down(page_id=item.page_id)
    query = 'query($n: Int!, $after: String) { search(query: "lúa", first: $n, after: $after) {'
    query += " edges { node { content { title } } } pageInfo { hasNextPage endCursor } } }"
    found, after = [], None
    for _ in range(3):
        page = api.data(query, {"n": 2, "after": after})["search"]
        found += [edge["node"]["content"]["title"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert sorted(found) == ["Lúa 0", "Lúa 1"] and not page["pageInfo"]["hasNextPage"]


def test_languages_do_not_mix(api, out):
    out("Handbook", locale="en")
    follow_log()
    assert titles(api, "handbook") == []
    assert titles(api, "handbook", language="en") == ["Handbook"]


# Statements of one search, and of suggestions. Of Elasticsearch is asked each time whether it has caught up.
COSTS = {"database": (12, 7), "elasticsearch": (9, 6)}


def test_a_search_costs_the_same_for_few_hits_and_many(api, out, django_assert_num_queries, people, each_index):
    searching, suggesting = COSTS[each_index]
    token = token_for(people.member)
    for total in (3, 9):
        for n in range(total):
            out(f"Lúa {total} {n}", body=text("lúa mùa"), storage_name="a.pdf")
        follow_log()
        close_words.forget()
        with django_assert_num_queries(searching):
            assert len(api.data("search", {"query": "lua", "first": 100}, token=token)["search"]["edges"]) >= total
        counting.popular()  # is kept for ten minutes
        with django_assert_num_queries(suggesting):
            api.data("suggestions", {"query": "lua", "first": 100}, token=token)


def test_a_document_with_many_searches_costs_too_much(api):
    many = (
        "{"
        + " ".join(f's{n}: search(query: "a", first: 100) {{ edges {{ node {{ score }} }} }}' for n in range(9))
        + "}"
    )
    answer = api(many, status=400)
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert api(operation("search"), {"query": "a", "first": 100})["data"]["search"]["edges"] == []
