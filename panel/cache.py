"""Django's Redis cache, native in both colours.

Django's own awaits by taking a thread, and opens a new connection in every request, because ``caches`` belongs to the
request's context. Here blocking connections belong to the process and awaited ones to the event loop. Values are JSON
or bytes: what lies in Redis is data, never a pickle that could run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

import redis.asyncio
from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache as DjangosRedisCache
from django.core.cache.backends.redis import RedisCacheClient

from panel.loops import PerLoop

CONNECTIONS = 64
"""At most, in one event loop; whoever finds all of them taken waits."""
PATIENCE = 5.0
"""Seconds for a connection, and for an answer."""
RAW = b"\x00"
"""Begins what is bytes; no JSON does."""


class Plain:
    """The serializer: bytes stay what they are, everything else is JSON."""

    def dumps(self, value: Any, /) -> bytes:
        return RAW + value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()

    def loads(self, value: Any, /) -> Any:
        return value[1:] if value.startswith(RAW) else json.loads(value)


PLAIN = Plain()


def _client() -> redis.asyncio.Redis:
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        settings.REDIS_URL,
        max_connections=CONNECTIONS,
        timeout=PATIENCE,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
    )
    return redis.asyncio.Redis.from_pool(pool)


awaited = PerLoop(_client)
"""The client of the running event loop."""


@cache
def _blocking(server: str) -> RedisCacheClient:
    return RedisCacheClient([server], serializer=PLAIN, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


class RedisCache(DjangosRedisCache):
    """``CACHES["default"]`` where there is a Redis. What is not written here awaits as Django's own does."""

    @property
    def _cache(self) -> RedisCacheClient:
        return _blocking(settings.REDIS_URL)

    async def aget(self, key: str, default: Any = None, version: int | None = None) -> Any:
        value = await (await awaited.get()).get(self.make_and_validate_key(key, version=version))
        return default if value is None else PLAIN.loads(value)

    async def aget_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        keys = list(keys)
        stored = [self.make_and_validate_key(key, version=version) for key in keys]
        found = zip(keys, await (await awaited.get()).mget(stored), strict=True)
        return {key: PLAIN.loads(value) for key, value in found if value is not None}

    async def aset(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,  # noqa: ASYNC109 (Django's word for how long to keep it)
        version: int | None = None,
    ) -> None:
        await self._aput(key, value, timeout, version)

    async def aadd(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,  # noqa: ASYNC109
        version: int | None = None,
    ) -> bool:
        return await self._aput(key, value, timeout, version, only_new=True)

    async def _aput(
        self, key: str, value: Any, lasts: float | None, version: int | None, only_new: bool = False
    ) -> bool:
        key = self.make_and_validate_key(key, version=version)
        seconds: int | None = self.get_backend_timeout(lasts)  # type: ignore[assignment]
        if seconds == 0:
            raise ValueError("keeping something for no time is a deletion: use adelete")
        client = await awaited.get()
        return bool(await client.set(key, PLAIN.dumps(value), ex=seconds, nx=only_new))

    async def adelete(self, key: str, version: int | None = None) -> bool:
        return bool(await (await awaited.get()).delete(self.make_and_validate_key(key, version=version)))

    async def ahas_key(self, key: str, version: int | None = None) -> bool:
        return bool(await (await awaited.get()).exists(self.make_and_validate_key(key, version=version)))
