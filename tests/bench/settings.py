"""Sidecard's settings while it is measured: the product's own, and one panel of the bench."""

from __future__ import annotations

from pathlib import Path

from panel.settings import *  # noqa: F403

PANELS = [*PANELS, "tests.bench.panels.FourReads"]  # noqa: F405
ROOT_URLCONF = "tests.bench.urls"
TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")  # noqa: F405
# As in production: a sandbox otherwise looks for files on disk at every request.
SERVESTATIC_AUTOREFRESH = False
# Where the bench's NetServer listens; by number, so that no name has to be looked up.
SUPEROFFICE["host_suffixes"].append("127.0.0.1")  # noqa: F405
# Each forged event would be told.
for name in ("panel.webhooks", "django.request"):
    LOGGING["loggers"][name] = {"level": "ERROR"}  # noqa: F405
