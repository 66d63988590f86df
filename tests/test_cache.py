"""The cache in Redis: the same from both colours, data only, and connections that are used again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache, caches

from panel.cache import PLAIN, Client, awaited

pytestmark = pytest.mark.skipif(not settings.REDIS_URL, reason="there is no Redis")

VALUES = [{"memberships": {"cust12345": [1, 2]}}, b"\x00\xff bytes", b"", "text", "", [1, None, True], 17]


@pytest.fixture(autouse=True)
def _empty() -> None:
    cache.clear()


@pytest.mark.parametrize("value", VALUES)
def test_what_one_colour_keeps_the_other_reads(value: Any):
    async def awaited_side() -> tuple[Any, Any, bool]:
        await cache.aset("awaited", value, 60)
        return await cache.aget("blocking"), await cache.aget_many(["blocking", "nothing"]), await cache.ahas_key("x")

    cache.set("blocking", value, 60)
    assert asyncio.run(awaited_side()) == (value, {"blocking": value}, False)
    assert cache.get("awaited") == value


def test_something_new_is_added_once():
    async def twice() -> list[bool]:
        return [await cache.aadd("once", 1, 60), await cache.aadd("once", 2, 60), await cache.adelete("once")]

    assert asyncio.run(twice()) == [True, False, True]
    assert cache.get("once") is None


def test_it_lasts_as_long_as_it_is_told():
    asyncio.run(cache.aset("short", 1, 7))

    client = cache._cache.get_client()
    assert 5 <= client.ttl(cache.make_key("short")) <= 7


def test_several_are_kept_at_once():
    asyncio.run(cache.aset_many({"one": 1, "other": b"two"}, 7))

    assert cache.get_many(["one", "other"]) == {"one": 1, "other": b"two"}
    assert 5 <= cache._cache.get_client().ttl(cache.make_key("other")) <= 7


def test_nothing_in_redis_is_a_pickle():
    """Who writes to Redis must not be able to run something here."""
    with pytest.raises(UnicodeDecodeError):
        PLAIN.loads(b"\x80\x05cposix\nsystem\n(S'true'\ntR.")


def test_looks_of_one_moment_are_one_question(monkeypatch: pytest.MonkeyPatch):
    questions = []

    class Noting(Client):
        async def mget(self, keys: Any, *more: Any) -> Any:
            questions.append(keys)
            return await super().mget(keys, *more)

    async def look() -> list[Any]:
        looks = [cache.aget("a"), cache.aget_many(["b", "nothing"]), cache.aget("nothing"), cache.aget("a")]
        return await asyncio.gather(*looks)

    monkeypatch.setattr("panel.cache.Client", Noting)
    cache.set("a", 1, 60)
    cache.set("b", 2, 60)
    assert asyncio.run(look()) == [1, {"b": 2}, None, 1]
    assert len(questions) == 1


def test_who_gives_up_a_look_takes_nothing_from_the_others():
    async def one_gives_up() -> tuple[Any, bool]:
        first, second = (asyncio.create_task(cache.aget(key)) for key in ("first", "second"))
        await asyncio.sleep(0)
        first.cancel()
        return await second, (await asyncio.wait([first]))[0].pop().cancelled()

    cache.set("second", 2, 60)
    assert asyncio.run(one_gives_up()) == (2, True)


def test_requests_share_connections():
    """Django's own makes one cache, and with it a connection, for every context that asks."""

    async def in_a_context_of_its_own() -> None:
        await caches["default"].aget("key")

    async def ten() -> int:
        for _ in range(10):
            await asyncio.create_task(in_a_context_of_its_own())
        pool = (await awaited.get()).connection_pool
        return len(pool._available_connections) + len(pool._in_use_connections)

    assert asyncio.run(ten()) == 1
