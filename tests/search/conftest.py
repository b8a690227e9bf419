import contextlib
import uuid

import pytest
from django.conf import settings as configured
from django.db import connection

from publishing import effects
from publishing.effects import drain
from search import close_words, elastic_index, finding
from search.backends import elastic
from tests.publishing.conftest import out

__all__ = ["out"]

on_a_server = [
    pytest.mark.elasticsearch,
    pytest.mark.skipif(not configured.SEARCH_SERVER, reason="ELASTICSEARCH_URL is not set"),
]


@pytest.fixture(autouse=True)
def _fresh():
    """No test knows the words of another."""
    close_words.forget()
    yield
    close_words.forget()


@contextlib.contextmanager
def own_index():
    """An alias of its own on the server; what it named is gone in the end."""
    before, elastic.ALIAS = elastic.ALIAS, f"test-{uuid.uuid4().hex[:8]}"
    elastic._Rest.until = 0.0
    try:
        yield
    finally:
        client = elastic.client_of(configured.SEARCH_SERVER)
        there = client.indices.get(index=[elastic.ALIAS, f"{elastic.ALIAS}-*"], ignore_unavailable=True)
        for name in there:
            client.indices.delete(index=name)
        elastic.ALIAS = before


@pytest.fixture
def server(db, settings, monkeypatch):
    """A real server, named in the settings and followed, with an alias of its own and no index yet."""
    settings.ELASTICSEARCH_URL = configured.SEARCH_SERVER
    monkeypatch.setitem(effects._handlers, elastic_index.CONSUMER, effects._Whole(elastic_index.follow))
    with own_index():
        yield settings


@pytest.fixture(params=["database", pytest.param("elasticsearch", marks=on_a_server)])
def each_index(request):
    """The test is done on the embedded index, and on a real server where there is one; there nothing else may answer."""
    if request.param == "elasticsearch":
        request.getfixturevalue("server")
        request.getfixturevalue("monkeypatch").setattr(finding, "DatabaseBackend", None)
        list(elastic_index.rebuild())
    return request.param


def follow_log():
    """Bring every index that is in use up to date."""
    drain("search")
    if elastic_index.CONSUMER in effects._handlers:
        drain(elastic_index.CONSUMER)


def settle():
    """What a database does by itself before long: nothing is planned well for tables that were empty a moment ago, and
    PostgreSQL looks through all words that it has not yet sorted into their index, for each question anew."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT gin_clean_pending_list(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                " JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'gin'"
            )
