"""How a figure is printed."""

from __future__ import annotations

import json


def figure(bench: str, value: float, unit: str, vs: str) -> None:
    """One line for people and programs: what was measured, and beside what."""
    print(json.dumps({"bench": bench, "value": round(value, 3), "unit": unit, "vs": vs}), flush=True)
