"""The control page: what it is told, what it never tells, and that its buttons do what they say."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from tests.sandbox.claims import SCHEME
from tests.sandbox.server import Sandbox

from .netserver.caller import Caller
from .receiver import Receiver, until
from .visitor import Application, Visitor


def order(application: Application, path: str, body: Any, status: int = 200) -> Any:
    response = application.http.post(f"/__sandbox__/{path}", json=body)
    assert response.status_code == status, response.text
    return response.json()


def overview(application: Application) -> dict[str, Any]:
    return application.http.get("/__sandbox__/overview").json()


def hooked(sandbox: Sandbox, receiver: Receiver, *events: str) -> Caller:
    alice = Caller(sandbox)
    wanted = {"Name": "hook", "Events": list(events), "TargetUrl": receiver.url, "Secret": "very secret"}
    alice("POST", "v1/Webhook", json=wanted)
    receiver.sent.clear()
    return alice


# The overview


def test_everything_is_there(application: Application) -> None:
    told = overview(application)
    assert set(told) == {
        *("now", "offset", "calls", "tokens", "webhooks", "deliveries", "faults"),
        *("users", "tenants", "login", "netserver", "clients"),
    }
    assert [one["ctx"] for one in told["tenants"]] == ["Cust12345", "Cust67890"]


def test_no_token_and_no_secret_is_whole(
    sandbox: Sandbox, application: Application, visitor: Visitor, receiver: Receiver
) -> None:
    alice = hooked(sandbox, receiver, "contact.changed")
    tokens = application.exchange(visitor.code("alice")).json()
    ticket = sandbox.world.issue_ticket("Cust12345", "sidecard-sandbox")
    text = application.http.get("/__sandbox__/overview").text
    for secret in (
        alice.token,
        tokens["access_token"],
        tokens["refresh_token"],
        ticket,
        "very secret",
        "sandbox-secret",
    ):
        assert secret not in text
        assert secret[:12] not in text
    kinds = [(one["kind"], one["user"]) for one in overview(application)["tokens"]]
    assert kinds == [
        ("access token", "alice"),
        ("access token", "alice"),
        ("refresh token", "alice"),
        ("system user ticket", "system user"),
    ]


def test_tokens_show_how_long_they_live(sandbox: Sandbox, application: Application) -> None:
    Caller(sandbox)
    (token,) = overview(application)["tokens"]
    assert token["seconds"] == pytest.approx(3600, abs=5)
    order(application, "clock", {"advance": 3601})
    (token,) = overview(application)["tokens"]
    assert token["seconds"] < 0


def test_deliveries_show_their_attempts(sandbox: Sandbox, application: Application, receiver: Receiver) -> None:
    alice = hooked(sandbox, receiver, "contact.changed")
    receiver.answers = [500]
    alice("PATCH", "v1/Contact/17", json=[{"op": "replace", "path": "/Name", "value": "Acme"[::-1]}])
    until(lambda: bool(overview(application)["deliveries"][0]["attempts"]))
    (waiting,) = overview(application)["deliveries"]
    assert (waiting["outcome"], [one["status"] for one in waiting["attempts"]]) == ("", [500])
    order(application, "clock", {"advance": 2})
    until(lambda: overview(application)["deliveries"][0]["outcome"] == "delivered")
    (webhook,) = overview(application)["webhooks"]
    assert (webhook["total_calls"], webhook["total_errors"], webhook["state"]) == (2, 1, "Active")


# Orders


def test_an_event_is_fired_by_hand(sandbox: Sandbox, application: Application, receiver: Receiver) -> None:
    hooked(sandbox, receiver, "contact.changed", "ours.happened")
    assert order(application, "webhooks/contact.changed", {"primary_key": 17, "by": 6}) == {"queued": 1}
    assert order(application, "webhooks/ours.happened", {"primary_key": 3}) == {"queued": 1}
    assert order(application, "webhooks/contact.created", {}) == {"queued": 0}
    first, second = sorted((one.json for one in receiver.waits_for(2)), key=lambda told: told["Event"])
    assert (first["Event"], first["PrimaryKey"], first["ChangedByAssociateId"]) == ("contact.changed", 17, 6)
    assert "name" in first["Changes"]
    assert (second["Event"], second["PrimaryKey"]) == ("ours.happened", 3)
    order(application, "webhooks/contact.changed", {"ctx": "Cust99999"}, 404)


def test_one_fault_goes(application: Application) -> None:
    for path in ("a", "b", "c"):
        order(application, "faults", {"path": path})
    left = application.http.delete("/__sandbox__/faults/1").json()
    assert [one["path"] for one in left] == ["a", "c"]
    assert application.http.delete("/__sandbox__/faults/2").status_code == 404


@pytest.mark.parametrize("body", [{"path": "("}, {"status": "500"}, {"delay": "1"}, {"count": 1.5}, {"ctx": 5}])
def test_faults_that_make_no_sense_are_refused(application: Application, body: dict[str, Any]) -> None:
    order(application, "faults", body, 400)


def test_netserver_has_switches(sandbox: Sandbox, application: Application) -> None:
    told = order(application, "netserver", {"patch_honours_unmodified_since": True})
    assert told == {"patch_honours_unmodified_since": True, "duplicate_deliveries": 0}
    assert sandbox.world.netserver.patch_honours_unmodified_since
    order(application, "netserver", {"patch_honours_unmodified_since": 1}, 400)
    order(application, "netserver", {"invented": True}, 400)


def test_the_private_key_is_published(application: Application, sandbox: Sandbox) -> None:
    address = "/__sandbox__/clients/sidecard-sandbox/key"
    assert application.http.get(address).text.startswith("-----BEGIN PRIVATE KEY-----")
    xml = application.http.get(f"{address}?form=xml").text
    assert xml == sandbox.world.clients["sidecard-sandbox"].key_xml
    assert application.http.get("/__sandbox__/clients/other/key").status_code == 404


# Changes of state


@pytest.fixture
def told(application: Application, receiver: Receiver) -> Receiver:
    order(application, "clients/sidecard-sandbox", {"state_push": True, "state_url": receiver.url})
    return receiver


def test_nobody_is_told_until_it_is_switched_on(application: Application, sandbox: Sandbox) -> None:
    order(application, "tenants/Cust12345", {"state": "Suspended"})
    assert sandbox.world.deliveries == []
    (client,) = overview(application)["clients"]
    assert (client["state_push"], client["state_url"]) == (False, f"{sandbox.world.app_url}/appstore/state/")


@pytest.mark.parametrize(
    ("order_", "change"),
    [
        ({"state": "OfflineMaintenance"}, 0),
        ({"backup_restored": True}, 1),
        ({"state": "Suspended"}, 2),
        ({"state": "Deleting"}, 4),
        ({"move": "app"}, 5),
    ],
)
def test_each_change_has_its_number(
    application: Application, told: Receiver, order_: dict[str, Any], change: int
) -> None:
    order(application, "tenants/Cust12345", order_)
    (sent,) = told.waits_for(1)
    assert sent.json["ChangeType"] == change
    assert sent.json["ContextIdentifier"] == "Cust12345"
    assert set(sent.json) - {"PublicEndpoint"} == {
        *("ChangeType", "ContextIdentifier", "VersionName", "FileVersion", "Token")
    }
    assert ("PublicEndpoint" in sent.json) == (change == 5)


def test_a_tenant_resumes(application: Application, told: Receiver) -> None:
    for state in ("Suspended", "Running", "Running"):
        order(application, "tenants/Cust12345", {"state": state})
    assert sorted(one.json["ChangeType"] for one in told.waits_for(2)) == [2, 3]


def test_a_move_names_the_host_only(application: Application, told: Receiver, sandbox: Sandbox) -> None:
    order(application, "tenants/Cust12345", {"move": "app"})
    (sent,) = told.waits_for(1)
    assert sent.json["PublicEndpoint"] == sandbox.urls["app"].removeprefix("http://")


def test_the_token_is_the_environments(application: Application, told: Receiver, sandbox: Sandbox) -> None:
    order(application, "tenants/Cust12345", {"move": "app"})
    (sent,) = told.waits_for(1)
    token = sent.json["Token"]
    x5t = jwt.get_unverified_header(token)["x5t"]
    key = jwt.PyJWK(next(key for key in application.published() if key["x5t"] == x5t))
    claims = jwt.decode(token, key, ["RS256"], issuer=sandbox.login_url, audience="spn:sidecard-sandbox", leeway=5)
    assert claims[SCHEME + "ctx"] == "Cust12345"


def test_only_approved_applications_are_told_and_only_once(
    application: Application, told: Receiver, sandbox: Sandbox
) -> None:
    order(application, "tenants/Cust67890", {"state": "Suspended"})  # not approved
    assert sandbox.world.deliveries == []
    told.answers = [500]
    order(application, "tenants/Cust12345", {"state": "Suspended"})
    told.waits_for(1)
    until(lambda: not sandbox.world.deliveries)
    order(application, "clock", {"advance": 60})
    assert [one.outcome for one in sandbox.world.delivered] == ["discarded"]
    assert len(told.sent) == 1
