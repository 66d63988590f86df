"""Bodies too large for memory, down and up, over real sockets; and rows page by page."""

from __future__ import annotations

import asyncio
import contextlib
import io
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from crm_client.address import AsyncFixedAddress, FixedAddress
from crm_client.auth import UserToken
from crm_client.calls import NEXT_LINK, Call, Operation, Page, Stream, Upload, follow
from crm_client.clients import AT_ONCE, AsyncCrm, Crm, async_http, sync_http
from crm_client.errors import CrmError, Denied, NotFound, OutcomeUnknown, Unavailable
from crm_client.gates import gates
from crm_client.hooks import CallRecord
from crm_client.stores import AsyncMemoryStore, MemoryStore

from .conftest import BASE, NetServer, Open, grant
from .raw_server import PIECE, Server, says

LARGE = 200
"""Pieces of a large body."""
BLOB = Call("GET", "v1/Document/5/Content")


def large(server: Server, connection: socket.socket) -> None:
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: {LARGE * PIECE}\r\n\r\n".encode())
    for _ in range(LARGE):
        connection.sendall(b"x" * PIECE)
        server.sent += PIECE


class Down:
    """What a download gave."""

    length: int | None = None
    content_type = ""
    total = 0
    ahead = 0
    """How far the server was when the first piece had come."""


def blocking_down(server: Server, stop: bool = False, **rest: Any) -> Down:
    down = Down()
    with sync_http() as http:
        crm = Crm(http, FixedAddress(server.base), None, **rest)
        with crm.stream(BLOB) as blob:
            down.length, down.content_type = blob.length, blob.content_type
            for piece in blob:
                down.ahead = down.ahead or server.sent + 1
                down.total += len(piece)
                if stop:
                    break
    return down


def awaiting_down(server: Server, stop: bool = False, **rest: Any) -> Down:
    down = Down()

    async def run() -> None:
        async with async_http() as http:
            crm = AsyncCrm(http, AsyncFixedAddress(server.base), None, **rest)
            async with crm.stream(BLOB) as blob:
                down.length, down.content_type = blob.length, blob.content_type
                async for piece in blob:
                    down.ahead = down.ahead or server.sent + 1
                    down.total += len(piece)
                    if stop:
                        break

    asyncio.run(run())
    return down


downs = pytest.mark.parametrize("down", [blocking_down, awaiting_down], ids=["Crm", "AsyncCrm"])


@downs
def test_a_large_body_comes_piece_by_piece(serve: Any, down: Any) -> None:
    """While the last of it is still at the server."""
    server = serve(large)
    got = down(server)
    assert (got.total, got.length, got.content_type) == (LARGE * PIECE, LARGE * PIECE, "a/b")
    assert got.ahead < LARGE * PIECE
    assert b"\r\naccept: */*" in server.heads[0]


@downs
def test_who_stops_early_gives_the_connection_back(serve: Any, down: Any) -> None:
    server = serve(large)
    for _ in range(3):
        down(server, stop=True)
    assert len(server.heads) == 3


@downs
def test_an_error_is_deciphered_all_the_same(serve: Any, down: Any) -> None:
    server = serve(says("403 Forbidden", b'{"ErrorMessage": "Not yours", "ErrorType": "SoSentry"}'))
    with pytest.raises(Denied) as caught:
        down(server)
    assert (caught.value.message, caught.value.error_type) == ("Not yours", "SoSentry")


def oh_and_no_more(server: Server, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 500 Oh\r\nContent-Length: 100\r\n\r\n")
    server.closing.wait(5)


@downs
def test_an_error_that_does_not_come_to_its_end_was_an_answer(serve: Any, down: Any) -> None:
    """The call was sent, whatever became of it."""
    with pytest.raises(Unavailable) as caught:
        down(serve(oh_and_no_more), deadline=0.3)
    assert caught.value.sent is None


@downs
def test_a_body_that_breaks_off_is_told(serve: Any, down: Any) -> None:
    """Not taken for a short document."""
    told: list[CallRecord] = []
    with pytest.raises(Unavailable):
        down(serve(says("200 OK", b"half", 100)), hooks=[told.append])
    assert [(one.status, one.error) for one in told] == [(200, "Unavailable")]


@downs
def test_a_download_is_told_once_it_is_over(serve: Any, down: Any) -> None:
    told: list[CallRecord] = []
    down(serve(large), hooks=[told.append])
    assert [(one.path, one.status, one.sent) for one in told] == [("v1/Document/{id}/Content", 200, 1)]


def asking(call: Call) -> Operation[Any]:
    return (yield call)


def blob(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=b"blob")


def test_a_body_that_is_read_has_its_place_among_the_calls() -> None:
    base = "https://online2.superoffice.com/Reading/api/"
    with httpx.Client(transport=httpx.MockTransport(blob)) as http:
        crm = Crm(http, FixedAddress(base), None, deadline=0.05)
        with contextlib.ExitStack() as reading:
            for _ in range(AT_ONCE):
                reading.enter_context(crm.stream(BLOB))
            with pytest.raises(Unavailable) as caught:
                crm(asking(BLOB))
        assert caught.value.sent is False
        with crm.stream(BLOB) as pieces:
            assert b"".join(pieces) == b"blob"


@pytest.mark.asyncio
async def test_so_it_has_where_it_is_awaited() -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(blob)) as http:
        crm = AsyncCrm(http, AsyncFixedAddress(BASE), None, deadline=0.05)
        async with contextlib.AsyncExitStack() as reading:
            for _ in range(AT_ONCE):
                await reading.enter_async_context(crm.stream(BLOB))
            with pytest.raises(Unavailable) as caught:
                await crm(asking(BLOB))
        assert caught.value.sent is False
        async with crm.stream(BLOB) as pieces:
            assert [piece async for piece in pieces] == [b"blob"]
    assert gates().under_way == {}


# Up


def put(upload: Upload, method: str = "PUT") -> Operation[Any]:
    return (yield Call(method, "v1/Document/5/Content", upload=upload))


def blocking_up(server: Server, *uploads: Upload, auth: Any = None) -> None:
    with sync_http() as http:
        crm = Crm(http, FixedAddress(server.base), auth and auth(MemoryStore(grant())))
        for upload in uploads:
            crm(put(upload))


def awaiting_up(server: Server, *uploads: Upload, auth: Any = None) -> None:
    async def run() -> None:
        async with async_http() as http:
            crm = AsyncCrm(http, AsyncFixedAddress(server.base), auth and auth(AsyncMemoryStore(grant())))
            for upload in uploads:
                await crm(put(upload))

    asyncio.run(run())


ups = pytest.mark.parametrize("up", [blocking_up, awaiting_up], ids=["Crm", "AsyncCrm"])


class Zeros(io.RawIOBase):
    """A large file that is nowhere; it counts how much of it anybody held at once."""

    def __init__(self, size: int) -> None:
        self.size, self.at, self.most = size, 0, 0

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (self.size if whence == 2 else 0)
        return self.at

    def read(self, size: int = -1) -> bytes:
        piece = b"0" * min(self.size - self.at, size if size >= 0 else self.size)
        self.at += len(piece)
        self.most = max(self.most, len(piece))
        return piece


@ups
def test_a_large_file_goes_up_piece_by_piece(serve: Any, up: Any) -> None:
    server, file = serve(says("200 OK")), Zeros(LARGE * PIECE)
    up(server, Upload.file(file, "application/pdf"))  # type: ignore[arg-type]
    assert (server.received, file.most) == (LARGE * PIECE, PIECE)
    assert b"content-type: application/pdf" in server.heads[0]
    assert b"transfer-encoding" not in server.heads[0]


@ups
def test_an_empty_file(serve: Any, up: Any) -> None:
    server = serve(says("200 OK"))
    up(server, Upload.file(io.BytesIO(b"")))
    assert (server.received, len(server.heads)) == (0, 1)


@ups
def test_a_file_is_read_from_its_start_each_time(serve: Any, up: Any) -> None:
    """A 401 is followed by the same body with a new token."""
    answers = [says("401 Unauthorized"), says("200 OK", b'{"access_token": "8A:new", "expires_in": 3600}')]

    def answer(server: Server, connection: socket.socket) -> None:
        (answers.pop(0) if answers else says("200 OK"))(server, connection)

    server = serve(answer)
    file = io.BytesIO(b"0123456789")
    file.read(5)
    up(server, Upload.file(file), auth=lambda store: UserToken(f"{server.base}tokens", "a", "b", store, object()))
    assert [head.split(b" ")[0] for head in server.heads] == [b"put", b"post", b"put"]
    assert (server.received, server.first) == (10, b"0123456789")


def test_an_asynchronous_source(serve: Any) -> None:
    """Such as another answer that streams in."""

    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b"ab", b"cd"):
            await asyncio.sleep(0)
            yield piece

    server = serve(says("200 OK"))
    awaiting_up(server, Upload(pieces, 4))
    assert (server.received, server.first[:2]) == (4, b"ab")
    with pytest.raises(TypeError, match="AsyncCrm"):
        blocking_up(server, Upload(pieces, 4))


def test_a_slow_disk_stops_nobody_else(serve: Any) -> None:
    """A thread takes the pieces of a plain source."""
    taken_by: list[int] = []

    def pieces() -> Iterator[bytes]:
        for piece in (b"ab", b"cd"):
            taken_by.append(threading.get_ident())
            yield piece

    server = serve(says("200 OK"))
    awaiting_up(server, Upload(pieces, 4))
    assert server.received == 4
    assert len(taken_by) == 2
    assert threading.get_ident() not in taken_by


@ups
def test_an_upload_whose_answer_is_lost_is_sent_once(serve: Any, up: Any) -> None:
    server = serve(lambda *_: None)
    with pytest.raises(OutcomeUnknown):
        up(server, Upload.file(io.BytesIO(b"0123456789")))
    assert len(server.heads) == 1


def test_a_call_has_one_body() -> None:
    with pytest.raises(ValueError, match="one body"):
        Call("PUT", "v1/Document/5/Content", json={}, upload=Upload(list, 0))


# Rows


def numbers(until: int) -> Stream[int]:
    call = Call("GET", "v1/Contact", query={"$skip": "0"})
    while True:
        answer = yield call
        yield Page(answer["value"])
        if not answer[NEXT_LINK]:
            return
        call = follow(answer[NEXT_LINK])


def archive(request: httpx.Request) -> httpx.Response:
    """Three pages of two."""
    at = int(request.url.params["$skip"])
    if at > 4:
        return httpx.Response(404)
    return httpx.Response(200, json={"value": [at, at + 1], NEXT_LINK: f"{BASE}v1/Contact?$skip={at + 2}"})


@pytest.fixture
def rows(netserver: NetServer, open_crm: Open) -> Callable[[int, Stream[int]], list[int]]:
    """Takes so many rows of a stream in either colour."""
    netserver.on("v1/Contact", archive)
    face = open_crm(netserver)

    def take(count: int, stream: Stream[int]) -> list[int]:
        taken: list[int] = []
        if isinstance(face.crm, Crm):
            with contextlib.closing(face.crm.each(stream)) as each:
                for row in each:
                    taken.append(row)
                    if len(taken) == count:
                        break
            return taken

        async def run(crm: AsyncCrm) -> list[int]:
            async with contextlib.aclosing(crm.each(stream)) as each:
                async for row in each:
                    taken.append(row)
                    if len(taken) == count:
                        break
            return taken

        return face.runner.run(run(face.crm))  # type: ignore[union-attr]

    return take


def test_no_page_is_asked_before_it_is_needed(netserver: NetServer, rows: Any) -> None:
    assert rows(3, numbers(6)) == [0, 1, 2]
    assert len(netserver.asked) == 2


def test_rows_before_an_error_have_come(netserver: NetServer, rows: Any) -> None:
    def stream() -> Stream[int]:
        try:
            yield from numbers(9)
        except NotFound:
            yield Page([-1])

    assert rows(99, stream()) == [0, 1, 2, 3, 4, 5, -1]


def test_a_stream_that_breaks_off_is_closed(rows: Any) -> None:
    seen: list[str] = []

    def stream() -> Stream[int]:
        try:
            yield from numbers(9)
        finally:
            seen.append("closed")

    with pytest.raises(CrmError):
        rows(99, stream())
    rows(1, stream())
    assert seen == ["closed", "closed"]
