"""``Crm`` and ``AsyncCrm`` are one client: each operation asks the same, answers the same and fails the same."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_client.archive import Archive, by_key, stream
from crm_client.calls import Stream
from crm_client.contacts import ContactRow
from crm_client.errors import CrmError
from crm_client.rows import each_line
from tests.crm_client import operations, stories
from tests.crm_client.stories import STORIES, Story
from tests.crm_client.test_with_sandbox import AwaitingUser, BlockingUser
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault

COLOURS = (BlockingUser, AwaitingUser)
COMPANIES = Archive("v1/Contact").select("contactId", "name").top(7)


def told(sandbox: Sandbox, tell: Callable[[], Story], *faults: Fault) -> list[Any]:
    """What came of a story in each colour, and what was asked for it, each time in a world as it was born."""
    outcomes = []
    for colour in COLOURS:
        sandbox.reset()
        user = colour(sandbox, "alice", "Cust12345")
        sandbox.world.faults.extend(faults)
        try:
            outcome = shape(user.ask(tell()))
        except CrmError as error:
            outcome = [type(error), str(error), error.message, error.error_type, error.status, error.sent]
        finally:
            user.close()
        asked = [(call["method"], call["path"], call["status"]) for call in sandbox.world.calls]
        outcomes.append((outcome, asked))
    return outcomes


def shape(value: Any) -> Any:
    """An answer without what differs between two moments: times about now, and tokens and ids made by chance."""
    if dataclasses.is_dataclass(value):
        return {one.name: shape(getattr(value, one.name)) for one in dataclasses.fields(value) if one.compare}
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [shape(one) for one in value]
    if isinstance(value, datetime):
        return "about now" if abs(value - datetime.now(UTC)) < timedelta(hours=1) else value
    return re.sub(r"[0-9a-f-]{32,}|127.0.0.1:\d+", "…", value) if isinstance(value, str) else value


every_story = pytest.mark.parametrize("tell", STORIES.values(), ids=STORIES)


@every_story
def test_both_ask_the_same_and_answer_the_same(sandbox: Sandbox, tell: Callable[[], Story]) -> None:
    blocking, awaiting = told(sandbox, tell)
    assert blocking == awaiting
    assert not isinstance(blocking[0][0], type), blocking[0]


# Failing is the drivers' own, the same for every operation: a few stories of each kind tell.
@pytest.mark.parametrize("tell", [*STORIES.values()][::4], ids=[*STORIES][::4])
@pytest.mark.parametrize(
    "fault",
    [Fault(status=403), Fault(method=r"POST", drop="after"), Fault(method="GET", drop="before")],
    ids=["denied", "a lost change", "a lost question"],
)
def test_both_fail_the_same(sandbox: Sandbox, tell: Callable[[], Story], fault: Fault) -> None:
    blocking, awaiting = told(sandbox, tell, fault)
    assert blocking == awaiting


STREAMS: dict[str, Callable[[], Stream[Any]]] = {
    "archive.stream": lambda: stream(COMPANIES),
    "archive.by_key": lambda: by_key(COMPANIES, "contactId", size=7),
    "rows.each_line": lambda: each_line(ContactRow, Archive("v1/Contact").top(7)),
}


def rows_of(user: BlockingUser | AwaitingUser, rows: Stream[Any]) -> list[Any]:
    if isinstance(user, BlockingUser):
        return list(user.crm.each(rows))

    async def collect() -> list[Any]:
        return [row async for row in user.crm.each(rows)]

    return user.runner.run(collect())


@pytest.mark.parametrize("name", STREAMS)
def test_both_hand_over_the_same_rows(sandbox: Sandbox, name: str) -> None:
    handed = []
    for colour in COLOURS:
        user = colour(sandbox, "alice", "Cust12345")
        handed.append(rows_of(user, STREAMS[name]()))
        user.close()
    assert handed[0] == handed[1]
    assert len(handed[0]) == len(sandbox.world.tenants["Cust12345"].table("contact"))


def test_every_operation_is_in_a_story() -> None:
    """Whoever adds an operation tells a story of it."""
    tree = ast.parse(inspect.getsource(stories))
    used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    used |= {
        f"{str(node.module).removeprefix('crm_client.')}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    assert set(operations.OPERATIONS) - used == set()
    assert set(operations.STREAMS) == set(STREAMS)
