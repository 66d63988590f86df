"""At most so many calls to one tenant at once: one customer's slow CRM must not take every connection."""

# asyncio is imported where it is awaited: a program that only blocks starts without it.
from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakValueDictionary

if TYPE_CHECKING:
    import asyncio

AT_ONCE = 16
"""Calls under way to one tenant."""

_gates: WeakValueDictionary[str, threading.Semaphore] = WeakValueDictionary()
_gates_lock = threading.Lock()
_async_gates: WeakKeyDictionary[asyncio.AbstractEventLoop, WeakValueDictionary[str, asyncio.Semaphore]] = (
    WeakKeyDictionary()
)


def gate(base: str) -> threading.Semaphore:
    """The tenant's gate in this process."""
    with _gates_lock:
        return _gates.setdefault(base, threading.Semaphore(AT_ONCE))


def async_gate(base: str) -> asyncio.Semaphore:
    """The tenant's gate in the running loop: a semaphore belongs to the loop it first waits in."""
    import asyncio

    here = _async_gates.setdefault(asyncio.get_running_loop(), WeakValueDictionary())
    return here.setdefault(base, asyncio.Semaphore(AT_ONCE))
