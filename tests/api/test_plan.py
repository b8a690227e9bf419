"""The compiled executor answers what graphql-core answers, or leaves it to graphql-core."""

import json

import pytest
from graphql import execute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import plan
from api.caller import caller_of
from api.prepared import prepare
from api.schema import schema
from api.viewer import Context
from tests.api.conftest import OPERATIONS, operation, token_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(rf):
    """A function that runs a query by both executors and gives both answers as JSON."""

    def run(text, variables=None, token=None, name=None):
        prepared = prepare(text)
        chosen = prepared.operation(name)
        caller = caller_of(token)

        def context():
            return Context(request=rf.get("/graphql"), caller=caller, language="vi", field_names=prepared.field_names)

        theirs = execute(
            schema.graphql_schema,
            prepared.document,
            context_value=context(),
            variable_values=variables or {},
            operation_name=name,
        )
        try:
            ours = plan.run(prepared, chosen, variables or {}, context())
        except plan.NotPlanned:
            ours = None
        return (json.dumps(ours) if ours is not None else None), json.dumps(theirs.data), theirs.errors

    return run


@pytest.fixture
def shelf(out):
    """Some of each kind, with files, pictures and things beside them."""
    first = out("A", storage_name="a.pdf", body=[{"id": "1", "type": "text", "value": "<p>x</p>"}])
    second = out("B", related=[first.page_id], image={"file_id": "x", "width": 1, "height": 2, "alt": "y"})
    third = out("C", kind="document", storage_name="c.pdf", related=[second.page_id, first.page_id])
    fourth = out("D", kind="bulletin")
    return [first, second, third, fourth]


# Asked by officers alone, now and then, with fields that take arguments of their own.
UNPLANNED = {"NoticeReach"}


@pytest.mark.parametrize("path", sorted(OPERATIONS.glob("*.graphql")), ids=lambda path: path.stem)
def test_the_apps_own_queries_are_planned_and_equal(both, shelf, people, path):
    prepared = prepare(operation(path.stem))
    for name, one in prepared.operations.items():
        if one.is_mutation:
            continue
        for item in shelf:
            variables = {"first": 10, "id": str(item.pk), "query": "A", "text": "A", "token": "x"}
            ours, theirs, errors = both(operation(path.stem), variables, token=token_for(people.secretary), name=name)
            assert errors is None
            assert ours == (None if name in UNPLANNED else theirs)


FIELDS = [
    "id",
    "kind",
    "t: title",
    "title",
    "__typename",
    "publishedAt",
    "body",
    "category { slug name }",
    "source { code }",
    "source { name c: code }",
    "... on Article { author image { alt width } }",
    "... on Article { attachments { id url size contentType } related { id kind } }",
    "... on Document { number issuer { name } files { name } issuedOn type }",
    "... on Bulletin { month }",
    "...F",
    "... { slug }",
    "... @include(if: true) { locale }",
    "version @skip(if: true)",
]
FRAGMENT = " fragment F on Content { summary ...G } fragment G on Content { version source { name } }"


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.lists(st.sampled_from(FIELDS), min_size=1, max_size=8), pick=st.integers(0, 3))
def test_any_selection_is_equal(both, shelf, fields, pick):
    query = f"query($id: ID!) {{ content(id: $id) {{ {' '.join(fields)} }} }}"
    query += FRAGMENT if "...F" in fields else ""
    ours, theirs, errors = both(query, {"id": str(shelf[pick].pk)})
    assert errors is None
    assert (ours is None) == any("@" in field for field in fields)
    assert ours in (None, theirs)


@pytest.mark.parametrize(
    "text, variables",
    [
        ("{ articles(first: 0) { edges { cursor } } }", {}),
        ("query($first: Int!) { articles(first: $first) { edges { cursor } } }", {"first": "x"}),
        ("query($first: Int!) { articles(first: $first) { edges { cursor } } }", {}),
        ("{ __typename articles(first: 1) { edges { cursor } } }", {}),
        ("{ __schema { types { name } } }", {}),
    ],
)
def test_what_fails_or_is_unusual_is_left_to_graphql_core(both, shelf, text, variables):
    assert both(text, variables)[0] is None


def test_a_null_where_none_may_be_is_left_to_graphql_core(both, out):
    item = out("A")
    item.payload = {**item.payload, "source": None}
    item.save()
    ours, theirs, errors = both(operation("article"), {"id": str(item.pk)})
    assert (ours, json.loads(theirs)) == (None, {"content": None})
    assert errors
