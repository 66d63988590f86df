"""What the sandbox tells applications, read by this package: two readers of the same documentation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from crm_client.cache import Memory
from crm_client.calls import Call, Operation
from crm_client.clients import Crm, sync_http
from crm_client.contacts import contact
from crm_client.errors import Forged
from crm_client.jwts import KeyRing, keys_in
from crm_client.state_changes import StateChange
from crm_client.webhooks import Event
from tests.of_sandbox.receiver import Receiver, Sent
from tests.sandbox.server import Sandbox

from .test_with_sandbox import BlockingUser

SECRET = "s3cr3t-Ø"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def alice(sandbox: Sandbox) -> Iterator[BlockingUser]:
    user = BlockingUser(sandbox, "alice", "Cust12345")
    yield user
    user.close()


def asking(call: Call) -> Operation[Any]:
    return (yield call)


@pytest.fixture
def sent(alice: BlockingUser, receiver: Receiver) -> list[Sent]:
    """A webhook is saved, and a company changed."""
    hook = {"Name": "companies", "Events": ["contact.changed"], "TargetUrl": receiver.url, "Secret": SECRET}
    entity = alice.ask(asking(Call("GET", "v1/Webhook/default")))
    alice.ask(asking(Call("POST", "v1/Webhook", json=entity | hook)))
    patch = [{"op": "replace", "path": "/Department", "value": "Bergen"}]
    alice.ask(asking(Call("PATCH", "v1/Contact/17", json=patch)))
    return receiver.waits_for(2)


def test_an_event_is_read(sent: list[Sent]) -> None:
    test, event = (Event.from_http(one.headers, one.body, SECRET) for one in sent)
    assert (test.is_test, test.ctx) == (True, "Default")
    assert (event.name, event.primary_key, event.ctx, event.is_test) == ("contact.changed", 17, "Cust12345", False)
    assert (event.entity, event.webhook_name) == ("contact", "companies")
    assert "department" in event.changes
    assert event.changed_by
    assert event.event_id
    assert event.at is not None
    assert abs(event.at - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_event_under_another_secret_is_not(sent: list[Sent]) -> None:
    with pytest.raises(Forged):
        Event.from_http(sent[1].headers, sent[1].body, "another")


def test_a_change_of_state_is_read(sandbox: Sandbox, receiver: Receiver) -> None:
    control = f"{sandbox.login_url}/__sandbox__"
    client = sandbox.world.clients["sidecard-sandbox"]
    client.state_push, client.state_url = True, receiver.url
    httpx.post(f"{control}/tenants/Cust12345", json={"move": "app"}, trust_env=False).raise_for_status()
    [told] = receiver.waits_for(1)
    ring = KeyRing()
    ring.learn(httpx.get(f"{sandbox.login_url}/login/.well-known/jwks", trust_env=False).json())
    change = StateChange.from_http(told.body, ring.known, sandbox.login_url)
    assert (change.name, change.ctx) == ("Move", "Cust12345")
    assert change.public_endpoint
    with pytest.raises(Forged):
        StateChange.from_http(told.body, ring.known, "https://online.superoffice.com")
    with pytest.raises(Forged):
        StateChange.from_http(told.body, keys_in({}), sandbox.login_url)


class Shelf:
    """A cache that forgets nothing."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, key: str, /) -> Any:
        return self.kept.get(key)

    def set(self, key: str, value: bytes, seconds: float, /) -> None:
        self.kept[key] = value


def test_an_unchanged_company_does_not_travel_twice(sandbox: Sandbox, alice: BlockingUser) -> None:
    """And is read anew once it changed."""
    sandbox.world.tenants["Cust12345"].table("contact")[17]["updated"] = "2026-01-01T00:00:00"
    with sync_http() as http:
        memory = Memory(Shelf(), "sod", "Cust12345", 5, records=Shelf())
        crm = Crm(http, alice.address, alice.crm.auth, memory=memory)
        seen = [crm(contact(17)) for _ in range(2)]
        assert seen[0] == seen[1]
        assert [call["status"] for call in sandbox.world.calls if "Contact/17" in call["path"]] == [200, 304]
        patch = [{"op": "replace", "path": "/Department", "value": "Bergen"}]
        alice.ask(asking(Call("PATCH", "v1/Contact/17", json=patch)))
        assert crm(contact(17)).department == "Bergen"
