"""One user and many: what Sidecard adds to a round trip, and what a core can serve."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from statistics import median

from tests.bench.application import BARE, SIDECARD
from tests.bench.findings import Findings, Goal
from tests.bench.measures import Slice, middle, noise, ratio, rounds
from tests.bench.stand import FLOOR, PANEL, Stand

ADDED = Goal(15, wished=10)
OF_BARE = Goal(0.85, wished=0.9, at_least=True)
OF_A_CORE = Goal(85, wished=100, at_least=True)
P95 = Goal(4)


def alone(ready: Stand, findings: Findings, seconds: float, times: int) -> None:
    """One user: milliseconds added to one round trip."""
    found = rounds({name: partial(side, seconds=seconds) for name, side in ready.sides.items()}, times)
    trips = found.pop("round trip")
    for name, slices in found.items():
        added = [one.p50 - trip.p50 for one, trip in zip(slices, trips, strict=True)]
        findings.tell(
            f"{name}, 1 user, added to one round trip",
            median(added),
            "ms",
            f"a round trip of {middle(trips, 'p50'):.1f} ms",
            cost(slices),
            goal=ADDED if name == "sidecard" else None,
            noise=noise(added),
        )
        findings.crowds[name, 1] = slices


def crowd(ready: Stand, findings: Findings, users: int, seconds: float, times: int) -> None:
    """So many users at once, on one worker each."""
    names = [name for name in ready.sides if name != "round trip"]
    found = rounds({name: partial(ready.sides[name], users=users, seconds=seconds) for name in names}, times)
    for name, slices in found.items():
        findings.crowds[name, users] = slices
        findings.tell(
            f"{name}, {users} users, panels/s of a core",
            1000 / middle(slices, "cpu"),
            "1/s",
            cost(slices),
            goal=OF_A_CORE if name == "sidecard" and users == 100 else None,
            noise=noise([1000 / one.cpu for one in slices]),
        )
    for floor in ("bare", "bare, typed"):
        for what, field in (("panels/s served", "served"), ("panels/s of a core", "of_a_core")):
            share, spread = ratio(found["sidecard"], found[floor], field)
            goal = OF_BARE if users == 100 else None
            findings.tell(f"sidecard, {users} users, {what}, beside {floor}", share, "x", goal=goal, noise=spread)


def two_workers(ready: Stand, findings: Findings, users: int, seconds: float, times: int) -> None:
    """On both cores, beside everything else that runs here: how long people wait."""
    with ExitStack() as up:
        sides = {
            "sidecard": up.enter_context(ready.serve(SIDECARD, PANEL, workers=2)),
            "bare": up.enter_context(ready.serve(BARE, FLOOR, workers=2)),
        }
        for side in sides.values():
            side(users=users, pages=4 * users)
        takes = {name: partial(side, users=users, seconds=seconds) for name, side in sides.items()}
        takes["round trip"] = partial(ready.sides["round trip"], users=users, seconds=2)
        found = rounds(takes, times)
    trips = found.pop("round trip")
    for name, slices in found.items():
        times_trip, spread = ratio(slices, trips, "p95", "p50")
        findings.tell(
            f"{name}, {users} users on two workers, p95",
            times_trip,
            "round trips",
            cost(slices),
            goal=P95 if name == "sidecard" else None,
            noise=spread,
        )


def cost(slices: Sequence[Slice]) -> str:
    """All of it, for who wants to look closer."""
    return (
        f"{middle(slices, 'cpu'):.2f} ms CPU a panel; {middle(slices, 'served'):.1f} served/s; "
        f"p50 {middle(slices, 'p50'):.0f}, p95 {middle(slices, 'p95'):.0f}, p99 {middle(slices, 'p99'):.0f} ms"
    )
