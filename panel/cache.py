"""Django's Redis cache, native in both colours.

Django's own awaits by taking a thread, and opens a new connection in every request, because ``caches`` belongs to the
request's context. Here blocking connections belong to the process and awaited ones to the event loop. Values are JSON
or bytes: what lies in Redis is data, never a pickle that could run.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
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


class Client(redis.asyncio.Redis):
    """Redis', whose looks in one turn of the event loop are one question: asking costs more than what is asked for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keys: list[str] = []
        self._next: asyncio.Task[list[bytes | None]] | None = None

    async def look(self, *keys: str) -> list[bytes | None]:
        """The values of these keys; None where there is none."""
        if self._next is None:
            self._next = asyncio.create_task(self._ask())
        first, found = len(self._keys), self._next
        self._keys += keys
        # Who gives up waiting must not take the answer from the others.
        return (await asyncio.shield(found))[first : first + len(keys)]

    async def _ask(self) -> list[bytes | None]:
        keys, self._keys, self._next = self._keys, [], None
        return await self.mget(keys)  # type: ignore[return-value]  # texts come to clients that ask for them


def _client() -> Client:
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        settings.REDIS_URL,
        max_connections=CONNECTIONS,
        timeout=PATIENCE,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
    )
    return Client.from_pool(pool)  # type: ignore[return-value]  # it makes one of its own class


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
        (value,) = await (await awaited.get()).look(self.make_and_validate_key(key, version=version))
        return default if value is None else PLAIN.loads(value)

    async def aget_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        keys = list(keys)
        stored = [self.make_and_validate_key(key, version=version) for key in keys]
        found = zip(keys, await (await awaited.get()).look(*stored), strict=True)
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
        client = await awaited.get()
        return bool(await client.set(key, PLAIN.dumps(value), ex=self._seconds(lasts), nx=only_new))

    def _seconds(self, lasts: float | None) -> int | None:
        seconds: int | None = self.get_backend_timeout(lasts)  # type: ignore[assignment]
        if seconds == 0:
            raise ValueError("keeping something for no time is a deletion: use adelete")
        return seconds

    async def aset_many(
        self,
        data: Mapping[str, Any],
        timeout: float | None = DEFAULT_TIMEOUT,  # noqa: ASYNC109
        version: int | None = None,
    ) -> list[str]:
        """All at once: nobody sees some of them only."""
        seconds = self._seconds(timeout)
        async with (await awaited.get()).pipeline() as together:
            for key, value in data.items():
                together.set(self.make_and_validate_key(key, version=version), PLAIN.dumps(value), ex=seconds)
            await together.execute()
        return []

    async def adelete(self, key: str, version: int | None = None) -> bool:
        return bool(await (await awaited.get()).delete(self.make_and_validate_key(key, version=version)))

    async def ahas_key(self, key: str, version: int | None = None) -> bool:
        return bool(await (await awaited.get()).exists(self.make_and_validate_key(key, version=version)))
