"""The control API, the state API, the front page and the call log."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.sandbox.server import Sandbox
from tests.sandbox.state import STATES

from .visitor import Application, Visitor


def order(application: Application, path: str, body: Any = None) -> httpx.Response:
    return application.http.post(f"/__sandbox__/{path}", json={} if body is None else body)


def state(application: Application, ctx: str = "Cust12345") -> dict[str, Any]:
    response = application.http.get(f"/api/state/{ctx}")
    assert response.status_code == 200
    return response.json()


# The state API


def test_the_state_is_told_to_everybody(application: Application, sandbox: Sandbox) -> None:
    told, endpoint = state(application), f"{sandbox.urls['online2']}/Cust12345"
    valid_until = told.pop("ValidUntil")
    assert told == {
        "ContextIdentifier": "Cust12345",
        "Endpoint": endpoint,
        "State": "Running",
        "IsRunning": True,
        "Api": f"{endpoint}/api",
        "Version": "Release_11.10_2026.02.24-02",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", valid_until)
    assert datetime.fromisoformat(valid_until) > datetime.now(UTC) + timedelta(minutes=1)


def test_the_case_of_a_tenant_does_not_matter(application: Application) -> None:
    assert state(application, "cUST12345")["ContextIdentifier"] == "Cust12345"


def test_an_unknown_tenant_is_unknown(application: Application) -> None:
    told = state(application, "Cust99999")
    assert (told["State"], told["IsRunning"], told["Api"]) == ("Unknown", False, "")


@pytest.mark.parametrize("name", STATES)
def test_only_two_states_run(application: Application, name: str) -> None:
    assert order(application, "tenants/Cust12345", {"state": name}).json()["state"] == name
    told = state(application)
    assert told["State"] == name
    assert told["IsRunning"] is (name in ("Running", "OnlineMaintenance"))


def test_netserver_answers_where_the_state_api_says(application: Application) -> None:
    headers = {"Accept": "application/json"}
    for root in (state(application)["Api"], state(application)["Api"] + "/"):
        told = application.http.get(root, headers=headers).json()
        application.http.cookies.clear()  # NetServer's own must not come back
        assert told["NetServerLabel"] == state(application)["Version"]


# Tenants


def test_a_move_changes_the_endpoint(application: Application, sandbox: Sandbox) -> None:
    there = f"{sandbox.urls['app']}/Cust12345"
    assert order(application, "tenants/Cust12345", {"move": "app"}).json()["url"] == there
    assert (state(application)["Endpoint"], state(application)["Api"]) == (there, f"{there}/api")
    assert sandbox.tenant_url("Cust12345") == there
    assert state(application, "Cust67890")["Endpoint"].startswith(sandbox.urls["online2"])


def test_revoke_and_restore(visitor: Visitor, application: Application, sandbox: Sandbox) -> None:
    tokens = application.exchange(visitor.code("bob")).json()
    assert order(application, "tenants/Cust12345", {"revoke": True}).json()["revoked"] is True
    assert sandbox.world.bearer(tokens["access_token"]) is None
    assert application.refresh(tokens["refresh_token"]).status_code == 400
    restored = order(application, "tenants/Cust12345", {"restore": True}).json()
    assert (restored["revoked"], restored["approved"]) == (False, True)
    assert application.exchange(visitor.code("bob")).status_code == 200


def test_consent_can_be_given_and_taken(application: Application, sandbox: Sandbox) -> None:
    for consent in (True, False):
        order(application, "tenants/Cust67890", {"consent": consent})
        assert sandbox.world.tenants["Cust67890"].approved is consent


def test_rights_can_be_denied(application: Application, sandbox: Sandbox) -> None:
    denied = {"bob": ["sale:select"]}
    assert order(application, "tenants/Cust12345", {"denied": denied}).json()["denied"] == denied
    assert sandbox.world.tenants["Cust12345"].denied == denied


def test_roles_are_given_and_changed(application: Application, sandbox: Sandbox) -> None:
    tenant = sandbox.world.tenants["Cust12345"]
    told = order(application, "tenants/Cust12345", {"roles": {"bob": 5}}).json()
    assert told["roles"] == {"alice": 1, "bob": 5, "kim": 2, "eva": 5, "gus": 6}
    assert (tenant.associates["bob"].role, tenant.associates["bob"].administrator) == (5, False)
    told = order(application, "tenants/Cust12345", {"data_rights": {"5": {"sale": {"PrimaryGroup": "CR"}}}}).json()
    assert told["data_rights"]["5"]["sale"] == {
        "MyOwn": "CRUD",
        "PrimaryGroup": "CR",
        "OtherGroups": "",
        "OtherAssociates": "",
    }
    overview = application.http.get("/__sandbox__/overview").json()
    bob = next(user for user in overview["users"] if (user["tenant"], user["user"]) == ("Cust12345", "bob"))
    assert dict(bob["roles"])[bob["role"]] == "User level 4"
    assert sandbox.world.tenants["Cust67890"].table("role")[5]["rights"]["sale"]["PrimaryGroup"] == ""


@pytest.mark.parametrize(
    "body",
    [
        {"roles": {"nobody": 1}},
        {"roles": {"bob": 9}},
        {"data_rights": {"9": {}}},
        {"data_rights": {"5": []}},
        {"data_rights": {"5": {"webpanel": {}}}},
        {"data_rights": {"5": {"sale": {"Enemies": "R"}}}},
        {"data_rights": {"5": {"sale": {"MyOwn": "X"}}}},
    ],
)
def test_roles_that_make_no_sense_are_refused(application: Application, sandbox: Sandbox, body: dict[str, Any]) -> None:
    assert order(application, "tenants/Cust12345", body).status_code == 400
    assert sandbox.world.tenants["Cust12345"].associates["bob"].role == 2


# Faults


def test_faults_add_up_and_go(application: Application, sandbox: Sandbox) -> None:
    order(application, "faults", {"path": "^v1/Sale", "status": 500, "count": 1})
    listed = order(application, "faults", {"ctx": "Cust67890", "delay": 0.5, "drop": "after"}).json()
    assert [(f["path"], f["status"], f["count"], f["drop"]) for f in listed] == [
        ("^v1/Sale", 500, 1, None),
        ("", None, None, "after"),
    ]
    assert application.http.get("/__sandbox__/faults").json() == listed
    assert len(sandbox.world.faults) == 2
    assert application.http.delete("/__sandbox__/faults").json() == []
    assert sandbox.world.faults == []


# Login, clock, token


def test_login_switches(application: Application, sandbox: Sandbox) -> None:
    before = [key["x5t"] for key in application.published()]
    change = {"coop": True, "access_token_seconds": 5, "code_seconds": 6, "id_token_seconds": 7}
    told = order(application, "login", change | {"rotate": True}).json()
    keys = told.pop("keys")
    assert told == change | {"state_seconds": 900}
    assert keys == [key["x5t"] for key in application.published()]
    assert keys[1] == before[0]
    assert keys[0] not in before
    assert sandbox.world.login.coop is True


def test_the_clock_moves(application: Application, sandbox: Sandbox) -> None:
    order(application, "clock", {"advance": 3600})
    assert order(application, "clock", {"advance": 60}).json()["offset"] == 3660
    assert sandbox.world.now() - datetime.now(UTC) > timedelta(minutes=60)
    assert order(application, "clock", {"now": "2030-01-01T00:00:00Z"}).json()["now"].startswith("2030-01-01T00:00:0")
    assert order(application, "clock", {"offset": 0}).json()["offset"] == 0


def test_a_token_without_sign_in(application: Application, sandbox: Sandbox) -> None:
    token = order(application, "token", {"ctx": "cust67890", "user": "dora"}).json()["access_token"]
    found = sandbox.world.bearer(token)
    assert found is not None
    assert (found[0].ctx, found[1].human) == ("Cust67890", "dora")


@pytest.mark.parametrize("who", [{"ctx": "Cust12345", "user": "dora"}, {"ctx": "Cust1", "user": "bob"}, {}])
def test_no_token_for_strangers(application: Application, who: dict[str, str]) -> None:
    assert order(application, "token", who).status_code == 404


# Reset and misuse


def test_reset_keeps_the_keys_only(visitor: Visitor, application: Application, sandbox: Sandbox) -> None:
    keys, world = application.published(), sandbox.world
    visitor.code("bob")
    order(application, "tenants/Cust12345", {"move": "app", "revoke": True})
    order(application, "login", {"coop": True})
    order(application, "clock", {"advance": 9})
    order(application, "faults", {"status": 500})
    assert order(application, "reset").json() == {"reset": True}
    tenant = world.tenants["Cust12345"]
    assert (tenant.host, tenant.revoked, tenant.approved) == ("online2", False, True)
    assert (world.login.coop, world.clock_offset, world.faults, world.sessions) == (False, 0, [], {})
    assert application.published() == keys


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"stattus": 500}),
        ("faults", {"drop": "sometimes"}),
        ("faults", [1]),
        ("tenants/Cust12345", {"state": "Happy"}),
        ("tenants/Cust12345", {"move": "moon"}),
        ("login", {"coop": "yes"}),
        ("login", {"code_seconds": "60"}),
        ("clock", {"advance": "soon"}),
        ("clock", {"now": "soon"}),
        ("clock", {"now": "2030-01-01T00:00:00"}),
    ],
)
def test_misuse_is_explained_and_changes_nothing(
    application: Application, sandbox: Sandbox, path: str, body: Any
) -> None:
    response = order(application, path, body)
    assert response.status_code == 400
    assert response.json()["error"]
    assert (sandbox.world.faults, sandbox.world.clock_offset, sandbox.world.login.coop) == ([], 0, False)
    assert sandbox.world.tenants["Cust12345"].host == "online2"


def test_a_body_must_be_json(application: Application) -> None:
    assert application.http.post("/__sandbox__/clock", content=b"advance=1").status_code == 400


def test_unknown_tenants_are_told(application: Application) -> None:
    assert order(application, "tenants/Cust99999", {"move": "app"}).status_code == 404


def test_pages_of_other_sites_control_nothing(application: Application, sandbox: Sandbox) -> None:
    for origin, status in (("http://127.0.0.1:8000", 403), ("null", 403), (sandbox.login_url, 200)):
        response = application.http.post("/__sandbox__/reset", headers={"Origin": origin})
        assert response.status_code == status


# What is seen


def test_every_call_to_superid_is_logged(visitor: Visitor, application: Application) -> None:
    application.exchange(visitor.code("bob"))
    state(application)
    calls = application.http.get("/__sandbox__/calls").json()
    seen = [(c["method"], c["path"], c["tenant"], c["user"], c["status"]) for c in calls]
    assert seen == [
        ("GET", "/login/Cust12345/oauth/authorize", "", "", 200),
        ("POST", "/login/Cust12345/oauth/authorize", "", "", 303),
        ("GET", "/login/Cust12345/oauth/authorize", "Cust12345", "bob", 303),
        ("POST", "/login/common/oauth/tokens", "Cust12345", "bob", 200),
        ("GET", "/api/state/Cust12345", "Cust12345", "", 200),
    ]
    assert all(call["ms"] >= 0 for call in calls)


def test_calls_can_be_narrowed_and_forgotten(application: Application) -> None:
    state(application)
    state(application, "Cust67890")
    narrowed = application.http.get("/__sandbox__/calls", params={"tenant": "Cust67890"}).json()
    assert [call["path"] for call in narrowed] == ["/api/state/Cust67890"]
    assert application.http.delete("/__sandbox__/calls").json() == []
    assert application.http.get("/__sandbox__/calls").json() == []


def test_the_front_page_shows_people_tenants_and_switches(visitor: Visitor, sandbox: Sandbox) -> None:
    page = visitor.http.get("/").text
    for human in sandbox.world.humans.values():
        assert human.email in page
        assert human.password in page
    for ctx in ("Cust12345", "Cust67890"):
        assert f'href="{sandbox.tenant_url(ctx)}/default.aspx"' in page
    for endpoint in ("calls", "faults", "tenants/", "login", "clock", "token", "reset"):
        assert f"/__sandbox__/{endpoint}" in page
    assert "not approved yet" in page


def test_mandatory_fields_are_demanded(application: Application, sandbox: Sandbox) -> None:
    wanted = {"sale": ["Source"]}
    assert order(application, "tenants/Cust12345", {"mandatory": wanted}).json()["mandatory"] == wanted
    assert sandbox.world.tenants["Cust12345"].mandatory == wanted
    for wrong in ({"planet": ["Source"]}, {"sale": ["Colour"]}, {"sale": "Source"}):
        assert order(application, "tenants/Cust12345", {"mandatory": wrong}).status_code == 400
    assert sandbox.world.tenants["Cust12345"].mandatory == wanted
