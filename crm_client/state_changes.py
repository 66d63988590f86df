"""What SuperOffice pushes when a tenant is upgraded, moved, suspended or deleted [dp/best-practices/tenant-status/
get-notifications]. Not a webhook: other sender, other proof.

::

    change = StateChange.from_http(request.body, keys, issuer="https://online.superoffice.com")   # or Forged

The proof is a JWT inside the body. Its audience is not documented, so none is asked for unless you give the one you
saw; the rest of the body is not signed. So never act on it alone: ask the state API (see ``state``), and answer 2xx
soon.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from crm_client import jwts
from crm_client.calls import object_in
from crm_client.errors import BadAnswer, Forged
from crm_client.frozen import dataclass
from crm_client.jwts import Key
from crm_client.values import integer, text

CHANGES = {0: "Upgrade", 1: "BackupRestored", 2: "Suspend", 3: "Resume", 4: "Delete", 5: "Move"}
"""Names by number."""


@dataclass(frozen=True)
class StateChange:
    """One notification."""

    name: str
    """One of ``CHANGES``; another number if SuperOffice invents one."""
    ctx: str
    version: str = ""
    """E.g. ``Release_10.3.8_2024.08.30-01``."""
    file_version: str = ""
    public_endpoint: str = ""
    """Of a move: the new host's bare name. The state API has the address."""
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_http(cls, body: bytes, keys: Iterable[Key], issuer: str, audience: str | None = None) -> StateChange:
        """The change in a request's body; ``issuer`` is the environment's login host, ``https://…`` in lower case.

        Raises ``Forged`` if its token is not SuperOffice's or belongs to another tenant, ``BadAnswer`` for a body
        that is no notification.
        """
        told = _told(body)
        claims = jwts.validated(text(told.get("Token")), keys, issuer, audience)
        ctx, proved = text(told.get("ContextIdentifier")), jwts.own(claims, "ctx")
        # Whether the token names the tenant is not documented; where it does, it decides.
        if proved and proved.lower() != ctx.lower():
            raise Forged("state change: the token is another tenant's")
        number = integer(told.get("ChangeType"))
        return cls(
            name=CHANGES.get(number, str(number)),
            ctx=ctx,
            version=text(told.get("VersionName")),
            file_version=text(told.get("FileVersion")),
            public_endpoint=text(told.get("PublicEndpoint")),
            claims=claims,
        )


def _told(body: bytes) -> Mapping[str, Any]:
    told = object_in(body)
    if not text(told.get("ContextIdentifier")) or not _is_number(told.get("ChangeType")):
        raise BadAnswer("state change: the body is no notification")
    return told


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
