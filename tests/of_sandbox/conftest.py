"""What tests of the sandbox share; the running sandbox itself comes from ``tests/conftest.py``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.server import Sandbox

from .receiver import Receiver
from .visitor import Application, Visitor


@pytest.fixture
def visitor(sandbox: Sandbox) -> Iterator[Visitor]:
    """Somebody in front of a browser without scripts, not signed in anywhere."""
    with Visitor(sandbox) as visitor:
        yield visitor


@pytest.fixture
def application(sandbox: Sandbox) -> Iterator[Application]:
    """The registered application, as far as it speaks to SuperID itself."""
    with Application(sandbox) as application:
        yield application


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Where messages to the application arrive."""
    with Receiver() as receiver:
        yield receiver
