"""The cache in Redis. It holds nothing that counts, so where Redis is away, it is empty and everything goes on."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger("sotay.cache")


def _or_else(missing: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def forgiving(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
            try:
                return method(self, *args, **kwargs)
            except RedisError as error:
                logger.warning("Redis is away: %s", error)
                return missing

        return forgiving

    return decorate


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache, empty while Redis is away."""

    add = _or_else(True)(RedisCache.add)
    set = _or_else(None)(RedisCache.set)
    touch = _or_else(False)(RedisCache.touch)
    delete = _or_else(False)(RedisCache.delete)
    has_key = _or_else(False)(RedisCache.has_key)
    incr = _or_else(1)(RedisCache.incr)
    get_many = _or_else({})(RedisCache.get_many)
    set_many = _or_else([])(RedisCache.set_many)
    delete_many = _or_else(None)(RedisCache.delete_many)
    clear = _or_else(False)(RedisCache.clear)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or the default where there is none or Redis is away."""
        return _or_else(default)(RedisCache.get)(self, key, default, version)
