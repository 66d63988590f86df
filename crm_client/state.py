"""The state API: is a tenant running, and where does it live?

``GET {login host}/api/state/{ctx}`` needs no credentials [dp/best-practices/tenant-status/check-status]. Ask it with
any HTTP client, at ``state_url``, and hand the JSON to ``TenantState.parse``; the answer is good until
``valid_until``. Whoever stores ``api`` must first check that its host belongs to SuperOffice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from crm_client.errors import BadAnswer
from crm_client.frozen import dataclass
from crm_client.values import moment

STATES = {
    0: "Unknown",
    1: "Provisioning",
    2: "Running",
    3: "Deleted",
    4: "Suspended",
    5: "OnlineMaintenance",
    6: "OfflineMaintenance",
    8: "ProvisioningFailed",
    10: "Deleting",
    11: "DeleteFailed",
    12: "MigrationPending",
}
"""Names by number; examples show names, whether numbers are ever sent is not documented (7 and 9 do not exist)."""


@dataclass(frozen=True)
class TenantState:
    """What the state API says about one tenant."""

    ctx: str
    """Context identifier, e.g. ``Cust12345``; its case does not matter."""
    endpoint: str
    """Root of the installation, without trailing slash."""
    api: str
    """Address for ``Crm``, always with a trailing slash (the state API sends none, the ``webapi_url`` claim one)."""
    state: str
    """One of ``STATES``; another word if SuperOffice invents one."""
    is_running: bool
    """True only for ``Running`` and ``OnlineMaintenance``: the API may be called."""
    valid_until: datetime | None
    """UTC; when to ask again."""
    version: str = ""

    @classmethod
    def parse(cls, answer: Any) -> TenantState:
        """From the decoded JSON. Raises ``BadAnswer`` for anything that names no tenant."""
        if not isinstance(answer, Mapping) or not answer.get("ContextIdentifier"):
            raise BadAnswer("state API: the answer names no tenant", sent=False)
        endpoint = str(answer.get("Endpoint") or "").rstrip("/")
        return cls(
            ctx=str(answer["ContextIdentifier"]),
            endpoint=endpoint,
            api=_with_slash(str(answer.get("Api") or (endpoint and f"{endpoint}/api"))),
            state=_state(answer.get("State")),
            is_running=answer.get("IsRunning") is True,
            valid_until=moment(answer.get("ValidUntil")),
            version=str(answer.get("Version") or ""),
        )


def state_url(login_url: str, ctx: str) -> str:
    """Where to ask about a tenant; ``login_url`` is the environment's login host, e.g.
    ``https://online.superoffice.com``.
    """
    return f"{login_url.rstrip('/')}/api/state/{quote(ctx, safe='')}"


def _state(value: Any) -> str:
    if isinstance(value, int):
        return STATES.get(value, "Unknown")
    return str(value or "Unknown")


def _with_slash(url: str) -> str:
    return url.rstrip("/") + "/" if url else ""
