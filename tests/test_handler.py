"""A request is served as Django serves it: its signals, its threads, its connections, and who leaves."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

from panel import handler
from panel.asgi import django_application
from tests.served import visit

seen: list[Any] = []
"""By the views below."""


async def plain(_request: Any) -> HttpResponse:
    return HttpResponse("plain")


def asks_the_database(_request: Any) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    seen.append((connection.connection is not None, threading.get_ident()))
    return HttpResponse("asked")


async def waits(_request: Any) -> HttpResponse:
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        seen.append("cancelled")
        raise
    return HttpResponse("waited")


async def is_cancelled(_request: Any) -> HttpResponse:
    raise asyncio.CancelledError


async def fails(_request: Any) -> HttpResponse:
    raise RuntimeError("nobody expected it")


async def pieces(_request: Any) -> StreamingHttpResponse:
    async def some() -> Any:
        yield b"one"
        yield b"two"

    return StreamingHttpResponse(some())


def reads(request: Any) -> HttpResponse:
    seen.append(request.body)
    return HttpResponse("read")


urlpatterns = [
    path("plain", plain),
    path("asks", asks_the_database),
    path("waits", waits),
    path("is-cancelled", is_cancelled),
    path("fails", fails),
    path("pieces", pieces),
    path("reads", reads),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    seen.clear()


@pytest.fixture
def signals() -> Iterator[list[tuple[str, int, bool]]]:
    """Those Django sent: which, in which thread, and whether that has a connection to the database."""
    sent: list[tuple[str, int, bool]] = []

    def started(**_about: Any) -> None:
        sent.append(("started", threading.get_ident(), connection.connection is not None))

    def finished(**_about: Any) -> None:
        sent.append(("finished", threading.get_ident(), connection.connection is not None))

    request_started.connect(started)
    request_finished.connect(finished)
    yield sent
    request_started.disconnect(started)
    request_finished.disconnect(finished)


@pytest.fixture
def listens_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "UNLISTENED", 0.0)


def test_signals_are_sent_once_each(signals: list[tuple[str, int, bool]]):
    here = threading.get_ident()
    assert visit("plain") == 200
    assert [(name, thread == here) for name, thread, _ in signals] == [("started", True), ("finished", True)]


@pytest.mark.django_db(transaction=True)
def test_a_request_that_blocked_ends_in_its_thread_and_its_connection_with_it(signals: list[tuple[str, int, bool]]):
    """Django's own receiver gives the connection back, and it knows that of its own thread only."""
    assert visit("asks") == 200
    ((had_connection, thread),) = seen
    assert had_connection
    assert [(name, where == thread) for name, where, _ in signals] == [("started", False), ("finished", True)]
    assert not any(thread.submit(_has_connection).result(5) for thread in django_application._threads)


def _has_connection() -> bool:
    return connection.connection is not None


@pytest.mark.usefixtures("listens_at_once")
def test_who_leaves_has_his_request_cancelled(signals: list[tuple[str, int, bool]]):
    assert visit("waits", leaves=0.05) == 0
    assert seen == ["cancelled"]
    assert [name for name, *_ in signals] == ["started", "finished"]


def test_a_short_request_is_not_listened_to():
    """Whoever leaves at once is served to the end, as costs less."""
    assert visit("plain", leaves=0.0) == 200


def test_who_left_before_anybody_listened_is_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handler, "UNLISTENED", 0.05)
    assert visit("waits", leaves=0.0) == 0
    assert seen == ["cancelled"]


@pytest.mark.usefixtures("listens_at_once")
def test_a_cancellation_by_somebody_else_goes_on():
    with pytest.raises(asyncio.CancelledError):
        visit("is-cancelled")


@pytest.mark.usefixtures("listens_at_once")
def test_a_failing_view_answers_500(settings: Any):
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    assert visit("fails") == 500


def test_a_stream_is_sent_whole(signals: list[tuple[str, int, bool]]):
    assert visit("pieces") == 200
    assert [name for name, *_ in signals] == ["started", "finished"]


def test_a_body_arrives():
    assert visit("reads", "GET", b"typed") == 200
    assert seen == [b"typed"]


def test_an_address_that_is_no_text_is_a_bad_request(signals: list[tuple[str, int, bool]]):
    assert visit("plain", query=b"\xff") == 400
    assert [name for name, *_ in signals] == ["started", "finished"]


@pytest.mark.urls("panel.urls")
@pytest.mark.django_db(transaction=True)
def test_a_panel_leaves_nothing_to_the_garbage_collector():
    """What refers to itself stays until it is found, with all that was shown."""
    card = b"uctx=Cust12345&usid=5&contact_id=17"
    assert visit("panels/company/", query=card) == 401  # loads what is loaded once
    logging.disable()  # what is kept of a log for this test would hold the requests
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for _ in range(3):
            visit("panels/company/", query=card)
        gc.collect()
        left = {type(one).__name__ for one in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
        logging.disable(logging.NOTSET)
    assert left & {"ASGIRequest", "RequestContext", "HttpResponse", "Scene"} == set()
