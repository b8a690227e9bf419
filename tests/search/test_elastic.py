"""Elasticsearch: the same answers as the embedded index, and life without it."""

import contextlib
import socket
import threading
import uuid
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured

from bench.judged import judged, queries, texts
from organizations.scope import EVERYONE, Scope
from publishing import effects
from publishing.actions import put, take_down
from publishing.effects import drain
from publishing.models import Consumer
from search import close_words, consistency, elastic_index
from search.backends import Unavailable, Wanted, elastic
from search.finding import search, suggestions
from tests.publishing.conftest import put_out
from tests.search.conftest import settle

pytestmark = pytest.mark.django_db
WANTED = Wanted(scope=EVERYONE, locale="vi")
on_a_server = [
    pytest.mark.elasticsearch,
    pytest.mark.skipif(not configured.SEARCH_SERVER, reason="ELASTICSEARCH_URL is not set"),
]


def found(query, wanted=WANTED, first=100):
    return [hit.item.title for hit in search(query, wanted, first=first).hits]


@pytest.fixture(autouse=True)
def _rested(monkeypatch):
    monkeypatch.setattr(elastic._Rest, "until", 0.0)
    monkeypatch.setitem(effects._handlers, elastic_index.CONSUMER, elastic_index.follow)


@pytest.fixture
def away(settings):
    """A server that is named and does not answer."""
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"


@pytest.fixture
def server(settings, monkeypatch):
    """A real server with an index of its own."""
    settings.ELASTICSEARCH_URL = configured.SEARCH_SERVER
    monkeypatch.setattr(elastic, "ALIAS", f"test-{uuid.uuid4().hex[:8]}")
    yield settings
    client = elastic.client_of(configured.SEARCH_SERVER)
    for name in client.indices.get(index=f"{elastic.ALIAS}-*"):
        client.indices.delete(index=name)


def test_while_the_server_is_away_the_embedded_index_answers_and_says_so(away, caplog):
    put_out("public", title="Tin một")
    assert drain("search") == 1
    assert drain(elastic_index.CONSUMER) == 0
    state = Consumer.objects.get(name=elastic_index.CONSUMER)
    assert state.seq == 0 and state.failed_at is not None and "Elasticsearch does not answer" in state.error
    assert found("tin") == ["Tin một"]
    assert "search falls back to the database" in caplog.text
    assert [each.text for each in suggestions("ti", WANTED, first=5)] == ["Tin một"]
    assert list(consistency.differences()) == []


def test_a_server_that_did_not_answer_is_left_alone_for_a_while(away, monkeypatch):
    with pytest.raises(Unavailable, match="does not answer"):
        elastic.ElasticBackend().counts([], WANTED)
    monkeypatch.setattr(elastic, "client", None)
    with pytest.raises(Unavailable, match="a moment ago"):
        elastic.call(lambda: 1)


class Door:
    """A way to the server that can be shut: what stands behind it is then away, as when a cable is pulled."""

    def __init__(self, url):
        self.target = urlsplit(url)
        self.connections = []
        self.open()

    def open(self, port=0):
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def shut(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        while self.connections:
            with contextlib.suppress(OSError):
                self.connections.pop().shutdown(socket.SHUT_RDWR)

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                here, _address = listener.accept()
                there = socket.create_connection((self.target.hostname, self.target.port))
                self.connections += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


class TestOnAServer:
    pytestmark = on_a_server

    def test_the_server_goes_away_and_comes_back(self, server, client, monkeypatch):
        """Publishing goes on, search says that it falls back, and what was missed is caught up."""
        door = Door(configured.SEARCH_SERVER)
        server.ELASTICSEARCH_URL = f"http://127.0.0.1:{door.port}"
        list(elastic_index.rebuild())
        put_out("public", title="Tin trước")
        handled = effects.drain_all()
        assert (handled["search"], handled[elastic_index.CONSUMER]) == (1, 1)
        assert fallback(client) == (["Tin trước"], False) and readyz(client) == "ok"
        door.shut()
        put_out("public", title="Tin trong lúc mất")
        handled = effects.drain_all()
        assert (handled["search"], handled[elastic_index.CONSUMER]) == (1, 0)
        assert fallback(client) == (["Tin trong lúc mất", "Tin trước"], True)
        assert readyz(client) == "fallback"
        monkeypatch.setattr(elastic._Rest, "until", 0.0)  # the pause is over, and it is still away
        assert fallback(client)[1]
        door.open(door.port)
        monkeypatch.setattr(elastic._Rest, "until", 0.0)
        assert fallback(client) == (["Tin trước"], False)  # back, and not yet caught up
        assert effects.drain_all()[elastic_index.CONSUMER] == 1
        assert fallback(client) == (["Tin trong lúc mất", "Tin trước"], False) and readyz(client) == "ok"
        assert list(elastic_index.stale()) == []
        door.shut()

    def test_it_answers_as_the_embedded_index_does(self, server):
        here = texts(300)
        for number, text in enumerate(here):
            put(text.form, revision_id=number + 1, due_at="2026-01-01T00:00:00Z")
        drain("search")
        settle()
        list(elastic_index.rebuild())
        asked = queries(here, per_class=8)
        answers = {}
        for name, url in (("elasticsearch", configured.SEARCH_SERVER), ("database", "")):
            server.ELASTICSEARCH_URL = url
            answers[name] = [_all_of(query.text) for query in asked]
        assert answers["elasticsearch"] == answers["database"]
        scores, _wrong = judged(asked, lambda query: [hit.item.page_id for hit in search(query, WANTED, first=5).hits])
        assert scores["all"].five / scores["all"].asked >= 0.95

    def test_it_follows_the_log_and_shows_each_what_is_theirs(self, server):
        list(elastic_index.rebuild())
        item = put_out("public", title="Lúa mùa")
        put_out("member:7", title="Lúa chiêm")
        assert drain(elastic_index.CONSUMER) == 2
        drain("search")
        assert found("lúa") == ["Lúa mùa"]
        assert found("lúa", Wanted(Scope(frozenset({"public", "member:7"})), "vi")) == ["Lúa chiêm", "Lúa mùa"]
        counts = search("lúa", WANTED, first=1).facets
        assert counts["kind"] == [("article", 1)]
        put_out("public", title="Lúa nếp", page_id=item.page_id)
        assert drain(elastic_index.CONSUMER) == 1 and found("lúa") == ["Lúa nếp"]
        take_down(page_id=item.page_id)
        assert found("lúa nếp") == []  # before the index knows
        assert drain(elastic_index.CONSUMER) == 1 and found("lúa") == []

    def test_without_an_index_the_log_waits_and_a_rebuild_catches_up(self, server):
        put_out("public", title="Tin một")
        assert drain(elastic_index.CONSUMER) == 0
        assert "rebuild_search" in Consumer.objects.get(name=elastic_index.CONSUMER).error
        list(elastic_index.rebuild())
        assert drain(elastic_index.CONSUMER) == 1
        drain("search")
        assert found("tin") == ["Tin một"]

    def test_a_rebuild_stands_beside_until_it_is_whole(self, server):
        items = [put_out("public", title=f"Tin {n}") for n in range(3)]
        drain("search")
        list(elastic_index.rebuild())
        old = set(elastic.client().indices.get_alias(name=elastic.ALIAS))
        rebuilding = elastic_index.rebuild()
        assert next(rebuilding) == 3
        take_down(page_id=items[0].page_id)
        put_out("public", title="Tin muộn")
        drain("search")
        drain(elastic_index.CONSUMER)
        assert set(elastic.client().indices.get_alias(name=elastic.ALIAS)) == old
        assert sorted(found("tin")) == ["Tin 1", "Tin 2", "Tin muộn"]
        list(rebuilding)
        assert set(elastic.client().indices.get(index=f"{elastic.ALIAS}-*")) == {f"{elastic.ALIAS}-2"}
        assert sorted(found("tin")) == ["Tin 1", "Tin 2", "Tin muộn"]
        assert list(elastic_index.stale()) == []

    def test_check_consistency_finds_what_it_lacks_and_mends_it(self, server):
        item = put_out("public", title="Tin")
        drain("search")
        list(elastic_index.rebuild())
        elastic.client().delete(index=elastic.ALIAS, id=str(item.pk), refresh=True)
        (difference,) = consistency.differences()
        assert difference.page_id == item.page_id
        assert consistency.mend(difference)
        with contextlib.suppress(Unavailable):
            elastic.client().indices.refresh(index=elastic.ALIAS)

    def test_what_the_index_should_not_have_shows_nobody_anything(self, server):
        """Another filter behind the index: what it finds is asked for in the store."""
        item = put_out("member:7", title="Tin riêng")
        drain("search")
        list(elastic_index.rebuild())
        elastic.client().update(index=elastic.ALIAS, id=str(item.pk), doc={"audience": ["public"]}, refresh=True)
        assert found("tin riêng") == []


def fallback(client):
    """What the API finds, and whether it says that the database answered."""
    query = '{ search(query: "tin", first: 9) { isFallback edges { node { content { title } } } } }'
    answer = client.post("/graphql", {"query": query}, content_type="application/json").json()["data"]["search"]
    return [edge["node"]["content"]["title"] for edge in answer["edges"]], answer["isFallback"]


def readyz(client):
    return client.get("/readyz").json()["search"]


def _all_of(query):
    close_words.forget()
    pages, mark = [], None
    while True:
        answer = search(query, WANTED, first=7, after=mark)
        pages += [hit.item.page_id for hit in answer.hits]
        if not answer.has_more or len(pages) > 60:
            return pages, sorted(answer.facets.items())
        mark = answer.hits[-1].mark
