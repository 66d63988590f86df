"""A Chromium that behaves like a person's: storage partitioned, pop-ups blocked, third-party cookies as asked.

Playwright's default arguments switch off storage partitioning and pop-up blocking, which hides exactly what these
tests are about; Debian's build blocks third-party cookies by default, upstream's does not. So both are set here.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, BrowserType, Playwright

QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


def executable(playwright: Playwright) -> str | None:
    """``CHROMIUM``, the distribution's, or Playwright's own."""
    candidates = [os.environ.get("CHROMIUM"), shutil.which("chromium"), playwright.chromium.executable_path]
    return next((path for path in candidates if path and Path(path).exists()), None)


def for_a_test(playwright: Playwright) -> str:
    """The executable; without one the test is skipped by name, and with ``REQUIRE_BROWSER=1`` it fails."""
    path = executable(playwright)
    if path is None:
        give_up = pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip
        give_up("no Chromium was found: set CHROMIUM=/path/to/chromium")
    return path


def switches(chromium: BrowserType, path: str, folder: Path) -> list[str]:
    """The command line that Playwright starts Chromium with, read from the running process."""
    context = chromium.launch_persistent_context(folder, executable_path=path, args=QUIET)
    try:
        mark = f"--user-data-dir={folder}"
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            arguments = _read(process).split("\0")
            if mark in arguments and not any(a.startswith("--type=") for a in arguments):
                return arguments
    finally:
        context.close()
    raise RuntimeError("Chromium's command line was not found")


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # the process has ended meanwhile
        return ""


def launch(
    chromium: BrowserType, path: str, folder: Path, defaults: list[str], *more: str, blocked: bool
) -> BrowserContext:
    """A fresh profile with third-party cookies blocked or allowed; ``more`` switches outdo those of the same name."""
    (folder / "Default").mkdir(parents=True)
    preferences = {"profile": {"cookie_controls_mode": 1 if blocked else 0}}
    (folder / "Default" / "Preferences").write_text(json.dumps(preferences))
    features = next(argument for argument in defaults if argument.startswith("--disable-features="))
    ours = [f for f in features.removeprefix("--disable-features=").split(",") if f != "ThirdPartyStoragePartitioning"]
    context = chromium.launch_persistent_context(
        folder,
        executable_path=path,
        args=[*QUIET, "--disable-features=" + ",".join(ours), *more],
        ignore_default_args=[features, "--disable-popup-blocking"],
        viewport={"width": 1500, "height": 950},
    )
    context.set_default_timeout(20_000)
    return context
