"""One renewal however many ask: turns inside a process, a claim between processes, in both colours.

Whoever carries out a credential's flow does so by a *hand*: the token store in one colour, and the waiting. A flow that
breaks off lets go of what its hand still holds.
"""

# asyncio is imported where it is awaited: a program that only blocks starts without it.
from __future__ import annotations

import threading
import time
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from crm_client.errors import Unavailable

if TYPE_CHECKING:
    import asyncio

LEASE = 20.0
"""Seconds a claim lasts: longer than an answer may take, so that a process that died blocks the others only shortly."""
PAUSE = 0.1
"""Seconds between two looks at what somebody else renews."""


class Turn[L]:
    """A place in the queue of one principal's renewals; it lives as long as somebody queues, or longer where an error
    is kept that was raised meanwhile.
    """

    def __init__(self, lock: L) -> None:
        self.lock = lock
        self.outcome: Any = None
        """What came of the last renewal, a grant or trouble; for those who queued then."""
        self.ended_at = float("-inf")
        """On the monotonic clock."""

    def end(self, outcome: Any) -> None:
        self.outcome, self.ended_at = outcome, time.monotonic()


_turns: WeakValueDictionary[Hashable, Turn[threading.Lock]] = WeakValueDictionary()
_turns_lock = threading.Lock()
_async_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, WeakValueDictionary[Hashable, Turn[asyncio.Lock]]] = (
    WeakKeyDictionary()
)


def turn_of(principal: Hashable) -> Turn[threading.Lock]:
    with _turns_lock:
        return _turns.setdefault(principal, Turn(threading.Lock()))


def async_turn_of(principal: Hashable) -> Turn[asyncio.Lock]:
    """A lock belongs to the loop it first waits in, so each loop has its own queues."""
    import asyncio

    here = _async_turns.setdefault(asyncio.get_running_loop(), WeakValueDictionary())
    return here.setdefault(principal, Turn(asyncio.Lock()))


class _Holder:
    """What both colours share."""

    def __init__(self, store: Any, principal: Hashable, until: float) -> None:
        self.store = store
        self.principal = principal
        self.until = until
        """When to give up waiting, on the monotonic clock."""
        self.has_claim = False

    def left(self) -> float:
        """Seconds left to wait. Raises ``Unavailable`` when there are none."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise Unavailable("token renewal: no answer in time", sent=False)
        return left


class Hand(_Holder):
    """Blocking."""

    turn: Turn[threading.Lock] | None = None

    def load(self) -> Any:
        return self.store.load()

    def claim(self, stale: Any) -> bool:
        self.has_claim = self.store.claim(stale, LEASE)
        return self.has_claim

    def save(self, grant: Any) -> None:
        self.store.save(grant)
        self.has_claim = False

    def lost(self) -> None:
        self.store.lost()
        self.has_claim = False

    def leave_claim(self) -> None:
        """Let the claim run out by itself instead of ending it."""
        self.has_claim = False

    def extend(self, grant: Any, expires_at: Any) -> None:
        self.store.extend(grant, expires_at)

    def pause(self) -> None:
        time.sleep(min(PAUSE, self.left()))

    def take_turn(self, patient: bool = True) -> Turn[threading.Lock] | None:
        """Queue for the principal's turn; without patience None if somebody has it."""
        turn = turn_of(self.principal)
        if not turn.lock.acquire(patient, self.left() if patient else -1):
            if patient:
                raise Unavailable("token renewal: no answer in time", sent=False)
            return None
        self.turn = turn
        return turn

    def give_turn(self) -> None:
        if self.turn is not None:
            self.turn.lock.release()
            self.turn = None

    def let_go(self) -> None:
        try:
            if self.has_claim:
                self.store.release()
        finally:
            self.give_turn()


class AsyncHand(_Holder):
    """The same, awaited. Whoever awaits it sets the time limit."""

    turn: Turn[asyncio.Lock] | None = None

    async def load(self) -> Any:
        return await self.store.load()

    async def claim(self, stale: Any) -> bool:
        self.has_claim = await self.store.claim(stale, LEASE)
        return self.has_claim

    async def save(self, grant: Any) -> None:
        await self.store.save(grant)
        self.has_claim = False

    async def lost(self) -> None:
        await self.store.lost()
        self.has_claim = False

    async def leave_claim(self) -> None:
        self.has_claim = False

    async def extend(self, grant: Any, expires_at: Any) -> None:
        await self.store.extend(grant, expires_at)

    async def pause(self) -> None:
        import asyncio

        await asyncio.sleep(PAUSE)

    async def take_turn(self, patient: bool = True) -> Turn[asyncio.Lock] | None:
        turn = async_turn_of(self.principal)
        if not patient and turn.lock.locked():
            return None
        await turn.lock.acquire()
        self.turn = turn
        return turn

    async def give_turn(self) -> None:
        if self.turn is not None:
            self.turn.lock.release()
            self.turn = None

    async def let_go(self) -> None:
        try:
            if self.has_claim:
                await self.store.release()
        finally:
            await self.give_turn()
