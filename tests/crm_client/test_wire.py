"""Real sockets: what a dying server, a cookie and a redirect do, in both colours."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from crm_client import clients
from crm_client.address import AsyncFixedAddress, FixedAddress
from crm_client.calls import Call, Operation
from crm_client.clients import AsyncCrm, Crm, async_http, sync_http
from crm_client.errors import BadAnswer, OutcomeUnknown, Unavailable
from crm_client.retries import Retries

ENDINGS = {
    "close": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "half a body": b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":',
    "half a chunk": b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"a"',
    "no gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
    "no http": b"\x00\x01garbage\r\n\r\n",
}


class Server:
    """Reads one request a connection, remembers it, says its piece and hangs up; ``None`` hangs up by reset."""

    def __init__(self, piece: bytes | None, silent: bool = False) -> None:
        self.piece, self.silent = piece, silent
        self.requests: list[bytes] = []
        self.done = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.listener.getsockname()[1]}/Cust12345/api/"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            part = connection.recv(65536)
            if not part:
                return
            head += part
        self.requests.append(head)
        if self.silent:
            self.done.wait(5)
        if self.piece is None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            connection.sendall(self.piece)

    def close(self) -> None:
        self.done.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def one(*args: Any, **rest: Any) -> Server:
        servers.append(Server(*args, **rest))
        return servers[-1]

    yield one
    for server in servers:
        server.close()


def blocking(base: str, *operations: Operation[Any]) -> list[Any]:
    with sync_http() as http:
        crm = Crm(http, FixedAddress(base), None)
        return [crm(operation) for operation in operations]


def awaiting(base: str, *operations: Operation[Any]) -> list[Any]:
    async def run() -> list[Any]:
        async with async_http() as http:
            crm = AsyncCrm(http, AsyncFixedAddress(base), None)
            return [await crm(operation) for operation in operations]

    return asyncio.run(run())


both = pytest.mark.parametrize("drive", [blocking, awaiting], ids=["Crm", "AsyncCrm"])


def send(method: str) -> Operation[Any]:
    body = None if method in ("GET", "DELETE") else {"Name": "Acme"}
    return (yield Call(method, "v1/Contact/17", json=body))


@both
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize("ending", [*ENDINGS, "reset", "silence"])
def test_a_server_that_dies_after_reading(
    serve: Callable[..., Server], drive: Any, method: str, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change is reported as unknown and sent once, whatever library lies below; a question may be asked again."""
    monkeypatch.setattr(clients, "TIMEOUTS", httpx.Timeout(0.3 if ending == "silence" else 5))
    server = serve(ENDINGS.get(ending, b"" if ending == "silence" else None), silent=ending == "silence")
    with pytest.raises(Unavailable if method == "GET" else OutcomeUnknown) as caught:
        drive(server.base, send(method))
    assert caught.value.sent is None
    again = method == "GET" and ending not in ("silence", "no gzip")
    assert len(server.requests) == (Retries().attempts if again else 1)


@both
def test_a_server_that_is_not_there(drive: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable) as caught:
            drive(f"http://127.0.0.1:{taken.getsockname()[1]}/Cust12345/api/", send("POST"))
    assert caught.value.sent is False


@both
def test_no_cookie_is_ever_sent_back(serve: Callable[..., Server], drive: Any) -> None:
    """NetServer's session cookie would carry one person's session into another's call."""
    cookie = b"Set-Cookie: ASP.NET_SessionId=abc; path=/\r\n"
    server = serve(b"HTTP/1.1 200 OK\r\n" + cookie + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}")
    drive(server.base, send("GET"), send("GET"))
    assert len(server.requests) == 2
    assert not any(b"cookie" in request.lower() for request in server.requests)


@both
def test_no_redirect_is_followed(serve: Callable[..., Server], drive: Any) -> None:
    """It would carry the token along."""
    elsewhere = serve(b"")
    server = serve(f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.base}\r\nContent-Length: 0\r\n\r\n".encode())
    with pytest.raises(BadAnswer):
        drive(server.base, send("GET"))
    assert elsewhere.requests == []
