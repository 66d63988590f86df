"""``crm_client/README.md`` is true: its recipes run on the sandbox, its table names every operation."""

from __future__ import annotations

import asyncio
import copy
import json
import re
import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import Retry
from django.core.cache import cache
from django.test import RequestFactory

import crm_client
from crm_client import errors, webhooks
from crm_client.appointments import Appointment
from crm_client.lists import mdo_list
from crm_client.persons import persons_of
from crm_client.udef import udef_fields
from tests.crm_client.operations import OPERATIONS, STREAMS
from tests.crm_client.test_with_sandbox import CLIENT, AwaitingUser, BlockingUser
from tests.sandbox.application_keys import pem
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault

README = (Path(crm_client.__path__[0]) / "README.md").read_text()
RECIPES = dict(re.findall(r"^### (.+?)\n.*?```python\n(.*?)```", README, flags=re.MULTILINE | re.DOTALL))
OPENING = re.findall(r"```python\n(.*?)```", README.partition("## What you can rely on")[0], flags=re.DOTALL)

tested: set[str] = set()


def recipe(title: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Marks the test of a recipe."""
    tested.add(title)
    return pytest.mark.parametrize("title", [title], ids=[title])


@pytest.fixture
def alice(sandbox: Sandbox) -> Iterator[BlockingUser]:
    user = BlockingUser(sandbox, "alice", "Cust12345")
    yield user
    user.close()


@pytest.fixture
def rows(sandbox: Sandbox) -> dict[str, dict[int, dict[str, Any]]]:
    return sandbox.world.tenants["Cust12345"].rows


@pytest.fixture
def cook(alice: BlockingUser) -> Callable[..., dict[str, Any]]:
    """Runs a recipe with ``crm`` and what else it needs; everything it made."""

    def run(title: str, **given: Any) -> dict[str, Any]:
        return executed(RECIPES[title], crm=alice.crm, **given)

    return run


def executed(code: str, **given: Any) -> dict[str, Any]:
    exec(compile(code, "crm_client/README.md", "exec"), given)  # the README's own code
    return given


def test_the_opening_runs(sandbox: Sandbox, alice: BlockingUser, capsys: pytest.CaptureFixture[str]) -> None:
    grant = alice.shelf.load()
    given = {
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "expires_at": grant.expires_at,
        "token_url": alice.token_url,
        "client_id": CLIENT,
        "client_secret": "sandbox-secret",
        "login_url": sandbox.login_url,
    }
    blocking, awaiting = OPENING
    executed(blocking, **given)
    assert capsys.readouterr().out == "Acme\n"
    assert executed(awaiting, **given)["company"].name == "Acme"


@recipe("Try it without an account")
def test_the_sandbox(sandbox: Sandbox, title: str) -> None:
    names = executed(RECIPES[title], login_url=sandbox.login_url)["names"]
    assert len(names) == 5
    assert names == sorted(names, key=str.casefold)


@recipe("Read a company")
def test_reading(cook: Any, title: str) -> None:
    made = cook(title)
    assert made["title"].startswith("Acme")
    assert made["phone"]
    assert made["category"]
    assert made["may_rename"]


@recipe("Sum up open sales")
def test_sums(cook: Any, title: str) -> None:
    made = cook(title)
    assert set(made["totals"]) == {"NOK", "EUR"}
    assert len(made["lines"]) == len(made["sales"]) > 1


@recipe("Search")
def test_searching(cook: Any, title: str, rows: Any) -> None:
    rows["contact"][17] |= {"name": "O'Hara", "category": 2, "stop": False}
    assert [row["contactId"] for row in cook(title)["rows"]] == [17]


@recipe("Read ten thousand rows")
def test_ten_thousand(cook: Any, title: str, rows: Any) -> None:
    for number in range(1000, 11_000):
        rows["contact"][number] = copy.copy(rows["contact"][17])
    made = cook(title)
    assert sum(made["cities"].values()) == len(rows["contact"]) > 10_000


@recipe("Correct a phone number")
def test_a_correction(cook: Any, title: str, rows: Any) -> None:
    made = cook(title)
    assert made["company"].phones[0].value == "+47 22 00 00 01" == rows["contact"][17]["phones"][0]["value"]
    assert "theirs" not in made


@recipe("Correct a phone number")
def test_a_correction_that_came_too_late(cook: Any, title: str, alice: BlockingUser, rows: Any) -> None:
    def slow(operation: Any) -> Any:
        answer = alice.crm(operation)
        rows["contact"][17]["phones"][0]["value"] = "9"
        return answer

    made = executed(RECIPES[title], crm=slow)
    assert made["theirs"][0].value == "9"


@recipe("Plan a follow-up")
def test_a_follow_up(cook: Any, title: str, rows: Any) -> None:
    at = datetime(2031, 5, 14, 9, tzinfo=UTC)
    meeting = cook(title, at=at, until=at + timedelta(hours=1))["meeting"]
    assert isinstance(meeting, Appointment)
    assert rows["appointment"][meeting.appointment_id]["completed"]


@recipe("Log a call")
def test_a_call(cook: Any, title: str, alice: BlockingUser, rows: Any) -> None:
    person, task = alice.ask(persons_of(17))[0].person_id, alice.ask(mdo_list("task"))[0].id
    call = cook(title, crm_person_id=person, phone_task_id=task)["call"]
    row = rows["appointment"][call.appointment_id]
    assert (row["person"], row["task"], bool(row["completed"])) == (person, task, True)


@recipe("Read and change a user-defined field")
def test_a_field_of_the_customers_own(cook: Any, title: str, alice: BlockingUser) -> None:
    field = next(field for field in alice.ask(udef_fields("Contact")) if field.type == "Number")
    made = cook(title, label=field.label, value=43)
    assert made["field"].read(made["company"]) == 43 != made["before"]


@recipe("Ask for a user-defined field in lists")
def test_a_column_of_the_customers_own(cook: Any, title: str, alice: BlockingUser) -> None:
    field = next(field for field in alice.ask(udef_fields("Contact")) if field.type == "Number")
    found = [size for _, size in cook(title, prog_id=field.prog_id)["biggest"]]
    assert found == sorted(found, reverse=True)
    assert 1 < len(found) <= 10
    assert found[-1] > 100


NEW = "Do not create twice what exists"


@recipe(NEW)
@pytest.mark.parametrize("fault", [None, Fault(method="POST", path="v1/Contact$", drop="after", count=1)])
def test_a_new_company(cook: Any, title: str, sandbox: Sandbox, rows: Any, fault: Fault | None) -> None:
    """Also when the answer is lost, and however often it runs: one company."""
    sandbox.world.faults.extend([fault] if fault else [])
    assert cook(title)["found"] == cook(title)["found"]
    assert [row["name"] for row in rows["contact"].values()].count("Nordic Pumps AS") == 1


@recipe("Work without a person")
def test_a_system_user(cook: Any, title: str, sandbox: Sandbox, alice: BlockingUser) -> None:
    tenant, client = sandbox.world.tenants["Cust12345"], sandbox.world.clients[CLIENT]
    made = cook(
        title,
        http=alice.http,
        api_url=alice.address.get(),
        login_url=sandbox.login_url,
        serial=tenant.serial,
        system_token=tenant.system_tokens.setdefault(CLIENT, "Sidecard-8k8Q7DmBgo"),
        private_key=pem(client.key_xml),
        client_secret=client.secret,
    )
    assert made["sales"]


@recipe("Receive a webhook")
def test_a_webhook(cook: Any, title: str) -> None:
    made = cook(title, secret="s3cret", known={})
    body = json.dumps(
        {"Event": "contact.changed", "EventId": "e1", "PrimaryKey": 17, "ContextIdentifier": "Cust12345"}
    ).encode()
    signed = {"X-SuperOffice-Signature": webhooks.signature(body, "s3cret")}
    assert [made["receive"](signed, body), made["receive"](signed, body), made["receive"]({}, body)] == [200, 200, 401]
    assert made["known"] == {"e1": ("Cust12345", "contact.changed", 17)}
    assert made["receive"]({"X-SuperOffice-Signature": webhooks.signature(b"?", "s3cret")}, b"?") == 400


@recipe("Use it in a Django view")
@pytest.mark.parametrize(("status", "fault"), [(200, None), (502, Fault(status=403)), (401, Fault(status=401))])
def test_a_view(cook: Any, title: str, sandbox: Sandbox, status: int, fault: Fault | None) -> None:
    user = AwaitingUser(sandbox, "alice", "Cust12345")
    sandbox.world.faults.extend([fault] if fault else [])

    async def crm_of(_: Any) -> Any:
        await asyncio.sleep(0)
        return user.crm

    request = RequestFactory().get("/")
    request.user = object()  # type: ignore[assignment]
    answer = user.runner.run(cook(title, crm_of=crm_of)["open_sales"](request, 17))
    user.close()
    assert answer.status_code == status
    assert status != 200 or json.loads(answer.content)["sales"]


@recipe("Use it in a Celery task")
def test_a_task(cook: Any, title: str, sandbox: Sandbox, rows: Any) -> None:
    task = cook(title)["remember_colour"]
    assert task.apply(("blue",)).successful()
    assert "blue" in str(rows["preference"])
    sandbox.world.faults.append(Fault(status=429, retry_after="7"))
    with pytest.raises(Retry) as caught:
        task.apply(("red",), throw=True)
    assert caught.value.when == 7


@recipe("Remember lists")
def test_memory(cook: Any, title: str, sandbox: Sandbox, alice: BlockingUser) -> None:
    cache.clear()
    given = {"http": alice.http, "address": alice.address, "auth": alice.auth(alice.shelf)}
    first, second = cook(title, **given)["categories"], cook(title, **given)["categories"]
    assert first == second != []
    assert sum("/MDOList/" in call["path"] for call in sandbox.world.calls) == 1


@recipe("Be told of calls")
def test_hooks(cook: Any, title: str, alice: BlockingUser) -> None:
    made = cook(title, http=alice.http, address=alice.address, auth=alice.auth(alice.shelf), seconds={})
    assert list(made["seconds"]) == ["GET v1/Contact/{id}"]


@recipe("Send a file up and down")
def test_files(cook: Any, title: str, tmp_path: Path) -> None:
    path = tmp_path / "offer.txt"
    path.write_bytes(b"Dear Ada" * 20_000)
    assert cook(title, path=path)["size"] == 160_000


@recipe("Call what has no operation")
def test_any_path(cook: Any, title: str) -> None:
    assert 1 <= len(cook(title)["texts"]) <= 5


def test_every_recipe_is_tested() -> None:
    assert set(RECIPES) == tested
    assert len(RECIPES) >= 10


def test_the_tree_is_the_one_in_errors() -> None:
    drawn = README.partition("```text\n")[2].partition("```")[0]
    assert drawn in textwrap.dedent((errors.__doc__ or "").partition("::\n")[2].partition("Callers")[0])


def index() -> set[str]:
    """``module.operation`` of the table."""
    table = re.findall(r"^\| `(\w+)`.*? \| (.+) \|$", README.partition("## Every operation")[2], flags=re.MULTILINE)
    return {f"{module}.{name}" for module, names in table for name in re.findall(r"`(\w+)`", names)}


def test_the_table_names_every_operation_and_no_other() -> None:
    assert index() == set(OPERATIONS) | set(STREAMS)
