"""Elasticsearch: the same answers as the embedded index, and life without it."""

import contextlib
import datetime
import io
import socket
import threading
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command

from bench.judged import judged, queries, texts
from organizations.scope import EVERYONE, Scope
from publishing import effects
from publishing.actions import put, take_down
from publishing.effects import drain, drain_all
from publishing.models import Change, Consumer, PublishedItem
from search import close_words, consistency, elastic_index
from search.backends import Unavailable, Wanted, elastic
from search.finding import search, suggestions
from search.models import FileState, SearchIndex
from search.similar import similar
from tests.publishing.conftest import put_out
from tests.search.conftest import on_a_server, settle
from tests.search.test_files import make_pdf, with_file

pytestmark = pytest.mark.django_db
WANTED = Wanted(scope=EVERYONE, locale="vi")


def found(query, wanted=WANTED, first=100):
    return [hit.item.title for hit in search(query, wanted, first=first).hits]


@pytest.fixture(autouse=True)
def _rested(monkeypatch):
    monkeypatch.setattr(elastic._Rest, "until", 0.0)
    monkeypatch.setitem(effects._handlers, elastic_index.CONSUMER, effects._Whole(elastic_index.follow))


def minutes_pass():
    """What was published so far is no longer new."""
    for change in Change.objects.all():
        Change.objects.filter(pk=change.pk).update(at=change.at - datetime.timedelta(minutes=5))


@pytest.fixture
def away(settings):
    """A server that is named and does not answer."""
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"


def test_while_the_server_is_away_the_embedded_index_answers_and_says_so(away, caplog):
    put_out("public", title="Tin một")
    assert drain("search") == 1
    assert drain(elastic_index.CONSUMER) == 0
    state = Consumer.objects.get(name=elastic_index.CONSUMER)
    assert state.seq == 0 and state.failed_at is not None and "Elasticsearch does not answer" in state.error
    assert found("tin") == ["Tin một"]
    assert "search falls back to the database" in caplog.text
    assert [each.text for each in suggestions("ti", WANTED, first=5)] == ["Tin một"]
    (difference,) = consistency.differences()
    assert str(difference).startswith("search: Chưa so được chỉ mục Elasticsearch: Elasticsearch did not answer")
    assert not consistency.mend(difference)


def test_while_the_server_is_away_files_are_read_and_found_all_the_same(away):
    with_file(make_pdf(["Lúa nếp cái hoa vàng"]), title="Một")
    drain_all()
    assert found("lúa nếp cái hoa vàng") == ["Một"]
    state = FileState.objects.get()
    assert state.done_at is not None and state.waits_for_elasticsearch


def test_a_rebuild_without_the_server_says_what_to_do_and_keeps_the_rest(away):
    put_out("public", title="Tin một")
    with pytest.raises(CommandError, match=r"Hãy xem máy chủ Elasticsearch rồi chạy lại rebuild_search\.$"):
        call_command("rebuild_search", stdout=io.StringIO())
    assert found("tin") == ["Tin một"]


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
        assert fallback(client) == (["Tin trước"], False)  # back, and behind by less than is promised
        minutes_pass()
        assert fallback(client) == (["Tin trong lúc mất", "Tin trước"], True) and readyz(client) == "fallback"
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
            answers[name] += [_all_of(query.text, newest=True) for query in asked[::5]]
            answers[name] += [_all_of(query.text, wanted) for query in asked[::5] for wanted in NARROWED]
            answers[name] += [_suggested(query.text) for query in asked[::3]]
            answers[name] += [_similar(item) for item in PublishedItem.objects.order_by("page_id")[:25]]
        assert answers["elasticsearch"] == answers["database"]
        assert any(answers["database"][-25:])
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
        assert drain(elastic_index.CONSUMER) == 0  # it is in the new index
        assert Consumer.objects.get(name=elastic_index.CONSUMER).error == ""
        drain("search")
        assert found("tin") == ["Tin một"]
        put_out("public", title="Tin hai")
        assert drain(elastic_index.CONSUMER) == 1 and found("tin") == ["Tin hai", "Tin một"]

    def test_without_an_index_nothing_makes_one_by_the_aliass_name(self, server):
        """A file that was read, and a repair, before the first rebuild."""
        item = with_file(make_pdf(["Lúa nếp cái hoa vàng"]), title="Một")
        drain_all()
        with pytest.raises(Unavailable, match="rebuild_search"):
            elastic_index.mend(item)
        with pytest.raises(Unavailable):
            elastic_index._write([item], elastic.ALIAS)
        assert not elastic.client().indices.exists(index=elastic.ALIAS)
        list(elastic_index.rebuild())
        drain_all()
        assert found("lúa nếp cái hoa vàng") == ["Một"]
        assert not FileState.objects.get().waits_for_elasticsearch

    def test_an_index_by_the_aliass_name_gives_way_to_a_rebuild(self, server):
        elastic.client().indices.create(index=elastic.ALIAS)
        put_out("public", title="Tin một")
        list(elastic_index.rebuild())
        drain_all()
        assert found("tin") == ["Tin một"]
        assert indexes() == {f"{elastic.ALIAS}-1"}

    def test_rebuilds_that_were_broken_off_leave_nothing_behind_the_next(self, server):
        put_out("public", title="Tin một")
        drain("search")
        other = elastic.client().indices.create(index=f"{elastic.ALIAS}-other-1")["index"]
        for _ in range(2):
            rebuilding = elastic_index.rebuild()
            next(rebuilding)
            rebuilding.close()
        assert indexes() == {other, f"{elastic.ALIAS}-1", f"{elastic.ALIAS}-2"}
        drain(elastic_index.CONSUMER)
        list(elastic_index.rebuild())
        assert indexes() == {other, f"{elastic.ALIAS}-3"} and found("tin") == ["Tin một"]
        SearchIndex.objects.filter(name=elastic_index.NAME).update(building=9)
        put_out("public", title="Tin hai")
        assert drain(elastic_index.CONSUMER) == 1
        assert f"{elastic.ALIAS}-9" not in indexes()  # what is being built no longer is not begun by a publication

    def test_text_of_files_comes_when_the_server_is_back(self, server):
        door = Door(configured.SEARCH_SERVER)
        server.ELASTICSEARCH_URL = f"http://127.0.0.1:{door.port}"
        list(elastic_index.rebuild())
        door.shut()
        with_file(make_pdf(["Lúa nếp cái hoa vàng"]), title="Một")
        drain_all()
        door.open(door.port)
        elastic._Rest.until = 0.0
        assert drain_all()[elastic_index.CONSUMER] == 1
        assert not FileState.objects.get().waits_for_elasticsearch
        answer = search("lúa nếp cái hoa vàng", WANTED, first=9)
        assert [hit.item.title for hit in answer.hits] == ["Một"] and not answer.fell_back
        door.shut()

    def test_nothing_that_is_written_is_found_before_all_of_it_is(self, server, monkeypatch):
        list(elastic_index.rebuild())
        items = [put_out("public", title=f"Tin {n}") for n in range(3)]
        seen, refresh = [], elastic_index._refresh

        def look_first(name):
            seen.append(found("tin"))
            refresh(name)

        monkeypatch.setattr(elastic_index, "_refresh", look_first)
        assert drain(elastic_index.CONSUMER) == 3
        assert seen == [[]] and len(found("tin")) == len(items)
        for index in elastic.client().indices.get_settings(index=elastic.ALIAS).values():
            assert index["settings"]["index"]["refresh_interval"] == "-1"

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
        assert indexes() == {f"{elastic.ALIAS}-2"}
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


def indexes():
    """All whose name begins as ours do."""
    return set(elastic.client().indices.get(index=f"{elastic.ALIAS}*"))


def fallback(client):
    """What the API finds, and whether it says that the database answered."""
    query = '{ search(query: "tin", first: 9) { isFallback edges { node { content { title } } } } }'
    answer = client.post("/graphql", {"query": query}, content_type="application/json").json()["data"]["search"]
    return [edge["node"]["content"]["title"] for edge in answer["edges"]], answer["isFallback"]


def readyz(client):
    return client.get("/readyz").json()["search"]


NARROWED = [
    Wanted(EVERYONE, "vi", **parts)
    for parts in (
        {"kinds": ("document",)},
        {"types": ("resolution", "plan"), "years": (2025, 2026)},
        {"issuers": ("TU",), "sources": ("van-phong",)},
    )
]


def _suggested(query):
    """What is suggested at each of a few lengths of what is typed."""
    return [[(each.text, each.item.page_id) for each in suggestions(query[:n], WANTED, first=8)] for n in (2, 5, 9)]


def _similar(item):
    return [each.page_id for each in similar(item, WANTED, first=8)]


def _all_of(query, wanted=WANTED, *, newest=False):
    close_words.forget()
    pages, mark = [], None
    while True:
        answer = search(query, wanted, first=7, after=mark, newest=newest)
        pages += [hit.item.page_id for hit in answer.hits]
        if not answer.has_more or len(pages) > 60:
            return pages, sorted(answer.facets.items())
        mark = answer.hits[-1].mark
