"""What every answer of the login host passes: safety headers and the call log."""

from __future__ import annotations

import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .world import World

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""No ``form-action``: browsers apply it to redirects too, and a sign-in ends in one to the application."""


class Doorman:
    """Lets no page be framed, sends COOP with SuperID's answers when that is switched on, and logs SuperID's calls."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app, self.world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        started, clock = time.time(), time.perf_counter()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.protect(scope["path"], MutableHeaders(scope=message))
                self.log(scope, message["status"], started, time.perf_counter() - clock)
            await send(message)

        await self.app(scope, receive, answer)

    def protect(self, path: str, headers: MutableHeaders) -> None:
        headers["Content-Security-Policy"] = POLICY
        headers["X-Frame-Options"] = "DENY"
        headers["X-Content-Type-Options"] = "nosniff"
        if not path.startswith("/login/static/"):
            headers["Cache-Control"] = "no-store"
        if self.world.login.coop and path.startswith("/login/"):
            headers["Cross-Origin-Opener-Policy"] = "same-origin"

    def log(self, scope: Scope, status: int, started: float, seconds: float) -> None:
        """Only what SuperOffice has too, in the form of NetServer's log; never the query, which holds hints."""
        path = scope["path"]
        if not path.lower().startswith(("/login/", "/api/")) or path.startswith(("/login/static/", "/login/appstore/")):
            return
        state = scope["state"]
        self.world.calls.append(
            {
                "method": scope["method"],
                "path": path,
                "query": "",
                "tenant": state.get("tenant", ""),
                "user": state.get("user", ""),
                "status": status,
                "ms": round(seconds * 1000, 1),
                "started": started,
            }
        )
