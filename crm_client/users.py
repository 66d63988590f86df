"""Who is signed in, as NetServer sees it."""

from __future__ import annotations

from crm_client.calls import Call, Operation
from crm_client.fields import read_at
from crm_client.frozen import dataclass
from crm_client.records import Kind, Record
from crm_client.values import integer, text, texts


@dataclass(frozen=True)
class Principal(Record):
    """The caller of the API and his rights [oas SoPrincipalCarrier]."""

    associate_id: int = read_at("AssociateId", integer)
    associate: str = read_at("Associate", text)
    """Initials or login name."""
    full_name: str = read_at("FullName", text)
    email: str = read_at("EMailAddress", text)
    user_type: str = read_at("UserType", text)
    """``InternalAssociate``, ``SystemAssociate`` …"""
    ctx: str = read_at("DatabaseContextIdentifier", text)
    """The tenant; compare it with the one you meant."""
    contact_id: int = read_at("ContactId", integer)
    """The company he belongs to."""
    person_id: int = read_at("PersonId", integer)
    group_id: int = read_at("GroupId", integer)
    """Primary user group."""
    function_rights: frozenset[str] = read_at("FunctionRights", lambda keys: frozenset(texts(keys)))
    """Keys such as ``admin-all``."""


PRINCIPAL = Kind("User/currentPrincipal", "AssociateId", Principal)


def current_principal() -> Operation[Principal]:
    """Whoever holds the token. Raises ``BadAnswer`` if NetServer names nobody."""
    return PRINCIPAL.parse((yield Call("GET", PRINCIPAL.path)))
