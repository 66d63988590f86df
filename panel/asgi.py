"""The ASGI application: Django, and a small lifespan around it, which Django refuses to handle itself."""

from __future__ import annotations

import gc
import os
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "panel.settings")
django_application = get_asgi_application()

import structlog  # noqa: E402
from django.db import DatabaseError, connection  # noqa: E402  # models need the settings that the lines above loaded
from django.template.loader import get_template  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from panel.cache import awaited  # noqa: E402
from panel.database import briefly  # noqa: E402
from panel.panels.catalogue import panels, template_of  # noqa: E402
from panel.tenants import doors  # noqa: E402

log = structlog.get_logger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

threads: list[ThreadPoolExecutor] = []
"""Of one thread each; no request has them now."""


async def application(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    else:
        await respond(scope, receive, send)


async def respond(scope: Message, receive: Receive, send: Send) -> None:
    """Django's response. Blocking code has a thread of the request's own, but from one request to the next it is the
    same: Django would start two for each, the second to wait for the other's end, at a seventh of a panel's CPU.
    """
    thread = threads.pop() if threads else ThreadPoolExecutor(max_workers=1)
    try:
        async with ThreadSensitiveContext(executor=thread):
            await django_application(scope, receive, send)  # type: ignore[arg-type]
    finally:
        threads.append(thread)


async def lifespan(receive: Receive, send: Send) -> None:
    """Warm up before the first visitor, close pools after the last."""
    await receive()
    await warm_up()
    # What is loaded by now stays: the garbage collector would look through all of it again and again.
    gc.freeze()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await close()
    await send({"type": "lifespan.shutdown.complete"})


async def warm_up() -> None:
    """Load what the first request in a worker would otherwise wait half a second for."""
    get_resolver().url_patterns  # noqa: B018  # reading it imports every view
    for panel in panels().values():
        get_template(template_of(panel))
    await doors.http.get()
    try:
        await briefly(lambda: connection.ensure_connection())  # the thread's own
    except DatabaseError as error:
        log.warning("database not reachable", error=type(error).__name__)  # /readyz says so until it is


async def close() -> None:
    """Give back this worker's connections. The database's pool has threads, which would hold up the worker's end."""
    await doors.http.close()
    await awaited.close()
    if hasattr(connection, "close_pool"):  # SQLite has none
        await briefly(lambda: connection.close_pool())
