"""What a person is called: SuperOffice's id token does not say it, NetServer does ([auth/api]: no userinfo)."""

from __future__ import annotations

from collections.abc import Generator

import httpx
import structlog

from crm_client.address import FixedAddress
from crm_client.auth import Grant
from crm_client.clients import Crm, sync_http
from crm_client.errors import CrmError
from crm_client.users import current_principal
from panel.tenants.id_tokens import Identity

log = structlog.get_logger(__name__)


class OtherPrincipal(Exception):
    """The access token belongs to somebody else than the id token that came with it."""


class _Bearer(httpx.Auth):
    """A token as it is: fresh, and not yet anybody's to renew."""

    def __init__(self, grant: Grant) -> None:
        self._grant = grant

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._grant.access_token}"
        yield request


def full_name(identity: Identity, grant: Grant) -> str:
    """The person's name; empty when NetServer does not tell, for nobody is kept out for that.

    Raises:
        OtherPrincipal: NetServer knows the bearer of the token as another user.
    """
    with sync_http() as http:
        crm = Crm(http, FixedAddress(identity.webapi_url), _Bearer(grant))
        try:
            principal = crm(current_principal())
        except CrmError as error:
            log.warning("name unknown", ctx=identity.ctx, error=type(error).__name__)
            return ""
    if (principal.ctx.lower(), principal.associate_id) != (identity.ctx.lower(), identity.associate_id):
        raise OtherPrincipal
    return principal.full_name
