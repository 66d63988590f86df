"""What ``crm_client`` adds to a call: CPU beside bare httpx on the same transport, the JSON parsed on both sides.

Upstream is a process of its own that answers with a company as NetServer writes it. Rounds are interleaved, so that a
busy machine troubles both alike, and CPU is this process's own. The limit of calls to one tenant is kept out of the
way by spreading calls over tenants, as a busy installation does.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import mean, median
from typing import Any

import httpx
import uvloop

from crm_client.address import AsyncFixedAddress
from crm_client.auth import Grant, UserToken
from crm_client.calls import Call, Operation
from crm_client.clients import AsyncCrm, async_http
from tests.bench.figures import figure, machine
from tests.bench.upstream import upstream
from tests.environment import free_ports
from tests.sandbox.server import Sandbox

HERE = Path(__file__).parent
TYPESCRIPT = HERE.parent / "typescript" / "node_modules" / "@superoffice" / "webapi"
ROUNDS, SLICES = 9, 5
TENANTS = 16
TOKEN = "8A:Cust12345.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

CASES = {1: (0.0, 60), 40: (0.05, 120), 200: (0.05, 400)}
"""Calls in flight: the seconds upstream takes, and the calls of a slice. One at a time nobody waits for anything."""

type Ask = Callable[[int], Awaitable[Any]]
"""One call, to the tenant of that number; gives what the JSON holds."""


def run() -> None:
    body = company()
    for in_flight, (delay, calls) in CASES.items():
        with upstream(body, delay) as url, typescript(url, in_flight, calls) as typed:
            told = uvloop.run(compare(url, in_flight, calls, typed))
        figure(f"crm_client, CPU per call, {in_flight} in flight", told.ratio, "x", f"bare httpx: {told}")


@dataclass
class Told:
    """CPU seconds per call of each round."""

    ours: list[float]
    bare: list[float]
    typed: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(ours / bare for ours, bare in zip(self.ours, self.bare, strict=True))

    def __str__(self) -> str:
        typed = f"{median(self.typed) * 1000:.3f} ms" if self.typed else "not installed"
        times = f"{median(self.ours) * 1000:.3f} ms vs {median(self.bare) * 1000:.3f} ms"
        return f"{times}; SuperOffice's TypeScript client: {typed}; {machine()}"


type Measure = Callable[[], Awaitable[float]]
"""Measures one slice of a round; CPU seconds per call."""


async def compare(url: str, in_flight: int, calls: int, typed: Measure | None) -> Told:
    async with async_http() as http:
        ours = partial(cpu_per_call, crm_calls(http, url), in_flight, calls)
        bare = partial(cpu_per_call, bare_calls(http, url), in_flight, calls)
        sides: list[Measure] = [ours, bare, *([typed] if typed else [])]
        await one_round(sides)  # opens the connections
        rounds = [await one_round(sides) for _ in range(ROUNDS)]
    return Told(*map(list, zip(*rounds, strict=True)))


async def one_round(sides: list[Measure]) -> list[float]:
    """Each side's CPU per call, taken in slices by turns: what troubles the machine for a moment troubles all."""
    slices = [[await measure() for measure in sides] for _ in range(SLICES)]
    return [mean(side) for side in zip(*slices, strict=True)]


async def cpu_per_call(ask: Ask, in_flight: int, calls: int) -> float:
    async def worker(tenants: list[int]) -> None:
        for tenant in tenants:
            await ask(tenant)

    turns = cycle(range(TENANTS))
    shares = [list(islice(turns, calls // in_flight)) for _ in range(in_flight)]
    started = time.process_time()
    await asyncio.gather(*map(worker, shares))
    return (time.process_time() - started) / calls


@contextmanager
def typescript(url: str, in_flight: int, calls: int) -> Iterator[Measure | None]:
    """SuperOffice's TypeScript client in a process of its own that measures itself; None where it is not installed."""
    node = shutil.which("node")
    if node is None or not TYPESCRIPT.exists():
        yield None
        return
    command = [node, str(HERE / "client_cpu.mjs"), url, str(in_flight), str(calls), str(TENANTS)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"NO_PROXY": "*"}
    )

    async def measure() -> float:
        assert process.stdin is not None
        assert process.stdout is not None
        print(file=process.stdin, flush=True)
        return float(await asyncio.to_thread(process.stdout.readline))

    try:
        yield measure
    finally:
        process.communicate(timeout=10)


def crm_calls(http: httpx.AsyncClient, url: str) -> Ask:
    crms = [AsyncCrm(http, AsyncFixedAddress(base), UserToken("", "", "", Kept(), base)) for base in addresses(url)]

    async def ask(tenant: int) -> Any:
        return await crms[tenant](read())

    return ask


def read() -> Operation[Any]:
    return (yield Call("GET", "v1/Contact/17"))


def bare_calls(http: httpx.AsyncClient, url: str) -> Ask:
    """As one writes it with httpx alone: the same headers, no thought of errors."""
    bases = addresses(url)
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Accept": "application/json",
        "Accept-Language": "en",
        "SO-TimeZone": "UTC, includeTZOffset",
    }

    async def ask(tenant: int) -> Any:
        return (await http.get(f"{bases[tenant]}v1/Contact/17", headers=headers)).json()

    return ask


def addresses(url: str) -> list[str]:
    return [f"{url}/Cust{number}/api/" for number in range(TENANTS)]


class Kept:
    """A grant in memory that does not end."""

    def __init__(self) -> None:
        self.grant = Grant(TOKEN, "", datetime.now(UTC) + timedelta(days=1))

    async def load(self) -> Grant:
        return self.grant


def company() -> bytes:
    """A ContactEntity as NetServer writes it to who asks for one language, as both sides do."""
    sandbox = Sandbox(port=free_ports(3)).start()
    try:
        token = sandbox.world.issue_access_token("Cust12345", "alice", "sidecard-sandbox")
        address = f"{sandbox.tenant_url('Cust12345')}/api/v1/Contact/17"
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        answer = httpx.get(address, headers=headers, trust_env=False)
        return answer.raise_for_status().content
    finally:
        sandbox.stop()


if __name__ == "__main__":
    run()
