"""Requests through the whole application, as a server hands them over."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings

from panel.asgi import application


def visit(where: str, method: str = "GET", body: bytes = b"", query: bytes = b"", leaves: float | None = None) -> int:
    """The status of the answer, 0 without one. The visitor stays, or leaves after so many seconds."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": f"/{where}",
        "raw_path": f"/{where}".encode(),
        "query_string": query,
        "headers": [(b"host", settings.SIDECARD_BASE_URL.partition("://")[2].encode())],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1234),
    }
    told: list[int] = []

    async def serve() -> None:
        asked = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> Any:
            if (message := next(asked, None)) is not None:
                return message
            if leaves is None:
                return await asyncio.Future()
            await asyncio.sleep(leaves)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                told.append(message["status"])

        await application(scope, receive, send)

    asyncio.run(serve())
    return told[0] if told else 0
