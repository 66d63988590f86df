"""Serves the sandbox: one process, one loop, three ports."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, date, datetime
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import app_store, control, front, netserver, pages, soap, state, superid, system_user, web
from .delivery import Postman
from .doorman import Doorman
from .seed import seed
from .tokens import ensure_keys
from .world import World

HOSTS = ["login", "online2", "app"]
"""The login host and the two tenant hosts, in the order of their ports."""
STATE_FILE = "world.json"
SAVE_SECONDS = 2.0
WATCHING = "/__sandbox__/overview"
"""Asked for by the control page every other second; changes nothing."""
START_SECONDS = 30.0


def build(world: World, urls: dict[str, str], reset: Callable[[], None]) -> dict[str, Starlette]:
    """The three applications by host name; ``urls`` are their origins, ``reset`` puts the world back to its seed."""
    login = [
        *superid.routes(world, urls),
        *app_store.routes(world, urls),
        *system_user.routes(world, urls),
        *soap.system_user(),
        *state.routes(world, urls),
        *control.routes(world, urls, reset),
        *front.routes(world, urls),
    ]
    doorman = Middleware(Doorman, world)
    apps = {"login": Starlette(routes=login, middleware=[doorman], exception_handlers={HTTPException: pages.failed})}
    for host in HOSTS[1:]:
        api = Router(netserver.routes(world, urls, host))
        # The state API names NetServer's root without a slash at its end, the claim with one.
        root, below = Route("/{ctx}/api", api), Mount("/{ctx}/api", api)
        apps[host] = Starlette(routes=[root, below, *soap.services(world), *web.routes(world, urls, host)])
    return apps


@lru_cache(maxsize=1)
def seeded(app_url: str, today: date) -> bytes:
    """The world of a day, pickled: tests begin thousands of them, and what is sown depends on nothing else."""
    world = World(app_url=app_url)
    seed(world, app_url=app_url)
    return pickle.dumps(world)


class ByPort:
    """Hands each request to the application of the port it came in by, and remembers that there was one.

    Every answer tells its ``Date`` by the sandbox's clock, as the records' own stamps do.
    """

    def __init__(self, apps: dict[int, ASGIApp], now: Callable[[], datetime]) -> None:
        self.apps, self.now = apps, now
        self.touched = False
        self.after: Callable[[], None] = lambda: None
        """Called at the end of each request."""

    def touch(self) -> None:
        """Something may have changed that is to be saved."""
        self.touched = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self.now(), usegmt=True).encode()
                message["headers"] = [*message["headers"], (b"date", date)]
            await send(message)

        await self.apps[scope["server"][1]](scope, receive, dated)
        self.touched |= scope["path"] != WATCHING
        self.after()


class Sandbox:
    """A running SuperOffice Online.

    ``port`` is the login host's, the tenant hosts take the next two; 0 takes three free ones. With a ``state`` folder
    the world survives restarts. ``app_url`` is where the seeded web panels live. Where a proxy stands before
    the ports, ``urls`` are the hosts' origins by their names in ``HOSTS``.
    """

    def __init__(
        self,
        world: World | None = None,
        port: int = 0,
        state: Path | None = None,
        app_url: str = "http://127.0.0.1:8000",
        host: str = "127.0.0.1",
        urls: dict[str, str] | None = None,
    ) -> None:
        self.state = state / STATE_FILE if state else None
        self.app_url = app_url
        self.world = world or self.remembered() or self.newborn()
        ensure_keys(self.world)
        self._sockets = listen(host, port, len(HOSTS))
        self.ports = {name: s.getsockname()[1] for name, s in zip(HOSTS, self._sockets, strict=True)}
        self.urls = urls or {name: f"http://localhost:{port}" for name, port in self.ports.items()}
        apps = build(self.world, self.urls, self.reset)
        self._by_port = ByPort({port: apps[name] for name, port in self.ports.items()}, self.world.now)
        config = uvicorn.Config(
            self._by_port,
            lifespan="off",
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._postman = Postman(self.world, self._by_port.touch)
        self._thread = threading.Thread(target=self._serve, name="sandbox", daemon=True)

    @property
    def login_url(self) -> str:
        """Origin of the login host, the issuer of id tokens."""
        return self.urls["login"]

    def tenant_url(self, ctx: str) -> str:
        """Where a tenant is now, without a slash at the end."""
        tenant = self.world.tenants[ctx]
        return f"{self.urls[tenant.host]}/{tenant.ctx}"

    def remembered(self) -> World | None:
        """The world of the last run; its web panels follow the application to where it is now."""
        if self.state is None or not self.state.exists():
            return None
        world = World.load(self.state)
        world.move_app(self.app_url)
        return world

    def newborn(self) -> World:
        world: World = pickle.loads(seeded(self.app_url, datetime.now(UTC).date()))
        return world

    def reset(self) -> None:
        """Back to the seed: tokens, faults, clock and records too. Only the keys stay."""
        fresh = self.newborn()
        fresh.keys = self.world.keys
        self.world.become(fresh)

    def start(self) -> Sandbox:
        """Serve from a thread of our own; returns when all three ports answer."""
        self._thread.start()
        waited = threading.Event()
        for _ in range(int(START_SECONDS / 0.01)):
            if self._server.started or not self._thread.is_alive():
                break
            waited.wait(0.01)
        if not self._server.started:
            raise RuntimeError("the sandbox did not start")
        return self

    def stop(self) -> None:
        """Finish what is being answered, save, and free the ports."""
        if self._thread.is_alive():
            self._server.should_exit = True
            self._thread.join()
        for listening in self._sockets:
            listening.close()

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM."""
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        self.start()
        print(self.greeting(), flush=True)
        ended.wait()
        self.stop()

    def greeting(self) -> str:
        tenants = ", ".join(f"{self.tenant_url(ctx)}/default.aspx" for ctx in self.world.tenants)
        return f"Sandbox ready: {self.login_url}/ (tenants: {tenants})"

    def _serve(self) -> None:
        asyncio.run(self._serve_and_save(), loop_factory=self._server.config.get_loop_factory())

    async def _serve_and_save(self) -> None:
        async with self._saving(), in_background(self._postman.run()):
            self._by_port.after = self._postman.wake.set
            await self._server.serve(sockets=self._sockets)

    @contextlib.asynccontextmanager
    async def _saving(self) -> AsyncIterator[None]:
        """Save soon after every request, and at the end."""
        if self.state is None:
            yield
            return
        async with in_background(self._save_when_touched(self.state)):
            yield
        self.world.save(self.state)

    async def _save_when_touched(self, path: Path) -> None:
        self.world.save(path)
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            if self._by_port.touched:
                self._by_port.touched = False
                self.world.save(path)


@contextlib.asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Something that goes on meanwhile, and is stopped at the end."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def listen(host: str, first: int, count: int) -> list[socket.socket]:
    """Listening sockets on ports in a row; ``first`` 0 takes free ones. All or none."""
    with contextlib.ExitStack() as opened:
        ports = [first and first + offset for offset in range(count)]
        sockets = [opened.enter_context(socket.create_server((host, port), backlog=128)) for port in ports]
        opened.pop_all()
    return sockets
