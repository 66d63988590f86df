"""What befalls a tenant: backups that are put back, upgrades, its end; and how applications hear of it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.delivery import Postman
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Tenant, World

from .netserver.caller import Caller
from .receiver import Receiver
from .visitor import Application, Visitor, answer
from .web_user import WebUser

TENANT = "tenants/Cust12345"
NEW = "Release_11.11_2026.05.12-01"


def order(application: Application, path: str, body: dict[str, Any]) -> httpx.Response:
    return application.http.post(f"/__sandbox__/{path}", json=body)


@pytest.fixture
def told(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world of an application that wants to be told; what it is told waits."""
    monkeypatch.setattr(Postman, "due", lambda postman: [])
    sandbox.world.clients["sidecard-sandbox"].state_push = True
    return sandbox.world


@pytest.fixture
def tenant(sandbox: Sandbox) -> Tenant:
    return sandbox.world.tenants["Cust12345"]


# Backups


def test_a_backup_brings_back_what_was_and_forgets_what_came(
    application: Application, sandbox: Sandbox, tenant: Tenant
) -> None:
    alice = Caller(sandbox)
    order(application, TENANT, {"back_up": True})
    made = alice("POST", "v1/Contact", json=alice("GET", "v1/Contact/default") | {"Name": "Later"})["ContactId"]
    alice("DELETE", "v1/List/WebPanel/Items/1", 204)
    alice("POST", "v1/List/Source/Items", json={"Name": "Later"})
    order(application, TENANT, {"backup_restored": True})
    alice("GET", f"v1/Contact/{made}", 404)
    assert not tenant.table("webpanel")[1]["deleted"]
    assert "Later" not in [item["Name"] for item in alice("GET", "v1/List/Source/Items")]


def test_a_backup_can_be_put_back_twice(application: Application, sandbox: Sandbox, tenant: Tenant) -> None:
    order(application, TENANT, {"back_up": True})
    for name in ("First", "Second"):
        tenant.table("contact")[17]["name"] = name
        order(application, TENANT, {"backup_restored": True})
        assert Caller(sandbox)("GET", "v1/Contact/17")["Name"] == "Acme"


def test_who_is_authorised_is_no_part_of_a_backup(application: Application, tenant: Tenant) -> None:
    order(application, TENANT, {"back_up": True, "revoke": True})
    order(application, TENANT, {"backup_restored": True})
    assert tenant.revoked


def test_without_a_backup_nothing_is_put_back(application: Application, tenant: Tenant) -> None:
    tenant.table("contact")[17]["name"] = "Now"
    order(application, TENANT, {"backup_restored": True})
    assert tenant.table("contact")[17]["name"] == "Now"


def test_backups_are_each_tenant_s_own(application: Application, sandbox: Sandbox, tenant: Tenant) -> None:
    order(application, "tenants/Cust67890", {"back_up": True})
    tenant.table("contact")[17]["name"] = "Now"
    order(application, "tenants/Cust67890", {"backup_restored": True})
    assert tenant.table("contact")[17]["name"] == "Now"


# Upgrades


def test_an_upgrade_is_told_with_its_release(application: Application, sandbox: Sandbox, receiver: Receiver) -> None:
    order(application, "clients/sidecard-sandbox", {"state_push": True, "state_url": receiver.url})
    order(application, TENANT, {"upgrade": NEW})
    (sent,) = receiver.waits_for(1)
    assert (sent.json["ChangeType"], sent.json["VersionName"]) == (0, NEW)
    state = application.http.get("/api/state/Cust12345").json()
    version = httpx.get(state["Api"], headers={"Accept": "application/json"}, trust_env=False).json()
    assert (state["Version"], version["NetServerLabel"]) == (NEW, NEW)
    assert application.http.get("/api/state/Cust67890").json()["Version"] != NEW


# The end


def pushed(world: World) -> list[str]:
    """What waits to be delivered, oldest first."""
    return [one.event for one in world.deliveries]


def test_a_deletion_is_told_once(application: Application, told: World) -> None:
    for state in ("Deleting", "Deleted"):
        order(application, TENANT, {"state": state})
    assert pushed(told) == ["state.delete"]


def test_nobody_gets_into_a_deleted_tenant(visitor: Visitor, application: Application, sandbox: Sandbox) -> None:
    tokens = application.exchange(visitor.code("alice")).json()
    order(application, TENANT, {"state": "Deleted"})
    assert visitor.ask("Cust12345").status_code == 403
    assert application.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert Caller(sandbox).send("GET", "v1/Contact/17").status_code == 503
    state = application.http.get("/api/state/Cust12345").json()
    assert (state["State"], state["IsRunning"]) == ("Deleted", False)


def test_who_works_elsewhere_too_is_not_asked_about_a_deleted_tenant(
    visitor: Visitor, application: Application
) -> None:
    order(application, TENANT, {"state": "Deleted"})
    order(application, "tenants/Cust67890", {"consent": True})
    assert "code" in answer(visitor.sign_in(visitor.ask(), "kim"))


@pytest.mark.parametrize(("state", "status"), [("OnlineMaintenance", 200), ("OfflineMaintenance", 503)])
def test_superoffice_web_works_while_the_state_says_so(
    application: Application, sandbox: Sandbox, state: str, status: int
) -> None:
    order(application, TENANT, {"state": state})
    alice = WebUser(sandbox, "alice")
    assert alice.open("contact").status_code == status
    alice.close()


# Messages


def test_a_message_need_not_be_true(application: Application, told: World, tenant: Tenant) -> None:
    order(application, TENANT, {"push": "Delete"})
    assert pushed(told) == ["state.delete"]
    assert tenant.state == "Running"


@pytest.mark.parametrize("body", [{"push": "Explode"}, {"push": 4}, {"back_up": "yes"}, {"denied": ["bob"]}])
def test_misuse_changes_nothing(application: Application, told: World, body: dict[str, Any]) -> None:
    assert order(application, TENANT, body).status_code == 400
    assert (pushed(told), told.backups) == ([], {})


def test_without_an_address_nothing_is_pushed(application: Application, told: World) -> None:
    order(application, "clients/sidecard-sandbox", {"state_url": ""})
    order(application, TENANT, {"state": "Suspended"})
    assert pushed(told) == []


def test_the_state_is_good_for_as_long_as_it_is_told(application: Application, sandbox: Sandbox) -> None:
    order(application, "login", {"state_seconds": 0})
    told = application.http.get("/api/state/Cust12345").json()["ValidUntil"]
    assert told[:19] <= f"{sandbox.world.now():%Y-%m-%dT%H:%M:%S}"
