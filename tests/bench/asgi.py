"""The floors beside ``panel.asgi``, served as it is.

``bare`` makes a Django without middleware, where ``bare.show`` stands alone; ``without_django`` is the calls alone.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import django
from django.core.handlers.asgi import ASGIHandler
from django.test import override_settings


def bare() -> ASGIHandler:
    django.setup()
    # Some of the apps refuse to start without their middleware, so it goes only now.
    with override_settings(MIDDLEWARE=[]):
        return ASGIHandler()


async def without_django(scope: dict[str, Any], _receive: Any, send: Any) -> None:
    from tests.bench.bare import read

    query = parse_qs(scope["query_string"].decode())
    entity, *_rest = await read(query["uctx"][0], query["contact_id"][0])
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": entity["Name"].encode()})
