"""The door before Django's: what it gives is what Django gives, and what is not plainly ready goes on to Django."""

import datetime
import functools
import json

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory
from django.utils import timezone

from accounts.actions import end_session
from accounts.enums import EndReason
from accounts.models import Session
from accounts.tokens import named_session
from api import caller, door, replies, responses
from api.door import Door
from organizations.enums import PositionKind
from organizations.models import Position
from organizations.scope import EVERYONE
from publishing.actions import take_down
from tests.api.conftest import token_for
from tests.api.test_trusted import address

pytestmark = pytest.mark.django_db


class Went(Exception):
    """The request went on to Django."""


def _nobody(environ, start_response):
    raise Went


class Sides:
    """The same request through the door alone, and to Django alone."""

    def __init__(self):
        self.door = Door(_nobody)
        self.django = get_wsgi_application()

    def environ(self, path, *, method="GET", token=None, **headers):
        environ = RequestFactory().generic(method, path, **headers).environ
        environ["HTTP_HOST"] = headers.get("HTTP_HOST", "testserver")
        if token:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return environ

    def ask(self, application, *args, **kwargs):
        told = []
        body = application(self.environ(*args, **kwargs), lambda status, headers: told.append((status, headers)))
        content = b"".join(body)
        if close := getattr(body, "close", None):
            close()
        status, headers = told[0]
        assert len(headers) == len(dict(headers))
        return status, dict(headers), content

    def same(self, *args, **kwargs):
        """The reply of both, which are equal; Django goes first and makes the answer."""
        expected = self.ask(self.django, *args, **kwargs)
        assert self.ask(self.door, *args, **kwargs) == expected
        return expected

    def goes_on(self, *args, **kwargs):
        """Whether the door leaves it to Django; the status that Django gives."""
        status, _headers, _body = self.ask(self.django, *args, **kwargs)
        with pytest.raises(Went):
            self.ask(self.door, *args, **kwargs)
        return int(status[:3])


@pytest.fixture
def sides(db, monkeypatch):
    # Signals at both ends of a request close the connection, and with it the test's transaction.
    monkeypatch.setattr("django.core.signals.request_started.send", lambda **_: None)
    monkeypatch.setattr("django.core.signals.request_finished.send", lambda **_: None)
    return Sides()


@pytest.fixture
def home():
    return address("home", {"first": 5})


def test_it_gives_what_django_gives(sides, out, people, home):
    out("Bài dài " * 20)
    out("Nội bộ", audience=["member"])
    for token in (None, token_for(people.member), token_for(people.secretary)):
        for encoding in ("", "gzip", "br, gzip"):
            for language in ("", "vi", "en-GB, vi;q=0.5"):
                headers = {"HTTP_ACCEPT_ENCODING": encoding, "HTTP_ACCEPT_LANGUAGE": language}
                status, told, body = sides.same(home, token=token, **headers)
                assert (status, len(body)) == ("200 OK", int(told["Content-Length"]))
                again = sides.same(home, token=token, HTTP_IF_NONE_MATCH=told["ETag"], **headers)
                assert (again[0], again[2]) == ("304 Not Modified", b"")
                assert "Content-Type" not in again[1]


def test_over_https_it_says_what_django_says(sides, out, home, settings):
    out("A")
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 60
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    sides.django = get_wsgi_application()  # its middleware reads the settings when it is made
    replies._strict_transport.cache_clear()
    _status, told, _body = sides.same(home, HTTP_X_FORWARDED_PROTO="https")
    assert (told["X-Content-Type-Options"], told["Strict-Transport-Security"]) == ("nosniff", "max-age=60")
    assert sides.goes_on(home) == 301
    replies._strict_transport.cache_clear()


def test_each_sees_their_own(sides, out, people, province, home):
    out("Mọi người")
    out("Xã 1", audience=[f"member:{province.units.TB01X.pk}"])
    out("Xã 2", audience=[f"member:{province.units.TB02X.pk}"])
    seen = {}
    for name, user in vars(people).items():
        _status, _told, body = sides.same(home, token=user and token_for(user))
        seen[name] = {edge["node"]["title"] for edge in json.loads(body)["data"]["articles"]["edges"]}
    assert seen["anonymous"] == {"Mọi người"}
    assert seen["member"] == seen["secretary"] == {"Mọi người", "Xã 1"}
    assert seen["elsewhere"] == {"Mọi người", "Xã 2"}


def test_control_a_door_that_does_not_look_up_the_caller_would_leak(sides, out, people, home, monkeypatch):
    """With the caller's scope left out of the key, one member would get what another may see."""
    out("Nội bộ", audience=["member"])
    monkeypatch.setattr(responses, "signature_of", functools.cache(lambda scope, version: EVERYONE.signature))
    sides.ask(sides.django, home, token=token_for(people.member))
    _status, _told, body = sides.ask(sides.door, home)
    assert "Nội bộ" in body.decode()


def test_what_was_ended_or_changed_counts_at_once(sides, out, people, province, home):
    out("Nội bộ", audience=[f"committee:{province.units.TB01X.pk}"])
    token = token_for(people.member)
    _status, _told, body = sides.same(home, token=token)
    assert "Nội bộ" not in body.decode()
    Position.objects.create(
        member=people.member.member,
        organization=province.units.TB01X,
        kind=PositionKind.COMMITTEE_MEMBER,
        valid_from=datetime.date(2021, 1, 1),
    )
    with pytest.raises(Went):  # no answer for this scope lies ready yet
        sides.ask(sides.door, home, token=token)
    assert "Nội bộ" in sides.same(home, token=token)[2].decode()
    session_id, _user = named_session(token)
    end_session(session=Session.objects.get(pk=session_id), actor=people.member, reason=EndReason.SIGNED_OUT)
    assert sides.goes_on(home, token=token) == 401


def test_a_publication_and_a_withdrawal_count_at_once(sides, out, home):
    item = out("A")
    assert "A" in sides.same(home)[2].decode()
    out("Mới")
    with pytest.raises(Went):
        sides.ask(sides.door, home)
    assert "Mới" in sides.same(home)[2].decode()
    take_down(page_id=item.page_id)
    with pytest.raises(Went):
        sides.ask(sides.door, home)


def test_everything_else_goes_on_to_django(sides, out, people, home, settings):
    out("A")
    token = token_for(people.member)
    sides.same(home, token=token)
    assert sides.goes_on(address("me"), token=token) == 200  # personal: nobody keeps it
    assert sides.goes_on(address("sign-out"), token=token) == 405
    assert sides.goes_on(f"/graphql?id={'0' * 64}") == 404
    assert sides.goes_on("/graphql") == 405
    assert sides.goes_on(home + "&variables=[") in (200, 400)
    assert sides.goes_on(address("home", {"first": "x"})) == 400
    assert sides.goes_on(home, token="khong-phai") == 401
    assert sides.goes_on(home, HTTP_AUTHORIZATION="Basic eA==") == 401
    assert sides.goes_on(home, method="HEAD") == 200
    assert sides.goes_on(home, method="POST") in (400, 415)
    assert sides.goes_on(home, method="OPTIONS") == 405
    assert sides.goes_on("/graphql/", token=token) == 404
    settings.ALLOWED_HOSTS = ["testserver"]
    door._reached.cache_clear()
    assert sides.goes_on(home, HTTP_HOST="la.example") == 400
    settings.API_RESPONSE_CACHE = False
    assert sides.goes_on(home, token=token) == 200


def test_a_token_that_is_over_goes_on(sides, out, people, home, monkeypatch):
    out("A")
    token = token_for(people.member)
    sides.same(home, token=token)
    later = timezone.now().timestamp() + 3600
    monkeypatch.setattr("accounts.tokens.time.time", lambda: later)
    assert sides.goes_on(home, token=token) == 401


def test_one_statement_and_no_other(sides, out, people, home, django_assert_num_queries):
    out("A")
    token = token_for(people.member)
    sides.same(home, token=token)
    with django_assert_num_queries(1):
        sides.ask(sides.door, home, token=token)


def test_a_database_that_is_away_is_djangos_to_tell(sides, out, home, monkeypatch):
    from django.db import OperationalError

    out("A")
    sides.same(home)

    def away(*_args):
        raise OperationalError("away")

    monkeypatch.setattr(caller, "read", away)
    assert sides.goes_on(home) == 500


def test_the_web_server_comes_in_by_the_door():
    from cms.wsgi import application

    assert isinstance(application, Door)
