"""What importing ``crm_client`` costs beyond importing httpx, in an interpreter of its own each time.

Once as a program imports it that reads companies, once with everything there is. CPU seconds, since imports compute
and a busy machine only stretches the wall clock.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import crm_client
from tests.bench.figures import figure, machine

ROUNDS = 9
FOLDER = Path(crm_client.__path__[0])
EVERYTHING = sorted(f"crm_client.{path.stem}" for path in FOLDER.glob("[a-z]*.py"))
IMPORTED = {"a client and contacts": ["crm_client.clients", "crm_client.contacts"], "everything": EVERYTHING}

PROGRAM = """
import time
started = time.process_time()
import httpx
between = time.process_time()
import {}
print(between - started, time.process_time() - between)
"""


def run() -> None:
    with tempfile.TemporaryDirectory() as byte_code:
        for what, modules in IMPORTED.items():
            imports(modules, byte_code)  # compiles, as installing a package does
            httpx, ours = zip(*(imports(modules, byte_code) for _ in range(ROUNDS)), strict=True)
            beside = f"on top of importing httpx, {median(httpx) * 1000:.0f} ms; {machine()}"
            figure(f"importing crm_client, {what}", median(ours) * 1000, "ms", beside)


def imports(modules: list[str], byte_code: str) -> tuple[float, float]:
    """Seconds for httpx, and for crm_client after it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env |= {"PYTHONPYCACHEPREFIX": byte_code, "PYTHONPATH": str(FOLDER.parent)}
    command = [sys.executable, "-c", PROGRAM.format(", ".join(modules))]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    httpx, ours = done.stdout.split()
    return float(httpx), float(ours)


if __name__ == "__main__":
    run()
