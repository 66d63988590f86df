"""Places for calls: so many a tenant, so many altogether, and turns that are fair among tenants."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from crm_client import gates as module
from crm_client.errors import Unavailable
from crm_client.gates import AT_ONCE, Gates

pytestmark = pytest.mark.asyncio


class Calls:
    """Calls that last until they are told to end."""

    def __init__(self) -> None:
        self.gates = Gates()
        self.begun: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.may_end = asyncio.Semaphore(0)

    async def ask(self, tenant: str, times: int = 1) -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(self._call(tenant)) for _ in range(times)]
        self.tasks += tasks
        await self.settle()
        return tasks

    async def _call(self, tenant: str) -> None:
        async with self.gates.turn(tenant):
            self.begun.append(tenant)
            await self.may_end.acquire()

    async def end(self, calls: int) -> None:
        for _ in range(calls):
            self.may_end.release()
            await self.settle()

    async def settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    async def end_all(self) -> None:
        await self.end(len(self.tasks))
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def test_so_many_at_once_and_the_others_in_their_order():
    calls = Calls()
    await calls.ask("Slow", AT_ONCE + 3)
    assert len(calls.begun) == AT_ONCE
    await calls.end(2)
    assert len(calls.begun) == AT_ONCE + 2
    await calls.end_all()
    assert len(calls.begun) == AT_ONCE + 3


async def test_another_tenant_does_not_wait():
    calls = Calls()
    await calls.ask("Slow", 100)
    await calls.ask("Calm")
    assert calls.begun[-1] == "Calm"
    await calls.end_all()


async def test_where_the_loop_is_full_tenants_take_turns(monkeypatch: pytest.MonkeyPatch):
    """A hundred calls of one do not keep another's single call waiting for all of them."""
    monkeypatch.setattr(module, "ALTOGETHER", 2)
    calls = Calls()
    await calls.ask("Busy", 6)
    await calls.ask("Calm", 2)
    assert calls.begun == ["Busy", "Busy"]
    await calls.end(4)
    assert calls.begun[2:] == ["Busy", "Calm", "Busy", "Calm"]
    await calls.end_all()


async def test_who_finds_too_many_before_him_is_told_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    calls = Calls()
    await calls.ask("Slow", AT_ONCE + 2)
    with pytest.raises(Unavailable) as caught:
        async with calls.gates.turn("Slow"):
            pass
    assert caught.value.sent is False
    await calls.end_all()


async def test_who_gives_up_leaves_no_gap():
    calls = Calls()
    await calls.ask("Slow", AT_ONCE)
    leaving, staying = await calls.ask("Slow", 2)
    leaving.cancel()
    await calls.settle()
    assert len(calls.gates.waiting["Slow"]) == 1
    await calls.end(1)
    assert len(calls.begun) == AT_ONCE + 1
    assert not staying.done()
    await calls.end_all()


async def give_up_first(leaving: asyncio.Task[None], calls: Calls) -> None:
    leaving.cancel()
    calls.may_end.release()


async def give_up_last(leaving: asyncio.Task[None], calls: Calls) -> None:
    calls.may_end.release()
    await asyncio.sleep(0)
    leaving.cancel()


@pytest.mark.parametrize("race", [give_up_first, give_up_last])
async def test_nor_where_his_place_comes_in_the_same_moment(
    race: Callable[[asyncio.Task[None], Calls], Awaitable[None]],
):
    calls = Calls()
    await calls.ask("Slow", AT_ONCE)
    leaving, _ = await calls.ask("Slow", 2)
    await race(leaving, calls)
    await calls.settle()
    assert (calls.gates.under_way["Slow"], len(calls.begun)) == (AT_ONCE, AT_ONCE + 1)
    await calls.end_all()
    assert leaving.cancelled()
    assert (calls.gates.under_way, calls.gates.waiting) == ({}, {})


async def test_of_a_tenant_that_is_not_asked_nothing_is_kept():
    calls = Calls()
    await calls.ask("Slow", AT_ONCE + 3)
    await calls.end_all()
    assert (calls.gates.under_way, calls.gates.waiting) == ({}, {})
