"""The control page: what it is told, what it never tells, and that its buttons do what they say."""

from __future__ import annotations

from typing import Any

import httpx
import jwt
import pytest

from tests.sandbox import netserver
from tests.sandbox.claims import SCHEME
from tests.sandbox.exchanges import LONGEST
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
        *("now", "offset", "called", "calls", "failed", "tokens", "sessions", "webhooks", "deliveries", "faults"),
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
    assert told == {
        "patch_honours_unmodified_since": True,
        "hidden_records_are_blank": False,
        "duplicate_deliveries": 0,
    }
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


# What was said


def said(application: Application, path: str) -> dict[str, Any]:
    """Headers and bodies of the newest call of a path."""
    found = next(call for call in overview(application)["calls"] if call["path"].endswith(path))
    return application.http.get(f"/__sandbox__/calls/{found['number']}").json()


def test_a_failure_says_why(application: Application, sandbox: Sandbox) -> None:
    bob = Caller(sandbox, "bob")
    bob.send("GET", "v1/Contact/17")
    bob.send("GET", "v1/Contact/999999")
    bob.send("POST", "v1/Agents/Quote/GetQuote", json={})
    order(application, "faults", {"drop": "after", "count": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        bob.send("GET", "v1/Contact/17")
    order(application, "tenants/Cust12345", {"move": "app"})
    bob.send("GET", "v1/Contact/17")
    why = [(call["status"], call["why"]) for call in overview(application)["failed"]]
    assert why == [
        (421, "Wrong subdomain used to access tenant"),
        (0, "The connection was cut, as a fault ordered"),
        (501, "The sandbox lacks POST v1/Agents/Quote/GetQuote"),
        (404, "Contact 999999 was not found"),
    ]


def test_a_refused_exchange_is_a_failure_though_it_answers_200(application: Application) -> None:
    body = {"SignedSystemToken": "a.202601010000.b", "ApplicationToken": "sandbox-secret"}
    wanted = body | {"ContextIdentifier": "Cust12345", "ReturnTokenType": "JWT"}
    application.http.post("/Login/api/PartnerSystemUser/Authenticate", json=wanted)
    (failed,) = overview(application)["failed"]
    assert (failed["status"], failed["why"]) == (200, "InvalidSignature (7)")
    text = said(application, "/Authenticate")["request"]["body"]
    assert '"ApplicationToken": "…cret"' in text
    assert "a.202601010000.b" not in text


def test_bodies_and_headers_hold_no_token(
    application: Application, visitor: Visitor, sandbox: Sandbox, receiver: Receiver
) -> None:
    alice = hooked(sandbox, receiver, "contact.changed")
    tokens = application.exchange(visitor.code("alice")).json()
    alice.send("GET", "v1/Contact/17", headers={"SO-AppToken": "sandbox-secret"})
    pages = [f"/__sandbox__/calls/{call['number']}" for call in overview(application)["calls"]]
    texts = [application.http.get(page).text for page in pages]
    for secret in (alice.token, *(tokens[name] for name in ("access_token", "refresh_token", "id_token"))):
        assert not any(secret in text for text in texts)
    for secret in ("very secret", "sandbox-secret", "alice-secret"):
        assert not any(secret in text for text in texts)
    assert any('\\"Secret\\": \\"…cret\\"' in text for text in texts)
    exchanged = said(application, "/oauth/tokens")
    assert "grant_type=authorization_code" in exchanged["request"]["body"]
    assert f'"refresh_token": "…{tokens["refresh_token"][-4:]}"' in exchanged["answer"]["body"]


def test_long_bodies_are_cut_and_still_say_no_secret(application: Application, sandbox: Sandbox) -> None:
    bob = Caller(sandbox, "bob")
    bob.send("POST", "v1/Webhook", json={"Description": "x" * LONGEST, "Secret": "never cut"})
    bob.send("POST", "v1/Webhook", json={"Secret": "never cut", "Description": "x" * LONGEST})
    for call in overview(application)["calls"]:
        body = application.http.get(f"/__sandbox__/calls/{call['number']}").json()["request"]["body"]
        assert LONGEST - 10 <= len(body) <= LONGEST
        assert "never" not in body


def test_only_the_newest_are_kept_in_full(application: Application) -> None:
    assert application.http.get("/__sandbox__/calls/99").status_code == 404


def test_a_mistake_of_the_sandbox_is_in_the_log(
    application: Application, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(call: object) -> None:
        raise RuntimeError("a mistake")

    found = next(methods for path, methods in netserver.HANDLERS["webhook"] if path.fullmatch("v1/Webhook/default"))
    monkeypatch.setitem(found, "GET", broken)
    assert Caller(sandbox).send("GET", "v1/Webhook/default").status_code == 500
    assert overview(application)["failed"][0]["status"] == 500


def test_a_mistake_of_superid_is_in_the_log(
    application: Application, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox.world, "clients", None)
    assert application.http.post("/login/common/oauth/tokens", data={"client_id": "x"}).status_code == 500
    assert sandbox.world.calls[-1]["status"] == 500


# Tokens, sessions, webhooks


def test_a_token_expires_and_is_revoked(application: Application, sandbox: Sandbox) -> None:
    alice, ticket = Caller(sandbox), sandbox.world.issue_ticket("Cust12345", "sidecard-sandbox")
    ids = {one["kind"]: one["id"] for one in overview(application)["tokens"]}
    left = {one["kind"]: one["seconds"] for one in order(application, f"tokens/{ids['access token']}", {})}
    assert left["access token"] == 0
    assert left["system user ticket"] > 0
    alice("GET", "v1/Contact/17", 401)
    assert application.http.delete(f"/__sandbox__/tokens/{ids['system user ticket']}").status_code == 200
    assert ticket not in sandbox.world.tickets
    order(application, f"tokens/{ids['system user ticket']}", {}, 404)


def test_a_webhook_is_started_and_stopped(application: Application, sandbox: Sandbox, receiver: Receiver) -> None:
    alice = hooked(sandbox, receiver, "contact.changed", "webhook1.stopped", "webhook1.started")
    wanted = {"Name": "watch", "Events": ["webhook1.stopped", "webhook1.started"], "TargetUrl": receiver.url}
    alice("POST", "v1/Webhook", json=wanted)
    receiver.sent.clear()
    sandbox.world.tenants["Cust12345"].table("webhook")[1]["consecutive_errors"] = 2
    for state in ("Stopped", "Stopped", "Active"):
        order(application, "tenants/Cust12345/webhooks/1", {"state": state})
        assert alice("GET", "v1/Webhook/1")["State"] == state
    assert alice("GET", "v1/Webhook/1")["ConsecutiveErrors"] == 0
    told = [(one.headers["x-superoffice-event"], one.json["PrimaryKey"]) for one in receiver.waits_for(3)]
    assert sorted(told) == [("webhook1.started", 1), ("webhook1.started", 1), ("webhook1.stopped", 1)]
    order(application, "tenants/Cust12345/webhooks/1", {"state": "Happy"}, 400)
    order(application, "tenants/Cust12345/webhooks/9", {"state": "Active"}, 404)
