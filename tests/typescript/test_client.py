"""SuperOffice's own TypeScript client drives the sandbox, unchanged.

Runs where node is and the client can be had: it is installed by npm once, into ``node_modules`` beside this file, with
``REQUIRE_NODE=1``; without that it is used if it is there, and otherwise the tests are skipped by name.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.of_sandbox.receiver import Receiver
from tests.sandbox.server import Sandbox

HERE = Path(__file__).parent
CLIENT = HERE / "node_modules" / "@superoffice" / "webapi" / "package.json"
METHODS, AGENTS, REST_CLASSES = 40, 12, 6
"""At least so many methods, over so many agents, and all REST classes."""


@pytest.fixture(scope="module")
def node() -> str:
    """Path of node, with the pinned client installed."""
    node, required = shutil.which("node"), os.environ.get("REQUIRE_NODE") == "1"
    if node is None and required:
        pytest.fail("REQUIRE_NODE=1, but there is no node")
    if node is None:
        pytest.skip("there is no node")
    if not installed() and required:
        install()
    if not installed():
        pytest.skip("SuperOffice's TypeScript client is not installed: run once with REQUIRE_NODE=1")
    return node


def installed() -> bool:
    """Whether the client is there, in the version that is pinned."""
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]["@superoffice/webapi"]
    return CLIENT.exists() and json.loads(CLIENT.read_text())["version"] == wanted


def install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail("REQUIRE_NODE=1, but there is no npm")
    command = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(command, cwd=HERE, check=True, capture_output=True, timeout=300)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def drive(node: str, sandbox: Sandbox, receiver: Receiver, *only: str) -> dict[str, dict[str, int]]:
    """Run the driver; what it called, by class and method."""
    world = sandbox.world
    given: dict[str, Any] = {
        "api": f"{sandbox.tenant_url('Cust12345')}/api/",
        "token": world.issue_access_token("Cust12345", "alice", "sidecard-sandbox"),
        "ticket": world.issue_ticket("Cust12345", "sidecard-sandbox"),
        "secret": world.clients["sidecard-sandbox"].secret,
        "receiver": receiver.url,
        "only": only,
    }
    # Without proxies: everything is on this machine. In UTC, for east of it the client sends NetServer's empty date
    # (the first day of the year 1) back as a day of the year 0, which no date type of .NET or Python holds.
    env = {"PATH": os.environ["PATH"], "NO_PROXY": "*", "TZ": "UTC"}
    command = [node, str(HERE / "drive.mjs")]
    ran = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, env=env, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_superoffices_own_client_is_at_home_here(node: str, sandbox: Sandbox, receiver: Receiver) -> None:
    called = drive(node, sandbox, receiver)
    agents = {name: methods for name, methods in called.items() if name.endswith("Agent")}
    rest = {name: methods for name, methods in called.items() if name.endswith("RestApi")}
    assert len(rest) == REST_CLASSES
    assert all(len(methods) == 6 for methods in rest.values())
    assert len(agents) >= AGENTS
    assert sum(len(methods) for methods in agents.values()) >= METHODS
    refusals = {call["status"] for call in sandbox.world.calls}
    assert refusals <= {200, 204, 304, 400, 401, 404, 412}


def test_its_webhook_is_served(node: str, sandbox: Sandbox, receiver: Receiver) -> None:
    drive(node, sandbox, receiver, "Webhook")
    events = [one.json["Event"] for one in receiver.waits_for(3)]
    assert sorted(events) == ["test", "test", "typescript.ran"]
    assert receiver.sent[-1].json["PrimaryKey"] == 7
