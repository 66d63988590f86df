"""At most so many calls to one tenant at once: one customer's slow CRM must not take every connection, nor the memory
of those who wait for it.

``Crm`` waits at a semaphore. ``AsyncCrm``, which serves many tenants in one loop, waits in a queue for each tenant, and
where the whole loop is busy the tenants that wait take turns: a tenant with a hundred calls waiting does not keep one
with a single call from its place. Who finds ``MOST_WAITING`` before him is turned away at once, which serves him better
than the deadline would.
"""

# asyncio is imported where it is awaited: a program that only blocks starts without it.
from __future__ import annotations

import threading
from collections import OrderedDict, deque
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from crm_client.errors import Unavailable

if TYPE_CHECKING:
    import asyncio

AT_ONCE = 16
"""Calls under way to one tenant."""
ALTOGETHER = 400
"""Calls under way in one event loop."""
MOST_WAITING = 400
"""Calls that wait for one tenant."""

_gates: dict[str, threading.Semaphore] = {}


def gate(base: str) -> threading.Semaphore:
    """The tenant's gate in this process."""
    return _gates.get(base) or _gates.setdefault(base, threading.Semaphore(AT_ONCE))


class Gates:
    """Those of all tenants in one event loop. Of a tenant that is not asked nothing is kept."""

    def __init__(self) -> None:
        self.altogether = 0
        self.under_way: dict[str, int] = {}
        self.waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        """Whose turn it is next stands first."""

    def turn(self, tenant: str) -> Turn:
        """A place for one call: ``async with``. Raises ``Unavailable`` when too many wait."""
        return Turn(self, tenant)

    async def enter(self, tenant: str) -> None:
        if tenant in self.waiting or not self._has_place(tenant):
            await self._wait(tenant)
        else:
            self._take(tenant)

    def leave(self, tenant: str) -> None:
        self.altogether -= 1
        self.under_way[tenant] -= 1
        if not self.under_way[tenant]:
            del self.under_way[tenant]
        if self.waiting:
            self._call_next()

    def _has_place(self, tenant: str) -> bool:
        return self.altogether < ALTOGETHER and self.under_way.get(tenant, 0) < AT_ONCE

    def _take(self, tenant: str) -> None:
        self.altogether += 1
        self.under_way[tenant] = self.under_way.get(tenant, 0) + 1

    async def _wait(self, tenant: str) -> None:
        import asyncio

        queue = self.waiting.setdefault(tenant, deque())
        if len(queue) >= MOST_WAITING:
            raise Unavailable(f"{MOST_WAITING} calls wait for this tenant already", sent=False)
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._forget(tenant, turn)
            else:
                self.leave(tenant)  # the place came in the same moment
            raise

    def _call_next(self) -> None:
        """Give the free place to the first tenant that may take it, and put it behind the others."""
        tenant = next(filter(self._has_place, self.waiting), None)
        if tenant is None:
            return
        turn = self.waiting[tenant][0]
        self._forget(tenant, turn)
        if tenant in self.waiting:
            self.waiting.move_to_end(tenant)
        if turn.cancelled():  # he gave up, and has not said so yet
            self._call_next()
        else:
            self._take(tenant)
            turn.set_result(None)

    def _forget(self, tenant: str, turn: asyncio.Future[None]) -> None:
        queue = self.waiting.get(tenant, deque())
        if turn in queue:
            queue.remove(turn)
        if not queue:
            self.waiting.pop(tenant, None)


class Turn:
    """A class, because every call takes one: a generator would cost three times as much."""

    __slots__ = ("gates", "tenant")

    def __init__(self, gates: Gates, tenant: str) -> None:
        self.gates, self.tenant = gates, tenant

    async def __aenter__(self) -> None:
        await self.gates.enter(self.tenant)

    async def __aexit__(self, *_error: object) -> None:
        self.gates.leave(self.tenant)


_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, Gates] = WeakKeyDictionary()


def gates() -> Gates:
    """Those of the running loop: a queue belongs to the loop that serves it."""
    import asyncio

    loop = asyncio.get_running_loop()
    return _loops.get(loop) or _loops.setdefault(loop, Gates())
