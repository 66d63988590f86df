"""Credentials for calls: a person's access token, renewed in time and only once.

An access token lives an hour, its refresh token for years and is not replaced by a renewal
[auth/sign-in-user/auth-code-flow]. ``UserToken`` puts the token on each call. It renews a token shortly before it
ends, and once when NetServer answers 401 though it looked good; the call is then sent once more, never twice.

However many calls meet an old token, it is renewed once. In a process the calls of one principal queue for one
*turn*; between processes whoever gets the store's ``claim`` renews, and the others wait and read what he saved. No
database lock is held while SuperOffice is asked.

The flow itself is a plain generator (``UserToken._flow``) of two kinds of steps: requests to send and things to ask a
*hand*, which is the store in one of two colours plus the waiting. ``sync_auth_flow`` and ``async_auth_flow`` only
carry them out.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import methodcaller
from typing import Any, Protocol
from weakref import WeakKeyDictionary, WeakValueDictionary

import httpx

from crm_client.calls import retry_after
from crm_client.errors import BadAnswer, BadRequest, CrmError, NotSignedIn, Unavailable

AHEAD = timedelta(seconds=60)
"""How long before its end a token is renewed."""
LEASE = 20.0
"""Seconds a claim lasts: longer than an answer may take, so that a process that died blocks the others only shortly."""
PAUSE = 0.1
"""Seconds between two looks at what somebody else renews."""


@dataclass(frozen=True)
class Grant:
    """What a sign-in gave us. Its text shows no token."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    """Aware; when the access token ends."""

    def ends_within(self, span: timedelta) -> bool:
        return datetime.now(UTC) + span >= self.expires_at


class TokenStore(Protocol):
    """Where one principal's grant is kept, for ``Crm``. Its methods must be safe between processes."""

    def load(self) -> Grant:
        """The grant as stored now. Raises ``NotSignedIn`` if there is none."""

    def claim(self, stale: Grant, seconds: float) -> bool:
        """Take the right to renew, for some seconds: by one conditional update, only while ``stale`` is the stored
        grant and nobody else holds an unexpired claim. False for the loser.
        """

    def save(self, grant: Grant) -> None:
        """Store the renewed grant and end the claim."""

    def release(self) -> None:
        """End the claim without a new grant: the renewal failed and may be tried again."""

    def lost(self) -> None:
        """The refresh token is refused for good: forget the grant and end the claim."""


class AsyncTokenStore(Protocol):
    """The same for ``AsyncCrm``."""

    async def load(self) -> Grant: ...

    async def claim(self, stale: Grant, seconds: float) -> bool: ...

    async def save(self, grant: Grant) -> None: ...

    async def release(self) -> None: ...

    async def lost(self) -> None: ...


type Steps = Generator[httpx.Request | Callable[[Any], Any], Any, None]


class UserToken(httpx.Auth):
    """A person's credential for NetServer calls.

    ``store`` is a ``TokenStore`` for ``Crm``, an ``AsyncTokenStore`` for ``AsyncCrm``. ``principal`` tells whose
    grant it is, e.g. ``("online", "Cust12345", 5)``: calls with an equal one renew together.

    Raises ``NotSignedIn`` when there is no grant or its refresh token is refused, ``Unavailable`` when renewing fails
    for now.
    """

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        store: TokenStore | AsyncTokenStore,
        principal: Hashable,
    ) -> None:
        self._token_url = token_url
        self._client = {"client_id": client_id, "client_secret": client_secret}
        self._store = store
        self._principal = principal

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        return self._carry(self._flow(request), request)

    def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        return self._carry_async(self._flow(request), request)

    def _flow(self, request: httpx.Request) -> Steps:
        """One call: the token, renewed ahead of its end; after a 401 renewed and sent once more."""
        grant = yield methodcaller("load")
        if grant.ends_within(AHEAD):
            grant = yield from self._renewed(grant)
        response = yield _authorised(request, grant)
        if response.status_code == 401:
            grant = yield from self._renewed(grant)
            yield _authorised(request, grant)

    def _renewal(self, ahead: timedelta) -> Steps:
        """No call, only the renewal of a grant that ends soon."""
        grant = yield methodcaller("load")
        if grant.ends_within(ahead):
            yield from self._renewed(grant)

    def _renewed(self, stale: Grant) -> Generator[Any, Any, Grant]:
        """The grant after ``stale``, by whoever is first in this process."""
        turn = yield methodcaller("take_turn")
        if turn.grant is None or turn.grant.access_token == stale.access_token:
            turn.grant = yield from self._claimed(stale)
        fresh: Grant = turn.grant
        yield methodcaller("give_turn")
        return fresh

    def _claimed(self, stale: Grant) -> Generator[Any, Any, Grant]:
        """The grant after ``stale``, by whoever is first of all processes."""
        give_up = time.monotonic() + 2 * LEASE
        while not (yield methodcaller("claim", stale)):
            current: Grant = yield methodcaller("load")
            if current.access_token != stale.access_token:
                return current
            if time.monotonic() > give_up:
                raise Unavailable("token renewal: somebody else has been at it for too long", sent=False)
            yield methodcaller("pause")
        return (yield from self._exchanged(stale))

    def _exchanged(self, stale: Grant) -> Generator[Any, Any, Grant]:
        """The grant SuperOffice gives for the refresh token; the parameters go in the body, a query would end in
        logs.
        """
        form = {"grant_type": "refresh_token", "refresh_token": stale.refresh_token, **self._client}
        response = yield httpx.Request("POST", self._token_url, data=form, headers={"Accept": "application/json"})
        if _error_code(response) == "invalid_grant" and response.status_code in (400, 401):
            yield methodcaller("lost")
            raise NotSignedIn("token renewal: the refresh token is no longer accepted", status=response.status_code)
        grant = granted(response, stale.refresh_token)
        yield methodcaller("save", grant)
        return grant

    def _carry(self, steps: Steps, own: httpx.Request | None = None) -> Generator[httpx.Request, httpx.Response, None]:
        hand = _Hand(self._store, self._principal)
        try:
            step = next(steps)
            while True:
                answer: Any
                if isinstance(step, httpx.Request):
                    answer = yield step
                    if step is not own:
                        answer.read()
                else:
                    answer = step(hand)
                step = steps.send(answer)
        except StopIteration:
            return
        finally:
            hand.let_go()

    async def _carry_async(
        self, steps: Steps, own: httpx.Request | None = None
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        hand = _AsyncHand(self._store, self._principal)
        try:
            step = next(steps)
            while True:
                answer: Any
                if isinstance(step, httpx.Request):
                    answer = yield step
                    if step is not own:
                        await answer.aread()
                else:
                    answer = await step(hand)
                step = steps.send(answer)
        except StopIteration:
            return
        finally:
            await hand.let_go()


def renew(http: httpx.Client, auth: UserToken, ahead: timedelta) -> None:
    """Renew a grant that ends within ``ahead``, without a call: for work in the background. Errors as ``UserToken``."""
    carried = auth._carry(auth._renewal(ahead))
    try:
        request = next(carried)
        while True:
            request = carried.send(http.send(request, auth=None))
    except StopIteration:
        return
    except httpx.TransportError as error:
        raise Unavailable("token renewal: no answer", sent=None) from error
    finally:
        carried.close()


async def renew_async(http: httpx.AsyncClient, auth: UserToken, ahead: timedelta) -> None:
    """The same with an ``AsyncTokenStore``."""
    carried = auth._carry_async(auth._renewal(ahead))
    try:
        request = await anext(carried)
        while True:
            request = await carried.asend(await http.send(request, auth=None))
    except StopAsyncIteration:
        return
    except httpx.TransportError as error:
        raise Unavailable("token renewal: no answer", sent=None) from error
    finally:
        await carried.aclose()


def granted(response: httpx.Response, refresh_token: str = "") -> Grant:
    """The grant in a token answer. A renewal's answer holds no refresh token, so the old one is kept [auth/api].

    Raises ``Unavailable`` (SuperID is in trouble), ``NotSignedIn`` (it wants the person), ``BadRequest`` (it does not
    know this application) or ``BadAnswer``. What it told is left out of the texts, but for OAuth's own short error
    codes.
    """
    if response.status_code != 200:
        raise _refusal(response)
    try:
        told = response.json()
        lifetime = timedelta(seconds=int(told["expires_in"]))
        kept = told.get("refresh_token") or refresh_token
        return Grant(str(told["access_token"]), str(kept), datetime.now(UTC) + lifetime)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise BadAnswer("token renewal: the answer holds no token", status=200) from None


def _refusal(response: httpx.Response) -> CrmError:
    code, status = _error_code(response), response.status_code
    summary = f"token renewal: {status}" + (f" {code}" if code else "")
    if status == 429 or status >= 500:
        return Unavailable(summary, status=status, retry_after=retry_after(response.headers))
    if status in (400, 401, 403) and code in ("", "invalid_grant", "access_denied"):
        return NotSignedIn(summary, status=status)
    return BadRequest(summary, status=status, error_type=code)


def _error_code(response: httpx.Response) -> str:
    try:
        code = json.loads(response.content)["error"]
    except (ValueError, KeyError, TypeError):
        return ""
    return code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,40}", code) else ""


def _authorised(request: httpx.Request, grant: Grant) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {grant.access_token}"
    return request


class _Turn[L]:
    """A place in the queue of one principal's renewals; it lives as long as somebody queues."""

    def __init__(self, lock: L) -> None:
        self.lock = lock
        self.grant: Grant | None = None
        """What the one before us in the queue renewed."""


_turns: WeakValueDictionary[Hashable, _Turn[threading.Lock]] = WeakValueDictionary()
_turns_lock = threading.Lock()
_async_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, WeakValueDictionary[Hashable, _Turn[asyncio.Lock]]] = (
    WeakKeyDictionary()
)


def _turn(principal: Hashable) -> _Turn[threading.Lock]:
    with _turns_lock:
        return _turns.setdefault(principal, _Turn(threading.Lock()))


def _async_turn(principal: Hashable) -> _Turn[asyncio.Lock]:
    here = _async_turns.setdefault(asyncio.get_running_loop(), WeakValueDictionary())
    return here.setdefault(principal, _Turn(asyncio.Lock()))


class _Hand:
    """Carries out what a flow asks, and lets go of what a flow that broke off still holds."""

    def __init__(self, store: Any, principal: Hashable) -> None:
        self.store = store
        self.principal = principal
        self.has_claim = False
        self.turn: _Turn[threading.Lock] | None = None

    def load(self) -> Grant:
        grant: Grant = self.store.load()
        return grant

    def claim(self, stale: Grant) -> bool:
        self.has_claim = self.store.claim(stale, LEASE)
        return self.has_claim

    def save(self, grant: Grant) -> None:
        self.store.save(grant)
        self.has_claim = False

    def lost(self) -> None:
        self.store.lost()
        self.has_claim = False

    def pause(self) -> None:
        time.sleep(PAUSE)

    def take_turn(self) -> _Turn[threading.Lock]:
        turn = _turn(self.principal)
        turn.lock.acquire()
        self.turn = turn
        return turn

    def give_turn(self) -> None:
        if self.turn is not None:
            self.turn.lock.release()
            self.turn = None

    def let_go(self) -> None:
        try:
            if self.has_claim:
                self.store.release()
        finally:
            self.give_turn()


class _AsyncHand:
    """The same, awaited."""

    def __init__(self, store: Any, principal: Hashable) -> None:
        self.store = store
        self.principal = principal
        self.has_claim = False
        self.turn: _Turn[asyncio.Lock] | None = None

    async def load(self) -> Grant:
        grant: Grant = await self.store.load()
        return grant

    async def claim(self, stale: Grant) -> bool:
        self.has_claim = await self.store.claim(stale, LEASE)
        return self.has_claim

    async def save(self, grant: Grant) -> None:
        await self.store.save(grant)
        self.has_claim = False

    async def lost(self) -> None:
        await self.store.lost()
        self.has_claim = False

    async def pause(self) -> None:
        await asyncio.sleep(PAUSE)

    async def take_turn(self) -> _Turn[asyncio.Lock]:
        turn = _async_turn(self.principal)
        await turn.lock.acquire()
        self.turn = turn
        return turn

    async def give_turn(self) -> None:
        if self.turn is not None:
            self.turn.lock.release()
            self.turn = None

    async def let_go(self) -> None:
        try:
            if self.has_claim:
                await self.store.release()
        finally:
            await self.give_turn()
