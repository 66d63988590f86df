"""What the bench's NetServer answers: taken once from the sandbox, so that bodies are as long and deep as real ones.

The company's name and id are marks, which ``netserver`` replaces by whom was asked about: so a page shows whether it
is the right tenant's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from crm_client.activities import last_activity_of
from crm_client.calls import Call, Operation
from crm_client.contacts import contact
from crm_client.persons import persons_of
from crm_client.sales import open_sales_of
from crm_client.tickets import tickets_of
from crm_client.udef import udef_fields
from panel.panels.day import base_zone
from tests.environment import free_ports
from tests.sandbox.server import Sandbox

COMPANY = 17
"""A company of the sandbox that has people, sales and activities."""
ROWS = 8
ASKED_FOR = {"Accept": "application/json", "Accept-Language": "en-US", "SO-TimeZone": "UTC, includeTZOffset"}
"""Headers of every call."""
NAME = "the company's name"
ID = 7_777_777
"""Seven digits, as every id the bench asks for: bodies keep their length."""


def questions(contact_id: int) -> dict[str, Operation[Any]]:
    """What the measured panel asks, by the last part of the path (empty for the company itself)."""
    return {
        "": contact(contact_id),
        "Persons": persons_of(contact_id),
        "Sales": open_sales_of(contact_id),
        "Activities": last_activity_of(contact_id, datetime.now(UTC)),
    }


def answers() -> dict[str, str]:
    """The body of each, and of what the company panel asks besides, from a sandbox of their own."""
    sandbox = Sandbox(port=free_ports(3)).start()
    try:
        token = sandbox.world.issue_access_token("Cust12345", "alice", "sidecard-sandbox")
        base = f"{sandbox.tenant_url('Cust12345')}/api/"
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept-Language": "en-US",
            "SO-TimeZone": "UTC, includeTZOffset",
        }
        found = {}
        measured = questions(COMPANY)
        besides = {
            "Tickets": tickets_of(COMPANY),
            "TimeZone/base": base_zone(),
            "Contact/UdefLayout/Published": udef_fields("Contact"),
        }
        for name, operation in (measured | besides).items():
            call: Call = next(operation)
            # Without cookies: NetServer refuses a request that brings its own session cookie back.
            answer = httpx.get(base + call.path, params=call.query or None, headers=headers, trust_env=False)
            told = _prepared(answer.raise_for_status().json())
            if name in measured and not told.get("value", True):
                raise RuntimeError(f"the sandbox's company has no {name}")
            found[name] = json.dumps(told, separators=(",", ":"))
        return found
    finally:
        sandbox.stop()


def _prepared(found: dict[str, Any]) -> Mapping[str, Any]:
    if "ContactId" in found:
        return found | {"Name": NAME, "ContactId": ID}
    if "value" not in found:
        return found
    return {"value": (found["value"] * ROWS)[:ROWS]}
