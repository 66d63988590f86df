"""Who the caller is: ``User/currentPrincipal`` and ``User/currentAssociate`` (webapi.md §17)."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from .answers import Call
from .carriers import associate, user_name
from .facts import carrier

ADMINISTRATOR_RIGHTS = ["admin-all", "admin-preferences", "admin-roles", "admin-udef"]

USER_RIGHTS = ["allow-bulk-export"]


def current_principal(call: Call) -> Response:
    """A SoPrincipalCarrier of the bearer of the token."""
    me, tenant = call.associate, call.tenant
    owner = tenant.table("contact")[tenant.owner_contact_id]
    administrator = me.administrator
    principal = carrier(
        "SoPrincipalCarrier",
        UserType="SystemAssociate" if me.system else "InternalAssociate",
        Associate=me.initials,
        AssociateId=me.associate_id,
        IsPerson=not me.system,
        PersonId=me.person_id,
        CountryId=owner["country"],
        HomeCountryId=owner["country"],
        ContactId=tenant.owner_contact_id,
        GroupId=1,
        BusinessId=owner["business"],
        CategoryId=owner["category"],
        ContactOwner=owner["associate"],
        RoleId=1 if administrator else 2,
        RoleName='US:"Administrator";NO:"Administrator"' if administrator else 'US:"User";NO:"Bruker"',
        RoleType="Employee",
        FullName=user_name(tenant, me.associate_id),
        EMailAddress=call.world.email(me),
        FunctionRights=ADMINISTRATOR_RIGHTS if administrator else USER_RIGHTS,
        EjUserId=me.associate_id,
        EjUserStatus="StatusNormal",
        DatabaseContextIdentifier=tenant.ctx,
        UserName=call.world.email(me),
    )
    return call.answer(principal)


def current_associate(call: Call) -> Response:
    """The caller's Associate carrier."""
    return call.answer(associate(call, call.associate.associate_id))


PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    "v1/User/currentPrincipal": {"GET": current_principal},
    "v1/User/currentAssociate": {"GET": current_associate},
}
