"""A sandbox and a Sidecard to measure: the application in a process of its own, so that it shares no interpreter."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx

from tests.environment import free_ports
from tests.sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class Stage:
    sandbox: Sandbox
    app_url: str


@contextmanager
def stage() -> Iterator[Stage]:
    """Both are up inside, on SQLite and a fresh database."""
    port = free_ports(4)
    with tempfile.TemporaryDirectory() as var:
        sandbox = Sandbox(port=port, app_url=f"http://127.0.0.1:{port + 3}").start()
        try:
            with _application(var, port) as app_url:
                yield Stage(sandbox, app_url)
        finally:
            sandbox.stop()


@contextmanager
def _application(var: str, port: int) -> Iterator[str]:
    url = f"http://127.0.0.1:{port + 3}"
    env = os.environ | {
        "SIDECARD_VAR": var,
        "SIDECARD_BASE_URL": url,
        "SUPEROFFICE_LOGIN_URL": f"http://localhost:{port}",
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=env, check=True)
    command = [sys.executable, "-m", "uvicorn", "panel.asgi:application", "--port", str(port + 3), "--no-access-log"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        _wait_for(f"{url}/readyz")
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer within 30 s")


class LikeABrowser(httpx.HTTPTransport):
    """Browsers send ``Secure`` cookies over http to this machine; Python's cookie jar does not, unless told less."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        told = [(name, value.replace(b"; Secure", b"")) for name, value in response.headers.raw]
        response.headers = httpx.Headers(told)
        return response


def browser() -> httpx.Client:
    return httpx.Client(transport=LikeABrowser(), trust_env=False, follow_redirects=True, timeout=60)


def sign_in(http: httpx.Client, stage: Stage, ctx: str, human: str) -> None:
    """The standalone sign-in, as a person's browser does it."""
    token = http.get(f"{stage.app_url}/csrf/").json()["token"]
    page = http.post(f"{stage.app_url}/signin/", data={"uctx": ctx, "next": "/", "csrfmiddlewaretoken": token})
    page = http.get(_found(r'id="onwards" href="([^"]*)"', page))
    person = stage.sandbox.world.humans[human]
    form = {"form": _found(r'name="form" value="([^"]*)"', page), "step": "sign-in"}
    http.post(page.url, data=form | {"username": person.email, "password": person.password})


def _found(pattern: str, page: httpx.Response) -> str:
    found = re.search(pattern, page.text)
    if found is None:
        raise RuntimeError(f"no {pattern} at {page.url.copy_with(query=None)}")
    return unescape(found[1])
