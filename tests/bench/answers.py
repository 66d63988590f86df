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
    """The body of each, from a sandbox of their own."""
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
        for name, operation in questions(COMPANY).items():
            call: Call = next(operation)
            # Without cookies: NetServer refuses a request that brings its own session cookie back.
            answer = httpx.get(base + call.path, params=call.query or None, headers=headers, trust_env=False)
            found[name] = json.dumps(_prepared(answer.raise_for_status().json()), separators=(",", ":"))
        return found
    finally:
        sandbox.stop()


def _prepared(found: dict[str, Any]) -> Mapping[str, Any]:
    if "value" not in found:
        return found | {"Name": NAME, "ContactId": ID}
    rows = found["value"]
    if not rows:
        raise RuntimeError("the sandbox's company has none of these")
    return {"value": (rows * ROWS)[:ROWS]}
