"""How a figure is printed."""

from __future__ import annotations

import json
import os


def figure(bench: str, value: float, unit: str, vs: str) -> None:
    """One line for people and programs: what was measured, and beside what."""
    print(json.dumps({"bench": bench, "value": round(value, 3), "unit": unit, "vs": vs}), flush=True)


def machine() -> str:
    """How busy the machine is, to judge a figure by."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
