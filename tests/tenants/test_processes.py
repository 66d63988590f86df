"""Several workers of ours meet one person's old token."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client

from panel.tenants.models import Membership
from tests.sandbox.server import Sandbox

from .cast import sign_in

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, CALLS = 4, 25
PROGRAM = f"""
import asyncio, sys
import django
django.setup()
from django.db import connections
from crm_client.users import current_principal
from panel.tenants import doors
from panel.tenants.models import Membership

async def main():
    membership = await Membership.across_tenants.select_related("tenant").aget()
    print("ready", flush=True)
    sys.stdin.readline()
    crms = [await doors.as_person(membership, "en") for _ in range({CALLS})]
    found = await asyncio.gather(*[crm(current_principal()) for crm in crms])
    await doors.http.close()
    print(sum(one.associate_id == membership.associate_id for one in found), flush=True)

asyncio.run(main())
if hasattr(connections["default"], "close_pool"):
    connections["default"].close_pool()
"""


def database_url() -> str:
    """The test's database, as a worker is told of its own."""
    told = connections["default"].settings_dict
    if told["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{told['NAME']}"
    return f"postgres://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_four_workers_renew_once(sandbox: Sandbox) -> None:
    """A hundred calls of one person at once, in four processes: SuperOffice sees one renewal."""
    url = database_url()
    if "memory" in url:
        pytest.skip("SQLite in memory is one process's own")
    sign_in(Client(), "Cust12345", "alice", sandbox)
    Membership.across_tenants.update(grant_expires_at=datetime.now(UTC) - timedelta(seconds=5))
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "panel.settings", "DATABASE_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    sandbox.world.calls.clear()
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60)[0] for process in started]
    assert answers == [f"{CALLS}\n"] * PROCESSES
    assert sum("/oauth/tokens" in call["path"] for call in sandbox.world.calls) == 1
