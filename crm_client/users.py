"""Who is signed in, as NetServer sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from crm_client.calls import Call, Operation
from crm_client.errors import BadAnswer
from crm_client.frozen import dataclass
from crm_client.values import integer, text


@dataclass(frozen=True)
class Principal:
    """The caller of the API and his rights [oas SoPrincipalCarrier]."""

    associate_id: int
    associate: str
    """Initials or login name."""
    full_name: str
    email: str
    user_type: str
    """``InternalAssociate``, ``SystemAssociate`` …"""
    ctx: str
    """``DatabaseContextIdentifier``: the tenant; compare it with the one you meant."""
    contact_id: int
    """The company he belongs to."""
    person_id: int
    function_rights: frozenset[str] = frozenset()
    """Keys such as ``admin-all``."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(cls, carrier: Mapping[str, Any]) -> Principal:
        return cls(
            associate_id=integer(carrier.get("AssociateId")),
            associate=text(carrier.get("Associate")),
            full_name=text(carrier.get("FullName")),
            email=text(carrier.get("EMailAddress")),
            user_type=text(carrier.get("UserType")),
            ctx=text(carrier.get("DatabaseContextIdentifier")),
            contact_id=integer(carrier.get("ContactId")),
            person_id=integer(carrier.get("PersonId")),
            function_rights=frozenset(carrier.get("FunctionRights") or ()),
            raw=carrier,
        )


def current_principal() -> Operation[Principal]:
    """Whoever holds the token. Raises ``BadAnswer`` if NetServer names nobody."""
    carrier = yield Call("GET", "v1/User/currentPrincipal")
    if not isinstance(carrier, Mapping) or not carrier.get("AssociateId"):
        raise BadAnswer("GET v1/User/currentPrincipal: the answer names nobody")
    return Principal.parse(carrier)
