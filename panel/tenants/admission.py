"""From a proven identity to rows: the tenant, and this person's membership in it."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from crm_client.auth import Grant
from panel.tenants.id_tokens import Identity
from panel.tenants.models import Membership, Tenant


@transaction.atomic
def admit(identity: Identity, grant: Grant) -> Membership:
    """Write down who signed in and what lets us ask as him; nothing is ever joined by e-mail."""
    tenant = _tenant(identity)
    membership, _ = Membership.objects.of(tenant).get_or_create(
        associate_id=identity.associate_id, defaults={"tenant": tenant}
    )
    membership.tenant = tenant
    person = {"name": identity.name, "email": identity.email, "is_administrator": identity.is_administrator}
    Membership.objects.of(tenant).filter(pk=membership.pk).update(**person, **membership.sealed(grant))
    membership.refresh_from_db()
    return membership


def _tenant(identity: Identity) -> Tenant:
    tenant, _ = Tenant.objects.get_or_create(
        environment=settings.SUPEROFFICE["environment"], ctx__iexact=identity.ctx, defaults={"ctx": identity.ctx}
    )
    tenant.company_name = identity.company_name
    tenant.serial = identity.serial
    if tenant.api_address != identity.webapi_url:
        tenant.api_address, tenant.api_valid_until = identity.webapi_url, None
    if identity.system_token:
        tenant.system_token = identity.system_token
    tenant.save()
    return tenant
