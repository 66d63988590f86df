"""A worker that can really be killed: ``python -m tests.provisioning.worker``, where the environment says what it works
on.

Like Celery's own it loads everything once and carries out each order in a child of its own. An order is a line of JSON,
``["work", 17]``; it prints the child's number, then what came of it, null if the child was killed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import django


def adopt(columns: dict[str, str]) -> int:
    """A customer who is known elsewhere."""
    from panel.tenants.models import Tenant

    return Tenant.objects.create(**columns).pk


def ask(tenant_id: int, goal: str) -> int:
    from panel.provisioning.models import Setup
    from panel.tenants.models import Tenant

    return Setup.ask(Tenant.objects.get(pk=tenant_id), Setup.Goal(goal), by="Charlie").pk


def work(setup_id: int) -> bool:
    from panel.provisioning import tasks

    return tasks.work(setup_id)


def expire(setup_id: int) -> int:
    """Whoever held the lease was silent for too long."""
    from panel.provisioning.models import Setup

    held = Setup.across_tenants.filter(pk=setup_id, state=Setup.State.DUE, lease_until__gt=datetime.now(UTC))
    return held.update(lease_until=datetime.now(UTC))


def state(setup_id: int) -> str:
    from panel.provisioning.models import Setup

    return Setup.across_tenants.get(pk=setup_id).state


def forget() -> int:
    """What was made; SuperOffice is put back meanwhile."""
    from panel.provisioning.models import Thing

    return Thing.across_tenants.all().delete()[0]


ORDERS: dict[str, Callable[..., Any]] = {one.__name__: one for one in (adopt, ask, work, expire, state, forget)}


def carry_out(name: str, *given: Any) -> None:
    answer, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(told, json.dumps(ORDERS[name](*given)).encode())
        os._exit(0)
    os.close(told)
    print(child, flush=True)
    with os.fdopen(answer) as said:
        print(said.read() or "null", flush=True)
    os.waitpid(child, 0)


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.PANELS = json.loads(sys.argv[1])
    if sys.argv[2:] == ["migrate"]:
        call_command("migrate", verbosity=0)
    print("ready", flush=True)
    for line in sys.stdin:
        carry_out(*json.loads(line))


if __name__ == "__main__":
    main()
