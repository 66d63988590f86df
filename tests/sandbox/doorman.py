"""What every answer of the login host passes: safety headers and the call log."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .exchanges import Exchange, exchange
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
        talk = Talk(scope, receive)
        clock = time.perf_counter()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.protect(scope["path"], MutableHeaders(scope=message))
            talk.hear(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self.log(scope, talk, time.perf_counter() - clock)
            await send(message)

        try:
            await self.app(scope, talk.ask, answer)
        finally:
            if not talk.status:
                # A mistake of the sandbox's own; who answers 500 for it stands outside.
                talk.status = 500
                self.log(scope, talk, time.perf_counter() - clock)

    def protect(self, path: str, headers: MutableHeaders) -> None:
        headers["Content-Security-Policy"] = POLICY
        headers["X-Frame-Options"] = "DENY"
        headers["X-Content-Type-Options"] = "nosniff"
        if not path.startswith("/login/static/"):
            headers["Cache-Control"] = "no-store"
        if self.world.login.coop and path.startswith("/login/"):
            headers["Cross-Origin-Opener-Policy"] = "same-origin"

    def log(self, scope: Scope, talk: Talk, seconds: float) -> None:
        """Only what SuperOffice has too, in the form of NetServer's log; never the query, which holds hints."""
        path = scope["path"]
        if not path.lower().startswith(("/login/", "/api/")) or path.startswith(("/login/static/", "/login/appstore/")):
            return
        state = scope["state"]
        entry = {
            "method": scope["method"],
            "path": path,
            "query": "",
            "tenant": state.get("tenant", ""),
            "user": state.get("user", ""),
            "status": talk.status,
            "ms": round(seconds * 1000, 1),
        }
        self.world.log(entry, talk.exchange())


class Talk:
    """Hears a request and its answer pass."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope, self.receive = scope, receive
        self.headers: list[tuple[bytes, bytes]] = []
        self.status, self.sent, self.got = 0, b"", b""

    async def ask(self) -> Message:
        message = await self.receive()
        self.sent += message.get("body", b"")
        return message

    def hear(self, message: Message) -> None:
        """A part of the answer."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message["headers"]
        self.got += message.get("body", b"")

    def exchange(self) -> Exchange:
        return exchange(texts(self.scope["headers"]), self.sent, texts(self.headers), self.got)


def texts(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    """Headers as ASGI has them, read."""
    return ((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
