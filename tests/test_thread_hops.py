"""No thread on the way to a panel: each costs about a millisecond or a seventh of one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import SyncToAsync, iscoroutinefunction, sync_to_async
from django.conf import settings
from django.http import HttpResponse
from django.urls import path
from django.utils.module_loading import import_string

from tests.served import visit

END = "HttpResponseBase.close"
"""Where something blocked, the request ends in its thread, too."""


async def plain(_request: Any) -> HttpResponse:
    return HttpResponse("plain")


async def reads_its_session(request: Any) -> HttpResponse:
    await request.session.aget("nothing")
    return HttpResponse("read")


async def changes_its_session(request: Any) -> HttpResponse:
    await request.session.aset("something", 1)
    return HttpResponse("changed")


thread_of: list[int] = []
"""Of each visit to ``blocks``."""


def blocks(_request: Any) -> HttpResponse:
    thread_of.append(threading.get_ident())
    return HttpResponse("blocked")


async def blocks_twice(_request: Any) -> HttpResponse:
    thread_of.append(await sync_to_async(threading.get_ident)())
    await asyncio.to_thread(visit, "blocks")
    thread_of.append(await sync_to_async(threading.get_ident)())
    return HttpResponse("blocked")


urlpatterns = [
    path("plain", plain),
    path("blocks", blocks),
    path("blocks-twice", blocks_twice),
    path("reads", reads_its_session),
    path("changes", changes_its_session),
]


@pytest.fixture
def hops(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What went through a thread, by name."""
    seen: list[str] = []
    through_a_thread = SyncToAsync.__call__

    async def noted(self: SyncToAsync, *args: Any, **kwargs: Any) -> Any:
        seen.append(self.func.__qualname__.partition(".<locals>")[0])
        return await through_a_thread(self, *args, **kwargs)

    monkeypatch.setattr(SyncToAsync, "__call__", noted)
    return seen


@pytest.mark.urls(__name__)
def test_a_plain_view_takes_no_thread(hops: list[str]):
    assert visit("plain") == 200
    assert hops == []


@pytest.mark.urls(__name__)
@pytest.mark.skipif(not settings.REDIS_URL, reason="without Redis the session is in the database, behind a thread")
def test_reading_the_session_takes_none(hops: list[str]):
    assert visit("reads") == 200
    assert hops == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls(__name__)
def test_saving_a_session_takes_one_as_it_happens_once_in_a_sign_in(hops: list[str]):
    """The test of the test: a hop is seen."""
    assert visit("changes") == 200
    assert hops == ["SessionMiddleware.process_response", END]


@pytest.mark.urls(__name__)
def test_the_next_request_blocks_in_the_thread_of_the_one_before():
    """To start one, and another one that waits for its end, costs more than all of Django's middleware."""
    thread_of.clear()
    assert visit("blocks") == visit("blocks") == 200
    assert len(set(thread_of)) == 1


@pytest.mark.urls(__name__)
def test_requests_side_by_side_have_a_thread_each():
    thread_of.clear()
    assert visit("blocks-twice") == 200
    own, others, own_again = thread_of
    assert own == own_again != others


@pytest.mark.parametrize("name", settings.MIDDLEWARE)
def test_every_middleware_awaits_by_itself(name: str):
    """One that cannot would be adapted, with a thread for each request."""
    middleware = import_string(name)

    async def get_response(_request: Any) -> HttpResponse:
        return HttpResponse()

    assert middleware.async_capable
    assert iscoroutinefunction(middleware(get_response))
