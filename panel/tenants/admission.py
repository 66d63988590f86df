"""From a proven identity to rows: the tenant, and this person's membership in it."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from crm_client.auth import Grant
from panel.tenants import known
from panel.tenants.id_tokens import Identity
from panel.tenants.models import Membership, Tenant


@transaction.atomic
def admit(identity: Identity, grant: Grant, name: str) -> Membership:
    """Write down who signed in and what lets us ask as him; nothing is ever joined by e-mail.

    An empty ``name`` leaves the one that is known.
    """
    tenant = _tenant(identity)
    membership, _ = Membership.objects.of(tenant).get_or_create(
        associate_id=identity.associate_id, defaults={"tenant": tenant}
    )
    membership.tenant = tenant
    columns = {
        "name": name or membership.name or identity.email,
        "email": identity.email,
        "is_administrator": identity.is_administrator,
        **membership.sealed(grant),
    }
    written = _written(membership, columns)
    known.changed(tenant)
    return written


def has_left(ctx: str) -> bool:
    """This customer removed us, or took our access away; only an administrator brings us back."""
    closed = [Tenant.Status.REVOKED, Tenant.Status.REMOVED]
    here = Tenant.objects.filter(environment=settings.SUPEROFFICE["environment"], ctx__iexact=ctx)
    return here.filter(status__in=closed).exists()


def _tenant(identity: Identity) -> Tenant:
    tenant, _ = Tenant.objects.get_or_create(
        environment=settings.SUPEROFFICE["environment"], ctx__iexact=identity.ctx, defaults={"ctx": identity.ctx}
    )
    columns: dict[str, object] = {"company_name": identity.company_name, "serial": identity.serial}
    if tenant.api_address != identity.webapi_url:
        columns |= {"api_address": identity.webapi_url, "api_valid_until": None}
    if tenant.status in (Tenant.Status.REVOKED, Tenant.Status.REMOVED):
        columns |= {"status": Tenant.Status.AUTHORISED, "left_at": None, "refused_at": None}
    if identity.system_token:
        columns["sealed_system_token"] = tenant.seal_system_token(identity.system_token)
    return _written(tenant, columns)


def _written[M: (Membership, Tenant)](row: M, columns: dict[str, object]) -> M:
    """Only these columns: the generation and the status may change beside us."""
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(update_fields=list(columns))
    return row
