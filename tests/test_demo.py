"""``make demo`` as a newcomer meets it: it comes up without any server, stops cleanly, and goes on where it ended."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.environment import free_ports, is_free

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120


class Demo:
    """A demo started by ``make``, on ports and a folder of its own."""

    def __init__(self, var: Path, port: int) -> None:
        self.port = port
        env = os.environ | {"SIDECARD_VAR": str(var), "DEMO_CRM_PORT": str(port), "DEMO_APP_PORT": str(port + 3)}
        self.process = subprocess.Popen(
            ["make", "demo"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=in_the_foreground,
        )

    def ready_line(self) -> str:
        assert self.process.stdout is not None
        return next(line for line in self.process.stdout if line.startswith("Sidecard demo ready: ")).strip()

    def stop(self, signal_number: int) -> int:
        """Like Ctrl-C in a terminal, which reaches make and what it started."""
        os.killpg(self.process.pid, signal_number)
        return self.process.wait(60)

    def ports_are_free(self) -> bool:
        return all(is_free(self.port + offset) for offset in range(4))


def in_the_foreground() -> None:
    """A shell has what it starts in the background ignore Ctrl-C, and so would all that is started by it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def demo(var: Path, port: int):
    running = Demo(var, port)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop(signal.SIGTERM)
        running.process.stdout.close()


NOW = "2026-11-30 08:00:00"
CUSTOMER = {
    "id": 1,
    "environment": "sandbox",
    "ctx": "Cust1",
    "status": "authorised",
    "created_at": NOW,
    "updated_at": NOW,
}
EVENT = {
    "tenant_id": 1,
    "entity": "contact",
    "primary_key": 17,
    "changed_by": 0,
    "values": "{}",
    "happened_at": NOW,
    "received_at": NOW,
}
NOTHING = {
    "tenants_tenant": ["company_name", "serial", "api_address", "state", "sealed_system_token", "sealed_ticket"],
    "webhooks_delivery": ["fingerprint", "event_id", "name"],
}


def the_worker_has_worked(database: Path) -> bool:
    """An event that waits is handled: beat sends and the worker receives, on nothing but a folder."""
    with closing(sqlite3.connect(database, timeout=20)) as connection:
        for table, row in (
            ("tenants_tenant", {"id": 1, **CUSTOMER}),
            ("webhooks_delivery", {**EVENT, "happened_at": NOW, "received_at": NOW}),
        ):
            row = dict.fromkeys(NOTHING[table], "") | row
            names = ", ".join(f'"{name}"' for name in row)
            connection.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", [*row.values()])
        connection.commit()
        for _ in range(PATIENCE * 2):
            if connection.execute("SELECT handled_at FROM webhooks_delivery").fetchone() != (None,):
                return True
            time.sleep(0.5)
    return False


@pytest.mark.skipif(not (ROOT / ".venv" / ".synced").exists(), reason="the environment was not made by make")
def test_the_demo_starts_stops_and_starts_again(tmp_path: Path):
    port = free_ports(4)
    began = time.monotonic()
    with demo(tmp_path, port) as first:
        assert first.ready_line() == f"Sidecard demo ready: http://localhost:{port}/"
        assert time.monotonic() - began < PATIENCE
        assert "alice" in httpx.get(f"http://localhost:{port}/", trust_env=False).text
        assert httpx.get(f"http://127.0.0.1:{port + 3}/readyz", trust_env=False).json() == {"status": "ready"}
        token = httpx.post(
            f"http://localhost:{port}/__sandbox__/token", json={"ctx": "Cust12345", "user": "alice"}, trust_env=False
        ).json()["access_token"]
        assert the_worker_has_worked(tmp_path / "sidecard.sqlite3")
        first.stop(signal.SIGINT)
        assert first.ports_are_free()

    with demo(tmp_path, port) as second:
        second.ready_line()
        answer = httpx.get(
            f"http://localhost:{port + 1}/Cust12345/api/v1/Contact/17",
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        )
        assert answer.json()["Name"] == "Acme"
        second.stop(signal.SIGTERM)
        assert second.ports_are_free()


def test_a_taken_port_is_told_in_words(tmp_path: Path):
    import socket
    import sys

    with socket.create_server(("127.0.0.1", 0)) as taken:
        env = os.environ | {"SIDECARD_VAR": str(tmp_path), "DEMO_APP_PORT": str(taken.getsockname()[1])}
        env["DEMO_CRM_PORT"] = str(free_ports(3))
        done = subprocess.run([sys.executable, "-m", "tests.demo"], cwd=ROOT, env=env, capture_output=True, text=True)

    assert done.returncode == 1
    assert "is taken" in done.stderr
    assert "DEMO_APP_PORT" in done.stderr
