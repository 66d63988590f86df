"""When a call is sent again by itself: arithmetic first, then both drivers."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_client.calls import Call, Operation
from crm_client.errors import CrmError, OutcomeUnknown, Throttled, Unavailable
from crm_client.fates import Fate
from crm_client.retries import Retries

from .conftest import NetServer, Open

GET = Call("GET", "v1/Contact/17")
POST = Call("POST", "v1/Contact", json={})
SEARCH = Call("POST", "v1/Agents/MDO/GetList", json={}, reads=True)

BUSY = Unavailable(status=503)
DEAD = Unavailable(sent=None)


def pause(call: Call, error: CrmError, fate: Fate = Fate.ANSWERED, **rest: Any) -> float | None:
    told = {"attempt": 2, "left": 60.0, "chance": 1.0} | rest
    return Retries(attempts=5).pause(call, error, fate, **told)


@pytest.mark.parametrize(
    ("call", "error", "fate", "again"),
    [
        (GET, BUSY, Fate.ANSWERED, True),
        (GET, Unavailable(status=502), Fate.ANSWERED, True),
        (GET, Unavailable(status=504), Fate.ANSWERED, True),
        (GET, Throttled(status=429), Fate.ANSWERED, True),
        (GET, Unavailable(status=500), Fate.ANSWERED, False),
        (GET, CrmError(status=400), Fate.ANSWERED, False),
        (GET, CrmError(status=401), Fate.ANSWERED, False),
        (GET, DEAD, Fate.DIED, True),
        (GET, DEAD, Fate.REFUSED, True),
        (GET, DEAD, Fate.UNSENT, False),
        (GET, DEAD, Fate.SILENT, False),
        (SEARCH, DEAD, Fate.DIED, True),
        (SEARCH, BUSY, Fate.ANSWERED, True),
        (POST, BUSY, Fate.ANSWERED, False),
        (POST, Throttled(status=429), Fate.ANSWERED, False),
        (POST, OutcomeUnknown(sent=None), Fate.DIED, False),
        (POST, OutcomeUnknown(sent=None), Fate.SILENT, False),
        (POST, Unavailable(sent=False), Fate.REFUSED, True),
    ],
)
def test_only_what_is_safe_is_sent_again(call: Call, error: CrmError, fate: Fate, again: bool) -> None:
    """Questions after passing trouble; a change only if it surely never left."""
    assert (pause(call, error, fate) is not None) is again


def test_pauses_grow_and_spread() -> None:
    """Those who failed together must not come back together."""
    retries = Retries(attempts=9, first=0.2, longest=2.0)
    pauses = [retries.pause(GET, BUSY, Fate.ANSWERED, n, 60, chance) for n in (1, 2, 3, 8) for chance in (0.0, 1.0)]
    assert pauses == [0.1, 0.2, 0.2, 0.4, 0.4, 0.8, 1.0, 2.0]


def test_there_is_an_end() -> None:
    assert Retries(attempts=3).pause(GET, BUSY, Fate.ANSWERED, 2, 60, 0) is not None
    assert Retries(attempts=3).pause(GET, BUSY, Fate.ANSWERED, 3, 60, 0) is None
    assert Retries(attempts=1).pause(GET, DEAD, Fate.REFUSED, 1, 60, 0) is None


def test_a_kept_connection_that_ended_is_replaced_at_once() -> None:
    assert pause(GET, DEAD, Fate.DIED, attempt=1) == 0
    assert pause(GET, DEAD, Fate.DIED, attempt=2) == 0.4


@pytest.mark.parametrize(("asked", "left", "waits"), [(1.5, 60, 1.9), (1.5, 1.8, None), (2.5, 60, None)])
def test_retry_after_is_honoured_or_told(asked: float, left: float, waits: float | None) -> None:
    """Never sooner than asked, never beyond the deadline, and not for long in front of somebody's eyes."""
    assert pause(GET, Throttled(status=429, retry_after=asked), left=left) == waits


@given(
    retry_after=st.none() | st.floats(0, 1e6),
    attempt=st.integers(1, 50),
    left=st.floats(0, 100),
    chance=st.floats(0, 1),
    fate=st.sampled_from(Fate),
    status=st.none() | st.integers(400, 599),
)
def test_no_wait_breaks_the_deadline_or_the_request(
    retry_after: float | None, attempt: int, left: float, chance: float, fate: Fate, status: int | None
) -> None:
    retries = Retries(attempts=10)
    error = Unavailable(status=status, retry_after=retry_after)
    waits = retries.pause(GET, error, fate, attempt, left, chance)
    if waits is not None:
        assert waits < left or waits == 0
        assert waits >= (retry_after or 0) or fate is Fate.DIED
        assert retries.pause(POST, error, fate, attempt, left, chance) is None or fate is Fate.REFUSED


# Both drivers


def asking(call: Call) -> Operation[Any]:
    return (yield call)


def faulty(*answers: int | httpx.Response | Exception) -> Any:
    """These answers (or just their status) in turn, then a good one."""
    left = list(answers)

    def answer(_: httpx.Request) -> httpx.Response:
        if not left:
            return httpx.Response(200, json={"ContactId": 17})
        now = left.pop(0)
        if isinstance(now, Exception):
            raise now
        return httpx.Response(now) if isinstance(now, int) else now

    return answer


QUICK = Retries(first=0.01)


@pytest.mark.parametrize(
    "trouble",
    [503, 429, httpx.ReadError("died"), httpx.ConnectError("refused")],
    ids=["503", "429", "died", "refused"],
)
def test_trouble_that_passes_is_not_seen(netserver: NetServer, open_crm: Open, trouble: Any) -> None:
    netserver.on("v1/Contact/17", faulty(trouble, trouble))
    assert open_crm(netserver, retries=QUICK).ask(asking(GET)) == {"ContactId": 17}
    assert len(netserver.asked) == 3


def test_trouble_that_stays_is_told(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("v1/Contact/17", {"ErrorMessage": "Busy"}, status=503)
    with pytest.raises(Unavailable) as caught:
        open_crm(netserver, retries=QUICK).ask(asking(GET))
    assert (caught.value.status, caught.value.message, len(netserver.asked)) == (503, "Busy", 3)


@pytest.mark.parametrize("status", [429, 503])
def test_a_change_that_met_trouble_is_not_repeated(netserver: NetServer, open_crm: Open, status: int) -> None:
    """Nothing is documented about what 429 and 503 have done or not."""
    netserver.on("v1/Contact", {}, status=status, **{"Retry-After": "1"})
    with pytest.raises(CrmError) as caught:
        open_crm(netserver).ask(asking(POST))
    assert (caught.value.retry_after, len(netserver.asked)) == (1, 1)


def test_a_change_that_never_left_is_sent(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("v1/Contact", faulty(httpx.ConnectError("refused")))
    assert open_crm(netserver, retries=QUICK).ask(asking(POST)) == {"ContactId": 17}


def test_a_server_that_asks_for_a_second_gets_it(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("v1/Contact/17", faulty(httpx.Response(429, headers={"Retry-After": "1"})))
    began = time.monotonic()
    open_crm(netserver, retries=QUICK).ask(asking(GET))
    assert time.monotonic() - began >= 1


def test_a_server_that_asks_for_a_minute_is_left_alone(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("v1/Contact/17", faulty(httpx.Response(429, headers={"Retry-After": "60"})))
    with pytest.raises(Throttled) as caught:
        open_crm(netserver).ask(asking(GET))
    assert (caught.value.retry_after, len(netserver.asked)) == (60, 1)


def test_a_change_sent_after_a_refusal_and_then_lost_stays_unknown(netserver: NetServer, open_crm: Open) -> None:
    """Sent for the first time at the second attempt."""
    netserver.on("v1/Contact", faulty(httpx.ConnectError("refused"), httpx.ReadError("died")))
    with pytest.raises(OutcomeUnknown):
        open_crm(netserver, retries=QUICK).ask(asking(POST))
    assert len(netserver.asked) == 2
