"""A small NetServer that behaves, inside httpx's MockTransport, and one face for both drivers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from crm_client.address import AsyncFixedAddress, FixedAddress
from crm_client.auth import Grant, UserToken
from crm_client.calls import Operation
from crm_client.clients import AsyncCrm, Crm
from crm_client.errors import NotSignedIn

from .raw_server import Server

BASE = "https://online2.superoffice.com/Cust12345/api/"
MOVED = "https://app.superoffice.com/Cust12345/api/"
TOKEN_URL = "https://online.superoffice.com/login/common/oauth/tokens"

Answer = Callable[[httpx.Request], httpx.Response]


def grant(token: str = "8A:Cust12345.first", seconds: float = 3600) -> Grant:
    return Grant(token, "refresh-token-of-alice", datetime.now(UTC) + timedelta(seconds=seconds))


@dataclass
class Shelf:
    """A token store in memory; ``held`` is somebody's claim."""

    grant: Grant | None = field(default_factory=grant)
    held: bool = False
    events: list[str] = field(default_factory=list)

    def load(self) -> Grant:
        if self.grant is None:
            raise NotSignedIn("nobody is signed in")
        return self.grant

    def claim(self, stale: Grant, seconds: float) -> bool:
        won = not self.held and stale == self.grant
        self.held = self.held or won
        self.events.append("claim" if won else "miss")
        return won

    def save(self, grant: Grant) -> None:
        self.grant, self.held = grant, False
        self.events.append("save")

    def release(self) -> None:
        self.held = False
        self.events.append("release")

    def lost(self) -> None:
        self.grant, self.held = None, False
        self.events.append("lost")


class AsyncShelf:
    """The same shelf, awaited; each step lets others run, as a database would."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    async def load(self) -> Grant:
        await asyncio.sleep(0)
        return self.shelf.load()

    async def claim(self, stale: Grant, seconds: float) -> bool:
        await asyncio.sleep(0)
        return self.shelf.claim(stale, seconds)

    async def save(self, grant: Grant) -> None:
        await asyncio.sleep(0)
        self.shelf.save(grant)

    async def release(self) -> None:
        self.shelf.release()

    async def lost(self) -> None:
        self.shelf.lost()


@dataclass
class NetServer:
    """Answers by path below the API address; keeps what it was asked. An unknown path is 404."""

    paths: dict[str, Answer] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)
    base: str = BASE

    def on(self, path: str, answer: Any = None, status: int = 200, **headers: str) -> None:
        """Answer JSON, or whatever a function of the request answers."""
        made = answer if callable(answer) else lambda _: httpx.Response(status, json=answer, headers=headers)
        self.paths[path] = made

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        url = str(request.url).partition("?")[0]
        if url == TOKEN_URL:
            return self.paths["tokens"](request)
        if not url.startswith(self.base):
            return httpx.Response(421, text="Wrong subdomain used to access tenant")
        return self.paths.get(url.removeprefix(self.base), _missing)(request)

    @property
    def log(self) -> list[str]:
        """Method and last part of each address asked."""
        return [f"{request.method} {request.url.path.removeprefix('/Cust12345/api/')}" for request in self.asked]


def _missing(_: httpx.Request) -> httpx.Response:
    return httpx.Response(404, json={"Error": True, "ErrorType": "SoNotFoundException", "ErrorMessage": "Not there"})


class Moving:
    """An address that is found anew when refreshed."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self.refreshed = 0

    def get(self) -> str:
        return self.addresses[0]

    def refresh(self) -> str:
        self.refreshed += 1
        self.addresses = self.addresses[1:] or self.addresses
        return self.addresses[0]


class AsyncMoving:
    def __init__(self, moving: Moving) -> None:
        self.moving = moving

    async def get(self) -> str:
        return self.moving.get()

    async def refresh(self) -> str:
        await asyncio.sleep(0)
        return self.moving.refresh()


class Blocking:
    """``Crm`` on the small NetServer."""

    def __init__(self, app: Answer, shelf: Shelf | None = None, moving: Moving | None = None, **rest: Any) -> None:
        self.http = httpx.Client(transport=httpx.MockTransport(app))
        auth = UserToken(TOKEN_URL, "sidecard", "top-secret", shelf, ("alice", id(shelf))) if shelf else None
        self.crm = Crm(self.http, moving or FixedAddress(BASE), auth, **rest)

    def ask[T](self, operation: Operation[T]) -> T:
        return self.crm(operation)

    def all(self, *operations: Operation[Any]) -> tuple[Any, ...]:
        return self.crm.all(*operations)

    def close(self) -> None:
        self.http.close()


class Awaiting:
    """``AsyncCrm`` on the small NetServer, in a loop of its own."""

    def __init__(self, app: Answer, shelf: Shelf | None = None, moving: Moving | None = None, **rest: Any) -> None:
        self.runner = asyncio.Runner()
        self.http = httpx.AsyncClient(transport=httpx.MockTransport(app))
        store = AsyncShelf(shelf) if shelf else None
        auth = UserToken(TOKEN_URL, "sidecard", "top-secret", store, ("alice", id(shelf))) if store else None
        self.crm = AsyncCrm(self.http, AsyncMoving(moving) if moving else AsyncFixedAddress(BASE), auth, **rest)

    def ask[T](self, operation: Operation[T]) -> T:
        return self.runner.run(self.crm(operation))

    def all(self, *operations: Operation[Any]) -> tuple[Any, ...]:
        return self.runner.run(self.crm.all(*operations))

    def close(self) -> None:
        self.runner.run(self.http.aclose())
        self.runner.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts a server on a real socket."""
    servers: list[Server] = []

    def one(*args: Any, **rest: Any) -> Server:
        servers.append(Server(*args, **rest))
        return servers[-1]

    yield one
    for server in servers:
        server.close()


Open = Callable[..., Blocking | Awaiting]


@pytest.fixture
def netserver() -> NetServer:
    return NetServer()


@pytest.fixture(params=[Blocking, Awaiting], ids=["Crm", "AsyncCrm"])
def open_crm(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens a driver; each test runs once in each colour."""
    opened: list[Blocking | Awaiting] = []

    def open_one(*args: Any, **rest: Any) -> Blocking | Awaiting:
        opened.append(request.param(*args, **rest))
        return opened[-1]

    yield open_one
    for crm in opened:
        crm.close()


def answered[T](operation: Operation[T], *answers: Any) -> T:
    """Run an operation on ready answers, without any client; an exception among them is thrown in."""
    try:
        next(operation)
        for answer in answers:
            operation.throw(answer) if isinstance(answer, Exception) else operation.send(answer)
    except StopIteration as done:
        value: T = done.value
        return value
    raise AssertionError("the operation wants more answers")
