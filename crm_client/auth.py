"""Credentials for calls: a person's access token, renewed in time and only once.

An access token lives an hour, its refresh token for years and is not replaced by a renewal
[auth/sign-in-user/auth-code-flow]. ``UserToken`` puts the token on each call. It renews a token shortly before it
ends, and once when NetServer answers 401 though it looked good; the call is then sent once more, never twice.

However many calls meet an old token, it is renewed once. In a process the calls of one principal queue for one *turn*
and share what came of it, a token or trouble; between processes whoever gets the store's ``claim`` renews, and the
others wait and read what he saved. No database lock is held while SuperOffice is asked. Whatever keeps a renewal from
its token, the call itself was not done: ``sent`` is False. While the token is still good nobody waits for whoever
renews it, and a renewal without an answer costs nothing: the old token goes on, and the claim is left to run out, so
that a login host in trouble is asked now and then instead of by every call.

The flow itself is a plain generator (``Credential._flow``) of two kinds of steps: requests to send and things to ask
a *hand* (see ``hands``), which is the store in one of two colours plus the waiting. ``sync_auth_flow`` and
``async_auth_flow`` only carry them out. They work in any httpx client; ``exchange`` and ``exchange_async`` drive them
as httpx does, and also tell them of requests that failed.

``system_user`` holds the other credential.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Hashable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import methodcaller
from typing import Any, Protocol

import httpx

from crm_client import hands
from crm_client.calls import object_in, retry_after
from crm_client.errors import BadAnswer, BadRequest, CrmError, NotSignedIn, Passing, Unavailable
from crm_client.hands import AsyncHand, Hand

AHEAD = timedelta(seconds=60)
"""How long before its end a token is renewed."""
PATIENCE = {"connect": 5.0, "read": 10.0, "write": 2.0, "pool": 2.0}
"""Seconds for the parts of a renewal; together less than a claim lasts."""
DEADLINE = 60.0
"""Seconds for all of a flow's waiting, where no ``until`` is among the request's extensions."""


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
        """Take the right to renew, for some seconds: by one conditional update, only while ``stale``'s access token is
        the stored one and nobody else holds an unexpired claim. False for the loser.
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


class Credential(httpx.Auth):
    """What ``UserToken`` and ``SystemUser`` share: the flow of one call around a grant that is renewed."""

    def __init__(self, store: TokenStore | AsyncTokenStore, principal: Hashable) -> None:
        self._store = store
        self._principal = principal

    def _authorise(self, request: httpx.Request, grant: Grant) -> None:
        """Put the grant on a call."""
        raise NotImplementedError

    def _exchanged(self, stale: Grant) -> Generator[Any, Any, Grant]:
        """Steps to the grant after ``stale``."""
        raise NotImplementedError

    def _using(self, grant: Grant) -> Generator[Any, Any, None]:
        """Steps before a grant is used."""
        yield from ()

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        return self._carry(self._flow(request), request)

    def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        return self._carry_async(self._flow(request), request)

    def _flow(self, request: httpx.Request) -> Steps:
        """One call: the token, renewed ahead of its end; after a 401 renewed and sent once more."""
        grant = yield methodcaller("load")
        if grant.ends_within(timedelta(0)):
            grant = yield from self._renewed(grant)
        elif grant.ends_within(AHEAD):
            grant = yield from self._renewed_ahead(grant)
        yield from self._using(grant)
        self._authorise(request, grant)
        response = yield request
        if response.status_code == 401:
            grant = yield from self._renewed(grant)
            self._authorise(request, grant)
            yield request

    def _renewal(self, ahead: timedelta) -> Steps:
        """No call, only the renewal of a grant that ends soon."""
        grant = yield methodcaller("load")
        if grant.ends_within(ahead):
            yield from self._renewed(grant)

    def _renewed(self, stale: Grant) -> Generator[Any, Any, Grant]:
        """The grant after ``stale``, by whoever is first in this process; those who queue share what came of it."""
        began = time.monotonic()
        turn = yield methodcaller("take_turn")
        if turn.ended_at < began:
            try:
                turn.end((yield from self._claimed(stale)))
            except Passing as trouble:
                turn.end(copy(trouble))  # without its traceback
                raise
        yield methodcaller("give_turn")
        if isinstance(turn.outcome, Passing):
            raise copy(turn.outcome)
        fresh: Grant = turn.outcome
        return fresh

    def _renewed_ahead(self, good: Grant) -> Generator[Any, Any, Grant]:
        """The grant after one that is still good: nobody waits, and trouble is no trouble yet."""
        turn = yield methodcaller("take_turn", patient=False)
        if turn is None:
            return good
        fresh = good
        try:
            if (yield methodcaller("claim", good)):
                fresh = yield from self._exchanged(good)
                turn.end(fresh)
        except Passing:
            yield methodcaller("leave_claim")
        yield methodcaller("give_turn")
        return fresh

    def _claimed(self, stale: Grant) -> Generator[Any, Any, Grant]:
        """The grant after ``stale``, by whoever is first of all processes."""
        give_up = time.monotonic() + 2 * hands.LEASE
        while not (yield methodcaller("claim", stale)):
            current: Grant = yield methodcaller("load")
            if current.access_token != stale.access_token:
                return current
            if time.monotonic() > give_up:
                raise Unavailable("token renewal: somebody else has been at it for too long", sent=False)
            yield methodcaller("pause")
        return (yield from self._exchanged(stale))

    def _carry(self, steps: Steps, own: httpx.Request | None = None) -> Generator[httpx.Request, httpx.Response, None]:
        hand = Hand(self._store, self._principal, _until(own))
        try:
            step = next(steps)
            while True:
                answer: Any
                try:
                    if isinstance(step, httpx.Request):
                        answer = yield step
                        if step is not own:
                            answer.read()
                    else:
                        answer = step(hand)
                except (httpx.RequestError, CrmError) as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
        except StopIteration:
            return
        finally:
            hand.let_go()

    async def _carry_async(
        self, steps: Steps, own: httpx.Request | None = None
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        hand = AsyncHand(self._store, self._principal, _until(own))
        try:
            step = next(steps)
            while True:
                answer: Any
                try:
                    if isinstance(step, httpx.Request):
                        answer = yield step
                        if step is not own:
                            await answer.aread()
                    else:
                        answer = await step(hand)
                except (httpx.RequestError, CrmError) as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(answer)
        except StopIteration:
            return
        finally:
            await hand.let_go()


class UserToken(Credential):
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
        super().__init__(store, principal)
        self._token_url = token_url
        self._client = {"client_id": client_id, "client_secret": client_secret}

    def _authorise(self, request: httpx.Request, grant: Grant) -> None:
        request.headers["Authorization"] = f"Bearer {grant.access_token}"

    def _exchanged(self, stale: Grant) -> Generator[Any, Any, Grant]:
        """The grant SuperOffice gives for the refresh token."""
        response = yield from answered(self._question(stale))
        if _error_code(response) == "invalid_grant" and response.status_code in (400, 401):
            yield methodcaller("lost")
            told = "token renewal: the refresh token is no longer accepted"
            raise NotSignedIn(told, sent=False, status=response.status_code)
        grant = granted(response, stale)
        yield methodcaller("save", grant)
        return grant

    def _question(self, stale: Grant) -> httpx.Request:
        """The parameters go in the body, a query would end in logs; and in no name of a frame that an error passes, for
        error trackers print those.
        """
        form = {"grant_type": "refresh_token", "refresh_token": stale.refresh_token, **self._client}
        return asking("POST", self._token_url, form=form)


def asking(method: str, url: str, *, form: Mapping[str, str] | None = None, json: Any = None) -> httpx.Request:
    """A question to the login host."""
    headers = {"Accept": "application/json"}
    return httpx.Request(method, url, data=form, json=json, headers=headers, extensions={"timeout": PATIENCE})


class NoAnswer(Unavailable):
    """The login host cannot be reached, or is in trouble of its own."""


def ask(http: httpx.Client, request: httpx.Request) -> httpx.Response:
    """Ask the login host something that needs no credential. Raises ``NoAnswer``."""
    try:
        return sound(http.send(request, auth=None, follow_redirects=False))
    except httpx.RequestError as error:
        raise NoAnswer("the login host gives no answer", sent=False) from error


async def ask_async(http: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """The same, awaited."""
    try:
        return sound(await http.send(request, auth=None, follow_redirects=False))
    except httpx.RequestError as error:
        raise NoAnswer("the login host gives no answer", sent=False) from error


def sound(response: httpx.Response) -> httpx.Response:
    """An answer of the login host. Raises ``NoAnswer`` for one that tells of its own trouble."""
    status = response.status_code
    if status == 429 or status >= 500:
        wait = retry_after(response.headers)
        raise NoAnswer(f"the login host answers {status}", sent=False, status=status, retry_after=wait)
    return response


def answered(request: httpx.Request) -> Generator[Any, Any, httpx.Response]:
    """The step of asking the login host. Raises ``Unavailable`` if it gives no answer: the call itself was not sent."""
    try:
        response: httpx.Response = yield request
    except httpx.RequestError as error:
        raise Unavailable("token renewal: no answer", sent=False) from error
    return response


def exchange(
    send: Callable[[httpx.Request], httpx.Response], flow: Generator[httpx.Request, httpx.Response, None]
) -> httpx.Response | None:
    """Drive an auth flow to the answer of its last request, which is left unread if ``send`` leaves it so; None if it
    sent nothing.
    """
    response: httpx.Response | None = None
    try:
        request = next(flow)
        while True:
            try:
                response = send(request)
            except httpx.RequestError as error:
                request = flow.throw(error)
            else:
                request = flow.send(response)
                response.read()
    except StopIteration:
        return response
    except BaseException:
        if response is not None:
            response.close()
        raise
    finally:
        flow.close()


async def exchange_async(
    send: Callable[[httpx.Request], Awaitable[httpx.Response]], flow: AsyncGenerator[httpx.Request, httpx.Response]
) -> httpx.Response | None:
    """The same, awaited."""
    response: httpx.Response | None = None
    try:
        request = await anext(flow)
        while True:
            try:
                response = await send(request)
            except httpx.RequestError as error:
                request = await flow.athrow(error)
            else:
                request = await flow.asend(response)
                await response.aread()
    except StopAsyncIteration:
        return response
    except BaseException:
        if response is not None:
            await response.aclose()
        raise
    finally:
        await flow.aclose()


def renew(http: httpx.Client, auth: Credential, ahead: timedelta) -> None:
    """Renew a grant that ends within ``ahead``, without a call: for work in the background. Errors as ``UserToken``."""
    exchange(partial(http.send, auth=None, follow_redirects=False), auth._carry(auth._renewal(ahead)))


async def renew_async(http: httpx.AsyncClient, auth: Credential, ahead: timedelta) -> None:
    """The same with an ``AsyncTokenStore``."""
    await exchange_async(partial(http.send, auth=None, follow_redirects=False), auth._carry_async(auth._renewal(ahead)))


def granted(response: httpx.Response, stale: Grant | None = None) -> Grant:
    """The grant in a token answer. A renewal's answer holds no refresh token, so that of ``stale`` is kept [auth/api].

    Raises ``Unavailable`` (SuperID is in trouble), ``NotSignedIn`` (it wants the person), ``BadRequest`` (it does not
    know this application) or ``BadAnswer``. What it told is left out of the texts, but for OAuth's own short error
    codes.
    """
    if sound(response).status_code != 200:
        raise _refusal(response)
    try:
        told = object_in(response.content)
        lifetime = timedelta(seconds=int(told["expires_in"]))
        refresh_token = told.get("refresh_token") or (stale.refresh_token if stale else "")
        return Grant(str(told["access_token"]), str(refresh_token), datetime.now(UTC) + lifetime)
    except (ValueError, KeyError, TypeError, OverflowError):
        raise BadAnswer("token renewal: the answer holds no token", sent=False, status=200) from None


def _refusal(response: httpx.Response) -> CrmError:
    code, status = _error_code(response), response.status_code
    summary = f"token renewal: {status}" + (f" {code}" if code else "")
    if status in (400, 401, 403) and code in ("", "invalid_grant", "access_denied"):
        return NotSignedIn(summary, sent=False, status=status)
    return BadRequest(summary, sent=False, status=status, error_type=code)


def _error_code(response: httpx.Response) -> str:
    code = object_in(response.content).get("error")
    return code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,40}", code) else ""


def _until(request: httpx.Request | None) -> float:
    extensions = {} if request is None else request.extensions
    until: float = extensions.get("until", time.monotonic() + DEADLINE)
    return until
