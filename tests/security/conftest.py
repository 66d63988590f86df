"""People who have signed in as they do in life, each with a browser of his own."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from panel.tenants import discovery
from tests.sandbox.server import Sandbox

from .visitor import Visitor, arrive


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Each test meets SuperID as a process that just started, and no session of another test."""
    discovery.forget()
    cache.clear()


@pytest.fixture
def alice(sandbox: Sandbox, db: None) -> Visitor:
    """Administrator of Cust12345, user 5 there."""
    return arrive(sandbox, "Cust12345", "alice")


@pytest.fixture
def bob(sandbox: Sandbox, db: None) -> Visitor:
    """User 6 of Cust12345."""
    return arrive(sandbox, "Cust12345", "bob")


@pytest.fixture
def charlie(sandbox: Sandbox, db: None) -> Visitor:
    """Administrator of Cust67890, user 5 there: the same number as Alice's in Cust12345."""
    return arrive(sandbox, "Cust67890", "charlie")
