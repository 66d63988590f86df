"""What belongs to one event loop: clients whose connections cannot be used from another one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from weakref import WeakKeyDictionary


class PerLoop[T]:
    """One ``T`` in each event loop, opened at its first use.

    It is closed by ``close``, or with the loop: loops close the asynchronous generators that they still run.
    """

    def __init__(self, opened: Callable[[], AbstractAsyncContextManager[T]]) -> None:
        self._opened = opened
        self._kept: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[AsyncGenerator[T], T]] = WeakKeyDictionary()

    async def get(self) -> T:
        """The running loop's own."""
        loop = asyncio.get_running_loop()
        if loop not in self._kept:
            keeper = self._keep()
            self._kept[loop] = (keeper, await anext(keeper))
        return self._kept[loop][1]

    async def close(self) -> None:
        """Close the running loop's own; the next ``get`` opens another one."""
        keeper, _ = self._kept.pop(asyncio.get_running_loop(), (None, None))
        if keeper is not None:
            await keeper.aclose()

    async def _keep(self) -> AsyncGenerator[T]:
        loop = asyncio.get_running_loop()
        async with self._opened() as one:
            try:
                yield one
            finally:
                self._kept.pop(loop, None)
