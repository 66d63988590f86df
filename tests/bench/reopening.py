"""The first visit of a worker, and a card that is opened again: how soon, and how often NetServer is asked."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from statistics import median

import httpx

from tests.bench.application import SIDECARD
from tests.bench.findings import Findings, Goal
from tests.bench.load import FIRST_ID
from tests.bench.measures import middle, noise, ratio, rounds
from tests.bench.stand import COMPANY, PANEL, Side, Stand
from tests.bench.state import Person

PAINTED = Goal(0.2)
CALLS_AT_FIRST, CALLS_AGAIN, LISTS = Goal(6), Goal(2), Goal(0)

CARDS = 10
"""Cards opened in a round."""
LATER = 1.0
"""Seconds in which a worker may still ask on its own, once it has answered."""


def cold(ready: Stand, findings: Findings, times: int) -> None:
    """The very first request of a worker, beside those of a warm one."""
    warm = ready.sides["sidecard"](pages=CARDS).p50
    firsts = []
    for _ in range(times):
        with ready.serve(SIDECARD, PANEL) as side:
            firsts.append(side(pages=1).p50)
    findings.tell("first request of a worker", median(firsts), "ms", f"{warm:.0f} ms when warm", noise=noise(firsts))


def reopened(ready: Stand, findings: Findings, times: int) -> None:
    """The company panel on cards seen a moment before: until the company's name is there."""
    with ready.serve(SIDECARD, COMPANY) as side:
        side(users=20, pages=40)
        cards = count(FIRST_ID + 100_000, CARDS)
        current = [0]

        def first():
            current[0] = next(cards)
            return side(pages=CARDS, first=current[0])

        def again():
            return side(pages=CARDS, first=current[0])

        takes = {"first": first, "again": again, "round trip": lambda: ready.sides["round trip"](pages=CARDS)}
        found = rounds(takes, times, backwards=False)
        calls(ready, findings, side)
    for name, goal in (("first", None), ("again", PAINTED)):
        share, spread = ratio(found[name], found["round trip"], "painted", "p50")
        beside = f"{middle(found[name], 'painted'):.0f} ms"
        findings.tell(f"company panel, opened {name}, painted", share, "round trips", beside, goal=goal, noise=spread)


def calls(ready: Stand, findings: Findings, side: Side) -> None:
    """What a browser's visits make Sidecard ask, the follow-up questions of the page included."""
    with httpx.Client(trust_env=False, timeout=60) as http:
        visitor = Visitor(http, side, ready.people["Cust"][0], FIRST_ID + 99_999)
        asked = [visitor.visit(ready) for _ in range(2)]
    for name, told, goal in zip(("first", "again"), asked, (CALLS_AT_FIRST, CALLS_AGAIN), strict=True):
        beside = ", ".join(f"{number} {what}" for what, number in sorted(told.items()))
        findings.tell(f"company panel, opened {name}, calls", told.total(), "calls", beside or "none", goal=goal)
    lists = sum(number for told in asked for what, number in told.items() if "List" in what)
    findings.tell("company panel, calls for lists", lists, "calls", goal=LISTS)


@dataclass
class Visitor:
    """A browser as far as it asks questions: the page, and what htmx loads by itself."""

    http: httpx.Client
    side: Side
    person: Person
    contact: int
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {"Cookie": f"__Host-psid={self.person[2]}", "Sec-Fetch-Dest": "iframe"}

    def visit(self, ready: Stand) -> Counter[str]:
        """The calls of one visit."""
        ready.upstream.calls(reset=True)
        ctx, associate, _ = self.person
        path = self.side.job.path.format(ctx=ctx, associate=associate, contact=self.contact)
        page = self._get(path, self.headers)
        if f"{ctx} {self.contact}" not in page:
            raise RuntimeError("the panel does not show the company")
        for follow_up in loaded_by_htmx(page):
            self._get(follow_up, self.headers | {"HX-Request": "true", "X-Sidecard-Shell": "embedded"})
        time.sleep(LATER)
        return ready.upstream.calls()

    def _get(self, path: str, headers: dict[str, str]) -> str:
        return self.http.get(f"http://127.0.0.1:{self.side.job.port}{path}", headers=headers).raise_for_status().text


def loaded_by_htmx(page: str) -> list[str]:
    """The addresses that htmx asks without anybody's doing."""
    tags = [tag for tag in re.findall(r"<[^>]*>", page) if re.search(r'hx-trigger="[^"]*\bload\b', tag)]
    return [unescape(found[1]) for tag in tags if (found := re.search(r'hx-get="([^"]*)"', tag))]
