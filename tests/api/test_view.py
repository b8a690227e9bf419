"""The HTTP side: what is taken, what is refused, with which status, in which language."""

import json

import pytest
from graphql import build_schema

from api import answers, prepared
from api.releases import PRESENT
from api.schema import schema
from publishing.models import PublishedItem
from tests.api.conftest import token_for

pytestmark = pytest.mark.django_db
QUERY = json.dumps({"query": "{ __typename }"})


@pytest.mark.parametrize("path", ["/graphql", "/graphql?query={__typename}", "/graphql?id="])
def test_get_without_a_document_is_refused_with_a_clear_message(api, path):
    response = api.client.get(path)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")
    assert "POST" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_refused(api, method):
    assert getattr(api.client, method)("/graphql", QUERY, content_type="application/json").status_code == 405


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/graphql", ""],
)
def test_only_json_is_taken(api, content_type):
    assert api.client.post("/graphql", QUERY, content_type=content_type).status_code == 415


def test_json_with_a_charset_is_taken(api):
    assert api.client.post("/graphql", QUERY, content_type="application/json; charset=utf-8").status_code == 200


def test_no_csrf_token_is_needed_for_no_cookie_counts(api):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/graphql", QUERY, content_type="application/json")
    assert response.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        " ",
        "{",
        "null",
        "1",
        '"x"',
        "[]",
        f"[{QUERY}]",
        "{}",
        '{"query": null}',
        '{"query": 1}',
        '{"query": ""}',
        '{"query": "{"}',
        '{"query": "{ __typename }", "variables": []}'.replace("[]", "[1]"),
        '{"query": "{ __typename }", "variables": "x"}',
        '{"query": "{ __typename }", "operationName": 1}',
        '{"query": "{ __typename }", "operationName": "Khong"}',
        '{"query": "query A { __typename } query B { __typename }"}',
        '{"query": "fragment F on Me { id }"}',
        '{"query": "subscription { __typename }"}',
        '{"query": "{ __typename }", "variables": {"a": NaN}}',
        '{"query": "{ __typename }", "variables": {"a": "\\ud800"}}',
        '{"query": "{ __typename }", "variables": {"a": "\\u0000"}}',
        '{"query": "{ content(id: \\"\\\\u0000\\") { id } }"}',
        '{"query": "{ content(id: \\"\\ud800\\") { id } }"}',
        "[" * 15000,
        '{"a":' * 3000,
        '{"query": "{ __typename }", "variables": {"a": ' + "9" * 5000 + "}}",
        b"\xff\xfe",
        "\ufeff" + QUERY,
    ],
    ids=lambda body: str(body)[:60],
)
def test_what_is_malformed_is_400_with_a_message(api, body):
    response = api.send(body)
    assert response.status_code == 400, response.content
    errors = response.json()["errors"]
    assert 1 <= len(errors) <= 5
    assert all(error["message"] and error["extensions"]["code"] for error in errors)


def test_the_answer_is_in_the_language_asked_for(api):
    vietnamese, english = api.send("x"), api.send("x", language="en-US,en;q=0.9")
    assert (vietnamese["Content-Language"], english["Content-Language"]) == ("vi", "en")
    assert vietnamese.json()["errors"][0]["message"] == "Nội dung không phải là JSON hợp lệ."


def test_nothing_of_an_answer_is_kept_by_a_cache(api):
    response = api.send(QUERY)
    assert response["Cache-Control"] == "no-store"
    assert {"Authorization", "Accept-Language"} <= {each.strip() for each in response["Vary"].split(",")}


def test_a_fault_of_ours_is_500_logged_and_tells_nothing(api, monkeypatch, caplog, out):
    out("A")

    def broken(self, scope):
        raise RuntimeError("bí mật: mật khẩu cơ sở dữ liệu")

    monkeypatch.setattr(PublishedItem.objects._queryset_class, "visible_to", broken)
    monkeypatch.setattr(type(PublishedItem.objects), "visible_to", broken)
    response = api.send({"query": "{ articles(first: 1) { edges { cursor } } }"})
    assert response.status_code == 500
    (error,) = response.json()["errors"]
    assert (error["extensions"], error["path"]) == ({"code": "INTERNAL"}, ["articles"])
    assert error["message"] == "Máy chủ gặp trục trặc. Xin thử lại sau."
    assert "bí mật" in caplog.text
    assert "bí mật" not in response.content.decode()


def test_a_fault_outside_of_resolvers_is_500_too(api, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("bí mật")

    monkeypatch.setattr(answers, "run", broken)
    response = api.send(QUERY)
    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "bí mật" not in response.content.decode()


def test_a_document_is_parsed_and_checked_once(api):
    for _ in range(3):
        api.send(QUERY)
    assert (prepared._kept.cache_info().misses, prepared._kept.cache_info().hits) == (1, 2)
    api.send({"query": "{ __typename }" + " " * prepared.MAX_KEPT_LENGTH})
    assert prepared._kept.cache_info().currsize == 1


def test_the_committed_schema_is_that_of_the_code():
    assert PRESENT.read_text(encoding="utf-8") == f"{str(schema).rstrip()}\n"


def undescribed(graphql_schema):
    """Every type, field, argument, input field, enum value and directive of a schema that has no description."""
    found = []

    def look(name, thing):
        if not (thing.description or "").strip():
            found.append(name)
        for each, argument in (getattr(thing, "args", None) or {}).items():
            look(f"{name}({each})", argument)

    for name, kind in graphql_schema.type_map.items():
        if not name.startswith("__"):
            look(name, kind)
            for each, inner in (getattr(kind, "fields", None) or getattr(kind, "values", None) or {}).items():
                look(f"{name}.{each}", inner)
    for directive in graphql_schema.directives:
        look(f"@{directive.name}", directive)
    return found


def test_everything_in_the_schema_says_what_it_is():
    assert undescribed(schema.graphql_schema) == []


def test_whatever_says_nothing_is_found():
    silent = """
        directive @dear(by: Int) on FIELD
        interface Named { name(short: Boolean): String }
        type Query implements Named { name(short: Boolean): String kind: Kind any: Any day: Day }
        type Mutation { send(input: In): Int }
        enum Kind { A }
        union Any = Query
        scalar Day
        input In { text: String }
    """
    assert " ".join(sorted(undescribed(build_schema(silent)))) == (
        "@dear @dear(by) Any Day In In.text Kind Kind.A Mutation Mutation.send Mutation.send(input) "
        "Named Named.name Named.name(short) Query Query.any Query.day Query.kind Query.name Query.name(short)"
    )


def test_root_fields_may_fail_alone(api, people):
    query = "{ me { code } articles(first: 0) { edges { cursor } } approvals(first: 1) { edges { cursor } } }"
    answer = api(query, token=token_for(people.member))
    assert answer["data"]["me"] == {"code": "DV1"}
    assert answer["data"]["articles"] is None
    assert [error["path"] for error in answer["errors"]] == [["articles"]]
