"""Real processes that share one grant."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm_client.auth import Grant
from tests.sandbox.server import Sandbox

from .shared_store import SharedStore

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, CALLS = 4, 50


@pytest.mark.parametrize("seconds", [-10, 3600], ids=["ended", "refused"])
def test_four_processes_renew_once(sandbox: Sandbox, tmp_path: Path, seconds: float) -> None:
    """Two hundred first calls with an old token, at once: SuperOffice sees one renewal."""
    world = sandbox.world
    world.refresh_tokens["refresh"] = {"ctx": "Cust12345", "human": "alice", "client_id": "sidecard-sandbox"}
    file = str(tmp_path / "grants.sqlite3")
    old = Grant("8A:Cust12345.old", "refresh", datetime.now(UTC) + timedelta(seconds=seconds))
    store = SharedStore.create(file, old)
    where = f"{sandbox.login_url}/login/common/oauth/tokens", f"{sandbox.tenant_url('Cust12345')}/api/"
    command = [sys.executable, "-m", "tests.crm_client.shared_store", file, *where, str(CALLS)]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    world.calls.clear()
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60)[0] for process in started]
    assert answers == [f"{CALLS}\n"] * PROCESSES
    assert [call["path"] for call in world.calls].count("/login/common/oauth/tokens") == 1
    assert store.saved == 1
    store.database.close()
