"""Who is signed in while Sidecard is measured: a fresh database with tenants, memberships and sessions.

``python -m tests.bench.state '{"upstream": …, "populations": [["Cust", 10, 40, 400], …]}'`` makes them with the
application's own models, sealing and session engine, and prints ``{population: [[ctx, associate id, cookie], …]}``.
Where they are kept is the environment's to say, as for the application itself.

A population is the beginning of its tenants' names, how many tenants, how many people each, and how many of these
have a session (spread evenly, tenants by turns).
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import islice

import django

LASTS = timedelta(hours=8)

type Person = tuple[str, int, str]
"""The tenant, the associate's id and the session's key."""


def main() -> None:
    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    wanted = json.loads(sys.argv[1])
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        made = {population[0]: people(wanted["upstream"], *population) for population in wanted["populations"]}
    json.dump(made, sys.stdout)


def people(upstream: str, prefix: str, tenants: int, associates: int, sessions: int) -> list[Person]:
    from panel.tenants.models import Membership

    rows = _tenants(upstream, prefix, tenants)
    memberships = [_membership(tenant, 1 + number) for number in range(associates) for tenant in rows]
    made = Membership.across_tenants.bulk_create(memberships, batch_size=1000)
    spread = made[:: max(1, len(made) // sessions)]
    return [_signed_in(membership) for membership in islice(spread, sessions)]


def _tenants(upstream, prefix, tenants):
    from django.conf import settings

    from panel.tenants.models import Tenant

    names = [f"{prefix}{number:05}" for number in range(tenants)]
    return Tenant.objects.bulk_create(
        [
            Tenant(
                environment=settings.SUPEROFFICE["environment"],
                ctx=ctx,
                company_name=f"Company of {ctx}",
                status=Tenant.Status.ACTIVE,
                api_address=f"{upstream}/{ctx}/api/",
                api_valid_until=datetime.now(UTC) + LASTS,
            )
            for ctx in names
        ],
        batch_size=1000,
    )


def _membership(tenant, associate_id):
    from crm_client.auth import Grant
    from panel.tenants.models import Membership

    grant = Grant(f"8A:{tenant.ctx}.{'A' * 64}", "R" * 64, datetime.now(UTC) + LASTS)
    made = Membership(tenant=tenant, associate_id=associate_id, name=f"Person {associate_id}")
    for name, value in made.sealed(grant).items():
        setattr(made, name, value)
    return made


def _signed_in(membership) -> Person:
    from django.conf import settings

    from panel.tenants.access import HELD

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[HELD] = {membership.tenant.ctx.lower(): [membership.pk, membership.generation]}
    session.save()
    return membership.tenant.ctx, membership.associate_id, session.session_key


if __name__ == "__main__":
    main()
