"""Events as SuperOffice tells them, while processes die: is any lost, is any handled twice, how soon is it answered?

::

    .venv/bin/python -m tests.bench.deliveries                          # 2,000 events, in about a minute and a half
    .venv/bin/python -m tests.bench.deliveries --events 10000 --rate 50

Two web processes (uvicorn) and a worker with its beat (Celery). Besides the events come duplicates, half of them issued
anew under an id of their own, and forged ones. After a third of all messages the worker is killed (SIGKILL) and started
anew, after two thirds one of the web processes, which uvicorn replaces. Whoever tells opens a connection for each
message, and tries again as SuperOffice does: a second and four seconds after anything but 200 [wh/dev/notification].
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import uvloop

from tests.bench import heard
from tests.bench.application import ROOT, SIDECARD, Application, application
from tests.bench.findings import Findings, Goal
from tests.bench.heard import Address
from tests.bench.measures import percentiles
from tests.bench.services import Population, described, inhabited
from tests.bench.upstream import upstream
from tests.sandbox.signing import signature

EVENTS, RATE = 2_000, 50.0
DUPLICATES, FORGED = 0.2, 0.05
"""Shares of the events."""
PAUSES = (1.0, 4.0)
PATIENCE = 30.0
"""Seconds SuperOffice's client waits for an answer, at least."""
TENANTS: Population = ("Cust", 10, 1, 1)
NOTHING_EVERY = 5
STARTS = 10.0
"""Seconds for which a process that was killed takes CPU from the others, until its successor is up."""
LATER = 100
"""Messages within which a duplicate follows."""
ANSWERED_IN = Goal(50)
NONE = Goal(0)


@dataclass(frozen=True)
class Message:
    """What is sent, and whether it is genuine."""

    request: bytes
    is_genuine: bool = True


@dataclass
class Sent:
    """What came of it."""

    answered: list[tuple[float, float]] = field(default_factory=list)
    """When each genuine message began that was answered by 200, and milliseconds until then."""
    nothing: list[tuple[float, float]] = field(default_factory=list)
    """The same of requests for which nothing has to be done, told apart from the machine's own troubles by them."""
    deaths: list[float] = field(default_factory=list)
    refused: int = 0
    """Forged ones."""
    believed: int = 0
    retries: int = 0
    given_up: int = 0

    def in_peace(self, taken: Sequence[tuple[float, float]]) -> list[float]:
        """Milliseconds of those that had to share the cores with no process that starts."""
        starts = [(death, death + STARTS) for death in self.deaths]
        return [each for began, each in taken if not any(begin < began < end for begin, end in starts)]


class Worker:
    """Celery's, with its beat."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = os.environ | env
        self.log = Path(env["SIDECARD_VAR"]) / "worker.log"
        self.start()

    def wait(self) -> None:
        """Until it works."""
        until = time.monotonic() + PATIENCE
        while "ready." not in self.log.read_text():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the worker did not start: {self.log.read_text()}")
            time.sleep(0.1)

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "panel.celery", "worker", "--beat", "--concurrency", "1"]
        command += ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, start_new_session=True, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """Its children too, at once. Raises ``RuntimeError`` if it was dead already."""
        if self.process.poll() is not None:
            raise RuntimeError(f"the worker ended by itself, with {self.process.returncode}")
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def worker(env: Mapping[str, str]) -> Iterator[Worker]:
    running = Worker(env)
    try:
        running.wait()
        yield running
    finally:
        running.kill()


def messages(addresses: Sequence[Address], events: int) -> list[Message]:
    """All of them, in the order in which they are told."""
    chance = random.Random(17)
    told: list[tuple[float, Message]] = []
    for number in range(events):
        address, event = addresses[number % len(addresses)], an_event(number)
        told.append((number, message(address, event)))
        if chance.random() < DUPLICATES:
            again = event if chance.random() < 0.5 else event | {"EventId": str(uuid.uuid4())}
            told.append((number + chance.random() * LATER, message(address, again)))
        if chance.random() < FORGED:
            forger = (*address[:2], "a guess")
            told.append((number + chance.random(), message(forger, an_event(events + number), is_genuine=False)))
    return [one for _turn, one in sorted(told, key=lambda one: one[0])]


def an_event(key: int) -> dict[str, object]:
    """Of a record that has no other [wh/reference]."""
    return {
        "EventId": str(uuid.uuid4()),
        "Timestamp": datetime.now(UTC).isoformat().replace("+00:00", "0Z"),
        "Changes": ["name", "updated", "updated_associate_id"],
        "Event": "contact.changed",
        "PrimaryKey": 1 + key,
        "Entity": "contact",
        "FieldValues": {"contact_id": 1 + key, "associate_id": 5, "business_idx": 2, "updated_associate_id": 6},
        "ChangedByAssociateId": 6,
        "WebhookName": "Sidecard",
    }


def message(address: Address, event: Mapping[str, object], is_genuine: bool = True) -> Message:
    ctx, path, secret = address
    body = json.dumps({**event, "ContextIdentifier": ctx}).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        f"X-SuperOffice-Event: {event['Event']}\r\nX-SuperOffice-Signature: {signature(secret, body)}\r\n\r\n"
    )
    return Message(head.encode() + body, is_genuine)


async def tell_all(
    port: int, told: Sequence[Message], rate: float, happenings: Mapping[int, Callable[[], None]]
) -> Sent:
    """At so many a second, each on its own; before some of them something happens."""
    sent, started = Sent(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, one in enumerate(told):
            await asyncio.sleep(max(0, started + number / rate - time.perf_counter()))
            if number in happenings:
                sent.deaths.append(time.perf_counter())
                await asyncio.to_thread(happenings[number])
            group.create_task(tell(port, one, sent))
            if number % NOTHING_EVERY == 0:
                group.create_task(ask_for_nothing(port, sent))
    return sent


async def tell(port: int, one: Message, sent: Sent) -> None:
    for pause in (*PAUSES, None):
        began = time.perf_counter()
        status = await answer(port, one.request)
        if not one.is_genuine and status in (200, 401):
            sent.refused += status == 401
            sent.believed += status == 200
            return
        if status == 200:
            sent.answered.append((began, (time.perf_counter() - began) * 1000))
            return
        if pause is not None:
            sent.retries += 1
            await asyncio.sleep(pause)
    sent.given_up += 1


async def ask_for_nothing(port: int, sent: Sent) -> None:
    began = time.perf_counter()
    if await answer(port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n") == 200:
        sent.nothing.append((began, (time.perf_counter() - began) * 1000))


async def answer(port: int, request: bytes) -> int:
    """The status; 0 if none came."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(request)
                return int((await reader.readline()).split()[1])
            finally:
                writer.close()
    except (OSError, TimeoutError, IndexError):
        return 0


def kill_one(app: Application) -> None:
    os.kill(app.pids()[0], signal.SIGKILL)


def run(events: int = EVENTS, rate: float = RATE) -> None:
    with ExitStack() as up:
        nobody = up.enter_context(upstream(b"{}", 0))
        env, _people = up.enter_context(inhabited(nobody, TENANTS))
        addresses = heard.hooks(env)
        app = up.enter_context(application(SIDECARD, env, workers=2))
        celery = up.enter_context(worker(env))

        def worker_dies() -> None:
            celery.kill()
            celery.start()

        told = messages(addresses, events)
        happenings = {len(told) // 3: worker_dies, 2 * len(told) // 3: lambda: kill_one(app)}
        sent = uvloop.run(tell_all(app.port, told, rate, happenings))
        tell_figures(events, rate, sent, heard.told(env))


def tell_figures(events: int, rate: float, sent: Sent, kept: heard.Told) -> None:
    findings = Findings()
    name = f"{events} events at {rate:g} messages/s"
    beside = f"{described()}; {sent.retries} told again after no answer, {sent.given_up} given up"
    findings.tell(f"{name}, lost", events - kept.events, "events", beside, goal=NONE)
    findings.tell(f"{name}, kept twice", kept.rows - kept.events, "events", goal=NONE)
    findings.tell(f"{name}, not handled", kept.waiting + kept.events - kept.changes, "events", goal=NONE)
    findings.tell(f"{name}, forged and believed", sent.believed, "messages", f"{sent.refused} refused", goal=NONE)
    everything = spread([taken for _began, taken in sent.answered])
    nothing = spread(sent.in_peace(sent.nothing))
    findings.tell(f"{name}, p99 of the answer", everything[1], "ms", everything[0])
    at_peace = spread(sent.in_peace(sent.answered))
    beside = f"an answer for which nothing is done: p99 {nothing[1]:.1f}, {nothing[0]}"
    findings.tell(
        f"{name}, p99 of the answer while nothing starts", at_peace[1], "ms", at_peace[0], beside, goal=ANSWERED_IN
    )
    waited = percentiles(kept.seconds)
    beside = f"p99 {waited[98]:.1f}, longest {max(kept.seconds):.1f} s, of what the worker had when it was killed"
    findings.tell(f"{name}, median until handled", waited[49], "s", beside)


def spread(taken: Sequence[float]) -> tuple[str, float]:
    """In words, and the 99th percentile."""
    found = percentiles(taken)
    return f"median {median(taken):.1f}, p95 {found[94]:.1f}, longest {max(taken):.0f} ms", found[98]


def main() -> None:
    asked = argparse.ArgumentParser(description="Measure how events are heard while processes die.")
    asked.add_argument("--events", type=int, default=EVENTS)
    asked.add_argument("--rate", type=float, default=RATE, help="messages a second")
    wanted = asked.parse_args()
    run(wanted.events, wanted.rate)


if __name__ == "__main__":
    main()
