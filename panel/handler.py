"""How a request is served: what Django's own handler does, without what costs a fifth of a panel's CPU there.

- Django starts two threads for each request. Here blocking code has a thread of the request's own as well, but from one
  request to the next it is the same, and a request in which nothing blocked takes none, not even for Django's signals.
- Django listens by a task of its own whether the visitor left, and ends it by an exception whose traceback holds all of
  the request until the garbage collector finds it. Here a request is first given time to end by itself.

It is written along ``django.core.handlers.asgi`` of Django 6.1, from its parts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import IO, Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_finished, request_started
from django.urls import set_script_prefix

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

UNLISTENED = 1.0
"""Seconds of a request in which nobody listens whether its visitor left."""


class Thread(ThreadPoolExecutor):
    """One thread, started when something blocks."""

    def __init__(self) -> None:
        super().__init__(max_workers=1)
        self.is_used = False

    def submit(self, *work: Any, **options: Any) -> Future[Any]:
        self.is_used = True
        return super().submit(*work, **options)


class Handler(ASGIHandler):
    """An ASGI application for HTTP."""

    def __init__(self) -> None:
        super().__init__()
        self._threads: list[Thread] = []
        """No request has them now."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        thread = self._threads.pop() if self._threads else Thread()
        thread.is_used = False
        try:
            with closing(body):
                async with ThreadSensitiveContext(executor=thread):
                    finish = await self._serve(scope, receive, send, body)
                    if thread.is_used:
                        await sync_to_async(finish)()  # connections to the database belong to their thread
                    else:
                        finish()
        finally:
            self._threads.append(thread)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, body: IO[bytes]) -> Callable[[], Any]:
        """Answer, step by step as Django does; what is left to do in the request's thread. Who leaves meanwhile has his
        request cancelled [django: topics/async, Handling disconnects].
        """
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=type(self), scope=scope)
        request, response = self.create_request(scope, body)
        visitor = Visitor(receive)
        try:
            if request is not None:
                response = await self.run_get_response(request)
            if response is not None:
                await self.send_response(response, send)
        except asyncio.CancelledError:
            if not visitor.let_go():
                raise
        finally:
            visitor.is_served()
        return partial(request_finished.send, sender=type(self)) if response is None else response.close


class Visitor:
    """Cancels the running task when he leaves."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._task = asyncio.current_task()
        self._listening: asyncio.Task[None] | None = None
        self._later = asyncio.get_running_loop().call_later(UNLISTENED, self._listen)
        self._has_left = False

    def let_go(self) -> bool:
        """Whether it was he who cancelled the task, and nobody else."""
        return self._has_left and self._task is not None and not self._task.uncancel()

    def is_served(self) -> None:
        """Nobody has to listen any more."""
        self._later.cancel()
        if self._listening is not None:
            self._listening.cancel()

    def _listen(self) -> None:
        self._listening = asyncio.create_task(self._hear())

    async def _hear(self) -> None:
        await self._receive()  # after the body comes nothing but his leaving
        if self._task is not None:
            self._has_left = self._task.cancel()
