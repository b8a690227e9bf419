"""The published lists of attacks on GraphQL (graphql-cop, graphql-armor, OWASP's cheat sheet), as documents.

Each is sent twice: as things are, it is refused with the code that is named; with its guard taken out, the same request
is answered, so that the first half would fail. What is over HTTP is in test_attacks_http.py; limits to the letter in
test_limits.py; the CPU they cost in test_cpu.py; what is broken by chance in test_fuzz.py.
"""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import is_input_object_type, is_non_null_type, is_required_input_field

from api import connections, ids, limits, view
from api.documents import queries as documents
from api.schema import schema
from tests.api.attacks import raised, together, without_rule
from tests.api.conftest import NOWHERE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlimited")]

REFRESH = 'refreshSession(input: {refreshToken: "x"}) { errors { code } }'
SIGN_IN = (
    'signIn(input: {username: "DV1", password: "%s", device: {name: "x", platform: WEB}}) { session { expiresIn } }'
)


ARTICLES = "{ articles(first: %s) { edges { cursor } } }"
DOCUMENTS = "{ documents(first: 1, type: %s) { edges { cursor } } }"


@dataclasses.dataclass(frozen=True)
class Attack:
    """A request, the code of its refusal, and what takes its guard out."""

    query: str
    code: str
    guard: Any
    variables: dict[str, Any] = dataclasses.field(default_factory=dict)


def many(piece, count, between=" "):
    return between.join(piece.format(n) for n in range(count))


def chain(length):
    """The chain of the architecture page: each fragment spreads the next one twice."""
    return (
        "{me{...A0}}"
        + "".join(f"fragment A{n} on Me{{...A{n + 1} ...A{n + 1}}}" for n in range(length))
        + f"fragment A{length} on Me{{id}}"
    )


def no_excess(monkeypatch):
    monkeypatch.setattr(limits, "refuse_excess", lambda *rest: None)


def staff_all(monkeypatch):
    monkeypatch.setattr(view, "is_staff", lambda user: True)


ALIASES = raised("MAX_ALIASES")
LIMIT, INVALID, FORBIDDEN = "LIMIT_EXCEEDED", "INVALID", "FORBIDDEN"
ATTACKS = {
    # graphql-cop
    "alias overloading": Attack("{" + many("alias{}: __typename", 101) + "}", LIMIT, ALIASES),
    "field duplication": Attack("{" + "__typename " * 500 + "}", LIMIT, raised("MAX_REPEATS")),
    "directive overloading": Attack(
        "{ me {" + many("id @include(if: true)", 25) + "} }", LIMIT, raised("MAX_DIRECTIVES")
    ),
    "directives that do not exist": Attack("{ __typename @aa }", INVALID, without_rule("KnownDirectivesRule")),
    "a directive again and again": Attack(
        "{ me { id " + "@include(if: true) " * 10 + "} }", INVALID, without_rule("UniqueDirectivesPerLocationRule")
    ),
    "introspection": Attack("{ __schema { types { name } } }", FORBIDDEN, staff_all),
    "introspection under another name": Attack("{ title: __schema { types { name } } }", FORBIDDEN, staff_all),
    "introspection in a fragment": Attack(
        '{ ...{ ...F } } fragment F on Query { x: __type(name: "Me") { name } }', FORBIDDEN, staff_all
    ),
    "introspection behind a condition": Attack(
        "query($no: Boolean = false) { __typename __schema @include(if: $no) { types { name } } }", FORBIDDEN, staff_all
    ),
    "circular introspection": Attack(
        "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }",
        INVALID,
        together(staff_all, without_rule("MaxIntrospectionDepthRule")),
    ),
    # graphql-armor and OWASP
    "fragments in a circle": Attack(
        "{ me { ...A } } fragment A on Me { ...B } fragment B on Me { id ...A }",
        INVALID,
        together(without_rule("NoFragmentCyclesRule"), no_excess),
    ),
    "a fragment in itself": Attack(
        "{ ...A } fragment A on Query { __typename ...A }",
        INVALID,
        together(without_rule("NoFragmentCyclesRule"), no_excess),
    ),
    "the chain of 667 bytes": Attack(chain(20), LIMIT, raised("MAX_COST")),
    "a chain as long as may be": Attack(chain(29), LIMIT, raised("MAX_COST")),
    "more fragments than may be": Attack(
        "{ me {" + many("...F{}", 31) + "} }" + many("fragment F{0} on Me {{ id }}", 31), LIMIT, raised("MAX_FRAGMENTS")
    ),
    "inline fragments, nested": Attack(
        "{ me {" + "... on Me {" * 40 + "id" + "}" * 40 + "} }", LIMIT, raised("MAX_FRAGMENTS")
    ),
    "fragments nobody spreads": Attack(
        "{ __typename }" + many(" fragment F{0} on Me {{ id }}", 3), INVALID, without_rule("NoUnusedFragmentsRule")
    ),
    "aliases in fragments": Attack(
        "{ me { ...F } b: me { ...F } c: me { ...F } } fragment F on Me {" + many("a{}: id", 5) + "}", LIMIT, ALIASES
    ),
    "root fields": Attack("{" + many("a{}: me {{ id }}", 11) + "}", LIMIT, raised("MAX_ROOT_FIELDS")),
    "passwords tried in one request": Attack(
        "mutation {" + " ".join(f"a{n}: " + SIGN_IN % n for n in range(12)) + "}",
        LIMIT,
        raised("MAX_MUTATIONS", "MAX_ROOT_FIELDS"),
    ),
    "mutations in a fragment": Attack(
        "mutation { ...M } fragment M on Mutation { a: " + REFRESH + " b: " + REFRESH + "}",
        LIMIT,
        raised("MAX_MUTATIONS"),
    ),
    "a page of pages": Attack(
        "{ articles(first: 100) { edges { node { " + "attachments { id name url size contentType } " * 2 + "} } } }",
        LIMIT,
        raised("MAX_COST"),
    ),
    "a cost that a variable hides": Attack(
        "query($n: Int! = 1) { articles(first: $n) { edges { node { "
        + "attachments { id name url size contentType } " * 2
        + "} } } }",
        LIMIT,
        raised("MAX_COST"),
        {"n": 100},
    ),
    "more tokens than may be": Attack(
        "{ me {" + "...F " * 500 + "} } fragment F on Me { id }", INVALID, raised("MAX_TOKENS")
    ),
    "conditions by the dozen": Attack(
        "query(" + many("$v{}: Boolean! = true", 21) + ") { me {" + many("id @include(if: $v{})", 21) + "} }",
        LIMIT,
        raised("MAX_DIRECTIVES"),
    ),
    "variables nested deep": Attack("{ __typename }", INVALID, raised("MAX_VALUE_DEPTH"), {"a": [[[[[[[[[[1]]]]]]]]]]}),
    "a key with NUL, deep in a variable": Attack(
        "{ __typename }",
        INVALID,
        lambda monkeypatch: monkeypatch.setattr(limits, "refuse_bad_values", lambda values: None),
        {"a": [{"b\x00": 1}]},
    ),
    "a fragment on another type": Attack(
        "{ me { ... on Article { id } } }", INVALID, without_rule("PossibleFragmentSpreadsRule")
    ),
    "a fragment on a scalar": Attack(
        "{ me { id ... on String { x } } }",
        INVALID,
        together(
            without_rule("FragmentsOnCompositeTypesRule", "FieldsOnCorrectTypeRule", "PossibleFragmentSpreadsRule"),
            no_excess,
        ),
    ),
    "a field of one type asked of all": Attack(
        f'{{ content(id: "{NOWHERE}") {{ attachments {{ id }} }} }}',
        INVALID,
        together(without_rule("FieldsOnCorrectTypeRule"), no_excess),
    ),
    "fields that cannot be told apart": Attack(
        "{ me { id: code id } }", INVALID, without_rule("OverlappingFieldsCanBeMergedRule")
    ),
    "one argument twice": Attack(
        "{ articles(first: 1, first: 100) { edges { cursor } } }", INVALID, without_rule("UniqueArgumentNamesRule")
    ),
    "an input field twice": Attack(
        'mutation { refreshSession(input: {refreshToken: "a", refreshToken: "b"}) { errors { code } } }',
        INVALID,
        without_rule("UniqueInputFieldNamesRule"),
    ),
    "one variable twice": Attack(
        "query($a: Int! = 1, $a: Int! = 100) { articles(first: $a) { edges { cursor } } }",
        INVALID,
        without_rule("UniqueVariableNamesRule"),
    ),
    "one fragment twice": Attack(
        "{ me { ...F } } fragment F on Me { id } fragment F on Me { code }",
        INVALID,
        without_rule("UniqueFragmentNamesRule"),
    ),
    "defer": Attack("{ ... @defer { me { id } } }", INVALID, without_rule("KnownDirectivesRule")),
    "stream": Attack(
        "{ articles(first: 1) { edges @stream(initialCount: 0) { cursor } } }",
        INVALID,
        without_rule("KnownDirectivesRule"),
    ),
    "a schema of one's own": Attack(
        "{ __typename } extend type Query { secret: String }", INVALID, without_rule("ExecutableDefinitionsRule")
    ),
}

# Guards that lie in the executor itself and cannot be taken out: without what is wrong in it, the request is answered.
TWINS = {
    "operations of one name": ("query A { __typename } query A { me { id } }", "query A { __typename }"),
    "a mutation beside a query": ("{ __typename } mutation A { " + REFRESH + " }", "mutation A { " + REFRESH + " }"),
    "a subscription": ("subscription { __typename }", "query { __typename }"),
    "a number beyond 32 bits": (ARTICLES % 2**31, ARTICLES % 1),
    "a number with an exponent": (ARTICLES % "1e2", ARTICLES % 100),
    "a list where one is asked for": (ARTICLES % "[1]", ARTICLES % 1),
    "an enum as a text": (DOCUMENTS % '"RESOLUTION"', DOCUMENTS % "RESOLUTION"),
    "a variable nobody gives": ("query($a: Int!) { articles(first: $a) { edges { cursor } } }", ARTICLES % 1),
}


def sent(api, attack, **options):
    return api.send({"query": attack.query, "variables": attack.variables}, **options)


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused(api, name):
    response = sent(api, ATTACKS[name])
    assert response.status_code == 400, response.content.decode()
    assert {error["extensions"]["code"] for error in response.json()["errors"]} == {ATTACKS[name].code}
    assert set(response.json()) == {"errors"}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_would_be_answered_without_its_guard(api, monkeypatch, name):
    ATTACKS[name].guard(monkeypatch)
    response = sent(api, ATTACKS[name])
    assert response.status_code == 200, response.content.decode()


def test_the_chain_is_as_long_as_that_of_the_architecture_page():
    assert 600 < len(chain(20)) < 700


@pytest.mark.parametrize("name", TWINS)
def test_it_is_refused_where_its_twin_is_answered(api, name):
    attack, twin = TWINS[name]
    assert api.send({"query": attack}).status_code == 400
    assert api.send({"query": twin}).status_code == 200


@pytest.mark.parametrize("value", [100.0, 1e2])
def test_the_cost_follows_a_variable_that_is_written_as_a_float(api, value):
    query = ATTACKS["a cost that a variable hides"].query
    assert api.send({"query": query, "variables": {"n": 100}}).status_code == 400
    assert api.send({"query": query, "variables": {"n": value}}).status_code == 400


# --- what is answered, with nothing


def first_error(api, query, variables=None, **options):
    answer = api(query, variables, **options)
    return answer["errors"][0]["extensions"]["code"] if "errors" in answer else None


def test_a_huge_list_is_refused(api, out, monkeypatch):
    out("A")
    query = "query($n: Int!) { articles(first: $n) { edges { cursor } } }"
    sizes = (0, -1, 101, 2**31 - 1)
    assert [first_error(api, query, {"n": n}) for n in sizes] == [INVALID] * 4
    monkeypatch.setattr(connections, "MAX_FIRST", 10**9)
    assert first_error(api, query, {"n": 101}) is None


def test_a_year_that_no_calendar_has_is_refused(api, out, monkeypatch):
    out("A", kind="document")
    query = "query($y: Int) { documents(first: 1, year: $y) { edges { cursor } } }"
    for year in (0, -1, 9999, 2**31 - 1):
        assert first_error(api, query, {"y": year}) == INVALID
    monkeypatch.setattr(documents, "datetime", SimpleNamespace(MINYEAR=-(10**10), MAXYEAR=10**10))
    assert api.send({"query": query, "variables": {"y": 2**31 - 1}}).status_code == 500


@pytest.mark.parametrize("text", ["%", "_", "%' OR 1=1 --", "tin-tu_", "\\", "", "/", "*"])
def test_a_filter_takes_nothing_for_a_pattern(api, out, monkeypatch, text):
    out("A")
    query = "query($t: String) { articles(first: 1, category: $t) { edges { cursor } } }"
    assert api.data(query, {"t": text}) == {"articles": {"edges": []}}


def test_a_cursor_is_good_for_its_own_list_alone(api, out, people, monkeypatch):
    for kind in ("article", "document"):
        out("A", kind=kind)
    page = "{ articles(first: 1) { edges { cursor } } documents(first: 1) { edges { cursor } } }"
    answer = api.data(page)
    article, document = (answer[name]["edges"][0]["cursor"] for name in ("articles", "documents"))
    query = "query($a: String) { %s(first: 1, after: $a) { edges { cursor } } }"
    wrong = {
        "articles": [document, NOWHERE, article + "A", article[:-1], "", "đ", article * 20],
        "documents": [article],
    }
    for field, cursors in wrong.items():
        assert [first_error(api, query % field, {"a": each}) for each in cursors] == [INVALID] * len(cursors)
    assert first_error(api, query % "articles", {"a": article}) is None
    monkeypatch.setattr(ids, "_tag", lambda kind, text: b"x" * ids.TAG_LENGTH)
    stale = ids.signed("cursor.articles", "2026-11-01T00:00:00+00:00", NOWHERE)
    assert first_error(api, query % "articles", {"a": stale}) is None
    assert ids.read_signed("cursor.documents", stale)


def test_an_id_of_another_kind_is_nothing(api, out, people):
    item = out("A", storage_name="a.pdf")
    me = api.data("{ me { id cell { id } } }", user=people.member)["me"]
    query = "query($id: ID!) { content(id: $id) { id } }"
    others = [item.files.get().pk, item.page_id, item.translation_key, item.slug, me["id"], me["cell"]["id"], "", "đ"]
    for other in others:
        assert api.data(query, {"id": str(other)}) == {"content": None}
    assert api.data(query, {"id": str(item.pk)})["content"]
    # Whatever spelling of it is taken, one and the same comes back.
    for spelling in (str(item.pk).upper(), item.pk.hex, f"{{{item.pk}}}", f"urn:uuid:{item.pk}"):
        found = api.data(query, {"id": spelling})["content"]
        assert found in (None, {"id": str(item.pk)})


def test_an_id_made_for_one_thing_decides_on_no_other(api, province, draft, approve):
    page = approve(draft(), steps=1)
    query = "{ approvals(first: 1) { edges { cursor node { id revision } } } }"
    (edge,) = api.data(query, user=province.board)["approvals"]["edges"]
    decide = "mutation($id: ID!, $revision: ID!) { decide(input: {id: $id, revision: $revision, decision: APPROVE}) "
    decide += "{ errors { code } } }"
    right = {"id": edge["node"]["id"], "revision": edge["node"]["revision"]}
    wrong = [
        right | {"id": right["revision"]},
        right | {"id": edge["cursor"]},
        right | {"revision": right["id"]},
        {"id": str(page.pk), "revision": str(page.latest_revision_id)},
    ]
    for variables in wrong:
        answer = api.data(decide, variables, user=province.board)["decide"]["errors"]
        assert [error["code"] for error in answer] in (["NOT_FOUND"], ["INVALID"])
    assert api.data(decide, right, user=province.board)["decide"]["errors"] == []


def test_what_the_schema_requires_is_required():
    """An input field made with graphene.Field has None as its default, so that leaving it out passed as having it."""
    inputs = [kind for kind in schema.graphql_schema.type_map.values() if is_input_object_type(kind)]
    required = [field for kind in inputs for field in kind.fields.values() if is_non_null_type(field.type)]
    assert len(required) >= 9
    assert [field for field in required if not is_required_input_field(field)] == []


@pytest.mark.parametrize("missing", ["platform", "name"])
def test_a_device_half_described_signs_nobody_in(api, people, missing):
    device = {"name": "Máy", "platform": "IOS"}
    variables = {"username": "DV1", "password": "matkhau-2026", "device": device}
    assert api.data("sign-in", variables)["signIn"]["errors"] == []
    device.pop(missing)
    assert first_error(api, "sign-in", variables, status=400) == INVALID
