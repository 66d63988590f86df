"""What is served: uvicorn in processes of its own, as the README starts it, and what they cost."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.environment import free_ports

ROOT = Path(__file__).resolve().parent.parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
BOOT_SECONDS = 60
SIDECARD, BARE = "panel.asgi:application", "tests.bench.asgi:bare"
WITHOUT_DJANGO = "tests.bench.asgi:without_django"
FLOORS = {BARE: ["--factory", "--lifespan", "off"], WITHOUT_DJANGO: ["--lifespan", "off"]}
"""What uvicorn has to know about them."""


@dataclass
class Application:
    """One that runs."""

    port: int
    process: subprocess.Popen[bytes]
    workers: int

    def pids(self) -> list[int]:
        """Its workers: the process itself where there is one, else the children that serve."""
        if self.workers == 1:
            return [self.process.pid]
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [pid for pid in map(int, children) if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]

    def cpu(self) -> float:
        """CPU seconds of all workers so far, in user and system mode."""
        return sum(_cpu(pid) for pid in self.pids())

    def memory(self) -> float:
        """Resident megabytes of the largest worker."""
        return max(_resident(pid) for pid in self.pids()) / 1024


def _cpu(pid: int) -> float:
    """[proc_pid_stat] Fields 14 and 15; the second, a name in brackets, may hold blanks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _resident(pid: int) -> int:
    told = Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2]
    return int(told.split()[0])


@contextmanager
def application(name: str, env: Mapping[str, str], workers: int = 1) -> Iterator[Application]:
    """``name`` is ``module:attribute``. It takes connections inside; no request has been made yet."""
    port = free_ports(1)
    command = [sys.executable, "-m", "uvicorn", name, "--port", str(port), "--workers", str(workers)]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    command += ["--backlog", "2048"]
    command += FLOORS.get(name, [])
    env = os.environ | env | {"SIDECARD_BASE_URL": f"http://127.0.0.1:{port}"}
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        _wait_for(port, process)
        yield Application(port, process, workers)
    finally:
        process.terminate()
        process.wait(60)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """By a connection, not by a request: the first request is to be measured."""
    until = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the application did not start; what it said stands above")
