"""What tenants notice of each other: one whose NetServer is slow, and ten thousand instead of ten."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

from tests.bench.application import SIDECARD
from tests.bench.findings import Findings, Goal
from tests.bench.load import load
from tests.bench.measures import Slice, ratio, rounds
from tests.bench.services import Population, inhabited
from tests.bench.speeds import cost
from tests.bench.stand import PANEL, SLOW, TEN, Side, Stand

UNTROUBLED = Goal(1.2)
AS_FEW = Goal(1.1)

OTHERS = 20
"""Users of the other tenants."""
MANY: Population = ("Cust", 10_000, 1, 2_000)
SETTLES = 1.0
"""Seconds for the slow tenant's users to have filled what they can fill, and to be gone again."""


def slow_tenant(ready: Stand, findings: Findings, seconds: float, times: int) -> None:
    """A hundred users on a tenant that answers after ten seconds: what the others wait for."""
    with ready.serve(SIDECARD, PANEL) as side, load() as ask_slowly, ThreadPoolExecutor(1) as aside:
        side(users=OTHERS, pages=10 * OTHERS)
        crowd = replace(side.job, people=ready.people[SLOW[0]], users=100, lenient=True)

        def calm() -> Slice:
            return side(users=OTHERS, seconds=seconds)

        def troubled() -> Slice:
            slow = aside.submit(ask_slowly, replace(crowd, seconds=SETTLES + seconds))
            time.sleep(SETTLES)
            found = calm()
            slow.result()
            time.sleep(SETTLES)
            return found

        found = rounds({"calm": calm, "troubled": troubled}, times)
    share, spread = ratio(found["troubled"], found["calm"], "p95")
    findings.tell(
        f"100 users of a slow tenant, p95 of {OTHERS} others",
        share,
        "x calm",
        f"calm {cost(found['calm'])}",
        f"troubled {cost(found['troubled'])}",
        goal=UNTROUBLED,
        noise=spread,
    )


def many_tenants(ready: Stand, findings: Findings, seconds: float, times: int) -> None:
    """Ten thousand tenants, in a database of their own; each visit is another tenant's."""
    with ExitStack() as up:
        env, people = up.enter_context(inhabited(ready.upstream.url, MANY))
        many = up.enter_context(replace(ready, env=env, people=people).serve(SIDECARD, PANEL))
        ten = up.enter_context(ready.serve(SIDECARD, PANEL))
        takes = {}
        for name, side in (("many", many), ("ten", ten)):
            side(users=50, pages=len(side.job.people))  # everybody was here before
            takes[name] = turning(side, seconds)
        found = rounds(takes, times)
        visited = len(people["Cust"])
        memory = many.memory, ten.memory
    share, spread = ratio(found["many"], found["ten"], "p50")
    findings.tell(
        f"ten thousand tenants, median of {OTHERS} users",
        share,
        "x ten tenants'",
        f"many {cost(found['many'])}",
        f"ten {cost(found['ten'])}",
        goal=AS_FEW,
        noise=spread,
    )
    beside = f"{memory[1]:.0f} MB with {TEN[1]} tenants"
    findings.tell(f"memory of a worker, {visited} tenants served", memory[0], "MB", beside)


def turning(side: Side, seconds: float):
    """Slices that go on where the one before ended, so that all people have their turn."""
    done = [0]

    def slice_() -> Slice:
        people = side.job.people
        start = done[0] % len(people)
        found = side(users=OTHERS, seconds=seconds, people=[*people[start:], *people[:start]])
        done[0] += found.pages
        return found

    return slice_
