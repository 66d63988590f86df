"""Where a tenant's API is. Addresses move between hosts, so nobody writes one down for long.

A client asks its ``Address`` before each call and, when NetServer answers 421 (wrong host), once more with
``refresh``. Hosts are found through the state API (see ``state``) and never stored for good
[dp/best-practices/tenant-status/check-status].

``StateAddress`` and ``AsyncStateAddress`` keep what the state API says in memory, for as long as it says; make one for
each tenant. One call asks; the others meanwhile go on with the address that was known, if any was. A state API in
trouble is left alone for a moment. An application with a database keeps the address there, in an ``Address`` of its
own. Either must refuse an address that is not SuperOffice's before a token goes to it; ``checked`` does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from crm_client.auth import NoAnswer, ask, ask_async, asking
from crm_client.calls import object_in
from crm_client.errors import BadAnswer, Unavailable
from crm_client.state import TenantState, state_url

if TYPE_CHECKING:
    import httpx

HOSTS = (".superoffice.com",)
"""What the hosts of tenants end in."""
WITHOUT_A_TIME = timedelta(minutes=5)
"""How long an answer is kept that does not say it."""
JUST_NOW = 2.0
"""Seconds in which calls side by side that met 421 share one question."""
LEFT_ALONE = 5.0
"""Seconds in which a state API that did not answer is not asked again."""


class Address(Protocol):
    """A tenant's API address, for ``Crm``: ``https://online2.superoffice.com/Cust12345/api/``."""

    def get(self) -> str:
        """The address as known now."""

    def refresh(self) -> str:
        """The address after asking the state API again: the known one just answered 421."""


class AsyncAddress(Protocol):
    """The same for ``AsyncCrm``."""

    async def get(self) -> str: ...

    async def refresh(self) -> str: ...


class FixedAddress:
    """An address that does not move, for scripts and tests."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self) -> str:
        return self.url

    def refresh(self) -> str:
        return self.url


class AsyncFixedAddress:
    """An address that does not move, for ``AsyncCrm``."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def get(self) -> str:
        return self.url

    async def refresh(self) -> str:
        return self.url


class _Known:
    """What the state API said last about one tenant."""

    def __init__(self, login_url: str, ctx: str, hosts: Sequence[str]) -> None:
        self._question = asking("GET", state_url(login_url, ctx))
        self._login_url, self._ctx, self._hosts = login_url, ctx, hosts
        self._api = ""
        self._until = datetime.min.replace(tzinfo=UTC)
        self._refreshed_at = float("-inf")
        self._trouble: NoAnswer | None = None
        self._trouble_at = float("-inf")

    @property
    def _holds(self) -> bool:
        return bool(self._api) and datetime.now(UTC) < self._until

    @property
    def _is_new(self) -> bool:
        return time.monotonic() - self._refreshed_at < JUST_NOW

    @contextmanager
    def _sparing(self) -> Iterator[None]:
        """Around a question: those who queue behind trouble hear of it too, instead of asking one after another."""
        if self._trouble is not None and time.monotonic() - self._trouble_at < LEFT_ALONE:
            raise copy(self._trouble)
        try:
            yield
        except NoAnswer as trouble:
            self._trouble, self._trouble_at = copy(trouble), time.monotonic()  # without its traceback
            raise

    def _learn(self, response: httpx.Response) -> str:
        if response.status_code == 404:
            raise Unavailable("state API: no such tenant", sent=False, status=404)
        state = TenantState.parse(object_in(response.content))
        if state.ctx.lower() != self._ctx.lower():
            raise BadAnswer("state API: the answer is another tenant's", sent=False)
        if not state.is_running:
            raise Unavailable(f"the tenant is {state.state}", sent=False)
        self._api = checked(state.api, self._login_url, self._hosts)
        self._until = state.valid_until or datetime.now(UTC) + WITHOUT_A_TIME
        return self._api

    def _learn_anew(self, response: httpx.Response) -> str:
        api = self._learn(response)
        self._refreshed_at = time.monotonic()
        return api


class StateAddress(_Known):
    """A tenant's address as the state API tells it, kept as long as it says. Threads may share it.

    ``login_url`` is the environment's login host. ``hosts`` are what a tenant's host may end in.

    Raises ``Unavailable`` when the tenant is not running, or nothing is known and the state API does not answer;
    ``BadAnswer`` for an address that is not SuperOffice's.
    """

    def __init__(self, http: httpx.Client, login_url: str, ctx: str, hosts: Sequence[str] = HOSTS) -> None:
        super().__init__(login_url, ctx, hosts)
        self._http = http
        self._asking = threading.Lock()

    def get(self) -> str:
        if self._holds or (self._api and self._asking.locked()):
            return self._api
        with self._asking:
            try:
                return self._api if self._holds else self._learn(self._ask())
            except NoAnswer:
                if not self._api:
                    raise
                # Its own trouble must not stop a customer whose NetServer may well answer; a 421 would tell.
                return self._api

    def refresh(self) -> str:
        with self._asking:
            return self._api if self._is_new else self._learn_anew(self._ask())

    def _ask(self) -> httpx.Response:
        with self._sparing():
            return ask(self._http, self._question)


class AsyncStateAddress(_Known):
    """The same for ``AsyncCrm``, in one event loop."""

    def __init__(self, http: httpx.AsyncClient, login_url: str, ctx: str, hosts: Sequence[str] = HOSTS) -> None:
        import asyncio

        super().__init__(login_url, ctx, hosts)
        self._http = http
        self._asking = asyncio.Lock()

    async def get(self) -> str:
        if self._holds or (self._api and self._asking.locked()):
            return self._api
        async with self._asking:
            try:
                return self._api if self._holds else self._learn(await self._ask())
            except NoAnswer:
                if not self._api:
                    raise
                return self._api

    async def refresh(self) -> str:
        async with self._asking:
            return self._api if self._is_new else self._learn_anew(await self._ask())

    async def _ask(self) -> httpx.Response:
        with self._sparing():
            return await ask_async(self._http, self._question)


def checked(api: str, login_url: str, hosts: Sequence[str] = HOSTS) -> str:
    """The address, if a token may go there: https, and a host of SuperOffice's. Where the login host itself is plain
    http on this machine (a sandbox), its tenants may be so too.

    Raises ``BadAnswer``.
    """
    try:
        there, login = urlsplit(api), urlsplit(login_url)
        host, port = there.hostname or "", there.port
    except ValueError:
        raise BadAnswer("state API: the address is none", sent=False) from None
    is_plain = there.username is None and not there.query and not there.fragment
    is_theirs = there.scheme == "https" and port in (None, 443) and host.endswith(tuple(hosts))
    is_here = login.scheme == there.scheme == "http" and host == login.hostname and host in ("localhost", "127.0.0.1")
    if not is_plain or not (is_theirs or is_here):
        raise BadAnswer("state API: the address is not SuperOffice's", sent=False)
    return api
