"""System checks: misconfiguration is told at start, kindly."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from panel.tenants.sealing import BadKey, parse_key


@register(Tags.security)
def seal_keys_are_well_formed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every key must be usable: a bad one would show at the first value it should open."""
    return [message for number, text in enumerate(settings.SIDECARD_SEAL_KEYS, 1) for message in _faults(number, text)]


def _faults(number: int, text: str) -> list[CheckMessage]:
    try:
        parse_key(text)
    except BadKey as bad:
        hint = "Make one with: python -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
        return [Error(f"SIDECARD_SEAL_KEYS, number {number}: {bad}.", hint=hint, id="tenants.E001")]
    return []


@register(Tags.security, deploy=True)
def no_sandbox_in_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Whoever runs the sandbox decides who anybody is."""
    if not settings.SANDBOXED:
        return []
    return [
        Error(
            "SUPEROFFICE_LOGIN_URL points at a sandbox.",
            hint="Unset it; SUPEROFFICE_ENV chooses among SuperOffice's own environments.",
            id="tenants.E002",
        )
    ]
