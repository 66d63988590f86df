"""What an id token says (documentation: api/authentication/online/validate-security-tokens)."""

from __future__ import annotations

import secrets
from typing import Any

from .world import Associate, Client, Human, Tenant, World

SCHEME = "http://schemes.superoffice.net/identity/"
"""Prefix of every claim that is SuperOffice's own."""

SYSTEM_ISSUER = "SuperOffice AS"


def id_token_claims(
    world: World, urls: dict[str, str], client: Client, tenant: Tenant, human: Human, nonce: str | None
) -> dict[str, Any]:
    """All claims of one person's id token. ``iat`` is a text of digits; so are the associate id and the serial."""
    now = int(world.now().timestamp())
    standard = {
        "sub": human.email,
        "iss": urls["login"],
        "aud": client.client_id,
        "iat": str(now),
        "nbf": now - 60,
        "exp": now + world.login.id_token_seconds,
    }
    echo = {} if nonce is None else {"nonce": nonce}
    own = person_claims(tenant, human) | tenant_claims(urls, tenant) | system_token_claim(client, tenant)
    return standard | echo | {SCHEME + name: value for name, value in own.items()}


def person_claims(tenant: Tenant, human: Human) -> dict[str, str]:
    """Who signed in, and which user of the tenant that is."""
    associate: Associate = tenant.associates[human.key]
    return {
        "associateid": str(associate.associate_id),
        "email": human.email,
        "so_primary_email_address": human.email,
        "upn": human.email,
        "initials": associate.initials,
        "is_administrator": str(associate.administrator),
        "identityprovider": "central-superid",
    }


def tenant_claims(urls: dict[str, str], tenant: Tenant) -> dict[str, str]:
    """Which tenant, and where it lives now; the web API address ends with a slash."""
    root = f"{urls[tenant.host]}/{tenant.ctx}"
    return {
        "ctx": tenant.ctx,
        "company_name": tenant.company_name,
        "serial": tenant.serial,
        "netserver_url": f"{root}/Remote/Services88/",
        "webapi_url": f"{root}/api/",
    }


def system_token_claim(client: Client, tenant: Tenant) -> dict[str, str]:
    """``{Application Name}-{random}``, only for applications that have the claim switched on."""
    if not client.system_token:
        return {}
    token = tenant.system_tokens.setdefault(client.client_id, f"{client.name}-{secrets.token_urlsafe(8)[:10]}")
    return {"system_token": token}


def system_user_claims(world: World, urls: dict[str, str], tenant: Tenant, ticket: str) -> dict[str, Any]:
    """All claims of the JWT that carries a system user's ticket. Issuer and audience differ from an id token's."""
    now = int(world.now().timestamp())
    standard = {
        "sub": "System",
        "iss": SYSTEM_ISSUER,
        "aud": f"spn:{tenant.serial}",
        "iat": str(now),
        "nbf": now - 60,
        "exp": now + world.login.id_token_seconds,
    }
    own = tenant_claims(urls, tenant) | {"ticket": ticket, "identityprovider": SYSTEM_ISSUER}
    return standard | {SCHEME + name: value for name, value in own.items()}
