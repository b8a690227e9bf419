"""Whatever is sent, the answer is JSON, no 5xx and no trace. Seeded, so that a failure comes again."""

import json
import random

import pytest

from accounts.models import Session
from tests.api.conftest import OPERATIONS, token_for

pytestmark = pytest.mark.django_db
ROUNDS = 600
NAMES = {"approvals": ["Approvals", "Decide"]}
VALUES = [
    None,
    True,
    0,
    1,
    -1,
    100,
    2**31,
    2**63,
    10**40,
    1.5,
    1e308,
    "",
    "x",
    "đ" * 300,
    "%",
    "'",
    "\\",
    "\u202e",
    "😀",
    "\x00",
    "\ud800",
    "RESOLUTION",
    "ANDROID",
    "APPROVE",
    [],
    ["x"],
    {},
    {"name": "Máy", "platform": "IOS"},
    {"name": "Máy", "platform": 1, "x": {"y": {}}},
]
PIECES = ["{", "}", "(", ")", "$", ":", "!", "...", "@include(if: true)", "id", "first: 1", "__typename", '"', '"""']
PIECES += [
    "#",
    "on Article",
    "fragment F on Me {id}",
    "...F",
    "mutation",
    "query",
    "null",
    "[",
    "]",
    "\\u0000",
    "é",
    "|",
]
FORBIDDEN = ("Traceback", 'File "', "django.", "psycopg", "sqlite3", "graphql.error", "Did you mean", ".py")


@pytest.fixture
def store(out, people):
    item = out("Tin", storage_name="a.pdf")
    return [str(item.pk), token_for(people.member), token_for(people.secretary)]


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


def body_of(rng, store):
    path = rng.choice(sorted(OPERATIONS.glob("*.graphql")))
    query = path.read_text(encoding="utf-8")
    variables = {
        "first": 10,
        "id": store[0],
        "revision": "x",
        "decision": "RETURN",
        "refreshToken": "x",
        "username": "DV1",
        "password": "x",
        "device": {"name": "Máy", "platform": "IOS"},
    }
    for name in [*variables, "after", "type", "issuer", "year", "number", "category", "source", "comment", "since"]:
        if rng.random() < 0.15:
            variables[name] = rng.choice([*VALUES, *store])
    body = {
        "query": mutated(rng, query) if rng.random() < 0.4 else query,
        "variables": variables if rng.random() < 0.95 else rng.choice(VALUES),
        "operationName": rng.choice(NAMES.get(path.stem, [None])) if rng.random() < 0.9 else rng.choice(VALUES),
    }
    text = json.dumps(body)
    return mutated(rng, text) if rng.random() < 0.2 else text


@pytest.mark.parametrize("seed", range(3))
def test_mutated_requests_never_make_the_server_fail(api, store, seed, caplog):
    rng = random.Random(seed)
    statuses = {}
    for number in range(ROUNDS // 3):
        token = rng.choice([None, None, store[1], store[2], mutated(rng, store[1])])
        body = body_of(rng, store)
        headers = {"HTTP_AUTHORIZATION": f"Bearer {token}".encode().decode("latin-1")} if token else {}
        headers["HTTP_ACCEPT_LANGUAGE"] = rng.choice(["vi", "en", "*", "é;q=x", "x" * 500, ""])
        headers["REMOTE_ADDR"] = f"10.0.{seed}.{number % 250}"
        response = api.send(body.encode("utf-8", "surrogatepass"), **headers)
        text = response.content.decode()
        assert response.status_code < 500, (body, text)
        assert not [each for each in FORBIDDEN if each in text], (body, text)
        json.loads(text)
        statuses[response.status_code] = statuses.get(response.status_code, 0) + 1
    assert statuses.get(200, 0) > 20 and statuses.get(400, 0) > 20, statuses
    assert Session.objects.count() == 2
    assert "Traceback" not in caplog.text


def test_mutated_file_addresses_never_make_the_server_fail(api, store):
    rng = random.Random(9)
    for _ in range(200):
        path = mutated(rng, f"/files/{store[0]}/a.pdf").replace("#", "").replace("\n", "")
        headers = {"HTTP_RANGE": mutated(rng, "bytes=0-10"), "HTTP_IF_NONE_MATCH": mutated(rng, '"abc"')}
        headers = {key: value.encode().decode("latin-1").replace("\n", "") for key, value in headers.items()}
        response = api.client.get("/" + path.lstrip("/"), **headers)
        assert response.status_code < 500, path
