"""Workers that die: processes of their own, ended by SIGKILL in the middle of a call, and what comes of their work.

``test_work`` ends an attempt at every changing call, within this process; here nothing at all is left of it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dj_database_url
import pytest
from django.conf import settings
from django.db import connection

from panel.provisioning.models import Setup
from panel.tenants.models import Tenant
from tests.of_sandbox.receiver import Receiver, until
from tests.provisioning.test_work import FEW
from tests.sandbox.dump import dump
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault, World
from tests.sandbox.world import Tenant as SandboxTenant

ROOT = Path(__file__).resolve().parent.parent.parent
HELD = 0.2
"""Seconds for which a call is held on its way, which it does not survive."""


@dataclass(frozen=True)
class Moment:
    """When to kill: at the first such call, on its way to SuperOffice or when all is done but the answer."""

    method: str
    path: str
    is_done: bool = False


SETTING_UP = [
    Moment("POST", "^v1/List$", is_done=True),
    Moment("POST", "SaveUserDefinedFieldInfo$"),
    Moment("POST", "UdefLayout/Publish$", is_done=True),
    Moment("POST", "^v1/Webhook$", is_done=True),
]
REMOVING = [
    Moment("POST", "DeleteWebPanel$"),
    Moment("POST", "UdefLayout/Publish$", is_done=True),
    Moment("DELETE", "^v1/List/[0-9]+$", is_done=True),
]


class Worker:
    """See ``tests.provisioning.worker``."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.orders, self.answers = process.stdin, process.stdout
        assert self.answers.readline() == "ready\n"

    def begin(self, *order: Any) -> int:
        """Its process."""
        print(json.dumps(order), file=self.orders, flush=True)
        return int(self.answers.readline())

    def end(self) -> Any:
        """What came of it; None if it was killed."""
        return json.loads(self.answers.readline())

    def __call__(self, *order: Any) -> Any:
        self.begin(*order)
        return self.end()


@contextmanager
def worker(hears: Receiver, var: Path, database: str, redis: str, *also: str) -> Iterator[Worker]:
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "panel.settings",
        "SIDECARD_BASE_URL": hears.url.removesuffix("/hook"),
        "SIDECARD_VAR": str(var),
        "DATABASE_URL": database,
        "REDIS_URL": redis,
    }
    command = [sys.executable, "-m", "tests.provisioning.worker", json.dumps(FEW), *also]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, env=env, text=True, **pipes) as process:
        yield Worker(process)
        process.stdin.close()


class Calls(deque[dict[str, Any]]):
    """SuperOffice's log: a call is written down when its work is done, and answered then; whoever waits may be killed
    in between.
    """

    pid = 0
    moment = Moment("", "")

    def append(self, call: dict[str, Any]) -> None:
        super().append(call)
        below_api = call["path"].partition("/api/")[2]
        if self.pid and self.moment.method == call["method"] and re.search(self.moment.path, below_api):
            os.kill(self.pid, signal.SIGKILL)
            self.pid = 0


def killed(work: Worker, setup: int, world: World, moment: Moment) -> None:
    """Have somebody begin, and kill him at the moment."""
    if moment.is_done:
        world.calls = calls = Calls(world.calls)
        calls.moment, calls.pid = moment, work.begin("work", setup)
    else:
        fault = Fault(moment.path, method=moment.method, delay=HELD, drop="before", count=1)
        world.faults.append(fault)
        pid = work.begin("work", setup)
        until(lambda: fault not in world.faults, seconds=60)
        os.kill(pid, signal.SIGKILL)
    assert work.end() is None, f"{moment} came, and nobody died"


def through(work: Worker, tenant: int, goal: Setup.Goal, world: World, moments: list[Moment]) -> None:
    """To the goal, past everybody who dies on the way."""
    setup = work("ask", tenant, goal)
    for moment in moments:
        killed(work, setup, world, moment)
        if moment == moments[0]:
            assert work("work", setup) is False, "somebody may still be at it"
        assert work("expire", setup) == 1
    assert work("work", setup) is True
    assert work("state", setup) == "done"


def story(work: Worker, tenant: int, world: World, there: SandboxTenant) -> None:
    """Undisturbed, and with all that can happen: it comes to the same."""
    before, (rows, lists) = dump(there), deepcopy((there.rows, there.lists))
    through(work, tenant, Setup.Goal.PRESENT, world, [])
    as_set_up = dump(there)
    there.rows, there.lists = rows, lists
    work("forget")

    through(work, tenant, Setup.Goal.PRESENT, world, SETTING_UP)
    assert dump(there) == as_set_up

    through(work, tenant, Setup.Goal.GONE, world, REMOVING)
    assert dump(there) == before


@pytest.mark.django_db(transaction=True)
def test_killed_on_postgresql_and_redis(
    sandbox: Sandbox, there: SandboxTenant, tenant: Tenant, hears: Receiver, tmp_path: Path
) -> None:
    if connection.vendor != "postgresql" or not settings.REDIS_URL:
        pytest.skip("no PostgreSQL or no Redis")
    database = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    assert dj_database_url.parse(database)["NAME"] == connection.settings_dict["NAME"]

    with worker(hears, tmp_path, database, settings.REDIS_URL) as work:
        story(work, tenant.pk, sandbox.world, there)

    tenant.refresh_from_db()
    assert (tenant.status, tenant.sealed_system_token, tenant.sealed_ticket) == (Tenant.Status.REMOVED, "", "")


@pytest.mark.django_db
def test_killed_on_sqlite_without_redis(
    sandbox: Sandbox, there: SandboxTenant, tenant: Tenant, hears: Receiver, tmp_path: Path
) -> None:
    names = ("environment", "ctx", "serial", "api_address", "sealed_system_token")
    columns = {name: getattr(tenant, name) for name in names}

    with worker(hears, tmp_path, f"sqlite:///{tmp_path / 'killed.sqlite3'}", "", "migrate") as work:
        story(work, work("adopt", columns), sandbox.world, there)
