"""Users who ask for one page after another: a raw HTTP/1.1 client in a process of its own.

It costs as little as it can, for it shares the cores with what it measures: requests are bytes put together before,
answers are read only as far as telling where they end needs. Yet a wrong answer ends the measurement: each has to be
a 200 that holds the name of the company asked for, and that name holds the tenant's.

::

    with load() as ask:
        told = ask(Job(port, "/panels/…?uctx={ctx}&usid={associate}&contact_id={contact}", people, users=100))
        told.milliseconds   # until the last byte, one a page
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count

import uvloop

from tests.bench.state import Person

FIRST_ID = 1_000_000
ARRIVE = 0.005
"""Seconds between two users who begin."""
PATIENCE = 120.0
"""Seconds within which a user must be done, or the run has failed."""
HEADERS = (
    "Host: 127.0.0.1\r\nCookie: __Host-psid={cookie}\r\nSec-Fetch-Dest: iframe\r\nAccept: text/html\r\n"
    "Accept-Language: en-US\r\nUser-Agent: bench\r\n\r\n"
)


@dataclass(frozen=True)
class Job:
    """So many users, who go on for some seconds, or altogether ``pages`` pages."""

    port: int
    path: str
    people: Sequence[Person]
    users: int = 1
    seconds: float = 60.0
    pages: int = 1_000_000
    first: int | None = None
    """The company of the first person, the next one of the second person and so on; None: at every page a company
    nobody asked for before."""
    lenient: bool = False
    """Any answer will do, and at the end none is waited for: for the users of a tenant in trouble."""


@dataclass
class Told:
    """How long each page took, in milliseconds, in order of their ends."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)
    """Until the company's name was there."""
    size: int = 0
    """Bytes of the last page."""

    @property
    def pages(self) -> int:
        return len(self.milliseconds)


class WrongAnswer(RuntimeError):
    """What came is not the page that was asked for."""


class User(asyncio.Protocol):
    """Asks for a page when he has the one before."""

    def __init__(self, ask_next: Callable[[], tuple[bytes, bytes] | None], told: Told, lenient: bool) -> None:
        self.ask_next, self.told, self.lenient = ask_next, told, lenient
        self.painted_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        following = self.ask_next()
        if following is None:
            self._end()
            return
        request, self.mark = following
        self.answer, self.whole, self.painted_at = b"", 0, 0.0
        self.started = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.answer = self.answer + data if self.answer else data
        now = time.perf_counter()
        if not self.painted_at and self.mark in self.answer:
            self.painted_at = now
        if not self.whole:
            self._read_head()
        if self._is_whole():
            self._take(now)

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.done.done() and not self.lenient:
            self.done.set_exception(WrongAnswer("the connection was lost"))

    def _read_head(self) -> None:
        """Where the answer ends: a number of bytes, or -1 where it comes in chunks."""
        end = self.answer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.answer[:end].lower()
        _, told, length = head.partition(b"\r\ncontent-length:")
        self.whole = end + 4 + int(length.split(b"\r\n", 1)[0]) if told else -1

    def _is_whole(self) -> bool:
        if self.whole < 0:
            return self.answer.endswith(b"\r\n0\r\n\r\n")
        return 0 < self.whole <= len(self.answer)

    def _take(self, now: float) -> None:
        is_right = self.answer.startswith(b"HTTP/1.1 200") and self.painted_at
        if not is_right and not self.lenient:
            self._end(WrongAnswer(f"{self.mark!r} is not in {self.answer[:2000]!r}"))
            return
        self.told.milliseconds.append((now - self.started) * 1000)
        self.told.painted.append((self.painted_at - self.started) * 1000)
        self.told.size = len(self.answer)
        self.ask()

    def _end(self, error: Exception | None = None) -> None:
        if error is not None and not self.done.done():
            self.done.set_exception(error)
        elif not self.done.done():
            self.done.set_result(None)
        self.transport.close()


async def carry_out(job: Job, ids: Iterator[int]) -> Told:
    told, started = Told(), time.perf_counter()
    turns = requests(job, ids)
    ends_at = started + job.seconds

    def ask_next() -> tuple[bytes, bytes] | None:
        return next(turns, None) if time.perf_counter() < ends_at else None

    async def user(number: int) -> None:
        # Not all in the same moment: real people do not march in step.
        await asyncio.sleep(min(1.0, job.users * ARRIVE) * number / job.users)
        loop = asyncio.get_running_loop()
        _, person = await loop.create_connection(lambda: User(ask_next, told, job.lenient), "127.0.0.1", job.port)
        patience = ends_at - time.perf_counter() if job.lenient else PATIENCE
        await asyncio.wait([person.done], timeout=max(0, patience))
        person.transport.close()
        if not job.lenient:
            # Whoever still waits, waits in vain: this raises.
            person.done.result()

    async with asyncio.TaskGroup() as group:
        for number in range(job.users):
            group.create_task(user(number))
    told.seconds = time.perf_counter() - started
    return told


def requests(job: Job, ids: Iterator[int]) -> Iterator[tuple[bytes, bytes]]:
    """Each request and the mark of its answer; the people by turns."""
    for number in range(job.pages):
        turn = number % len(job.people)
        ctx, associate, cookie = job.people[turn]
        contact = next(ids) if job.first is None else job.first + turn
        path = job.path.format(ctx=ctx, associate=associate, contact=contact)
        yield f"GET {path} HTTP/1.1\r\n{HEADERS.format(cookie=cookie)}".encode(), f"{ctx} {contact}".encode()


type Ask = Callable[[Job], Told]


@contextmanager
def load() -> Iterator[Ask]:
    """The process, ready for one job after another."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def ask(job: Job) -> Told:
        assert process.stdin is not None
        assert process.stdout is not None
        print(json.dumps(asdict(job)), file=process.stdin, flush=True)
        line = process.stdout.readline()
        if not line:
            raise WrongAnswer("the load ended; its reason stands above")
        return Told(**json.loads(line))

    try:
        yield ask
    finally:
        process.communicate(timeout=30)


def main() -> None:
    # Beyond the ids that people have of their own.
    ids = count(2 * FIRST_ID)
    for line in sys.stdin:
        told = uvloop.run(carry_out(Job(**json.loads(line)), ids))
        print(json.dumps(asdict(told)), flush=True)


if __name__ == "__main__":
    main()
