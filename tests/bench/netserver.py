"""NetServer as the bench needs it: real answers by path after a delay, counted, for next to no CPU.

``python -m tests.bench.netserver`` reads ``{"answers": {path below the company, or whole: body}, "delay": …,
"slow": …}``, prints its port and serves until it is terminated. A tenant whose name begins with ``Slow`` waits
``slow`` seconds. ``GET /calls`` tells how often which path was asked since ``GET /calls?reset``.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import uvloop

from tests.bench.answers import ID, NAME
from tests.bench.upstream import HEAD, Answering

DELAY, SLOW = 0.15, 10.0
PATH = re.compile(rb"[A-Z]+ /(\w+)/api/v1/(?:Contact/(\d+)/?)?([\w/]*)[? ]")
MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class NetServer:
    """What it knows, and who asked."""

    def __init__(self, answers: dict[str, str], delay: float, slow: float) -> None:
        self.answers = {name.encode(): body.encode() for name, body in answers.items()}
        self.delay, self.slow = delay, slow
        self.calls: Counter[str] = Counter()

    def __call__(self, request: bytes) -> tuple[bytes, float]:
        """The answer to a request, and the seconds it takes."""
        if request.startswith(b"GET /calls"):
            return self._told(request), 0
        found = PATH.match(request)
        if found is None or found[3] not in self.answers:
            self.calls[f"unknown: {request.split(b'?')[0].split()[1].decode()}"] += 1
            return MISSING, self.delay
        ctx, contact_id, name = found.groups()
        self.calls[name.decode() or "Contact"] += 1
        body = self.answers[name]
        if contact_id:
            body = body.replace(NAME.encode(), ctx + b" " + contact_id).replace(b"%d" % ID, contact_id)
        return HEAD % len(body) + body, self.slow if ctx.startswith(b"Slow") else self.delay

    def _told(self, request: bytes) -> bytes:
        body = json.dumps(self.calls).encode()
        if b"reset" in request.split()[1]:
            self.calls.clear()
        return HEAD % len(body) + body


async def serve(server: NetServer) -> None:
    listening = await asyncio.get_running_loop().create_server(partial(Answering, server), "127.0.0.1", 0, backlog=2048)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


class Upstream:
    """The running one, as the measurements see it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def calls(self, reset: bool = False) -> Counter[str]:
        """How often which path was asked.

        Raises:
            RuntimeError: something was asked that it cannot answer, so nothing measured would be true.
        """
        told = Counter(httpx.get(f"{self.url}/calls{'?reset' if reset else ''}", trust_env=False).json())
        if unknown := [name for name in told if name.startswith("unknown")]:
            raise RuntimeError(f"the bench's NetServer has no answer to {unknown}")
        return told


@contextmanager
def netserver(answers: dict[str, str]) -> Iterator[Upstream]:
    """It runs in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.netserver"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    setup: dict[str, Any] = {"answers": answers, "delay": DELAY, "slow": SLOW}
    process.stdin.write(json.dumps(setup))
    process.stdin.close()
    try:
        yield Upstream(int(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


if __name__ == "__main__":
    uvloop.run(serve(NetServer(**json.load(sys.stdin))))
