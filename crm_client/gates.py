"""At most so many calls to one tenant at once: one customer's slow CRM must not take every connection."""

# asyncio is imported where it is awaited: a program that only blocks starts without it.
from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    import asyncio

AT_ONCE = 16
"""Calls under way to one tenant."""

_gates: dict[str, threading.Semaphore] = {}
_async_gates: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Semaphore]] = WeakKeyDictionary()


def gate(base: str) -> threading.Semaphore:
    """The tenant's gate in this process."""
    return _gates.get(base) or _gates.setdefault(base, threading.Semaphore(AT_ONCE))


def async_gate(base: str) -> asyncio.Semaphore:
    """The tenant's gate in the running loop: a semaphore belongs to the loop it first waits in."""
    import asyncio

    loop = asyncio.get_running_loop()
    here = _async_gates.get(loop)
    if here is None:
        here = _async_gates[loop] = {}
    return here.get(base) or here.setdefault(base, asyncio.Semaphore(AT_ONCE))
