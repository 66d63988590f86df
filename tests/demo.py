"""``make demo``: a sandbox, Sidecard and its worker with beat, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import httpx

from tests.sandbox.application_keys import sandbox_key

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("SIDECARD_VAR", ROOT / "var"))
CRM_PORT = int(os.environ.get("DEMO_CRM_PORT", "8800"))
APP_PORT = int(os.environ.get("DEMO_APP_PORT", "8000"))
LOGIN_URL = f"http://localhost:{CRM_PORT}"
APP_URL = f"http://127.0.0.1:{APP_PORT}"
PATIENCE = 90.0
"""Seconds for all parts to come up."""


class DemoError(Exception):
    """Told to the person at the terminal as it is."""


@dataclass
class Part:
    """One process of the demo; its output goes to ``var/log/<name>.log``."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self, env: dict[str, str]) -> None:
        with (VAR / "log" / f"{self.name}.log").open("ab") as log:
            # A group of its own: Ctrl-C reaches the demo alone, which then stops its parts in order.
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def check(self) -> None:
        if self.process and self.process.poll() is not None:
            tail = (VAR / "log" / f"{self.name}.log").read_text(errors="replace").splitlines()[-15:]
            raise DemoError("\n".join([f"{self.name} stopped with code {self.process.returncode}:", *tail]))

    def ask_to_stop(self) -> None:
        if self.process:
            self.process.terminate()

    def see_it_stopped(self) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def parts() -> list[Part]:
    python = sys.executable
    return [
        Part(
            "sandbox",
            [
                python,
                "-m",
                "tests.sandbox",
                "--port",
                str(CRM_PORT),
                "--state",
                str(VAR / "sandbox"),
                "--app-url",
                APP_URL,
            ],
        ),
        Part(
            "app",
            [python, "-m", "uvicorn", "panel.asgi:application", "--host", "127.0.0.1", "--port", str(APP_PORT)]
            + ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--timeout-graceful-shutdown", "5"],
        ),
        Part(
            "worker",
            [
                python,
                "-m",
                "celery",
                "-A",
                "panel.celery",
                "worker",
                "--beat",
                "--concurrency",
                "1",
                "--loglevel",
                "INFO",
            ]
            + ["--without-gossip", "--without-mingle"],
        ),
    ]


def environment() -> dict[str, str]:
    """The surroundings of all parts: nothing of a real SuperOffice leaks in, and no server is needed."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SIDECARD_", "SUPEROFFICE_"))}
    for name in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"):
        inherited.pop(name, None)
    return inherited | {
        "SIDECARD_VAR": str(VAR),
        "SIDECARD_BASE_URL": APP_URL,
        "SUPEROFFICE_LOGIN_URL": LOGIN_URL,
        "SUPEROFFICE_PRIVATE_KEY": sandbox_key(),
        "PYTHONUNBUFFERED": "1",
    }


def refuse_taken_ports() -> None:
    for port in (CRM_PORT, CRM_PORT + 1, CRM_PORT + 2, APP_PORT):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as taken:
                raise DemoError(
                    f"Port {port} is taken. Stop what uses it, or choose others: "
                    "DEMO_CRM_PORT (three ports from there) and DEMO_APP_PORT."
                ) from taken


def is_up(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def worker_is_up(since: float) -> bool:
    log = VAR / "log" / "worker.log"
    return log.exists() and log.stat().st_mtime >= since and "ready." in log.read_text(errors="replace")


def wait(running: list[Part], since: float) -> None:
    while not (is_up(f"{LOGIN_URL}/") and is_up(f"{APP_URL}/readyz") and worker_is_up(since)):
        for part in running:
            part.check()
        if time.time() - since > PATIENCE:
            raise DemoError(f"Not everything came up within {PATIENCE:.0f} s; the logs are in {VAR / 'log'}.")
        time.sleep(0.2)


def hear_of_state_changes() -> None:
    """As its maker switches it on in the developer portal."""
    registration = f"{LOGIN_URL}/__sandbox__/clients/sidecard-sandbox"
    httpx.post(registration, json={"state_push": True}, trust_env=False).raise_for_status()


def interrupted(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def fresh_logs() -> None:
    shutil.rmtree(VAR / "log", ignore_errors=True)
    (VAR / "log").mkdir(parents=True)


def run() -> None:
    refuse_taken_ports()
    fresh_logs()
    env, since, running = environment(), time.time(), parts()
    try:
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=env, check=True)
        for part in running:
            part.start(env)
        wait(running, since)
        hear_of_state_changes()
        print(f"Sidecard demo ready: {LOGIN_URL}/", flush=True)
        while True:
            for part in running:
                part.check()
            time.sleep(0.5)
    except KeyboardInterrupt:
        print("Stopping …", flush=True)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for part in running:
            part.ask_to_stop()
        for part in running:
            part.see_it_stopped()


def main() -> int:
    signal.signal(signal.SIGTERM, interrupted)
    try:
        run()
    except (DemoError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
