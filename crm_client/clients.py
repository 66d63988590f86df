"""``Crm`` and ``AsyncCrm``: two short drivers of the same operations.

::

    with sync_http() as http:
        crm = Crm(http, FixedAddress("https://online2.superoffice.com/Cust12345/api/"), auth)
        company = crm(contact(17))

    async with async_http() as http:
        crm = AsyncCrm(http, AsyncFixedAddress("https://…/api/"), auth)
        company, persons = await crm.all(contact(17), persons_of(17))

Both keep the same rules.

- 421 (the tenant moved): the address is asked again and the call sent once more, whatever it is: NetServer did not do
  it [dp/best-practices/tenant-status/check-status]. 401: see ``auth``.
- A question is asked once more when its connection died, as kept connections do when a server ends them. A change is
  never sent again. A question without an answer is ``Unavailable``, a change without one
  ``OutcomeUnknown``.
- At most ``AT_ONCE`` calls to a tenant are under way in one event loop (or, of ``Crm``, in one process); more wait.
- Each call asks for the person's language, and for times with their offset, so that no date is a guess
  [ws/so-timezone].

One HTTP client serves all tenants and people of an event loop. Make it with ``async_http`` or ``sync_http``: it keeps
no cookies (NetServer sets ``ASP.NET_SessionId``, and a shared jar would send one person's session with another's
call), follows no redirects, and ignores proxies and credentials in the environment.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator, Hashable
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, overload
from weakref import WeakKeyDictionary, WeakValueDictionary

import httpx

from crm_client.address import Address, AsyncAddress
from crm_client.calls import Call, Operation, Page, Stream, decipher
from crm_client.errors import CrmError, Misdirected, OutcomeUnknown, Unavailable

AT_ONCE = 16
"""Calls under way to one tenant."""
DEADLINE = 60.0
"""Seconds ``AsyncCrm`` gives one call altogether, with waiting, renewal and a second try."""
TIMEOUTS = httpx.Timeout(30.0, connect=5.0, pool=10.0)
"""Between two bytes of an answer, to connect, and to wait for a free connection."""


class _Client:
    """What both drivers share: how a call looks on the wire."""

    http: httpx.Client | httpx.AsyncClient

    def __init__(self, auth: httpx.Auth | None, language: str, app_token: str | None, time_zone: str) -> None:
        self.auth = auth
        self.headers = {
            "Accept": "application/json",
            "Accept-Language": language,
            "SO-TimeZone": f"{time_zone}, includeTZOffset",
        }
        self._secrets = (app_token or "",)
        if app_token:
            self.headers["SO-AppToken"] = app_token

    @cached_property
    def _common(self) -> httpx.Headers:
        """What is the same in every call: the HTTP client's headers and ours."""
        headers = httpx.Headers(self.http.headers)
        headers.update(self.headers)
        return headers

    def _request(self, call: Call, base: str) -> httpx.Request:
        """Put together here and not by the HTTP client: that takes twice the time, and would add a cookie if somebody's
        client has kept one.
        """
        typed = {"Content-Type": "application/json"} if call.json is not None else {}
        request = httpx.Request(
            call.method,
            base.rstrip("/") + "/" + call.path,
            params=call.query or None,
            content=call.body,
            headers=self._common,
            extensions={"timeout": self.http.timeout.as_dict()},
        )
        if typed or call.headers:
            request.headers.update(typed | dict(call.headers))
        return request

    def _answer(self, call: Call, base: str, response: httpx.Response) -> Any:
        sent = response.request.headers.get("Authorization", "")
        secrets = (*self._secrets, sent, sent.partition(" ")[2])
        return decipher(call, response.status_code, response.headers, response.content, base=base, secrets=secrets)


class Crm(_Client):
    """Drives operations, blocking: for tasks, commands and scripts. Threads may share it.

    ``language`` is what texts come in (``en``, ``nb-NO``), ``time_zone`` SuperOffice's code for the zone of times,
    ``app_token`` the application's secret for ``SO-AppToken`` [ws/endpoints/http-headers].
    """

    def __init__(
        self,
        http: httpx.Client,
        address: Address,
        auth: httpx.Auth | None,
        language: str = "en",
        app_token: str | None = None,
        time_zone: str = "UTC",
    ) -> None:
        super().__init__(auth, language, app_token, time_zone)
        self.http: httpx.Client = http
        self.address = address

    def __call__[T](self, operation: Operation[T]) -> T:
        """Carry out one operation. Raises ``CrmError``."""
        try:
            call = next(operation)
            while True:
                try:
                    answer = self.send(call)
                except CrmError as error:
                    call = operation.throw(error)
                else:
                    call = operation.send(answer)
        except StopIteration as done:
            value: T = done.value
            return value
        finally:
            operation.close()

    @overload
    def all[A, B](self, a: Operation[A], b: Operation[B], /) -> tuple[A, B]: ...
    @overload
    def all[A, B, C](self, a: Operation[A], b: Operation[B], c: Operation[C], /) -> tuple[A, B, C]: ...
    @overload
    def all[A, B, C, D](
        self, a: Operation[A], b: Operation[B], c: Operation[C], d: Operation[D], /
    ) -> tuple[A, B, C, D]: ...
    @overload
    def all[A, B, C, D, E](
        self, a: Operation[A], b: Operation[B], c: Operation[C], d: Operation[D], e: Operation[E], /
    ) -> tuple[A, B, C, D, E]: ...
    @overload
    def all[A, B, C, D, E, F](
        self, a: Operation[A], b: Operation[B], c: Operation[C], d: Operation[D], e: Operation[E], f: Operation[F], /
    ) -> tuple[A, B, C, D, E, F]: ...
    @overload
    def all[T](self, *operations: Operation[T]) -> tuple[T, ...]: ...
    def all(self, *operations: Operation[Any]) -> tuple[Any, ...]:
        """Several operations, one after another; the first ``CrmError`` ends it."""
        return tuple([self(operation) for operation in operations])

    def each[T](self, stream: Stream[T]) -> Generator[T]:
        """The rows of a stream, read on as they are taken: ``for row in crm.each(rows(query))``.

        Raises ``CrmError``.
        """
        try:
            step = next(stream)
            while True:
                if isinstance(step, Page):
                    yield from step.rows
                    step = next(stream)
                    continue
                try:
                    answer = self.send(step)
                except CrmError as error:
                    step = stream.throw(error)
                else:
                    step = stream.send(answer)
        except StopIteration:
            return
        finally:
            stream.close()

    def send(self, call: Call) -> Any:
        """One call, and once more at the new address if the tenant moved."""
        try:
            return self._attempt(call, self.address.get())
        except Misdirected:
            return self._attempt(call, self.address.refresh())

    def _attempt(self, call: Call, base: str) -> Any:
        request = self._request(call, base)
        with _gate(base):
            response = self._response(call, request)
        return self._answer(call, base, response)

    def _response(self, call: Call, request: httpx.Request) -> httpx.Response:
        try:
            return self.http.send(request, auth=self.auth)
        except httpx.RequestError as error:
            if not may_ask_again(call, error):
                raise no_answer(call, error, request) from error
        try:
            return self.http.send(request, auth=self.auth)
        except httpx.RequestError as error:
            raise no_answer(call, error, request) from error


class AsyncCrm(_Client):
    """Drives operations, awaited: for views. Belongs to one event loop."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        address: AsyncAddress,
        auth: httpx.Auth | None,
        language: str = "en",
        app_token: str | None = None,
        time_zone: str = "UTC",
        deadline: float = DEADLINE,
    ) -> None:
        super().__init__(auth, language, app_token, time_zone)
        self.http: httpx.AsyncClient = http
        self.address = address
        self.deadline = deadline

    async def __call__[T](self, operation: Operation[T]) -> T:
        """Carry out one operation. Raises ``CrmError``."""
        try:
            call = next(operation)
            while True:
                try:
                    answer = await self.send(call)
                except CrmError as error:
                    call = operation.throw(error)
                else:
                    call = operation.send(answer)
        except StopIteration as done:
            value: T = done.value
            return value
        finally:
            operation.close()

    @overload
    async def all[A, B](self, a: Operation[A], b: Operation[B], /) -> tuple[A, B]: ...
    @overload
    async def all[A, B, C](self, a: Operation[A], b: Operation[B], c: Operation[C], /) -> tuple[A, B, C]: ...
    @overload
    async def all[A, B, C, D](
        self, a: Operation[A], b: Operation[B], c: Operation[C], d: Operation[D], /
    ) -> tuple[A, B, C, D]: ...
    @overload
    async def all[A, B, C, D, E](
        self, a: Operation[A], b: Operation[B], c: Operation[C], d: Operation[D], e: Operation[E], /
    ) -> tuple[A, B, C, D, E]: ...
    @overload
    async def all[A, B, C, D, E, F](
        self, a: Operation[A], b: Operation[B], c: Operation[C], d: Operation[D], e: Operation[E], f: Operation[F], /
    ) -> tuple[A, B, C, D, E, F]: ...
    @overload
    async def all[T](self, *operations: Operation[T]) -> tuple[T, ...]: ...
    async def all(self, *operations: Operation[Any]) -> tuple[Any, ...]:
        """Several operations side by side: one round trip instead of their sum.

        The first ``CrmError`` cancels the others and is raised by itself, not in a group.
        """
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self(operation)) for operation in operations]
        except BaseExceptionGroup as failed:
            raise _first(failed) from None
        return tuple([task.result() for task in tasks])

    async def each[T](self, stream: Stream[T]) -> AsyncGenerator[T]:
        """The rows of a stream, read on as they are taken: ``async for row in crm.each(rows(query))``.

        Raises ``CrmError``. Who stops early closes it at once by ``contextlib.aclosing``.
        """
        try:
            step = next(stream)
            while True:
                if isinstance(step, Page):
                    for row in step.rows:
                        yield row
                    step = next(stream)
                    continue
                try:
                    answer = await self.send(step)
                except CrmError as error:
                    step = stream.throw(error)
                else:
                    step = stream.send(answer)
        except StopIteration:
            return
        finally:
            stream.close()

    async def send(self, call: Call) -> Any:
        """One call, and once more at the new address if the tenant moved; within the deadline."""
        under_way = _UnderWay()
        try:
            async with asyncio.timeout(self.deadline):
                try:
                    return await self._attempt(call, await self.address.get(), under_way)
                except Misdirected:
                    return await self._attempt(call, await self.address.refresh(), under_way)
        except TimeoutError:
            raise _lost(call, sent=None if under_way.now else False) from None

    async def _attempt(self, call: Call, base: str, under_way: _UnderWay) -> Any:
        request = self._request(call, base)
        async with _async_gate(base):
            under_way.now = True
            response = await self._response(call, request)
        under_way.now = False
        return self._answer(call, base, response)

    async def _response(self, call: Call, request: httpx.Request) -> httpx.Response:
        try:
            return await self.http.send(request, auth=self.auth)
        except httpx.RequestError as error:
            if not may_ask_again(call, error):
                raise no_answer(call, error, request) from error
        try:
            return await self.http.send(request, auth=self.auth)
        except httpx.RequestError as error:
            raise no_answer(call, error, request) from error


class _UnderWay:
    """Whether a call has been handed to the network and not been answered."""

    now = False


def no_answer(call: Call, error: Exception, request: httpx.Request) -> CrmError:
    """What an answer that did not come means for the call.

    A failure while the token was renewed concerns another request: then the call itself was not sent, or was answered
    by 401.
    """
    own = getattr(error, "_request", None) in (request, None)
    return _lost(call, sent=False if not own or never_sent(error) else None)


def _lost(call: Call, sent: bool | None) -> CrmError:
    if sent is False:
        return Unavailable(f"{call.name}: SuperOffice could not be reached", sent=False)
    if call.changes:
        return OutcomeUnknown(f"{call.name}: sent, but no answer came", sent=None)
    return Unavailable(f"{call.name}: no answer in time", sent=None)


def may_ask_again(call: Call, error: Exception) -> bool:
    """The call only reads, and its connection died: not for want of time, nor for want of a server."""
    died = {"ServerDisconnectedError", "ClientOSError", "ClientPayloadError"} & _aiohttp_names(error)
    is_dead = bool(died) or isinstance(error, httpx.ReadError | httpx.WriteError | httpx.RemoteProtocolError)
    return is_dead and not call.changes and not never_sent(error)


def never_sent(error: BaseException) -> bool:
    """The request surely did not leave.

    The aiohttp transport reports a server that died after reading a request as ``ConnectTimeout`` as well, so where
    aiohttp is the cause only its own classes tell; names are compared because the blocking client does without
    aiohttp.
    """
    names = _aiohttp_names(error)
    if names:
        return bool(names & {"ClientConnectorError", "ConnectionTimeoutError"})
    return isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.UnsupportedProtocol)


def _aiohttp_names(error: BaseException) -> set[str]:
    """Which of aiohttp's errors lie beneath one of httpx, with their ancestors."""
    kinds = [type(cause) for cause in _causes(error) if type(cause).__module__.startswith("aiohttp")]
    return {ancestor.__name__ for kind in kinds for ancestor in kind.__mro__}


def _causes(error: BaseException | None) -> Generator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _first(failed: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first ``CrmError`` in a group, else whatever came first."""
    crm = failed.subgroup(CrmError)
    found: BaseException = crm or failed
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


_gates: WeakValueDictionary[Hashable, threading.Semaphore] = WeakValueDictionary()
_gates_lock = threading.Lock()
_async_gates: WeakKeyDictionary[asyncio.AbstractEventLoop, WeakValueDictionary[Hashable, asyncio.Semaphore]] = (
    WeakKeyDictionary()
)


def _gate(base: str) -> threading.Semaphore:
    with _gates_lock:
        return _gates.setdefault(base, threading.Semaphore(AT_ONCE))


def _async_gate(base: str) -> asyncio.Semaphore:
    """A semaphore belongs to the loop it first waits in, so each loop has its own."""
    here = _async_gates.setdefault(asyncio.get_running_loop(), WeakValueDictionary())
    return here.setdefault(base, asyncio.Semaphore(AT_ONCE))


def sync_http() -> httpx.Client:
    """The HTTP client for ``Crm``."""
    return httpx.Client(cookies=_no_cookies(), trust_env=False, follow_redirects=False, timeout=TIMEOUTS)


def async_http() -> httpx.AsyncClient:
    """The HTTP client for ``AsyncCrm``, on aiohttp: httpx's own asynchronous pool collapses under load."""
    return httpx.AsyncClient(
        transport=_transport(), cookies=_no_cookies(), trust_env=False, follow_redirects=False, timeout=TIMEOUTS
    )


def _transport() -> httpx.AsyncBaseTransport:
    """httpx on aiohttp, without three of aiohttp's own ideas: cookies, sending twice, errors httpx does not know.

    The imports wait until here because a program that only blocks needs none of them.
    """
    from aiohttp import ClientError, ClientSession, DummyCookieJar, TCPConnector
    from httpx_aiohttp import AiohttpTransport

    class Transport(AiohttpTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            try:
                return await super().handle_async_request(request)
            except ClientError as error:
                raise httpx.RemoteProtocolError("The server's answer is not HTTP") from error

    def session() -> ClientSession:
        connector = TCPConnector(limit=400, limit_per_host=100, keepalive_timeout=30)
        session = ClientSession(connector=connector, cookie_jar=DummyCookieJar(), trust_env=False)
        # aiohttp sends GET, PUT and DELETE again when a connection dies; there is no public switch.
        session._retry_connection = False
        return session

    return Transport(trust_env=False, client=session)


def _no_cookies() -> CookieJar:
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))
