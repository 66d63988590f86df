"""The ASGI application: Django, and a small lifespan around it, which Django refuses to handle itself."""

from __future__ import annotations

import gc
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "panel.settings")
django.setup(set_prefix=False)

import structlog  # noqa: E402
from django.db import DatabaseError, connection  # noqa: E402  # models need the settings that the lines above loaded
from django.template.loader import get_template  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from panel.cache import awaited  # noqa: E402
from panel.database import briefly  # noqa: E402
from panel.handler import Handler, Receive, Scope, Send  # noqa: E402
from panel.panels.catalogue import panels, template_of  # noqa: E402
from panel.tenants import doors  # noqa: E402

log = structlog.get_logger(__name__)

YOUNG = 20_000
"""Objects more than before, until the garbage collector looks through the youngest. A hundred panels under way come and
go by more than Python's own 2,000, so it would look through them all the time, at a twentieth of a panel's CPU. A panel
leaves nothing for it to find.
"""

django_application = Handler()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    else:
        await django_application(scope, receive, send)


async def lifespan(receive: Receive, send: Send) -> None:
    """Warm up before the first visitor, close pools after the last."""
    await receive()
    await warm_up()
    # What is loaded by now stays: the garbage collector would look through all of it again and again.
    gc.freeze()
    gc.set_threshold(YOUNG)
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
