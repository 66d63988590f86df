"""A server that costs next to nothing: one ready answer to everything, after a delay.

``python -m tests.bench.upstream 0.15 < answer.json`` prints its port and serves until it is terminated. It speaks as
much HTTP/1.1 as a client's kept connection needs (no pipelining, bodies with a length only), so that what is measured
beside it is the client.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import uvloop

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n"


type Answer = Callable[[bytes], tuple[bytes, float]]
"""What to answer to a request, and after how many seconds."""


class Answering(asyncio.Protocol):
    """One connection."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.request += data
        if self._is_whole():
            answer, delay = self.answer(self.request)
            self.request = b""
            self._later(answer, delay)

    def _is_whole(self) -> bool:
        head, end, body = self.request.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\ncontent-length: *(\d+)", head)
        return bool(end) and len(body) >= (int(length[1]) if length else 0)

    def _later(self, answer: bytes, delay: float) -> None:
        if delay:
            asyncio.get_running_loop().call_later(delay, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        # Who gave up waiting is gone.
        if not self.transport.is_closing():
            self.transport.write(answer)


async def serve(body: bytes, delay: float) -> None:
    answer = HEAD % len(body) + body
    always = partial(Answering, lambda _request: (answer, delay))
    server = await asyncio.get_running_loop().create_server(always, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def upstream(body: bytes, delay: float) -> Iterator[str]:
    """Its address, while it runs in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.upstream", str(delay)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(body)
    process.stdin.close()
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


if __name__ == "__main__":
    uvloop.run(serve(sys.stdin.buffer.read(), float(sys.argv[1])))
