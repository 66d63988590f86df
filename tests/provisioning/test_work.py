"""Setting up, mending and removing at a customer's, against a SuperOffice that behaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from typing import Any

import httpx
import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from kombu.exceptions import OperationalError
from pytest_django import Settings

from crm_client.clients import sync_http
from crm_client.state import TenantState
from panel.appstore.tasks import live_by
from panel.provisioning import tasks
from panel.provisioning.models import Setup, Thing
from panel.provisioning.wanted import Choice
from panel.tenants.diary import Happening
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


def test_one_choice_of_user_groups_for_all_panels_becomes_one_for_each(tenant: Tenant, settings: Settings) -> None:
    settings.PANELS = FEW
    migration = import_module("panel.provisioning.migrations.0002_groups_by_panel")
    setup = Setup.ask(tenant, Setup.Goal.PRESENT, by="Charlie")

    for before, after in (([], {}), ([1, 2], {"company": (1, 2), "my-day": (1, 2)})):
        Setup.objects.of(tenant).update(groups=before)
        migration.by_panel(apps, connection.schema_editor())
        setup.refresh_from_db()
        assert setup.choice.groups == after
        migration.for_all(apps, connection.schema_editor())
        setup.refresh_from_db()
        assert setup.groups == before


def test_what_was_set_up_before_there_were_plans_has_nothing_left_to_do(tenant: Tenant, work: Work) -> None:
    setup = work()
    Setup.objects.of(tenant).update(plan=[], passed=0)

    migration = import_module("panel.provisioning.migrations.0003_plan")
    migration.as_it_is(apps, connection.schema_editor())

    before = [[*step[1:]] for step in setup.plan]
    setup.refresh_from_db()
    assert [*map(tuple, setup.plan)] == [("keep", *rest) for rest in before]
    assert setup.passed == len(before) > 20


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
    assert setup.trouble == "Foreign: Theirs"
    assert there.table("webpanel")[key] == theirs

    assert work(Setup.Goal.GONE).state == Setup.State.DONE
    assert there.table("webpanel")[key] == theirs


def test_what_only_bears_the_name_of_ours_is_left_alone_even_where_ours_was(
    sandbox: Sandbox, there: SandboxTenant, tenant: Tenant, work: Work
) -> None:
    """Two web panels cannot have the same name [cust/web-panels/admin/add-web-panel]."""
    work()
    ours = next(row for row in panels_of(there) if row["prog_id"] == "sidecard.company.CompanyMinicard")
    theirs = ours | {"name": "Sidecard: Company", "prog_id": "", "window_name": "theirs", "client_id": "another"}
    ours.clear()
    ours |= theirs

    setup = work()
    assert (setup.state, setup.trouble) == (Setup.State.STUCK, "Foreign: Sidecard: Company")
    assert [step for step in setup.plan if step[0] != "keep"] == [
        ["foreign", "panel", "sidecard.company.CompanyMinicard", "Sidecard: Company"]
    ]

    assert work(Setup.Goal.GONE).state == Setup.State.DONE
    assert list(there.table("webpanel").values()) == [theirs]


def test_a_refused_step_does_not_stop_the_others(
    sandbox: Sandbox, there: SandboxTenant, tenant: Tenant, work: Work
) -> None:
    sandbox.world.faults.append(Fault("SaveUserDefinedFieldInfo", status=403))

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


def test_a_broker_that_does_not_answer_stops_nothing(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    """The next sweep finds what is due."""
    asked: list[int] = []

    def refuse(pk: int) -> None:
        asked.append(pk)
        raise OperationalError

    monkeypatch.setattr(tasks.work, "delay", refuse)
    setup = Setup.ask(tenant, Setup.Goal.PRESENT, by="Charlie")
    with django_capture_on_commit_callbacks(execute=True):
        tasks.nudge(setup)

    assert asked == [setup.pk]
    assert Setup.due().filter(pk=setup.pk).exists()


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
    last = request.url.path.rpartition("/")[2]
    return request.method != "GET" and not last.startswith(("Authenticate", "Get", "Create", "Rebuild"))


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


# What may happen beside the work


def beside(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, path: str, happens: Callable[[], object]) -> None:
    """Once, while the first such call of a worker is under way."""
    waiting = [happens]

    class Line(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            response = super().handle_request(request)
            if waiting and request.method != "GET" and request.url.path.endswith(path):
                waiting.pop()()
            return response

    monkeypatch.setattr(tasks, "sync_http", lambda: httpx.Client(transport=Line()))


def told(tenant: Tenant, state: str) -> TenantState:
    return TenantState.parse({"ContextIdentifier": tenant.ctx, "State": state})


def go_on(tenant: Tenant) -> Setup:
    """Whoever comes next, without waiting for a lease to run out."""
    for pk in list(Setup.due().values_list("pk", flat=True)):
        tasks.work(pk)
    return Setup.objects.of(tenant).get()


@pytest.mark.parametrize(
    ("first", "then", "path"),
    [(Setup.Goal.PRESENT, Setup.Goal.GONE, "/Webhook"), (Setup.Goal.GONE, Setup.Goal.PRESENT, "/DeleteWebPanel")],
)
def test_who_asks_for_the_opposite_meanwhile_gets_it(
    first: Setup.Goal,
    then: Setup.Goal,
    path: str,
    sandbox: Sandbox,
    there: SandboxTenant,
    tenant: Tenant,
    work: Work,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.PANELS = FEW
    wanted = {Setup.Goal.GONE: dump(there)}
    if first == Setup.Goal.GONE:
        work()
        wanted[Setup.Goal.PRESENT] = dump(there)
    beside(sandbox, monkeypatch, path, lambda: Setup.ask(tenant, then, by="Cora"))

    work(first)
    assert not Happening.objects.of(tenant).filter(what__in=["removed"]).exists()
    assert go_on(tenant).state == Setup.State.DONE

    assert dump(there)["web_panels"] == wanted[then]["web_panels"]
    assert dump(there)["fields"] == wanted[then]["fields"]
    assert len(there.table("webhook")) == (then == Setup.Goal.PRESENT)


def test_a_choice_made_meanwhile_counts(
    sandbox: Sandbox,
    there: SandboxTenant,
    tenant: Tenant,
    work: Work,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.PANELS = FEW
    choice = Choice(frozenset({"sidecard.company.CompanyMinicard"}))
    choose = partial(Setup.ask, tenant, Setup.Goal.PRESENT, "Cora", choice)
    beside(sandbox, monkeypatch, "/Webhook", choose)

    assert work().state == Setup.State.DUE
    assert go_on(tenant).state == Setup.State.DONE

    assert "sidecard.company.CompanyMinicard" not in {row["prog_id"] for row in panels_of(there)}


def test_who_asks_again_while_it_waits_has_it_tried_at_once(sandbox: Sandbox, tenant: Tenant, work: Work) -> None:
    sandbox.world.faults.append(Fault(status=503, retry_after="200"))
    waiting = work()
    assert waiting.due_at > datetime.now(UTC) + timedelta(seconds=100)

    sandbox.world.faults.clear()
    assert work().state == Setup.State.DONE


def test_a_customer_who_is_deleted_meanwhile_stops_the_work_without_an_error(
    sandbox: Sandbox, there: SandboxTenant, tenant: Tenant, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside(sandbox, monkeypatch, "/Webhook", lambda: live_by(tenant, told(tenant, "Deleted")))

    setup = Setup.ask(tenant, Setup.Goal.PRESENT, by="Charlie")
    assert tasks.work(setup.pk) is True

    assert not Tenant.objects.filter(ctx=tenant.ctx).exists()


def test_who_is_suspended_meanwhile_is_not_active_afterwards(
    sandbox: Sandbox, tenant: Tenant, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside(sandbox, monkeypatch, "/Webhook", lambda: live_by(tenant, told(tenant, "Suspended")))

    work()

    tenant.refresh_from_db()
    assert tenant.status == Tenant.Status.SUSPENDED


def test_who_dies_at_the_very_end_of_a_removal_leaves_no_token(
    tenant: Tenant, work: Work, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PANELS = FEW
    work()

    def die(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Tenant, "close", die)
        with pytest.raises(Killed):
            work(Setup.Goal.GONE)
    Setup.objects.of(tenant).update(lease_until=None)
    assert go_on(tenant).state == Setup.State.DONE

    tenant.refresh_from_db()
    assert (tenant.status, tenant.sealed_system_token) == (Tenant.Status.REMOVED, "")


def test_a_list_that_somebody_deleted_is_made_anew_with_its_items(
    sandbox: Sandbox, there: SandboxTenant, tenant: Tenant, work: Work
) -> None:
    work()
    as_set_up = dump(there)
    for row in there.table("list").values():
        row["deleted"] = row["deleted"] or "Sidecard: " in row["name"]

    assert work().state == Setup.State.DONE

    again = dump(there)
    assert {name: one["items"] for name, one in again["lists"].items()} == {
        name: one["items"] for name, one in as_set_up["lists"].items()
    }
    assert again["fields"] == as_set_up["fields"]
