"""Operations against the running sandbox, once in each colour; whatever they send must fit the official description."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crm_client.calls import Call, Operation, Stream
from tests.crm_client.test_with_sandbox import AwaitingUser, BlockingUser
from tests.sandbox.facts import TYPES, documented, misfits
from tests.sandbox.server import Sandbox

BODIES = {
    "v1/Selection/{selectionId}/Members/Add": "[int]",
    "v1/Selection/{selectionId}/Members/Remove": "[int]",
    "v1/Selection/{selectionId}/Members/AddPerson": "[ContactPersonId]",
    "v1/Selection/{selectionId}/Members/RemovePerson": "[ContactPersonId]",
    "v1/Webhook/{eventName}/{primaryKey}": "{any}",
    "v1/Webhook/Test": "Webhook",
    "v1/Document/{documentId}/Content": "{string}",
}
"""Bodies that are no record of the answer's type."""


def body_kind(call: Call) -> str:
    """The type the official description gives to a call's body."""
    found = documented(call.path, call.method)
    assert found, f"{call.name} is not documented"
    path, answer = found
    request = f"{path.rpartition('/')[2]}Request"
    if path.startswith("v1/Agents/") and request in TYPES:
        return request
    return BODIES.get(path, answer)


def fits(call: Call) -> bool:
    """Its body as sent, if it has one and PATCH is not what it does: the official description has no PATCH."""
    if call.method == "PATCH":
        return documented(call.path, "PUT") is not None
    return misfitting(call) == []


def misfitting(call: Call) -> list[str]:
    """What in its body does not fit."""
    kind = body_kind(call)
    return misfits(json.loads(call.body or b""), kind, whole=False) if call.json is not None else []


def checked[T](operation: Operation[T], sent: list[Call]) -> Operation[T]:
    """The same operation, each of whose calls must fit."""
    try:
        call = next(operation)
        while True:
            sent.append(call)
            if not fits(call):
                raise AssertionError(f"{call.name}: {misfitting(call)}")
            try:
                answer = yield call
            except Exception as error:  # noqa: BLE001 (handed on to where it belongs)
                call = operation.throw(error)
            else:
                call = operation.send(answer)
    except StopIteration as done:
        value: T = done.value
        return value


class User:
    """Somebody's CRM in one colour."""

    def __init__(self, user: BlockingUser | AwaitingUser) -> None:
        self.user = user
        self.sent: list[Call] = []

    def ask[T](self, operation: Operation[T]) -> T:
        return self.user.ask(checked(operation, self.sent))

    def name_the_application(self, app_token: str) -> None:
        """From now on each call names the application."""
        crm = self.user.crm
        self.user.crm = type(crm)(crm.http, crm.address, crm.auth, app_token=app_token)  # type: ignore[arg-type]

    def content(self, call: Call) -> bytes:
        """What a call answers, read piece by piece."""
        if isinstance(self.user, BlockingUser):
            with self.user.crm.stream(call) as blob:
                return b"".join(blob)
        return self.user.runner.run(_content(self.user, call))

    def each[T](self, stream: Stream[T]) -> list[T]:
        """All rows of a stream."""
        if isinstance(self.user, BlockingUser):
            return list(self.user.crm.each(stream))
        return self.user.runner.run(_rows(self.user, stream))


async def _content(user: AwaitingUser, call: Call) -> bytes:
    async with user.crm.stream(call) as blob:
        return b"".join([piece async for piece in blob])


async def _rows(user: AwaitingUser, stream: Stream[Any]) -> list[Any]:
    return [row async for row in user.crm.each(stream)]


SignIn = Callable[..., User]


@pytest.fixture(params=[BlockingUser, AwaitingUser], ids=["Crm", "AsyncCrm"])
def sign_in(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[SignIn]:
    users: list[User] = []

    def one(human: str = "alice", ctx: str = "Cust12345", **rest: Any) -> User:
        users.append(User(request.param(sandbox, human, ctx, **rest)))
        return users[-1]

    yield one
    for user in users:
        user.user.close()


@pytest.fixture
def alice(sign_in: SignIn) -> User:
    """An administrator."""
    return sign_in()
