"""Whatever is sent, the answer is JSON, no 5xx and no trace.

Seeded, so that a failure comes again. ``FUZZ=10000 .venv/bin/python -m pytest tests/api/test_fuzz.py`` is the long run.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
from collections import Counter
from urllib.parse import quote

import brotli
import pytest
from graphql import NonNullTypeNode, OperationDefinitionNode, VariableDefinitionNode, parse

from accounts.models import Session
from accounts.tokens import new_refresh_token
from api.schema import schema
from tests.api.conftest import NOWHERE, OPERATIONS, token_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlimited")]

ROUNDS = int(os.environ.get("FUZZ", "400"))
PARTS = 4
VALUES = [None, True, 0, 1, -1, 100, 2**31, 2**63, 10**40, 1.5, 1e308, "", "x", "đ" * 300, "%", "'", "\\", "\u202e"]
VALUES += ["😀", "\x00", "\ud800", "RESOLUTION", "ANDROID", "APPROVE", [], ["x"], {}, {"name": "Máy", "platform": 1}]
VALUES += [[[[[[[[[[0]]]]]]]]], {"": {"": {"": ""}}}, "null", "2026-11-24", "Đảng" * 2000]
PIECES = ["{", "}", "(", ")", "$", ":", "!", "...", "@include(if: true)", "id", "first: 1", "__typename", '"', '"""']
PIECES += ["#", "on Article", "fragment F on Me {id}", "...F", "mutation", "query", "null", "[", "]", "\\u0000", "é"]
PIECES += ["|", "\r\n", "\x00", "@defer", "&", "=", "%", "0", "-", "A" * 200, "{__schema{types{name}}}"]
FORBIDDEN = ("Traceback", 'File "', "django.", "psycopg", "sqlite3", "graphql.error", "Did you mean", ".py")
HEADERS = ["HTTP_ACCEPT_LANGUAGE", "HTTP_IF_NONE_MATCH", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_X_FORWARDED_FOR"]
HEADERS += ["HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_COOKIE", "HTTP_ORIGIN", "HTTP_USER_AGENT", "HTTP_REFERER"]
DOCUMENTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(OPERATIONS.glob("**/*.graphql"))}


class Store:
    """What a client may have got before: ids, cursors and tokens, to be sent back as they were or not."""

    def __init__(self, api, out, people):
        item, document = out("Tin", storage_name="a.pdf"), out("Văn bản", kind="document")
        self.file = str(item.files.get().pk)
        self.tokens = [token_for(people.member), token_for(people.secretary)]
        lists = "{ articles(first: 1) { edges { cursor } } documents(first: 1) { edges { cursor } } me { id } }"
        data = api.data(lists, token=self.tokens[0])
        cursors = [data[name]["edges"][0]["cursor"] for name in ("articles", "documents")]
        self.texts = [str(item.pk), str(document.pk), self.file, NOWHERE, data["me"]["id"], *cursors]
        self.texts += [document.number, item.slug, "tin-tuc", "tuyen-giao", new_refresh_token(), self.tokens[1]]


@pytest.fixture
def store(api, out, people):
    return Store(api, out, people)


def mutated(rng, text):
    """The text with a few letters or pieces dropped, doubled, swapped or put in."""
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(text) + 1)
        until = min(len(text), place + rng.randint(0, 12))
        text = rng.choice(
            [
                text[:place] + text[until:],
                text[:place] + rng.choice(PIECES) + text[place:],
                text[:until] + text[place:],
                text[:place] + rng.choice(PIECES) + text[until:],
            ]
        )
    return text


def value_for(rng, kind, store):
    """A value of a variable's type, or something else in its place, now and then."""
    if rng.random() < 0.1:
        return rng.choice([*VALUES, *store.texts])
    if isinstance(kind, NonNullTypeNode):
        return value_for(rng, kind.type, store)
    if kind.kind == "list_type":
        return [value_for(rng, kind.type, store) for _ in range(rng.choice([0, 1, 3]))]
    return _named(rng, schema.graphql_schema.type_map.get(kind.name.value), store)


def _named(rng, kind, store):
    name = getattr(kind, "name", "")
    if name == "Int":
        return rng.choice([1, 1, 2, 10, 100, 2026])
    if name == "Boolean":
        return rng.random() < 0.5
    if hasattr(kind, "values"):
        return rng.choice(sorted(kind.values))
    if hasattr(kind, "fields"):
        inner = {each: getattr(field.type, "of_type", field.type) for each, field in kind.fields.items()}
        return {each: _named(rng, of, store) for each, of in inner.items() if rng.random() < 0.9}
    text = rng.choice(store.texts)
    return mutated(rng, text) if rng.random() < 0.3 else text


def request_of(rng, store):
    """One of the clients' operations, with its variables: whole, or broken somewhere."""
    query = rng.choice(list(DOCUMENTS.values()))
    operations = [each for each in parse(query).definitions if isinstance(each, OperationDefinitionNode)]
    operation = rng.choice(operations)
    definitions: tuple[VariableDefinitionNode, ...] = operation.variable_definitions
    variables = {
        each.variable.name.value: value_for(rng, each.type, store)
        for each in definitions
        if isinstance(each.type, NonNullTypeNode) or rng.random() < 0.3
    }
    name = operation.name.value if operation.name else None
    return {
        "query": mutated(rng, query) if rng.random() < 0.4 else query,
        "variables": variables if rng.random() < 0.95 else rng.choice(VALUES),
        "operationName": name if rng.random() < 0.9 else rng.choice(VALUES),
        **({rng.choice(["id", "extensions", "query "]): rng.choice(VALUES)} if rng.random() < 0.1 else {}),
    }


def sendable(text):
    """The text as the bytes of a header, for a server hands them on so."""
    return re.sub("[\r\n\x00]", "", text).encode("utf-8", "surrogatepass").decode("latin-1")


def headers_of(rng, store, seed, number):
    token = rng.choice([None, None, *store.tokens, mutated(rng, store.tokens[0])])
    headers = {"HTTP_AUTHORIZATION": f"Bearer {sendable(token)}"} if token else {}
    if rng.random() < 0.05:
        headers["HTTP_AUTHORIZATION"] = sendable(mutated(rng, f"Bearer {store.tokens[0]}"))
    for name in rng.sample(HEADERS, rng.choice([0, 1, 3])):
        usual = rng.choice(["vi", "en", "*", "bytes=0-10", '"abc"', "gzip, br;q=0.5", "text/html", "10.0.0.1, x"])
        headers[name] = sendable(mutated(rng, usual))
    # Rate limits are not what is tested here.
    headers["REMOTE_ADDR"] = f"10.{seed}.{number // 250 % 250}.{number % 250}"
    return headers


def checked(response, sent):
    """The status of an answer that is well-formed and tells nothing."""
    unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(response.get("Content-Encoding"), bytes)
    text = unpack(response.content).decode()
    assert response.status_code < 500, (sent, text)
    assert not [each for each in FORBIDDEN if each in text], (sent, text)
    if response["Content-Type"].startswith("application/json"):
        json.loads(text)
    return response.status_code


@pytest.mark.parametrize("seed", range(PARTS))
def test_mutated_requests_never_make_the_server_fail(api, store, seed, caplog):
    rng = random.Random(seed)
    statuses = Counter()
    for number in range(ROUNDS // PARTS):
        request = request_of(rng, store)
        headers = headers_of(rng, store, seed, number)
        if rng.random() < 0.1:
            address = "&".join(
                f"{key}={quote(str(value).encode('utf-8', 'replace'))}" for key, value in request.items()
            )
            statuses[checked(api.client.get(f"/graphql?{address}", **headers), (address, headers))] += 1
            continue
        body = json.dumps(request)
        body = mutated(rng, body) if rng.random() < 0.2 else body
        statuses[checked(api.send(body.encode("utf-8", "surrogatepass"), **headers), (body, headers))] += 1
    least = ROUNDS // PARTS // 10
    assert statuses[200] > least and statuses[400] > least, statuses
    assert Session.objects.count() == 2
    assert "Traceback" not in caplog.text


def test_mutated_file_addresses_never_make_the_server_fail(api, store):
    rng = random.Random(9)
    statuses = Counter()
    for number in range(ROUNDS // 4):
        path = f"/files/{store.file}/a.pdf"
        path = mutated(rng, path).replace("#", "") if rng.random() < 0.7 else path
        headers = headers_of(rng, store, 9, number)
        headers["HTTP_RANGE"] = sendable(mutated(rng, "bytes=0-10"))
        # What begins with two slashes would be another host to the test client.
        response = getattr(api.client, rng.choice(["get", "head"]))("/" + path.lstrip("/"), **headers)
        assert response.status_code < 500, (path, headers)
        statuses[response.status_code] += 1
    assert {200, 404} <= set(statuses), statuses


def test_the_fuzzer_would_see_a_failure(api, store, monkeypatch):
    """With the guard against what no database keeps taken out, or a resolver that falls over, it comes to light."""
    monkeypatch.setattr("api.connections.page_of.__code__", (lambda *args, **kwargs: 1 // 0).__code__)
    rng = random.Random(0)
    with pytest.raises(AssertionError):
        for number in range(200):
            body = json.dumps(request_of(rng, store)).encode("utf-8", "surrogatepass")
            checked(api.send(body, **headers_of(rng, store, 0, number)), body)
