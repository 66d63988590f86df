"""Where a tenant lives, as the state API tells it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from crm_client.address import AsyncStateAddress, StateAddress, checked
from crm_client.clients import Crm, sync_http
from crm_client.contacts import contact
from crm_client.errors import BadAnswer, CrmError, Unavailable
from tests.sandbox.server import Sandbox

from .conftest import BASE, MOVED
from .test_with_sandbox import BlockingUser

LOGIN = "https://online.superoffice.com"


class StateApi:
    """Tells of one tenant."""

    def __init__(self) -> None:
        self.told: Any = {"ContextIdentifier": "Cust12345", "Api": BASE[:-1], "State": "Running", "IsRunning": True}
        self.status = 200
        self.is_dead = False
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if self.is_dead:
            raise httpx.ConnectTimeout("dead")
        return httpx.Response(self.status, json=self.told)

    def says(self, **changes: Any) -> None:
        self.told |= changes

    def is_valid_for(self, seconds: float) -> None:
        self.says(ValidUntil=(datetime.now(UTC) + timedelta(seconds=seconds)).isoformat())


class Face:
    """An address in either colour."""

    def __init__(self, api: StateApi, is_async: bool) -> None:
        self.runner = asyncio.Runner()
        transport = httpx.MockTransport(api)
        self.blocking = None if is_async else StateAddress(httpx.Client(transport=transport), LOGIN, "Cust12345")
        if is_async:
            self.awaiting = AsyncStateAddress(httpx.AsyncClient(transport=transport), LOGIN, "Cust12345")

    def get(self) -> str:
        return self.blocking.get() if self.blocking else self.runner.run(self.awaiting.get())

    def refresh(self) -> str:
        return self.blocking.refresh() if self.blocking else self.runner.run(self.awaiting.refresh())

    def close(self) -> None:
        if self.blocking:
            self.blocking._http.close()
        else:
            self.runner.run(self.awaiting._http.aclose())
        self.runner.close()


@pytest.fixture
def api() -> StateApi:
    return StateApi()


@pytest.fixture(params=[False, True], ids=["Crm", "AsyncCrm"])
def address(api: StateApi, request: pytest.FixtureRequest) -> Iterator[Face]:
    face = Face(api, request.param)
    yield face
    face.close()


def test_it_asks_once_until_the_time_is_up(api: StateApi, address: Face) -> None:
    api.is_valid_for(60)
    assert [address.get() for _ in range(3)] == [BASE] * 3
    assert api.asked == [f"{LOGIN}/api/state/Cust12345"]


def test_it_asks_again_when_the_time_is_up(api: StateApi, address: Face) -> None:
    api.is_valid_for(-1)
    address.get()
    api.says(Api=MOVED)
    assert address.get() == MOVED


def test_it_asks_again_after_421_but_not_for_each_call(api: StateApi, address: Face) -> None:
    api.is_valid_for(60)
    address.get()
    api.says(Api=MOVED)
    assert [address.refresh() for _ in range(3)] == [MOVED] * 3
    assert len(api.asked) == 2


@pytest.mark.parametrize("trouble", [{"is_dead": True}, {"status": 503}])
def test_trouble_of_the_state_api_stops_nobody(api: StateApi, address: Face, trouble: dict[str, Any]) -> None:
    api.is_valid_for(-1)
    address.get()
    vars(api).update(trouble)
    assert address.get() == BASE


def test_a_state_api_in_trouble_is_left_alone_for_a_moment(
    api: StateApi, address: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who queue behind its silence hear of it as well, instead of waiting one after another."""
    api.is_dead = True
    for ask in (address.get, address.refresh, address.get):
        with pytest.raises(Unavailable):
            ask()
    assert len(api.asked) == 1
    monkeypatch.setattr("crm_client.address.LEFT_ALONE", 0)
    api.is_dead = False
    assert address.get() == BASE


@pytest.mark.asyncio
async def test_no_question_follows_a_redirect() -> None:
    """Whoever made the HTTP client."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"Location": "https://evil.example/"})

    transport = httpx.MockTransport(answer)
    with httpx.Client(transport=transport, follow_redirects=True) as http, pytest.raises(BadAnswer):
        StateAddress(http, LOGIN, "Cust12345").get()
    async with httpx.AsyncClient(transport=transport, follow_redirects=True) as async_http:
        with pytest.raises(BadAnswer):
            await AsyncStateAddress(async_http, LOGIN, "Cust12345").get()
    assert asked == ["online.superoffice.com"] * 2


@pytest.mark.asyncio
async def test_nobody_waits_for_an_address_that_was_known(api: StateApi) -> None:
    """Should it have moved, 421 tells."""
    told = asyncio.Event()
    told.set()

    async def answer(request: httpx.Request) -> httpx.Response:
        await told.wait()
        return api(request)

    api.is_valid_for(-1)
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        known = AsyncStateAddress(http, LOGIN, "Cust12345")
        assert await known.get() == BASE
        told.clear()
        asking = asyncio.create_task(known.get())
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            assert [await known.get() for _ in range(3)] == [BASE] * 3
        assert not asking.done()
        told.set()
        assert await asking == BASE
    assert len(api.asked) == 2


def test_no_thread_waits_for_it_either(api: StateApi) -> None:
    told = threading.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        assert told.wait(5)
        return api(request)

    api.is_valid_for(-1)
    told.set()
    with httpx.Client(transport=httpx.MockTransport(answer)) as http, ThreadPoolExecutor(1) as pool:
        known = StateAddress(http, LOGIN, "Cust12345")
        assert known.get() == BASE
        told.clear()
        asking = pool.submit(known.get)
        while not known._asking.locked():
            time.sleep(0.001)
        assert [known.get() for _ in range(3)] == [BASE] * 3
        assert not asking.done()
        told.set()
        assert asking.result() == BASE
    assert len(api.asked) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"is_dead": True},
        {"status": 503},
        {"status": 404},
        {"told": {"ContextIdentifier": "Cust12345", "Api": BASE, "State": "Suspended", "IsRunning": False}},
    ],
)
def test_without_any_address_it_does(api: StateApi, address: Face, wrong: dict[str, Any]) -> None:
    vars(api).update(wrong)
    with pytest.raises(Unavailable) as caught:
        address.get()
    assert caught.value.sent is False


def test_a_tenant_that_stopped_running_is_told_so(api: StateApi, address: Face) -> None:
    """Though its address was known: this is no trouble of the state API's."""
    api.is_valid_for(-1)
    address.get()
    api.says(IsRunning=False, State="OfflineMaintenance")
    with pytest.raises(Unavailable, match="OfflineMaintenance"):
        address.get()


@pytest.mark.parametrize(
    "there",
    [
        "https://evil.example/Cust12345/api",
        "https://superoffice.com.evil.example/Cust12345/api",
        "https://evilsuperoffice.com/Cust12345/api",
        "http://online2.superoffice.com/Cust12345/api",
        "https://online2.superoffice.com:8443/Cust12345/api",
        "https://online2.superoffice.com@evil.example/Cust12345/api",
        "https://user@online2.superoffice.com/Cust12345/api",
        "https://online2.superoffice.com/Cust12345/api?x=",
        "http://localhost/Cust12345/api",
        "https://[",
        "nonsense",
        "",
    ],
)
def test_an_address_that_is_not_superoffices_is_refused(api: StateApi, address: Face, there: str) -> None:
    api.says(Api=there, Endpoint="")
    with pytest.raises(BadAnswer):
        address.get()


def test_another_tenants_answer_is_refused(api: StateApi, address: Face) -> None:
    """Whatever mixed them up: a token would go to another customer's CRM."""
    api.says(ContextIdentifier="Cust67890")
    with pytest.raises(BadAnswer) as caught:
        address.get()
    assert caught.value.sent is False
    api.says(ContextIdentifier="CUST12345")
    assert address.get() == BASE


@pytest.mark.parametrize("told", [None, [], {}, "x", {"ContextIdentifier": "Cust12345", "State": "Suspended"}])
def test_an_answer_that_is_none(api: StateApi, address: Face, told: Any) -> None:
    api.told = told
    with pytest.raises(CrmError) as caught:
        address.get()
    assert caught.value.sent is False


def test_a_sandbox_may_be_on_this_machine() -> None:
    assert checked("http://localhost:8801/Cust12345/api/", "http://localhost:8800")
    with pytest.raises(BadAnswer):
        checked("http://localhost:8801/Cust12345/api/", LOGIN)


def test_threads_ask_once(api: StateApi) -> None:
    api.is_valid_for(60)
    with httpx.Client(transport=httpx.MockTransport(api)) as http, ThreadPoolExecutor(8) as pool:
        known = StateAddress(http, LOGIN, "Cust12345")
        assert set(pool.map(lambda _: known.get(), range(40))) == {BASE}
    assert len(api.asked) == 1


def test_a_tenant_that_moves_on_the_sandbox(sandbox: Sandbox) -> None:
    alice = BlockingUser(sandbox, "alice", "Cust12345")
    with sync_http() as http:
        crm = Crm(http, StateAddress(http, sandbox.login_url, "Cust12345"), alice.crm.auth)
        assert crm(contact(17)).contact_id == 17
        sandbox.world.tenants["Cust12345"].host = "app"
        assert crm(contact(17)).contact_id == 17
    alice.close()
    statuses = [call["status"] for call in sandbox.world.calls if "Contact/17" in call["path"]]
    assert statuses == [200, 421, 200]
