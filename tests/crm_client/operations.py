"""The public operations of ``crm_client``, found by what they return."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import crm_client

MODULES: dict[str, ModuleType] = {
    path.stem: importlib.import_module(f"crm_client.{path.stem}")
    for path in sorted(Path(crm_client.__path__[0]).glob("[a-z]*.py"))
}


def returns(function: Callable[..., Any], *kinds: str) -> bool:
    return str(function.__annotations__.get("return", "")).startswith(kinds)


def found(*kinds: str) -> dict[str, Callable[..., Any]]:
    """By ``module.name``; what a module only repeats is left out."""
    return {
        f"{stem}.{name}": function
        for stem, module in MODULES.items()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_") and returns(function, *kinds)
    }


OPERATIONS = found("Operation[")
STREAMS = found("Stream[")
