"""Fixtures for signing in."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from panel.tenants import discovery


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Each test meets SuperID as a process that just started, and no session of another test."""
    discovery.forget()
    cache.clear()
