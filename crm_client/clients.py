"""``Crm`` and ``AsyncCrm``: two short drivers of the same operations.

::

    with sync_http() as http:
        crm = Crm(http, FixedAddress("https://online2.superoffice.com/Cust12345/api/"), auth)
        company = crm(contact(17))

    async with async_http() as http:
        crm = AsyncCrm(http, AsyncFixedAddress("https://…/api/"), auth)
        company, persons = await crm.all(contact(17), persons_of(17))

Both keep the same rules.

- 421 (the tenant moved): the address is asked again and the call sent once more. 401: see ``auth``.
- Other trouble: a call is sent again only where that is safe, by the rules in ``retries``. A question without an
  answer is ``Unavailable``, a change without one ``OutcomeUnknown``.
- A call has a deadline, with all its waiting, renewal and further attempts. ``AsyncCrm`` keeps it to the moment; a
  blocking call looks at the clock whenever bytes come, and no wait for bytes is longer than the deadline, so at worst
  it takes twice as long; a blocking address that has to ask takes its own time before.
- At most ``AT_ONCE`` calls to a tenant are under way in one event loop (or, of ``Crm``, in one process); more wait
  (see ``gates``).
- Each call asks for the person's language, and for times with their offset, so that no date is a guess
  [ws/so-timezone]. A time that comes without one all the same, such as a user-defined field's, is taken for UTC; so
  leave ``time_zone`` as it is unless you read such values yourself.
- What may be remembered (``memory``) is in ``cache``; who wants to be told of calls (``hooks``), in ``hooks``.

Rows that come page by page are read by ``each``, and bodies too large for memory by ``stream``::

    for row in crm.each(stream(query)): ...

    with crm.stream(Call("GET", "v1/Document/5/Content")) as blob:
        for piece in blob: file.write(piece)

    crm(...)     # sends one up: yield Call("PUT", "v1/Document/5/Content", upload=Upload.file(file))

One HTTP client serves all tenants and people of an event loop. Make it with ``async_http`` or ``sync_http``: it keeps
no cookies (NetServer sets ``ASP.NET_SessionId``, and a shared jar would send one person's session with another's
call), follows no redirects, and ignores proxies and credentials in the environment.
"""

# asyncio is imported where it is awaited: a program that only blocks starts without it.
from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from functools import cache
from ssl import SSLContext
from typing import Any, cast, overload
from urllib.parse import quote, urlencode

import httpx

from crm_client.address import Address, AsyncAddress
from crm_client.auth import exchange, exchange_async
from crm_client.cache import AsyncCache, Cache, Memory
from crm_client.calls import UNTRANSLATED, Call, Operation, Page, Stream, Upload
from crm_client.errors import CrmError
from crm_client.fates import Fate, fate, loss
from crm_client.gates import AT_ONCE as AT_ONCE
from crm_client.gates import gate, gates
from crm_client.hooks import Hook
from crm_client.retries import Retries
from crm_client.sending import Answer, Lost, Opened, Steps, Trip, course

DEADLINE = 60.0
"""Seconds one call has altogether."""
TIMEOUTS = httpx.Timeout(30.0, connect=5.0, pool=10.0)
"""Between two bytes of an answer, to connect, and to wait for a free connection."""
PLAIN = "$,/()'*"
"""What may stand in a query as it is (RFC 3986) and archives' questions are full of."""


class _Client:
    """What both drivers share: how a call looks on the wire."""

    def __init__(
        self,
        auth: httpx.Auth | None,
        language: str,
        app_token: str | None,
        time_zone: str,
        culture: str,
        deadline: float,
        retries: Retries,
        hooks: Sequence[Hook],
    ) -> None:
        self.auth = auth or httpx.Auth()
        self.language, self.culture, self.time_zone = language, culture, time_zone
        self.deadline = deadline
        self.retries = retries
        self.hooks = hooks
        self._app_token = {"SO-AppToken": app_token} if app_token else {}
        self._locale = locale(language, culture, time_zone)
        self._ordinary: dict[bool, httpx.Headers] = {}

    def _depends_on(self, call: Call) -> dict[str, str]:
        """The headers an answer varies with."""
        if not (call.language or call.culture or call.time_zone):
            return self._locale
        language, time_zone = call.language or self.language, call.time_zone or self.time_zone
        return locale(language, call.culture or self.culture, time_zone)

    def _headers(self, http: httpx.Client | httpx.AsyncClient, trip: Trip, call: Call) -> httpx.Headers:
        """The HTTP client's headers and ours; those of ordinary calls are put together once."""
        if trip.streams or call.headers or call.upload or call.form or call.language or call.culture or call.time_zone:
            return self._merged(http, trip, call)
        has_json = call.json is not None
        if has_json not in self._ordinary:
            self._ordinary[has_json] = self._merged(http, trip, call)
        return self._ordinary[has_json]

    def _merged(self, http: httpx.Client | httpx.AsyncClient, trip: Trip, call: Call) -> httpx.Headers:
        headers = httpx.Headers(http.headers)
        headers["Accept"] = "*/*" if trip.streams else "application/json"
        headers.update(self._depends_on(call) | self._app_token)
        if call.json is not None:
            headers["Content-Type"] = "application/json"
        if call.form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if call.upload is not None:
            headers.update({"Content-Type": call.upload.content_type, "Content-Length": str(call.upload.length)})
        headers.update(call.headers)
        return headers

    def _build(self, http: httpx.Client | httpx.AsyncClient, trip: Trip, call: Call, content: Any) -> httpx.Request:
        """The HTTP client could do it too, in twice the time, and would add a cookie if somebody's client kept one."""
        query = f"?{urlencode(call.query, safe=PLAIN, quote_via=quote)}" if call.query else ""
        return httpx.Request(
            call.method,
            f"{trip.base.rstrip('/')}/{call.path}{query}",
            content=content,
            headers=self._headers(http, trip, call),
            extensions={"timeout": http.timeout.as_dict(), "until": trip.until},
        )

    def _trip(self, call: Call, streams: bool = False) -> Trip:
        language = self._depends_on(call).get("Accept-Language", "")
        return Trip(call, time.monotonic() + self.deadline, streams, language)

    def _tell(self, trip: Trip, error: BaseException | None = None) -> None:
        if self.hooks:
            record = trip.record(error)
            for hook in self.hooks:
                hook(record)


def locale(language: str, culture: str, time_zone: str) -> dict[str, str]:
    """Headers for the language of texts, the format of numbers inside them, and the zone of times, which come with
    their offset [ws/endpoints/http-headers, ws/so-timezone].
    """
    texts = {"SO-Language": language} if language in (UNTRANSLATED, "*") else {"Accept-Language": language}
    numbers = {"SO-Culture": culture} if culture else {}
    return texts | numbers | {"SO-TimeZone": f"{time_zone}, includeTZOffset"}


class Crm(_Client):
    """Drives operations, blocking: for tasks, commands and scripts. Threads may share it.

    ``language`` is what texts come in (``en``, ``nb-NO``), ``culture`` how numbers inside texts are written if not as
    the language does, ``time_zone`` SuperOffice's code for the zone of times, ``app_token`` the application's secret
    for ``SO-AppToken`` [ws/endpoints/http-headers]. ``deadline`` are the seconds a call has.
    """

    def __init__(
        self,
        http: httpx.Client,
        address: Address,
        auth: httpx.Auth | None,
        language: str = "en",
        app_token: str | None = None,
        time_zone: str = "UTC",
        deadline: float = DEADLINE,
        *,
        culture: str = "",
        retries: Retries = Retries(),  # noqa: B008 (frozen)
        memory: Memory[Cache] | None = None,
        hooks: Sequence[Hook] = (),
    ) -> None:
        super().__init__(auth, language, app_token, time_zone, culture, deadline, retries, hooks)
        self.http = http
        self.address = address
        self.memory = memory

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
    def all[A, B, C, D, E, F, G](
        self,
        a: Operation[A],
        b: Operation[B],
        c: Operation[C],
        d: Operation[D],
        e: Operation[E],
        f: Operation[F],
        g: Operation[G],
        /,
    ) -> tuple[A, B, C, D, E, F, G]: ...
    @overload
    def all[T](self, *operations: Operation[T]) -> tuple[T, ...]: ...
    def all(self, *operations: Operation[Any]) -> tuple[Any, ...]:
        """Several operations, one after another; the first ``CrmError`` ends it."""
        return tuple([self(operation) for operation in operations])

    def each[T](self, stream: Stream[T]) -> Generator[T]:
        """The rows of a stream, read on as they are taken. Raises ``CrmError``."""
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
        """One call to its decoded answer. Raises ``CrmError``."""
        trip = self._trip(call)
        try:
            answer = self._carry(course(trip, self.retries, self.memory, self._depends_on(call)))
        except BaseException as error:
            self._tell(trip, error)
            raise
        self._tell(trip)
        return answer

    @contextmanager
    def stream(self, call: Call) -> Iterator[Download]:
        """The answer's body, piece by piece. The deadline counts until its first byte. Raises ``CrmError``."""
        trip = self._trip(call, streams=True)
        try:
            with ExitStack() as trip.held:
                response = self._carry(course(trip, self.retries, None, {}))
                yield Download(call, response)
        except BaseException as error:
            self._tell(trip, error)
            raise
        self._tell(trip)

    def _carry(self, steps: Steps) -> Any:
        try:
            step = next(steps)
            while True:
                try:
                    answer = step(self)
                except CrmError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
        except StopIteration as done:
            return done.value
        finally:
            steps.close()

    def _address(self) -> str:
        return self.address.get()

    def _new_address(self) -> str:
        return self.address.refresh()

    def _pause(self, seconds: float) -> None:
        time.sleep(seconds)

    def _recall(self, cache: Cache, key: str) -> Any:
        return cache.get(key)

    def _keep(self, cache: Cache, key: str, value: bytes, seconds: float) -> None:
        cache.set(key, value, seconds)

    def _attempt(self, trip: Trip, call: Call) -> Answer | Opened | Lost:
        turn = gate(trip.base)
        if not turn.acquire(timeout=trip.left()):
            return Lost(Fate.UNSENT)
        with ExitStack() as held:
            held.callback(turn.release)
            try:
                response = self._exchange(trip, call)
                held.callback(response.close)
                trip.status = response.status_code
                if trip.streams and response.is_success:
                    trip.held.push(held.pop_all())
                    return Opened(response)
                return _answer(response, self._body(trip, response))
            except httpx.RequestError as error:
                return Lost(fate(error), error)

    def _exchange(self, trip: Trip, call: Call) -> httpx.Response:
        own = self._build(self.http, trip, call, Pieces(call.upload) if call.upload else call.body)

        def send(request: httpx.Request) -> httpx.Response:
            trip.leaves(request is own)
            waits, left = request.extensions.get("timeout", self.http.timeout.as_dict()), trip.left()
            request.extensions["timeout"] = {name: min(left, seconds or left) for name, seconds in waits.items()}
            response = self.http.send(request, auth=None, follow_redirects=False, stream=True)
            trip.is_out = False
            return response

        return cast(httpx.Response, exchange(send, self.auth.sync_auth_flow(own)))

    def _body(self, trip: Trip, response: httpx.Response) -> bytes:
        pieces = []
        for piece in response.iter_bytes():
            pieces.append(piece)
            if not trip.left():
                raise httpx.ReadTimeout("the deadline has passed", request=response.request)
        return b"".join(pieces)


class AsyncCrm(_Client):
    """Drives operations, awaited: for views. Belongs to one event loop. What it takes is as for ``Crm``."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        address: AsyncAddress,
        auth: httpx.Auth | None,
        language: str = "en",
        app_token: str | None = None,
        time_zone: str = "UTC",
        deadline: float = DEADLINE,
        *,
        culture: str = "",
        retries: Retries = Retries(),  # noqa: B008 (frozen)
        memory: Memory[AsyncCache] | None = None,
        hooks: Sequence[Hook] = (),
    ) -> None:
        super().__init__(auth, language, app_token, time_zone, culture, deadline, retries, hooks)
        self.http = http
        self.address = address
        self.memory = memory

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
    async def all[A, B, C, D, E, F, G](
        self,
        a: Operation[A],
        b: Operation[B],
        c: Operation[C],
        d: Operation[D],
        e: Operation[E],
        f: Operation[F],
        g: Operation[G],
        /,
    ) -> tuple[A, B, C, D, E, F, G]: ...
    @overload
    async def all[T](self, *operations: Operation[T]) -> tuple[T, ...]: ...
    async def all(self, *operations: Operation[Any]) -> tuple[Any, ...]:
        """Several operations side by side: one round trip instead of their sum.

        The first ``CrmError`` cancels the others and is raised by itself, not in a group.
        """
        import asyncio

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self(operation)) for operation in operations]
        except BaseExceptionGroup as failed:
            raise _first(failed) from None
        return tuple([task.result() for task in tasks])

    async def each[T](self, stream: Stream[T]) -> AsyncGenerator[T]:
        """The rows of a stream, read on as they are taken: ``async for row in crm.each(stream(query))``.

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
        """One call to its decoded answer. Raises ``CrmError``."""
        trip = self._trip(call)
        try:
            answer = await self._carry(trip, course(trip, self.retries, self.memory, self._depends_on(call)))
        except BaseException as error:
            self._tell(trip, error)
            raise
        self._tell(trip)
        return answer

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[AsyncDownload]:
        """The answer's body: ``async for piece in blob``. The deadline counts until its first byte.

        Raises ``CrmError``.
        """
        trip = self._trip(call, streams=True)
        try:
            async with AsyncExitStack() as trip.held:
                response = await self._carry(trip, course(trip, self.retries, None, {}))
                yield AsyncDownload(call, response)
        except BaseException as error:
            self._tell(trip, error)
            raise
        self._tell(trip)

    async def _carry(self, trip: Trip, steps: Steps) -> Any:
        import asyncio

        try:
            async with asyncio.timeout(self.deadline):
                step = next(steps)
                while True:
                    try:
                        answer = await step(self)
                    except CrmError as error:
                        step = steps.throw(error)
                    else:
                        step = steps.send(answer)
        except StopIteration as done:
            return done.value
        except TimeoutError:
            raise loss(trip.call, Fate.SILENT if trip.is_out else Fate.UNSENT) from None
        finally:
            steps.close()

    async def _address(self) -> str:
        return await self.address.get()

    async def _new_address(self) -> str:
        return await self.address.refresh()

    async def _pause(self, seconds: float) -> None:
        import asyncio

        await asyncio.sleep(seconds)

    async def _recall(self, cache: AsyncCache, key: str) -> Any:
        return await cache.aget(key)

    async def _keep(self, cache: AsyncCache, key: str, value: bytes, seconds: float) -> None:
        await cache.aset(key, value, seconds)

    async def _attempt(self, trip: Trip, call: Call) -> Answer | Opened | Lost:
        if trip.streams:
            return await self._opened(trip, call)
        async with gates().turn(trip.base):
            try:
                response = await self._exchange(trip, call)
            except httpx.RequestError as error:
                return Lost(fate(error), error)
        trip.status = response.status_code
        answer = _answer(response, response.content)
        # It leads back to the response: a circle that only the garbage collector would take apart.
        del response.stream
        return answer

    async def _opened(self, trip: Trip, call: Call) -> Answer | Opened | Lost:
        async with AsyncExitStack() as held:
            await held.enter_async_context(gates().turn(trip.base))
            try:
                response = await self._exchange(trip, call)
                held.push_async_callback(response.aclose)
                trip.status = response.status_code
                if not response.is_success:
                    body = await response.aread()
                    trip.is_out = False
                    return _answer(response, body)
            except httpx.RequestError as error:
                return Lost(fate(error), error)
            trip.held.push_async_exit(held.pop_all())
            return Opened(response)

    async def _exchange(self, trip: Trip, call: Call) -> httpx.Response:
        own = self._build(self.http, trip, call, AsyncPieces(call.upload) if call.upload else call.body)

        async def send(request: httpx.Request) -> httpx.Response:
            trip.leaves(request is own)
            response = await self.http.send(request, stream=trip.streams, **PLAINLY)
            trip.is_out = trip.streams  # until its body is read
            return response

        return cast(httpx.Response, await exchange_async(send, self.auth.async_auth_flow(own)))


class _Body:
    """What both colours know of a body before it is read."""

    def __init__(self, call: Call, response: httpx.Response) -> None:
        self._call = call
        self._response = response
        self.content_type: str = response.headers.get("content-type", "")
        self.length: int | None = _length(response.headers)
        """Bytes altogether, if NetServer says so."""


class Download(_Body):
    """A body that is read piece by piece, once. Breaking off raises what a lost answer raises."""

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._response.iter_bytes()
        except httpx.RequestError as error:
            raise loss(self._call, fate(error)) from error


class AsyncDownload(_Body):
    """The same, awaited."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._response.aiter_bytes():
                yield piece
        except httpx.RequestError as error:
            raise loss(self._call, fate(error)) from error


class Pieces:
    """An upload as httpx takes it; each attempt opens it anew."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload

    def __iter__(self) -> Iterator[bytes]:
        pieces = self._upload.pieces()
        if not isinstance(pieces, Iterable):
            raise TypeError("Crm sends plain iterables; an asynchronous upload needs AsyncCrm")
        yield from pieces


class AsyncPieces:
    """The same, awaited. A plain iterable may wait for a disk, so a thread takes its pieces."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload

    async def __aiter__(self) -> AsyncIterator[bytes]:
        import asyncio

        pieces = self._upload.pieces()
        if isinstance(pieces, Iterable):
            iterator = iter(pieces)
            while (piece := await asyncio.to_thread(next, iterator, None)) is not None:
                yield piece
        else:
            async for piece in pieces:
                yield piece


def _answer(response: httpx.Response, body: bytes) -> Answer:
    return Answer(response.status_code, response.headers, body, response.request.headers)


def _length(headers: Mapping[str, str]) -> int | None:
    """The length told is that of what travels, so a compressed body's tells nothing."""
    told = headers.get("content-length", "")
    return int(told) if told.isdecimal() and "content-encoding" not in headers else None


def _first(failed: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first ``CrmError`` in a group, else whatever came first."""
    crm = failed.subgroup(CrmError)
    found: BaseException = crm or failed
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


PLAINLY: dict[str, Any] = {"auth": None, "follow_redirects": False}
"""How calls are sent: who asks is in their headers, and no answer leads elsewhere."""


class NoCookies(httpx.Cookies):
    """Keeps none. A jar with a policy would keep none either, but look through each answer for them."""

    def extract_cookies(self, response: httpx.Response) -> None:
        pass


class _SyncHttp(httpx.Client):
    cookies = NoCookies()  # type: ignore[override]


class _AsyncHttp(httpx.AsyncClient):
    cookies = NoCookies()  # type: ignore[override]

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """As httpx does, by the shortest way, which saves a tenth of a call: what ``AsyncCrm`` has authorised itself
        and reads as a whole is handed to the transport. httpx would ask credentials, redirects, hooks and cookies
        first, none of which it has here, and write a line to its log.
        """
        if stream or options != PLAINLY:
            return await super().send(request, stream=stream, **options)
        request.extensions.setdefault("timeout", self.timeout.as_dict())
        try:
            response = await self._transport.handle_async_request(request)
        except httpx.RequestError as error:
            error.request = request
            raise
        response.request = request
        try:
            await response.aread()
        except BaseException:
            await response.aclose()
            raise
        return response


@cache
def _tls() -> SSLContext:
    """One for all clients of a process: reading the authorities that it trusts takes longer than many a call."""
    return httpx.create_ssl_context(trust_env=False)


def sync_http() -> httpx.Client:
    """The HTTP client for ``Crm``."""
    return _SyncHttp(verify=_tls(), trust_env=False, follow_redirects=False, timeout=TIMEOUTS)


def async_http() -> httpx.AsyncClient:
    """The HTTP client for ``AsyncCrm``, on aiohttp: httpx's own asynchronous pool collapses under load."""
    return _AsyncHttp(transport=_transport(), trust_env=False, follow_redirects=False, timeout=TIMEOUTS)


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
                kind = type(error).__name__
            # Not from that error: it would show the request's headers.
            raise httpx.RemoteProtocolError(f"The server's answer is not HTTP ({kind})")

    def session() -> ClientSession:
        # No limit of its own: one host serves many tenants, so a limit a host would let one slow tenant stop them all.
        connector = TCPConnector(limit=0, keepalive_timeout=30, ssl=_tls())
        session = ClientSession(connector=connector, cookie_jar=DummyCookieJar(), trust_env=False)
        # aiohttp sends GET, PUT and DELETE again when a connection dies; there is no public switch.
        session._retry_connection = False
        return session

    return Transport(verify=_tls(), trust_env=False, client=session)
