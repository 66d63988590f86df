"""What survives a restart, and how the sandbox starts and stops."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import environment
from tests.sandbox import server
from tests.sandbox.roles import roles
from tests.sandbox.server import STATE_FILE, Sandbox
from tests.sandbox.world import Fault, World

from .netserver.caller import Caller
from .receiver import Receiver, until
from .visitor import Application, Visitor

ROOT = Path(__file__).parent.parent.parent


def test_a_world_is_the_same_after_save_and_load(sandbox: Sandbox, tmp_path: Path) -> None:
    world = sandbox.world
    world.faults.append(Fault(path="v1", status=500, count=2))
    world.tenants["Cust12345"].denied = {"bob": ["sale:select"]}
    world.sessions["cookie"], world.clock_offset = "bob", 5.5
    world.back_up(world.tenants["Cust12345"])
    world.issue_access_token("Cust12345", "bob", "sidecard-sandbox")
    world.calls.clear()
    world.save(tmp_path / "new" / "world.json")
    assert asdict(World.load(tmp_path / "new" / "world.json")) == asdict(world)


def test_an_older_world_s_application_has_the_usual_links(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    sandbox.world.save(path)
    saved = json.loads(path.read_text())
    client = saved["clients"]["sidecard-sandbox"]
    client["state_url"] = ""
    del client["install_url"], client["configure_url"], client["uninstall_url"]
    path.write_text(json.dumps(saved))
    assert World.load(path).clients == sandbox.world.clients


def test_an_older_world_s_users_have_full_rights(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    sandbox.world.save(path)
    saved = json.loads(path.read_text())
    for tenant in saved["tenants"].values():
        del tenant["rows"]["role"]
        for user in tenant["associates"].values():
            user["administrator"] = user.pop("role") == 1
    path.write_text(json.dumps(saved))
    loaded = World.load(path).tenants["Cust12345"]
    assert {key: user.role for key, user in loaded.associates.items()} == {
        "alice": 1,
        **dict.fromkeys(("bob", "kim", "eva", "gus"), 2),
    }
    assert roles(loaded) == sandbox.world.tenants["Cust12345"].table("role")


def test_saved_secrets_are_for_the_owner(sandbox: Sandbox, tmp_path: Path) -> None:
    for _ in range(2):
        sandbox.world.save(tmp_path / "world.json")
    assert stat.S_IMODE((tmp_path / "world.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["world.json"]


def test_calls_are_not_saved(sandbox: Sandbox, visitor: Visitor, tmp_path: Path) -> None:
    visitor.http.get("/api/state/Cust12345")
    sandbox.world.save(tmp_path / "world.json")
    assert len(World.load(tmp_path / "world.json").calls) == 0


def test_an_ended_authorization_takes_only_its_own_tokens(sandbox: Sandbox) -> None:
    world = sandbox.world
    ours = world.issue_access_token("Cust12345", "bob", "sidecard-sandbox")
    theirs = world.issue_access_token("Cust67890", "dora", "sidecard-sandbox")
    world.end_authorization(world.tenants["Cust12345"])
    assert world.bearer(ours) is None
    assert world.bearer(theirs) is not None


def test_tokens_keys_and_sessions_survive_a_restart(tmp_path: Path) -> None:
    first = Sandbox(state=tmp_path).start()
    with Visitor(first) as visitor, Application(first) as application:
        tokens = application.exchange(visitor.code("bob")).json()
        keys, cookies = application.published(), dict(visitor.http.cookies)
    first.stop()
    second = Sandbox(state=tmp_path).start()
    with Visitor(second) as visitor, Application(second) as application:
        visitor.http.cookies.update(cookies)
        assert application.published() == keys
        assert application.refresh(tokens["refresh_token"]).status_code == 200
        assert second.world.bearer(tokens["access_token"]) is not None
        assert visitor.code("bob")
    second.stop()


def test_every_change_is_saved_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SAVE_SECONDS", 0.02)
    running = Sandbox(state=tmp_path).start()
    with Application(running) as application:
        who = {"ctx": "Cust12345", "user": "bob"}
        token = application.http.post("/__sandbox__/token", json=who).json()["access_token"]
        deadline = time.monotonic() + 5
        while token not in World.load(tmp_path / STATE_FILE).access_tokens:
            assert time.monotonic() < deadline
    running.stop()


def test_panels_follow_the_application(tmp_path: Path) -> None:
    Sandbox(app_url="http://127.0.0.1:8000", state=tmp_path).start().stop()
    moved = Sandbox(app_url="http://127.0.0.1:8001", state=tmp_path)
    urls = [panel["url"] for panel in moved.world.tenants["Cust12345"].table("webpanel").values()]
    moved.stop()
    assert urls
    assert all(url.startswith("http://127.0.0.1:8001/panels/") for url in urls)


def test_a_stopped_sandbox_frees_its_ports() -> None:
    port = environment.free_ports(3)
    for _ in range(2):
        sandbox = Sandbox(port=port).start()
        assert sandbox.urls == {
            "login": f"http://localhost:{port}",
            "online2": f"http://localhost:{port + 1}",
            "app": f"http://localhost:{port + 2}",
        }
        sandbox.stop()


def test_a_taken_port_is_told() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken, pytest.raises(OSError, match="in use"):
        Sandbox(port=taken.getsockname()[1])


def test_a_closed_sandbox_was_never_started() -> None:
    sandbox = Sandbox()
    sandbox.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(sandbox.login_url, trust_env=False)


@contextmanager
def command(port: int, state: Path) -> Iterator[subprocess.Popen[str]]:
    """The sandbox as a process of its own; what is left of it at the end is killed."""
    line = [sys.executable, "-m", "tests.sandbox", "--port", str(port), "--state", str(state)]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_starts_says_where_and_ends_cleanly(tmp_path: Path, ending: signal.Signals) -> None:
    port = environment.free_ports(3)
    with command(port, tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(f"Sandbox ready: http://localhost:{port}/ ")
        assert httpx.get(f"http://localhost:{port}/", trust_env=False).status_code == 200
        process.send_signal(ending)
        assert process.wait(10) == 0
        assert process.stdout.read() == ""
    assert (tmp_path / STATE_FILE).exists()


def test_a_sandbox_killed_while_it_writes_goes_on_from_what_was_saved(tmp_path: Path) -> None:
    port = environment.free_ports(3)
    with httpx.Client(base_url=f"http://localhost:{port + 1}/Cust12345/api/v1", trust_env=False) as http:
        with command(port, tmp_path) as process:
            assert process.stdout is not None
            process.stdout.readline()
            who = {"ctx": "Cust12345", "user": "alice"}
            token = httpx.post(f"http://localhost:{port}/__sandbox__/token", json=who, trust_env=False).json()
            http.headers["Authorization"] = f"Bearer {token['access_token']}"
            first = made(http, "First AS")
            while first not in World.load(tmp_path / STATE_FILE).tenants["Cust12345"].table("contact"):
                made(http, "Another AS")
        with command(port, tmp_path) as process:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Sandbox ready")
            assert said(http, "GET", f"/Contact/{first}")["Name"] == "First AS"
            assert made(http, "Next AS") > first


def made(http: httpx.Client, name: str) -> int:
    """The id of a new company."""
    return int(said(http, "POST", "/Contact", said(http, "GET", "/Contact/default") | {"Name": name})["ContactId"])


def said(http: httpx.Client, method: str, path: str, body: Any = None) -> Any:
    http.cookies.clear()  # NetServer's own must not come back
    response = http.request(method, path, json=body)
    assert response.status_code == 200, response.text
    return response.json()


def test_what_deliveries_counted_is_saved_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SAVE_SECONDS", 0.02)
    running = Sandbox(state=tmp_path).start()
    with Receiver() as receiver:
        wanted = {"Name": "hook", "Events": ["contact.changed"], "TargetUrl": receiver.url}
        Caller(running)("POST", "v1/Webhook", json=wanted)
        receiver.answers = [500]
        Caller(running)("PATCH", "v1/Contact/17", json={"Department": "Elsewhere"})
        # The second attempt comes a second later, and nobody asks for anything meanwhile.
        receiver.waits_for(3)
        until(lambda: World.load(tmp_path / STATE_FILE).tenants["Cust12345"].table("webhook")[1]["total_calls"] == 2)
    assert World.load(tmp_path / STATE_FILE).deliveries == []
    running.stop()
