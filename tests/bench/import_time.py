"""What importing all of ``crm_client`` costs beyond importing httpx, in an interpreter of its own each time.

CPU seconds, since imports compute and a busy machine only stretches the wall clock.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median

import crm_client
from tests.bench.figures import figure

ROUNDS = 9
MODULES = sorted(f"crm_client.{path.stem}" for path in Path(crm_client.__path__[0]).glob("[a-z]*.py"))
PROGRAM = f"""
import time
started = time.process_time()
import httpx
between = time.process_time()
import {", ".join(MODULES)}
print(between - started, time.process_time() - between)
"""


def run() -> None:
    imports()  # so that the byte code is there
    httpx, ours = zip(*(imports() for _ in range(ROUNDS)), strict=True)
    beside = f"on top of importing httpx, {median(httpx) * 1000:.0f} ms; {len(MODULES)} modules"
    figure("importing crm_client", median(ours) * 1000, "ms", beside)


def imports() -> tuple[float, float]:
    """Seconds for httpx, and for crm_client after it."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    httpx, ours = done.stdout.split()
    return float(httpx), float(ours)


if __name__ == "__main__":
    run()
