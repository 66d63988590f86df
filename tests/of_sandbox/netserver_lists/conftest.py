"""Who calls in these tests."""

from __future__ import annotations

import pytest

from tests.of_sandbox.netserver.caller import Caller
from tests.sandbox.server import Sandbox


@pytest.fixture
def alice(sandbox: Sandbox) -> Caller:
    """The administrator of Cust12345, reading English."""
    return Caller(sandbox)


@pytest.fixture
def bob(sandbox: Sandbox) -> Caller:
    """A plain user of Cust12345, in sales, reading Norwegian."""
    return Caller(sandbox, "bob", Accept_Language="nb-NO")


@pytest.fixture
def kim(sandbox: Sandbox) -> Caller:
    """A plain user of Cust12345, in service."""
    return Caller(sandbox, "kim")
