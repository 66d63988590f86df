"""What calls pass before they reach a handler."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault

from .caller import Caller

COMPANY = "v1/Contact/17"


def test_version_information_needs_no_credential(alice: Caller) -> None:
    answer = httpx.get(alice.api, headers={"Accept": "application/json"}).json()
    assert answer["v1"] == f"{alice.api}v1/"
    assert "html" in httpx.get(alice.api).headers["content-type"]


@pytest.mark.parametrize("authorization", ["", "Bearer 8A:Cust12345.invented", "Basic YTpi", "Bearer"])
def test_a_call_without_a_valid_token_is_401(alice: Caller, authorization: str) -> None:
    answer = alice("GET", COMPANY, status=401, headers={"Authorization": authorization})
    assert answer["ErrorType"] == "SoSessionException"


def test_a_token_is_worth_nothing_after_its_hour(alice: Caller) -> None:
    alice("GET", COMPANY)
    alice.world.clock_offset = 3601
    alice("GET", COMPANY, status=401)


def test_a_token_of_another_tenant_is_401(sandbox: Sandbox) -> None:
    charlie = Caller(sandbox, "charlie", "Cust67890")
    charlie.api = Caller(sandbox).api
    charlie("GET", COMPANY, status=401)


def test_the_wrong_host_answers_421_in_the_documented_words(sandbox: Sandbox, alice: Caller) -> None:
    sandbox.world.tenants["Cust12345"].host = "app"
    response = alice.send("GET", COMPANY)
    assert response.status_code == 421
    assert response.text == "Wrong subdomain used to access tenant"
    Caller(sandbox)("GET", COMPANY)


@pytest.mark.parametrize(("state", "status"), [("OnlineMaintenance", 200), ("Suspended", 503), ("Deleted", 503)])
def test_only_running_tenants_answer(alice: Caller, state: str, status: int) -> None:
    alice.world.tenants["Cust12345"].state = state
    alice("GET", COMPANY, status=status)


def test_the_session_cookie_must_not_come_back(alice: Caller) -> None:
    response = alice.send("GET", COMPANY)
    assert "ASP.NET_SessionId" in response.headers["set-cookie"]
    alice("GET", COMPANY, status=400, headers={"Cookie": "ASP.NET_SessionId=anything"})


def test_calls_are_logged_with_user_and_time(alice: Caller, bob: Caller) -> None:
    alice("GET", COMPANY, params={"$select": "Name"})
    bob("GET", "v1/Contact/999", status=404)
    first, second = list(alice.world.calls)[-2:]
    assert (first["method"], first["path"], first["query"]) == ("GET", "/Cust12345/api/v1/Contact/17", "%24select=Name")
    assert (first["tenant"], first["user"], first["status"]) == ("Cust12345", "alice", 200)
    assert (second["user"], second["status"]) == ("bob", 404)
    assert first["ms"] >= 0
    assert alice.token not in str(first)


def test_a_fault_with_a_status_does_no_work(alice: Caller) -> None:
    alice.world.faults.append(Fault(path=r"Contact/\d+$", method="PATCH", status=429, retry_after="2", count=1))
    response = alice.send("PATCH", COMPANY, json={"Department": "Bergen"})
    assert (response.status_code, response.headers["retry-after"]) == (429, "2")
    assert alice("GET", COMPANY)["Department"] == "Oslo"
    assert alice("PATCH", COMPANY, json={"Department": "Bergen"})["Department"] == "Bergen"


@pytest.mark.parametrize(("drop", "department"), [("before", "Oslo"), ("after", "Bergen")])
def test_a_dropped_connection_gets_no_answer(alice: Caller, drop: str, department: str) -> None:
    alice.world.faults.append(Fault(path="Contact", drop=drop, count=1))
    with pytest.raises(httpx.RemoteProtocolError):
        alice.send("PATCH", COMPANY, json={"Department": "Bergen"})
    assert alice.world.calls[-1]["status"] == 0
    assert alice("GET", COMPANY)["Department"] == department


def test_a_delay_holds_the_answer_back_and_shows_in_the_log(alice: Caller) -> None:
    alice.world.faults.append(Fault(delay=0.2, ctx="cust12345"))
    before = time.perf_counter()
    alice("GET", COMPANY)
    alice("GET", COMPANY)
    assert time.perf_counter() - before >= 0.4
    assert alice.world.calls[-1]["ms"] >= 200


def test_faults_of_another_tenant_path_or_method_do_not_matter(alice: Caller) -> None:
    alice.world.faults += [Fault(ctx="Cust67890", status=500), Fault(path="Person", status=500)]
    alice.world.faults.append(Fault(method="POST", status=500))
    alice("GET", COMPANY)


def test_documented_but_missing_is_501_unknown_is_404(alice: Caller) -> None:
    assert "v1/Contact/17/Summary" in alice("GET", "v1/Contact/17/Summary", status=501)["ErrorMessage"]
    assert "Agents/Quote/GetQuote" in alice("POST", "v1/Agents/Quote/GetQuote", status=501)["ErrorMessage"]
    alice("POST", "v1/Agents/Sale/SetAsBought", status=404)
    alice("GET", "v1/Nonsense", status=404)
    alice("GET", "v1/Contact/17/Nonsense", status=404)
    alice("DELETE", "v1/User/currentPrincipal", status=405)


def test_paths_do_not_mind_case(alice: Caller) -> None:
    assert alice("GET", "v1/contact/17")["Name"] == "Acme"


def test_the_services_there_are_and_those_that_lack(alice: Caller) -> None:
    told = alice("GET", "v1")
    assert told[f"{alice.api}v1/Contact/{{id}}"] == {"GET": "", "PUT": "", "DELETE": ""}
    assert told[f"{alice.api}v1/Agents/Quote/SaveQuote"] == {"POST": "The sandbox lacks this: 501."}
    lacking = [(url, method) for url, methods in told.items() for method, word in methods.items() if word]
    assert 0 < len(lacking) < sum(map(len, told.values()))
    url, method = next((url, method) for url, method in lacking if "{" not in url and method == "GET")
    alice(method, url, status=501)
