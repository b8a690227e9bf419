"""Redis holds nothing that counts: while it is away, the cache is empty and everything goes on."""

import pytest

from accounts.limits import Limit
from cms.cache import ForgivingRedisCache


@pytest.fixture
def away():
    """A cache whose Redis does not answer."""
    return ForgivingRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 1}})


def test_a_cache_that_is_away_is_empty(away):
    away.set("a", 1, 60)
    assert (away.get("a"), away.get("a", 7), away.get_many(["a"]), away.has_key("a")) == (None, 7, {}, False)
    assert (away.add("a", 1), away.incr("a"), away.touch("a"), away.delete("a")) == (True, 1, False, False)
    assert (away.set_many({"a": 1}), away.delete_many(["a"]), away.clear()) == ([], None, False)


def test_limits_let_through_while_it_is_away(away, monkeypatch):
    monkeypatch.setattr("accounts.limits.cache", away)
    limit = Limit("x", count=2, seconds=60)
    assert [limit.hit("a") for _ in range(5)] == [1] * 5
    assert limit.is_over("a") is False
