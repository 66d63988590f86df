"""How panels are served, beside floors in the same run.

::

    .venv/bin/python -m tests.bench.serving --quick       # about a minute: one user and 100, Sidecard and bare Django

A panel of four reads at once (``panels.FourReads``) is asked for by closed-loop users (``load``), each time for a
company nobody asked for before. NetServer (``netserver``) answers after 150 ms and costs next to nothing. Beside
Sidecard stand a bare Django view with the same calls and template, the calls without Django (both ``bare``), and one
call without anything. All are measured by turns in rounds, so that a busy machine troubles all alike; a figure is the
median of the rounds, its noise their interquartile range. A wrong page ends the run.

CPU per panel is the worker's own, from /proc; with it go "panels/s of a core", what one core could serve if the load,
the database and NetServer did not share it. ``served`` is what was.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.bench.answers import answers
from tests.bench.application import BARE, SIDECARD, Application, application
from tests.bench.figures import figure, machine
from tests.bench.load import Ask, Job, load
from tests.bench.measures import Sides, Slice, middle, noise, ratio, rounds, take
from tests.bench.netserver import Upstream, netserver
from tests.bench.services import People, described, inhabited

PANEL_PATH = "/panels/four-reads/?uctx={ctx}&usid={associate}&lang=en-US&contact_id={contact}"
BARE_PATH = "/bare/?uctx={ctx}&usid={associate}&lang=en-US&contact_id={contact}"
CALL_PATH = "/{ctx}/api/v1/Contact/{contact}"

TEN = ("Cust", 10, 40, 400)


@dataclass(frozen=True)
class Stand:
    """Everything that runs."""

    ask: Ask
    upstream: Upstream
    env: Mapping[str, str]
    people: People
    sidecard: Application
    bare: Application

    def job(self, app: Application, **wanted) -> Job:
        return Job(app.port, PANEL_PATH if app is self.sidecard else BARE_PATH, self.people["Cust"], **wanted)

    def call(self, **wanted) -> Job:
        """One call straight to NetServer."""
        return Job(self.upstream.port, CALL_PATH, self.people["Cust"], **wanted)


@contextmanager
def stand() -> Iterator[Stand]:
    with ExitStack() as up:
        upstream = up.enter_context(netserver(answers()))
        env, people = up.enter_context(inhabited(upstream.url, TEN))
        sidecard = up.enter_context(application(SIDECARD, env))
        bare = up.enter_context(application(BARE, env))
        ready = Stand(up.enter_context(load()), upstream, env, people, sidecard, bare)
        for app in (sidecard, bare):
            ready.ask(ready.job(app, users=100, pages=300))
        yield ready


def quick(ready: Stand) -> None:
    alone(ready, seconds=2.5, times=3)
    crowd(ready, users=100, seconds=4, times=3)


def alone(ready: Stand, seconds: float, times: int) -> None:
    """One user: what is added to one round trip."""
    sides: Sides = {
        "round trip": lambda: take(
            ready.ask, Job(ready.upstream.port, CALL_PATH, ready.people["Cust"], seconds=seconds)
        ),
        "bare": lambda: take(ready.ask, ready.job(ready.bare, seconds=seconds), ready.bare),
        "sidecard": lambda: take(ready.ask, ready.job(ready.sidecard, seconds=seconds), ready.sidecard),
    }
    found = rounds(sides, times)
    trip = middle(found["round trip"], "p50")
    for side in ("sidecard", "bare"):
        added = [one.p50 - floor.p50 for one, floor in zip(found[side], found["round trip"], strict=True)]
        goal = "goal <= 15 (10); " if side == "sidecard" else ""
        beside = f"{goal}noise {noise(added):.1f}; a round trip of {trip:.1f} ms; {machine()}"
        figure(f"{side}, 1 user, added to one round trip", sorted(added)[len(added) // 2], "ms", beside)
    costs(found)


def crowd(ready: Stand, users: int, seconds: float, times: int) -> None:
    """So many at once on one worker."""
    sides: Sides = {
        "bare": lambda: take(ready.ask, ready.job(ready.bare, users=users, seconds=seconds), ready.bare),
        "sidecard": lambda: take(ready.ask, ready.job(ready.sidecard, users=users, seconds=seconds), ready.sidecard),
    }
    ready.upstream.calls(reset=True)
    found = rounds(sides, times)
    pages = sum(one.pages for side in found.values() for one in side)
    calls = ready.upstream.calls().total() / pages
    share, spread = ratio(found["sidecard"], found["bare"], "served")
    beside = f"goal >= 0.85 (0.9); noise {spread:.2f}; {calls:.2f} calls a view; {machine()}"
    figure(f"{users} users, panels/s served, of the bare view's", share, "x", beside)
    costs(found)


def users_of(number: int) -> str:
    return f"{number} user{'' if number == 1 else 's'}"


def costs(found: Mapping[str, list[Slice]]) -> None:
    for side, slices in found.items():
        users = slices[0].users
        if not slices[0].cpu:
            continue
        cpu = middle(slices, "cpu")
        spread = noise([one.cpu for one in slices])
        served = f"{middle(slices, 'served'):.1f} served/s"
        times = f"p50 {middle(slices, 'p50'):.0f}, p95 {middle(slices, 'p95'):.0f}, p99 {middle(slices, 'p99'):.0f} ms"
        beside = f"noise {spread:.2f}; {1000 / cpu:.0f} panels/s of a core; {served}; {times}"
        figure(f"{side}, {users_of(users)}, CPU a panel", cpu, "ms", f"{beside}; {slices[0].memory:.0f} MB")


def main() -> None:
    asked = argparse.ArgumentParser(description="Measure how panels are served.")
    asked.add_argument("--quick", action="store_true", help="one user and 100 only, in about a minute")
    asked.parse_args()
    with stand() as ready:
        print(f"{described()}; {machine()}")
        quick(ready)


if __name__ == "__main__":
    main()
