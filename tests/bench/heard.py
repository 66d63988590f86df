"""What Sidecard knows of the events that the bench tells it, asked of its own models in a process of its own.

``python -m tests.bench.heard hooks`` gives every tenant an address for events and prints ``[[ctx, path, secret], …]``;
``python -m tests.bench.heard told`` waits until nothing waits to be handled, and prints what ``Told`` holds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import django

PATIENCE = 180
"""Seconds: twice the lease that whoever was killed leaves behind, and more."""

type Address = tuple[str, str, str]
"""The tenant, the path that hears its events and the secret they are signed with."""


@dataclass(frozen=True)
class Told:
    """What is in the database."""

    rows: int
    """Events that were kept."""
    events: int
    """Records they are of, each of which had one event."""
    waiting: int
    """Not handled within our patience."""
    changes: int
    """Records of which an open panel would be told."""
    seconds: list[float]
    """Until each was handled, from its first answer on."""


def hooks(env: Mapping[str, str]) -> list[Address]:
    return _asked(env, "hooks")


def told(env: Mapping[str, str]) -> Told:
    return Told(**_asked(env, "told"))


def _asked(env: Mapping[str, str], what: str):
    command = [sys.executable, "-m", "tests.bench.heard", what]
    done = subprocess.run(command, env=os.environ | env, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def _hooks() -> list[Address]:
    from django.urls import reverse

    from panel.tenants.models import Tenant
    from panel.webhooks.models import Hook

    found = [Hook.of(tenant) for tenant in Tenant.objects.all()]
    return [(hook.tenant.ctx, reverse("webhooks:hear", args=[hook.word]), hook.secret) for hook in found]


def _told() -> Told:
    from panel.webhooks.models import Delivery, RecordChange

    waiting = Delivery.across_tenants.filter(handled_at=None)
    until = time.monotonic() + PATIENCE
    while waiting.exists() and time.monotonic() < until:
        time.sleep(0.5)
    handled = Delivery.across_tenants.exclude(handled_at=None).values_list("received_at", "handled_at")
    return Told(
        rows=Delivery.across_tenants.count(),
        events=Delivery.across_tenants.values("tenant", "primary_key").distinct().count(),
        waiting=waiting.count(),
        changes=RecordChange.across_tenants.count(),
        seconds=[(at - received).total_seconds() for received, at in handled],
    )


def main() -> None:
    django.setup()
    found = _hooks() if sys.argv[1] == "hooks" else asdict(_told())
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
