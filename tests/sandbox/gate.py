"""What every call to NetServer passes before and after its handler.

In this order: faults ordered by the control API, the tenant's host and state, the cookie quirk, the bearer token.
Each call is logged in ``world.calls`` with how long it took.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from .answers import Call, Refused
from .exchanges import exchange
from .state import RUNNING
from .texts import in_language, language_of
from .world import Fault, Tenant, World

COOKIE = "ASP.NET_SessionId"

WRONG_HOST = "Wrong subdomain used to access tenant"

SYSTEM_USER = "system user"
"""How the call log names a caller who is nobody."""

Handler = Callable[[Call], Response | Awaitable[Response]]
"""Most answers are there at once; a few wait for somebody else."""


@dataclass(frozen=True)
class Caller:
    """A user, and the application he calls with."""

    associate: Any
    client_id: str


NOBODY = Caller(None, "")


class Gate:
    """The ASGI application behind ``/{ctx}/api/`` of one tenant host."""

    def __init__(
        self, world: World, urls: dict[str, str], host: str, answer: Handler, version: Callable[[Call], Response]
    ) -> None:
        self.world, self.urls, self.host = world, urls, host
        self.answer, self.version = answer, version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        clock = time.perf_counter()
        body = await request.body()
        # A mistake of the sandbox's own is 500, and in the log like everything else.
        response, user, status = None, "", 500
        try:
            response, user = await self._respond(request, body)
            status = response.status_code if response else 0
        finally:
            entry = self._entry(request, user, status, time.perf_counter() - clock)
            told, got = (response.headers.items(), bytes(response.body)) if response else ([], b"")
            self.world.log(entry, exchange(request.headers.items(), body, told, got))
        if response is None:
            await hang_up(receive)
            return
        response.set_cookie(COOKIE, secrets.token_hex(12), httponly=True, samesite="lax")
        await response(scope, receive, send)

    async def _respond(self, request: Request, body: bytes) -> tuple[Response | None, str]:
        fault = self._fault(request)
        if fault is None:
            return await self._work(request, body)
        await asyncio.sleep(fault.delay)
        if fault.drop == "before":
            return None, ""
        if fault.status is not None:
            return _faulty(fault, request), ""
        response, user = await self._work(request, body)
        return (None if fault.drop == "after" else response), user

    def _fault(self, request: Request) -> Fault | None:
        """The first fault that matches; one that has been used up goes away."""
        found = next((f for f in self.world.faults if _matches(f, request)), None)
        if found is not None and found.count is not None:
            found.count -= 1
            if found.count <= 0:
                self.world.faults.remove(found)
        return found

    async def _work(self, request: Request, body: bytes) -> tuple[Response, str]:
        user = ""
        try:
            tenant = self._tenant(request)
            if not below_api(request):
                response = self.version(self._call(request, tenant, NOBODY, body))
            else:
                call = self._call(request, tenant, self._caller(request, tenant), body)
                user = call.associate.human or SYSTEM_USER
                answer = self.answer(call)
                response = await answer if isinstance(answer, Awaitable) else answer
        except Refused as refused:
            response = refusal(refused, request)
        return response, user

    def _tenant(self, request: Request) -> Tenant:
        tenant = self.world.tenant(request.path_params["ctx"])
        if tenant is None:
            raise Refused(404, "SoNotFoundException", "Unknown tenant")
        if tenant.host != self.host:
            raise Refused(421, "MisdirectedRequest", WRONG_HOST)
        if tenant.state not in RUNNING:
            raise Refused(503, "ServiceUnavailable", f"The tenant is not running: {tenant.state}")
        if COOKIE in request.cookies:
            # NetServer hangs a caller's session on this cookie, and answers one user with another's data
            # if a program shares a jar between them. The sandbox is plain about it.
            raise Refused(400, "SoSessionException", f"An API call must not send the cookie {COOKIE} back")
        return tenant

    def _caller(self, request: Request, tenant: Tenant) -> Caller:
        """Who calls: a person by ``Bearer``, or an application's system user by ``SOTicket`` and ``SO-AppToken``."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        match scheme.lower():
            case "bearer":
                found, held = self.world.bearer(token), self.world.access_tokens
            case "soticket":
                secret = request.headers.get("so-apptoken", "")
                found, held = self.world.system_user(token, secret), self.world.tickets
            case _:
                found, held = None, {}
        if found is None or found[0].ctx != tenant.ctx:
            raise Refused(401, "SoSessionException", "Authentication failed: no valid credential for this tenant")
        return Caller(found[1], held[token]["client_id"])

    def _call(self, request: Request, tenant: Tenant, caller: Caller, body: bytes) -> Call:
        return Call(
            client_id=caller.client_id,
            world=self.world,
            tenant=tenant,
            associate=caller.associate,
            method=request.method,
            path=below_api(request),
            api=f"{self.urls[self.host]}/{tenant.ctx}/api/",
            query=parse_qsl(request.url.query, keep_blank_values=True),
            headers=request.headers,
            body=body,
        )

    def _entry(self, request: Request, user: str, status: int, seconds: float) -> dict[str, Any]:
        return {
            "method": request.method,
            "path": request.url.path,
            "query": request.url.query,
            "tenant": request.path_params["ctx"],
            "user": user,
            "status": status,
            "ms": round(seconds * 1000, 1),
        }


def below_api(request: Request) -> str:
    """The path below ``/{ctx}/api/``, without slashes at its ends."""
    return request.url.path.split("/api", 1)[1].strip("/")


def refusal(refused: Refused, request: Request) -> Response:
    """An error answer; 421 is the plain text the documentation quotes."""
    if refused.status == 421:
        return PlainTextResponse(refused.message, 421)
    body = in_language(refused.body(), language_of(request.headers))
    return JSONResponse(body, refused.status)


def _matches(fault: Fault, request: Request) -> bool:
    tenant = request.path_params["ctx"]
    return (
        (fault.ctx is None or fault.ctx.lower() == tenant.lower())
        and (fault.method is None or fault.method.upper() == request.method)
        and re.search(fault.path, below_api(request)) is not None
    )


def _faulty(fault: Fault, request: Request) -> Response:
    refused = Refused(fault.status or 500, "SoFaultException", f"The sandbox was told to answer {fault.status}")
    response = refusal(refused, request)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = fault.retry_after
    return response


async def hang_up(receive: Receive) -> None:
    """Close the TCP connection without an answer; under a test client, which has none, raise ConnectionResetError."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("the sandbox hung up")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
