"""What the company panel adds to NetServer's own time: it asks five questions, and should cost one round trip."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import httpx

from tests.bench.figures import figure
from tests.bench.stage import Stage, browser, sign_in, stage
from tests.sandbox.world import Fault

DELAY = 0.15
"""Seconds NetServer takes for every call."""
ROUNDS = 15
WARM_UP = 3


def run() -> None:
    with stage() as ready, browser() as http:
        sign_in(http, ready, "Cust12345", "alice")
        ready.sandbox.world.faults.append(Fault(delay=DELAY))
        panel, call = rounds(lambda: show(http, ready), lambda: one_call(http, ready))
    figure(
        "company panel, time to last byte, warm", panel / call, "calls", f"one NetServer call of {call * 1000:.0f} ms"
    )


def show(http: httpx.Client, ready: Stage) -> None:
    query = "uctx=Cust12345&usid=5&lang=en-US&contact_id=17"
    page = http.get(f"{ready.app_url}/panels/company/?{query}", headers={"Sec-Fetch-Dest": "iframe"})
    if "Acme" not in page.raise_for_status().text:
        raise RuntimeError("the panel does not show the company")


def one_call(http: httpx.Client, ready: Stage) -> None:
    token = next(iter(ready.sandbox.world.access_tokens))
    address = f"{ready.sandbox.tenant_url('Cust12345')}/api/v1/Contact/17"
    # Without cookies: NetServer refuses a request that brings its own session cookie back.
    with_token = {"Authorization": f"Bearer {token}", "Cookie": ""}
    http.get(address, headers=with_token).raise_for_status()


def rounds(first: Callable[[], None], second: Callable[[], None]) -> tuple[float, float]:
    """Median seconds of each, taken in turns so that a busy machine troubles both alike."""
    times: list[tuple[float, float]] = [(timed(first), timed(second)) for _ in range(WARM_UP + ROUNDS)]
    return median(a for a, _ in times[WARM_UP:]), median(b for _, b in times[WARM_UP:])


def timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
