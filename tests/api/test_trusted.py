"""Trusted documents: called by their hash, by GET, kept by clients and revalidated for a few bytes."""

import gzip
import hashlib
import json
from urllib.parse import urlencode

import brotli
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from api import responses, trusted
from api.reading import MAX_GET_VARIABLES
from api.replies import _strict_transport
from publishing.actions import take_down
from tests.api.conftest import NOWHERE, operation, token_for

pytestmark = pytest.mark.django_db


def address(name, variables=None, **query):
    """The address of one of the app's own documents."""
    query = {"id": hashlib.sha256(operation(name).encode()).hexdigest()} | query
    if variables is not None:
        query["variables"] = json.dumps(variables)
    return f"/graphql?{urlencode(query)}"


@pytest.fixture
def get(api):
    """A function that calls a document by GET."""

    def call(name, variables=None, *, token=None, query=None, **headers):
        if token:
            headers["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return api.client.get(address(name, variables, **(query or {})), **headers)

    return call


def test_the_manifest_is_that_of_the_documents():
    call_command("trusted_documents", check=True)
    manifest = json.loads(trusted.MANIFEST.read_text())
    assert manifest == {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in trusted.FOLDER.iterdir()}
    assert set(trusted.trusted()) == set(manifest.values())


def test_a_changed_document_and_one_that_does_not_fit_are_named(tmp_path, monkeypatch):
    (tmp_path / "a.graphql").write_text("query A { __typename }")
    monkeypatch.setattr(trusted, "FOLDER", tmp_path)
    monkeypatch.setattr(trusted, "MANIFEST", tmp_path / "manifest.json")
    with pytest.raises(CommandError):
        call_command("trusted_documents", check=True)
    call_command("trusted_documents")
    call_command("trusted_documents", check=True)
    (tmp_path / "a.graphql").write_text("query A { __typename  }")
    with pytest.raises(CommandError):
        call_command("trusted_documents", check=True)
    (tmp_path / "a.graphql").write_text("query A { nothing }")
    with pytest.raises(CommandError, match=r"a\.graphql"):
        call_command("trusted_documents")


def test_get_gives_what_post_gives(api, get, out, people):
    out("A", audience=["member"])
    token = token_for(people.member)
    response = get("home", {"first": 5}, token=token)
    assert response.status_code == 200
    assert response.json() == api("home", {"first": 5}, token=token)
    by_id = {"id": hashlib.sha256(operation("home").encode()).hexdigest(), "variables": {"first": 5}}
    assert api.send(by_id, token=token).json() == response.json()


def test_who_may_keep_it(get, out, people):
    out("A")
    shared = get("home", {"first": 5})
    assert shared["Cache-Control"] == "public, no-cache"
    assert {each.strip() for each in shared["Vary"].split(",")} >= {
        "Authorization",
        "Accept-Language",
        "Accept-Encoding",
    }
    token = token_for(people.member)
    assert get("home", {"first": 5}, token=token)["Cache-Control"] == "private, no-cache"
    assert get("me", token=token)["Cache-Control"] == "no-store"
    wrong = get("home", {"first": 0})
    assert (wrong.status_code, wrong["Cache-Control"], wrong.has_header("ETag")) == (200, "no-store", False)


def test_nothing_new_costs_a_few_hundred_bytes(api, get, out):
    for number in range(20):
        out(f"Tin số {number}")
    first = get("home", {"first": 20})
    again = get("home", {"first": 20}, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert sum(len(f"{name}: {value}\r\n") for name, value in again.items()) < 500
    out("Mới")
    changed = get("home", {"first": 20}, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (changed.status_code, changed.json()["data"]["articles"]["edges"][0]["node"]["title"]) == (200, "Mới")


@pytest.mark.parametrize(
    "accepted, encoding, decode",
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("", None, bytes),
    ],
)
def test_it_is_compressed_as_the_client_can_read_it(get, out, accepted, encoding, decode):
    for number in range(9):
        out(f"Tin số {number}")
    plain = get("home", {"first": 20})
    response = get("home", {"first": 20}, HTTP_ACCEPT_ENCODING=accepted)
    assert response.get("Content-Encoding") == encoding
    assert decode(response.content) == plain.content
    assert response["ETag"] == plain["ETag"]


def test_a_mutation_needs_post(get):
    response = get("sign-in", {"username": "a", "password": "b", "device": {"name": "c", "platform": "WEB"}})
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")


def test_a_document_of_several_operations_asks_for_the_name(get, people):
    token = token_for(people.member)
    assert get("approvals", {"first": 5}, token=token).status_code == 400
    assert get("approvals", {"first": 5}, token=token, query={"operationName": "Approvals"}).status_code == 200
    named = get("approvals", {"first": 5}, token=token, query={"operationName": "Decide"})
    assert named.status_code == 405


def test_an_unknown_document_is_404_in_the_callers_language(api):
    for path in ("/graphql?id=abc", f"/graphql?id={'0' * 64}", "/graphql?id=%00"):
        response = api.client.get(path, HTTP_ACCEPT_LANGUAGE="en")
        assert response.status_code in (400, 404)
    error = api.client.get("/graphql?id=abc", HTTP_ACCEPT_LANGUAGE="en").json()["errors"][0]
    assert error == {
        "message": "The server does not know this operation. Please update the app.",
        "extensions": {"code": "NOT_FOUND"},
    }


@pytest.mark.parametrize("variables", ["{", "[]", '"a"', "1", "[" * 3000, '{"first": NaN}'])
def test_bad_variables_are_refused(api, variables):
    response = api.client.get(address("home", query=None) + "&" + urlencode({"variables": variables}))
    assert response.status_code == 400, response.content


def test_long_variables_are_refused(get):
    assert get("home", {"first": 5, "after": "x" * MAX_GET_VARIABLES}).status_code == 414


def test_a_bad_token_is_told_so(get):
    response = get("home", {"first": 5}, token="x")
    assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')


def test_an_installation_answers_trusted_documents_and_others_to_staff_alone(api, out, people, province, settings):
    settings.API_FREE_FORM = False
    out("A")
    free = "{ articles(first: 1) { edges { node { title } } } }"
    for user in (None, people.member, people.secretary):
        answer = api(free, user=user, status=400)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert api.data("home", {"first": 1}, user=user)["articles"]["edges"]
    assert api.data(free, user=province.desk)["articles"]["edges"][0]["node"]["title"] == "A"


def test_those_who_see_the_same_share_one_answer_and_others_get_their_own(get, out, people, province):
    out("Chung", audience=["member"])
    out("Huyện 1", audience=[f"member:{province.units.TB01.pk}"])
    titles = {}
    for name in ("member", "secretary", "elsewhere"):
        answer = get("home", {"first": 5}, token=token_for(getattr(people, name))).json()
        titles[name] = sorted(edge["node"]["title"] for edge in answer["data"]["articles"]["edges"])
    assert titles == {"member": ["Chung", "Huyện 1"], "secretary": ["Chung", "Huyện 1"], "elsewhere": ["Chung"]}
    assert len(responses.kept._answers) == 2
    get("home", {"first": 5})
    assert len(responses.kept._answers) == 3
    out("Chi bộ A", audience=[f"member:{province.units.TB02XA.pk}"])
    answer = get("home", {"first": 5}, token=token_for(people.elsewhere)).json()
    assert len(answer["data"]["articles"]["edges"]) == 2


def test_what_is_withdrawn_is_gone_for_all_with_the_next_request(get, out):
    item = out("A")
    assert get("article", {"id": str(item.pk)}).json()["data"]["content"]["title"] == "A"
    take_down(page_id=item.page_id)
    assert get("article", {"id": str(item.pk)}).json() == {"data": {"content": None}}
    assert get("article", {"id": NOWHERE}).json() == {"data": {"content": None}}


def test_each_language_variable_and_host_has_its_own(get, out):
    out("A")
    out("B", locale="en")
    assert [
        get("home", {"first": 5}, HTTP_ACCEPT_LANGUAGE=language).json()["data"]["articles"]["edges"][0]["node"]["title"]
        for language in ("vi", "en", "vi")
    ] == ["A", "B", "A"]
    get("home", {"first": 5, "source": "to-chuc"})
    get("home", {"first": 5}, HTTP_HOST="khac.example.vn")
    assert len(responses.kept._answers) == 4


def test_its_length_is_told_and_so_is_what_protects_it(get, out, settings):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD = 60, True, True
    _strict_transport.cache_clear()
    answer = get("home", {"first": 1}, secure=True)
    assert int(answer["Content-Length"]) == len(answer.content)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Strict-Transport-Security"] == "max-age=60; includeSubDomains; preload"
    assert "Strict-Transport-Security" not in get("home", {"first": 1})
    _strict_transport.cache_clear()


def test_nothing_is_answered_over_http_where_https_is_asked_for(get, out, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = get("home", {"first": 1})
    assert (answer.status_code, answer["Location"][:23], answer.content) == (301, "https://testserver/grap", b"")
    assert get("home", {"first": 1}, secure=True).status_code == 200
