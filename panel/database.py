"""The database from asynchronous code, for a moment only."""

from __future__ import annotations

from collections.abc import Callable

from asgiref.sync import sync_to_async
from django.db import connection


async def briefly[T](work: Callable[[], T]) -> T:
    """Do ``work`` in the request's thread and give its connection back at once.

    Django keeps it to the end of the request: those who wait for a slow SuperOffice would hold all of the pool, and
    nobody else could sign in.
    """

    def done() -> T:
        try:
            return work()
        finally:
            if not connection.in_atomic_block:
                connection.close()

    return await sync_to_async(done)()
