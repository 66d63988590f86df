"""Everything that runs while serving is measured: NetServer, people who are signed in, Sidecard and the floors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from tests.bench.answers import answers
from tests.bench.application import BARE, SIDECARD, WITHOUT_DJANGO, Application, application
from tests.bench.load import Ask, Job, load
from tests.bench.measures import Slice, take
from tests.bench.netserver import Upstream, netserver
from tests.bench.services import People, Population, inhabited

CARD = "?uctx={ctx}&usid={associate}&lang=en-US&contact_id={contact}"
PANEL, COMPANY, FLOOR = f"/panels/four-reads/{CARD}", f"/panels/company/{CARD}", f"/bare/{CARD}"
TYPED_FLOOR = f"/typed/{CARD}"
CALL = "/{ctx}/api/v1/Contact/{contact}"

SIDES = {
    "sidecard": (SIDECARD, PANEL),
    "bare": (BARE, FLOOR),
    "bare, typed": (BARE, TYPED_FLOOR),
    "without Django": (WITHOUT_DJANGO, FLOOR),
}

TEN: Population = ("Cust", 10, 40, 400)
SLOW: Population = ("Slow", 1, 100, 100)
"""One tenant, whom NetServer answers after ten seconds."""


@dataclass(frozen=True)
class Side:
    """What is asked, by whom, and what answers: Sidecard or a floor."""

    ask: Ask
    job: Job
    app: Application | None = None

    def __call__(self, **wanted) -> Slice:
        """Some load: ``users``, ``seconds`` and what else a ``Job`` has."""
        return take(self.ask, replace(self.job, **wanted), self.app)

    @property
    def memory(self) -> float:
        """Megabytes of a worker."""
        assert self.app is not None
        return self.app.memory()


@dataclass(frozen=True)
class Stand:
    """What always runs, each with one worker. Further ones are started by ``serve``."""

    ask: Ask
    upstream: Upstream
    env: Mapping[str, str]
    people: People
    sides: Mapping[str, Side]
    """``round trip`` is one call straight to NetServer."""

    @contextmanager
    def serve(self, name: str, path: str, workers: int = 1) -> Iterator[Side]:
        """Another application, which nobody has asked for anything yet."""
        with application(name, self.env, workers) as app:
            yield Side(self.ask, Job(app.port, path, self.people["Cust"]), app)


@contextmanager
def stand(*names: str) -> Iterator[Stand]:
    """All is up and warm inside; of the sides, those of ``SIDES`` that are named."""
    with ExitStack() as up:
        upstream = up.enter_context(netserver(answers()))
        env, people = up.enter_context(inhabited(upstream.url, TEN, SLOW))
        ask = up.enter_context(load())
        ready = Stand(ask, upstream, env, people, {})
        sides = {name: up.enter_context(ready.serve(*SIDES[name])) for name in names}
        for side in sides.values():
            side(users=100, pages=2 * len(people["Cust"]))  # everybody was here before, as on any day but the first
        trip = Side(ask, Job(upstream.port, CALL, people["Cust"]))
        yield replace(ready, sides=sides | {"round trip": trip})
