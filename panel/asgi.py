"""The ASGI application: Django, and a small lifespan around it, which Django refuses to handle itself."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "panel.settings")
django_application = get_asgi_application()

from django.db import connections  # noqa: E402  # models need the settings that the lines above loaded
from django.template.loader import get_template  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from panel.tenants import doors  # noqa: E402

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def application(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    else:
        await django_application(scope, receive, send)  # type: ignore[arg-type]


async def lifespan(receive: Receive, send: Send) -> None:
    """Warm up before the first visitor, close pools after the last."""
    await receive()
    warm_up()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await doors.close()
    connections.close_all()
    await send({"type": "lifespan.shutdown.complete"})


def warm_up() -> None:
    """Load what the first request in a worker would otherwise wait half a second for."""
    get_resolver().url_patterns  # noqa: B018  # reading it imports every view
    get_template("panels/company.html")
