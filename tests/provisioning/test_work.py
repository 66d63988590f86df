"""Setting up, mending and removing at a customer's, against a SuperOffice that behaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from crm_client.clients import sync_http
from panel.provisioning import tasks
from panel.provisioning.models import Setup, Thing
from panel.tenants.models import Membership, Tenant
from panel.webhooks.models import Hook
from tests.of_sandbox.receiver import Receiver
from tests.sandbox.dump import dump
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault
from tests.sandbox.world import Tenant as SandboxTenant
from tests.tenants.cast import sign_in

Work = Callable[..., Setup]

FEW = ["panel.panels.company.Company", "panel.panels.my_day.MyDay"]


def panels_of(there: SandboxTenant) -> list[dict[str, Any]]:
    return [row for row in there.table("webpanel").values() if row["prog_id"].startswith("sidecard.")]


def fields_of(there: SandboxTenant) -> list[str]:
    return [row["ProgId"] for row in there.table("udef").values() if row["ProgId"].startswith("Sidecard.")]


def test_everything_is_there_afterwards_and_recorded_as_ours(there: SandboxTenant, tenant: Tenant, work: Work) -> None:
    setup = work()

    assert (setup.state, setup.trouble) == (Setup.State.DONE, "")
    things = Thing.objects.of(tenant)
    assert len(panels_of(there)) == things.filter(kind="panel").count() > 5
    assert len(fields_of(there)) == 2
    assert [row["state"] for row in there.table("webhook").values()] == ["Active"]
    assert not things.filter(remote_id="").exists()
    tenant.refresh_from_db()
    assert tenant.status == Tenant.Status.ACTIVE


def test_panels_obey_the_rules_of_certification(there: SandboxTenant, work: Work) -> None:
    """CERT-14, CERT-15, CERT-16, CERT-17 and CERT-26."""
    work()

    for row in panels_of(there):
        assert "uctx=<uctx>" in row["url"]
        assert "usid=<usid>" in row["url"]
        assert "usec" not in row["url"]
        assert "Sidecard" in row["tooltip"]
        assert row["name"].startswith('US:"Sidecard')
        assert set(row["groups"]) == {key for key, group in there.lists["usergroup"].items() if not group["deleted"]}
    assert len({row["name"] for row in panels_of(there)}) == len(panels_of(there))


def test_the_event_address_is_heard_before_superoffice_saves_it(hears: Receiver, tenant: Tenant, work: Work) -> None:
    work()

    [test_event] = hears.sent
    assert test_event.path == f"/webhooks/{Hook.of(tenant).word}/"


def test_a_second_time_changes_nothing(sandbox: Sandbox, there: SandboxTenant, work: Work) -> None:
    work()
    before = dump(there)
    sandbox.world.calls.clear()

    assert work().state == Setup.State.DONE
    assert dump(there) == before
    changing = [
        f"{call['method']} {call['path']}" for call in sandbox.world.calls if call["method"] in ("PUT", "DELETE")
    ]
    assert changing == []


def test_what_somebody_changed_is_found_and_mended(there: SandboxTenant, tenant: Tenant, work: Work) -> None:
    work()
    as_set_up = dump(there)
    moved, unseen = panels_of(there)[:2]
    moved["visible_in"] = "PersonCard"
    unseen["groups"] = [1]
    [hook] = there.table("webhook").values()
    hook["state"] = "TooManyErrors"
    Setup.objects.of(tenant).update(looked_at=datetime.now(UTC) - timedelta(days=2))

    assert tasks.look_for_drift() == 1
    drift = Setup.objects.of(tenant).get().drift
    assert [verb for verb, _label in drift] == ["change"] * 3

    assert work().state == Setup.State.DONE
    assert dump(there) == as_set_up
    assert Setup.objects.of(tenant).get().drift == []


def test_afterwards_the_customer_is_as_before_and_no_token_is_left(
    there: SandboxTenant, tenant: Tenant, work: Work
) -> None:
    before = dump(there)
    work()
    assert dump(there) != before

    assert work(Setup.Goal.GONE).state == Setup.State.DONE

    assert dump(there) == before
    assert not Thing.objects.of(tenant).exists()
    assert not Hook.objects.of(tenant).exists()
    tenant.refresh_from_db()
    assert tenant.status == Tenant.Status.REMOVED
    assert tenant.left_at is not None
    assert (tenant.sealed_system_token, tenant.sealed_ticket) == ("", "")
    assert set(Membership.objects.of(tenant).values_list("sealed_grant", flat=True)) == {""}


def test_it_can_come_back(there: SandboxTenant, tenant: Tenant, work: Work, sandbox: Sandbox) -> None:
    work()
    as_set_up = dump(there)
    work(Setup.Goal.GONE)
    sign_in(Client(), "Cust67890", "charlie", sandbox)

    assert work().state == Setup.State.DONE
    again = dump(there)
    assert again["web_panels"] == as_set_up["web_panels"]
    assert [field["ProgId"] for field in again["fields"]] == [field["ProgId"] for field in as_set_up["fields"]]
    assert again["lists"].keys() == as_set_up["lists"].keys()


def test_what_is_somebody_elses_is_neither_taken_nor_removed(
    sandbox: Sandbox, there: SandboxTenant, work: Work
) -> None:
    seeded = next(iter(sandbox.world.tenants["Cust12345"].table("webpanel").values()))
    theirs = {**seeded, "name": "Theirs", "prog_id": "sidecard.company.CompanyMinicard", "client_id": "another"}
    key = there.next_id("webpanel")
    there.table("webpanel")[key] = dict(theirs)

    setup = work()
    assert setup.state == Setup.State.STUCK
    assert setup.trouble.startswith("Foreign: Sidecard: ")
    assert there.table("webpanel")[key] == theirs

    assert work(Setup.Goal.GONE).state == Setup.State.DONE
    assert there.table("webpanel")[key] == theirs


def test_a_refused_step_does_not_stop_the_others(
    sandbox: Sandbox, there: SandboxTenant, tenant: Tenant, work: Work
) -> None:
    sandbox.world.faults.append(Fault("Contact/UdefLayout", method="PUT", status=403))

    setup = work()

    assert setup.state == Setup.State.STUCK
    assert setup.trouble.startswith("Denied")
    assert {thing.key for thing in Thing.objects.of(tenant).exclude(trouble="")} == {
        "Sidecard.Company.NextStep",
        "Sidecard.Company.Health",
    }
    assert panels_of(there)

    sandbox.world.faults.clear()
    assert work().state == Setup.State.DONE


def test_trouble_that_passes_is_waited_for(sandbox: Sandbox, tenant: Tenant, work: Work) -> None:
    sandbox.world.faults.append(Fault("List/WebPanel/Items", method="POST", status=503))

    setup = work()

    assert (setup.state, setup.attempts) == (Setup.State.DUE, 1)
    assert setup.due_at > datetime.now(UTC)
    assert tasks.sweep() == 0, "not due yet"

    sandbox.world.faults.clear()
    Setup.objects.of(tenant).update(due_at=datetime.now(UTC))
    tasks.work(setup.pk)
    assert Setup.objects.of(tenant).get().state == Setup.State.DONE


def test_two_who_ask_at_once_share_one_setup(tenant: Tenant) -> None:
    first, second = (Setup.ask(tenant, Setup.Goal.PRESENT, by=name) for name in ("Charlie", "Cora"))

    assert first.pk == second.pk
    assert second.asked_by == "Charlie"
    assert first.claim()
    assert not second.claim()


def test_who_lost_the_lease_stops(sandbox: Sandbox, there: SandboxTenant, tenant: Tenant) -> None:
    setup = Setup.ask(tenant, Setup.Goal.PRESENT, by="Charlie")
    assert setup.claim()
    Setup.objects.of(tenant).update(lease_word="somebody else's")

    with sync_http() as http:
        tasks.work_at(setup, http)

    assert panels_of(there) == []


class Killed(BaseException):
    """As ``kill -9`` ends a worker: nothing is caught, nothing is tidied up."""


class Killer(httpx.HTTPTransport):
    """Ends the worker at its first change of SuperOffice: before it is sent, or after it is done."""

    def __init__(self, *, after: bool) -> None:
        super().__init__()
        self.after = after

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not _changes(request):
            return super().handle_request(request)
        if self.after:
            super().handle_request(request).read()
        raise Killed


def _changes(request: httpx.Request) -> bool:
    reads = ("/Authenticate", "/GetAppWebPanels", "/CreateUserDefinedFieldInfo", "/RebuildUdefDeltas")
    return request.method != "GET" and not request.url.path.endswith(reads)


@contextmanager
def killed(*, after: bool) -> Iterator[httpx.Client]:
    with httpx.Client(transport=Killer(after=after)) as client:
        yield client


@pytest.mark.parametrize("goal", list(Setup.Goal))
def test_a_worker_killed_at_every_step_comes_to_the_same_end(
    goal: Setup.Goal,
    there: SandboxTenant,
    tenant: Tenant,
    work: Work,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.PANELS = FEW
    before, (rows, lists) = dump(there), deepcopy((there.rows, there.lists))
    work()
    clean = {Setup.Goal.PRESENT: dump(there), Setup.Goal.GONE: before}[goal]
    if goal == Setup.Goal.PRESENT:
        there.rows, there.lists = rows, lists
        Thing.objects.of(tenant).delete()

    deaths = 0
    setup = Setup.ask(tenant, goal, by="Charlie")
    while Setup.objects.of(tenant).get().state == Setup.State.DUE:
        monkeypatch.setattr(tasks, "sync_http", partial(killed, after=deaths % 2 == 1))
        Setup.objects.of(tenant).update(lease_until=None)
        try:
            tasks.work(setup.pk)
        except Killed:
            deaths += 1
        assert deaths < 200

    assert deaths > 20
    assert Setup.objects.of(tenant).get().state == Setup.State.DONE
    assert dump(there) == clean
