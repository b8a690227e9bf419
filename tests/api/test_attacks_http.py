"""The published attacks on GraphQL over HTTP: other methods and bodies, forged origins, lies about what is sent.

Each is sent twice: to us, and to a view that has no guards (tests.api.attacks.naive), where it works; the check that
holds for us must fail there.
"""

from __future__ import annotations

import dataclasses
import gzip
import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import Session
from api import limits, view
from tests.api.conftest import token_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlimited")]

QUERY = "{ __typename }"
SIGN_IN = (
    'mutation { signIn(input: {username: "DV1", password: "matkhau-2026", device: {name: "x", platform: WEB}}) '
    "{ session { expiresIn } } }"
)
BODY = json.dumps({"query": QUERY})
MUTATION = json.dumps({"query": SIGN_IN})
DIGEST = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"
PERSISTED = {"persistedQuery": {"version": 1, "sha256Hash": DIGEST}}
Answers = Callable[[Client], Any]


@dataclasses.dataclass(frozen=True)
class Attack:
    """What is sent, and what must hold for the answer."""

    send: Answers
    holds: Callable[[Any], bool]


def post(body: str | bytes, content_type: str = "application/json", **headers: str) -> Answers:
    return lambda client: client.post("/graphql", body, content_type=content_type, **headers)


def get(query: str, method: str = "get", **headers: str) -> Answers:
    return lambda client: getattr(client, method)(f"/graphql?{urlencode({'query': query})}", **headers)


def multipart(fields: dict[str, str]) -> Answers:
    return lambda client: client.post("/graphql", fields)


def twice(first: Answers, second: Answers) -> Answers:
    def send(client: Client) -> Any:
        first(client)
        return second(client)

    return send


def refused(response: Any) -> bool:
    """Nothing was done and nothing was said, but that it was refused."""
    return 400 <= response.status_code < 500 and b'"data"' not in response.content and not Session.objects.exists()


def plain(response: Any) -> bool:
    """An answer with what the spec names and nothing else, as JSON, and no header of the caller's making."""
    return (
        response["Content-Type"].startswith("application/json")
        and set(response.json()) <= {"data", "errors"}
        and not response.has_header("X-Operation")
    )


def discreet(response: Any) -> bool:
    """An error that tells nothing of what the server is made of."""
    text = response.content.decode()
    told = ("Did you mean", "Error(", "Refused(", "Traceback", ".py", "graphql.", "django")
    return "errors" in response.json() and not any(each in text for each in told)


UPLOAD = {"operations": MUTATION, "map": "{}"}
ATTACKS = {
    "a query by GET": Attack(get(QUERY), refused),
    "a mutation by GET": Attack(get(SIGN_IN), refused),
    "a mutation by GET that says it is a POST": Attack(get(SIGN_IN, HTTP_X_HTTP_METHOD_OVERRIDE="POST"), refused),
    "a mutation by GET with a JSON type": Attack(get(SIGN_IN, CONTENT_TYPE="application/json"), refused),
    "a mutation by HEAD": Attack(get(SIGN_IN, "head"), refused),
    "a mutation by OPTIONS": Attack(get(SIGN_IN, "options"), refused),
    "a mutation by PUT": Attack(lambda c: c.put("/graphql", MUTATION, content_type="application/json"), refused),
    "a mutation by a method nobody knows": Attack(
        lambda c: c.generic("QUERY", "/graphql", MUTATION, content_type="application/json"), refused
    ),
    "a mutation in the address of a POST": Attack(
        lambda c: c.post(f"/graphql?{urlencode({'query': SIGN_IN})}", content_type="application/x-www-form-urlencoded"),
        refused,
    ),
    "a form of another site": Attack(
        post(urlencode({"query": SIGN_IN}), "application/x-www-form-urlencoded", HTTP_ORIGIN="https://evil.example"),
        refused,
    ),
    "a form with files": Attack(multipart({"query": SIGN_IN}), refused),
    "an upload as the multipart spec has it": Attack(multipart(UPLOAD), refused),
    "plain text, which needs no preflight": Attack(post(MUTATION, "text/plain"), refused),
    "plain text that names JSON": Attack(post(MUTATION, "text/plain; x=application/json"), refused),
    "two types in one": Attack(post(MUTATION, "text/plain, application/json"), refused),
    "a type that begins like JSON": Attack(post(MUTATION, "application/jsonx"), refused),
    "no type at all": Attack(post(MUTATION, ""), refused),
    "a batch": Attack(post(f"[{','.join([BODY] * 10)}]"), refused),
    "a batch of mutations": Attack(post(f"[{','.join([MUTATION] * 2)}]"), refused),
    "a batch of one": Attack(post(f"[{BODY}]"), refused),
    "a compressed body": Attack(post(gzip.compress(BODY.encode()), HTTP_CONTENT_ENCODING="gzip"), refused),
    "a bomb": Attack(
        post(gzip.compress(b'{"query": "{ __typename }"' + b" " * 2**22 + b"}"), HTTP_CONTENT_ENCODING="gzip"), refused
    ),
    "UTF-16": Attack(post(BODY, "application/json; charset=utf-16"), refused),
    "UTF-32": Attack(post(BODY.encode("utf-32")), refused),
    "a body that is too long": Attack(post(BODY + " " * limits.MAX_BODY), refused),
    "not a number": Attack(post('{"query": "{ __typename }", "variables": {"a": NaN}}'), refused),
    "infinity": Attack(post('{"query": "{ __typename }", "variables": {"a": -Infinity}}'), refused),
    "a persisted query of one's own": Attack(
        twice(post(json.dumps({"query": QUERY, "extensions": PERSISTED})), post(json.dumps({"extensions": PERSISTED}))),
        refused,
    ),
    "a persisted query by GET": Attack(
        twice(
            post(json.dumps({"query": SIGN_IN.replace("DV1", "DV9"), "extensions": PERSISTED})),
            lambda c: c.get("/graphql", {"extensions": json.dumps(PERSISTED), "query": QUERY}),
        ),
        refused,
    ),
    "GraphiQL": Attack(lambda c: c.get("/graphql", HTTP_ACCEPT="text/html"), plain),
    "GraphiQL by POST": Attack(post(BODY, HTTP_ACCEPT="text/html"), plain),
    "tracing": Attack(post(BODY, HTTP_APOLLO_TRACING="1", HTTP_X_APOLLO_TRACING="1"), plain),
    "an operation's name that ends a header": Attack(
        post(json.dumps({"query": "query A { __typename }", "operationName": "A"})), plain
    ),
    "a field nearly right": Attack(post(json.dumps({"query": "{ article { id } }"})), discreet),
    "an argument nearly right": Attack(
        post(json.dumps({"query": "{ articles(frist: 1) { edges { cursor } } }"})), discreet
    ),
    "a value nearly right": Attack(
        post(json.dumps({"query": "{ documents(first: 1, type: RESOLUTON) { edges { cursor } } }"})), discreet
    ),
    "a refusal inside": Attack(post(json.dumps({"query": "{ articles(first: 0) { edges { cursor } } }"})), discreet),
    "a refusal of who is not signed in": Attack(
        post(json.dumps({"query": "{ approvals(first: 1) { edges { cursor } } }"})), discreet
    ),
}


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("name", ATTACKS)
def test_it_does_not_work(client, people, name):
    response = ATTACKS[name].send(client)
    assert ATTACKS[name].holds(response), (response.status_code, response.content[:300])


@pytest.mark.parametrize("name", ATTACKS)
def test_it_works_where_there_are_no_guards(client, people, settings, name):
    settings.ROOT_URLCONF = "tests.api.attacks"
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if not each.startswith("api.")]
    try:
        response = ATTACKS[name].send(client)
    except ValueError:  # a body that is no JSON even there
        return
    assert not ATTACKS[name].holds(response), (response.status_code, response.content[:300])


# --- who asks


@pytest.mark.parametrize("where", ["access_token={}", "token={}", "authorization=Bearer%20{}", "Authorization={}"])
def test_a_token_counts_in_its_header_alone(client, people, where):
    token = token_for(people.member)
    query = '{"query": "{ me { code } }"}'
    client.cookies["Authorization"] = client.cookies["access_token"] = token
    address = "/graphql?" + where.format(token)
    assert client.post(address, query, content_type="application/json").json() == {"data": {"me": None}}
    right = client.post("/graphql", query, content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert right.json() == {"data": {"me": {"code": "DV1"}}}


def test_a_cookie_of_the_admin_is_nobody_here(client, people, monkeypatch):
    client.force_login(people.member)
    query = '{"query": "{ me { code } }"}'
    assert client.post("/graphql", query, content_type="application/json").json() == {"data": {"me": None}}
    monkeypatch.setattr(view, "bearer_of", lambda request: token_for(request.user))
    assert client.post("/graphql", query, content_type="application/json").json() == {"data": {"me": {"code": "DV1"}}}


# --- where it is sent


def test_a_host_that_is_not_ours_is_refused(client, settings):
    asked = lambda: client.post("/graphql", BODY, content_type="application/json", HTTP_HOST="evil.example")  # noqa: E731
    settings.ALLOWED_HOSTS = ["sotay.example.vn"]
    response = asked()
    assert response.status_code == 400
    assert b"evil" not in response.content
    settings.ALLOWED_HOSTS = ["*"]
    assert asked().status_code == 200


def test_an_address_in_the_answer_is_never_of_a_forged_host(client, out, settings):
    out("A", storage_name="a.pdf")
    body = '{"query": "{ articles(first: 1) { edges { node { attachments { url } } } } }"}'
    forged = {
        "HTTP_X_FORWARDED_HOST": "evil.example",
        "HTTP_X_ORIGINAL_URL": "/evil",
        "HTTP_FORWARDED": "host=evil.example",
    }

    def asked():
        return client.post("/graphql", body, content_type="application/json", **forged).content

    assert b"http://testserver/files/" in asked()
    settings.USE_X_FORWARDED_HOST = True
    assert b"http://evil.example/files/" in asked()


@pytest.mark.parametrize("path", ["/graphql/", "/graphql%00", "/graphql.php", "/GraphQL", "/graphiql", "/playground"])
def test_no_other_address_answers(client, path):
    response = client.post(path, BODY, content_type="application/json")
    assert response.status_code == 404
    assert b"__typename" not in response.content


def test_no_origin_may_read_the_answer_from_its_pages(client):
    response = client.options("/graphql", HTTP_ORIGIN="https://evil.example", HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST")
    both = [
        response,
        client.post("/graphql", BODY, content_type="application/json", HTTP_ORIGIN="https://evil.example"),
    ]
    assert not [name for each in both for name in each.headers if name.lower().startswith("access-control-")]


# --- what is said of the body, and what comes


class Line(io.RawIOBase):
    """A body that comes a few bytes at a time, without an end, or breaks off."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.given = 0
        self.breaks = breaks

    def read(self, size: int = -1) -> bytes:
        if self.breaks:
            raise OSError("the line is broken")
        part = b" " * (min(size, 100) if size > 0 else 100)
        self.given += len(part)
        return part


def sent(client, line, length):
    headers = {"CONTENT_LENGTH": str(length), "wsgi.input": line}
    return client.generic("POST", "/graphql", b"x", content_type="application/json", **headers)


def test_of_an_endless_body_no_more_is_read_than_may_be(client, monkeypatch):
    line = Line()
    assert sent(client, line, 10**12).status_code in (400, 413)
    assert line.given <= limits.MAX_BODY + 200
    monkeypatch.setattr(limits, "MAX_BODY", 10 * limits.MAX_BODY)
    endless = Line()
    sent(client, endless, 10**12)
    assert endless.given > line.given or endless.given <= 200


@pytest.mark.parametrize("length", ["5", "", "-1", "x"])
def test_a_wrong_length_is_no_fault_of_ours(client, length):
    response = client.generic("POST", "/graphql", BODY, content_type="application/json", CONTENT_LENGTH=length)
    assert response.status_code in (200, 400, 413)


def test_a_line_that_breaks_is_no_fault_of_ours(client):
    assert sent(client, Line(breaks=True), 100).status_code == 400


def test_of_two_keys_of_one_name_the_same_is_measured_and_executed(client):
    over = "{" + " ".join(f"a{n}: __typename" for n in range(40)) + "}"
    ask = lambda *queries: client.post(  # noqa: E731
        "/graphql", "{" + ",".join(f'"query": "{each}"' for each in queries) + "}", content_type="application/json"
    )
    assert ask(over, QUERY).json() == {"data": {"__typename": "Query"}}
    assert ask(QUERY, over).status_code == 400


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1e-400", "1E+5", "0.1e1", "-0", "1" * 400])
def test_numbers_of_any_size_are_no_fault_of_ours(client, number):
    query = "query($n: Int!) { articles(first: $n) { edges { cursor } } }"
    body = f'{{"query": "{query}", "variables": {{"n": {number}}}}}'
    response = client.post("/graphql", body, content_type="application/json")
    assert response.status_code in (200, 400)
    found = (response.json().get("data") or {}).get("articles")
    assert found == ({"edges": []} if number == "0.1e1" else None)


@pytest.mark.parametrize(
    "name", ["A\r\nSet-Cookie: a=b", "A\nX: y", "../../etc/passwd", "__proto__", "A" * 5000, "đ\u202e"]
)
def test_an_operation_s_name_is_only_compared(client, name):
    response = client.post(
        "/graphql",
        json.dumps({"query": "query A { __typename }", "operationName": name}),
        content_type="application/json",
    )
    assert response.status_code == 400
    assert not response.has_header("X") and not response.cookies
    assert name.encode() not in response.content
