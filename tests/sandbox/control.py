"""The control API, ``/__sandbox__/…`` on the login host: make the sandbox behave badly, move, forget.

Bodies and answers are JSON. A body with a key that is not known gets 400 and changes nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from .application_keys import pem
from .dump import dump
from .events import again, fire
from .exchanges import KEPT
from .overview import (
    CLIENT_SWITCHES,
    client_switches,
    handle,
    overview,
    sessions,
    tenant_state,
    tokens,
    webhooks,
)
from .rest import KINDS
from .roles import RELATIONS, TABLES, roles
from .state import STATES
from .state_push import ChangeType, changes, push
from .tokens import rotate, signing_key
from .webhooks import turned
from .world import Client, Fault, Tenant, World

Handler = Callable[[Request], Awaitable[Response]]
NUMBER = (int, float)
NOTHING = type(None)
TEXT = (str, NOTHING)
WHOLE = (int, NOTHING)
TENANT_TYPES: dict[str, Any] = {
    **dict.fromkeys(("state", "move", "upgrade", "push"), str),
    **dict.fromkeys(
        ("revoke", "restore", "consent", "needs_reapproval", "expired", "back_up", "backup_restored"), bool
    ),
    **dict.fromkeys(("denied", "roles", "data_rights", "mandatory"), dict),
}
FAULT_TYPES: dict[str, Any] = {
    "path": str,
    "ctx": TEXT,
    "method": TEXT,
    "status": WHOLE,
    "delay": NUMBER,
    "retry_after": TEXT,
    "count": WHOLE,
}


class Misused(Exception):
    """What was asked makes no sense; the text says why."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.text, self.status = text, status


def routes(world: World, urls: dict[str, str], reset: Callable[[], None]) -> list[BaseRoute]:
    """All endpoints; ``reset`` puts the world back to its seed."""
    control = Control(world, urls, reset)
    return [
        Mount(
            "/__sandbox__",
            routes=[
                Route("/overview", answered(control.overview), methods=["GET"]),
                Route("/calls", answered(control.calls), methods=["GET"]),
                Route("/calls", answered(control.forget_calls), methods=["DELETE"]),
                Route("/calls/{number:int}", answered(control.call), methods=["GET"]),
                Route("/tokens/{id}", answered(control.expire_token), methods=["POST"]),
                Route("/tokens/{id}", answered(control.revoke_token), methods=["DELETE"]),
                Route("/sessions/{user}", answered(control.sign_out), methods=["DELETE"]),
                Route("/faults", answered(control.faults), methods=["GET"]),
                Route("/faults", answered(control.add_fault), methods=["POST"]),
                Route("/faults", answered(control.forget_faults), methods=["DELETE"]),
                Route("/faults/{number:int}", answered(control.forget_fault), methods=["DELETE"]),
                Route("/tenants/{ctx}", answered(control.tenant), methods=["POST"]),
                Route("/tenants/{ctx}/dump", answered(control.dump), methods=["GET"]),
                Route("/tenants/{ctx}/webhooks/{number:int}", answered(control.switch_webhook), methods=["POST"]),
                Route("/login", answered(control.login), methods=["POST"]),
                Route("/netserver", answered(control.netserver), methods=["POST"]),
                Route("/clients/{client_id}", answered(control.client), methods=["POST"]),
                Route("/clients/{client_id}/key", answered(control.key), methods=["GET"]),
                Route("/clock", answered(control.clock), methods=["POST"]),
                Route("/token", answered(control.token), methods=["POST"]),
                Route("/reset", answered(control.reset), methods=["POST"]),
                Route("/webhooks/{event}", answered(control.webhook), methods=["POST"]),
                Route("/deliveries/{event_id}", answered(control.deliver_again), methods=["POST"]),
            ],
        )
    ]


def answered(handler: Handler) -> Handler:
    """Misuse becomes a JSON answer; other sites' pages in the same browser get none of this."""

    async def endpoint(request: Request) -> Response:
        try:
            refuse_other_sites(request)
            return await handler(request)
        except Misused as misused:
            return JSONResponse({"error": misused.text}, misused.status)

    return endpoint


class Control:
    """The endpoints, one method each."""

    def __init__(self, world: World, urls: dict[str, str], reset: Callable[[], None]) -> None:
        self.world, self.urls, self.back_to_seed = world, urls, reset

    async def overview(self, request: Request) -> Response:
        """What the control page shows."""
        return JSONResponse(overview(self.world, self.urls))

    async def calls(self, request: Request) -> Response:
        """Every call so far, oldest first; ``?tenant=`` narrows."""
        tenant = request.query_params.get("tenant")
        return JSONResponse([c for c in self.world.calls if tenant is None or c["tenant"] == tenant])

    async def forget_calls(self, request: Request) -> Response:
        self.world.calls.clear()
        self.world.exchanges.clear()
        return JSONResponse([])

    async def call(self, request: Request) -> Response:
        """Headers and bodies of one of the newest calls, tokens masked."""
        number = request.path_params["number"]
        found = next((said for kept, said in self.world.exchanges if kept == number), None)
        if found is None:
            raise Misused(f"only the newest {KEPT} calls are kept in full", 404)
        return JSONResponse(found.shown())

    async def expire_token(self, request: Request) -> Response:
        """An access token or a ticket runs out now."""
        token = self.known_token(request, self.world.access_tokens, self.world.tickets)
        token["expires"] = self.world.now().timestamp()
        return JSONResponse(tokens(self.world))

    async def revoke_token(self, request: Request) -> Response:
        """A token of any kind is known no longer."""
        wanted, held = request.path_params["id"], (self.world.access_tokens, self.world.refresh_tokens)
        self.known_token(request, *held, self.world.tickets)
        for known in (*held, self.world.tickets):
            for token in [one for one in known if handle(one) == wanted]:
                del known[token]
        return JSONResponse(tokens(self.world))

    def known_token(self, request: Request, *held: dict[str, dict[str, Any]]) -> dict[str, Any]:
        wanted = request.path_params["id"]
        found = next((told for known in held for token, told in known.items() if handle(token) == wanted), None)
        if found is None:
            raise Misused("there is no such token, or it does not expire", 404)
        return found

    async def sign_out(self, request: Request) -> Response:
        """End somebody's sessions at SuperID and in SuperOffice Web; the application's own are its business."""
        user = request.path_params["user"]
        self.world.sessions = {key: human for key, human in self.world.sessions.items() if human != user}
        self.world.web_sessions = {key: one for key, one in self.world.web_sessions.items() if one["human"] != user}
        return JSONResponse(sessions(self.world))

    async def switch_webhook(self, request: Request) -> Response:
        """``state`` Active or Stopped, as an administrator starts and stops one in Settings and maintenance."""
        tenant, key = self.known_tenant(request.path_params["ctx"]), request.path_params["number"]
        given = await switches(request, {"state": str})
        row = tenant.table("webhook").get(key)
        if row is None or given.get("state") not in ("Active", "Stopped"):
            raise Misused("state is Active or Stopped, of a webhook that is", 400 if row else 404)
        if row["state"] != given["state"]:
            row |= {"state": given["state"], "updated": self.world.stamp()}
            turned(self.world, tenant, key, row)
        return JSONResponse(webhooks(self.world))

    async def faults(self, request: Request) -> Response:
        return JSONResponse([asdict(fault) for fault in self.world.faults])

    async def add_fault(self, request: Request) -> Response:
        """One more `Fault`; later ones are asked after earlier ones."""
        given = await body(request, {field.name for field in fields(Fault)})
        self.world.faults.append(fault(given))
        return await self.faults(request)

    async def forget_faults(self, request: Request) -> Response:
        self.world.faults.clear()
        return JSONResponse([])

    async def forget_fault(self, request: Request) -> Response:
        """One of them, by its place in the list."""
        number = request.path_params["number"]
        if number >= len(self.world.faults):
            raise Misused(f"there are {len(self.world.faults)} faults, counted from 0", 404)
        del self.world.faults[number]
        return await self.faults(request)

    async def tenant(self, request: Request) -> Response:
        """Change one tenant: ``state``, ``move`` (to a host name), ``revoke``, ``restore``, ``consent``,
        ``needs_reapproval``, ``expired``; ``denied`` (user to rights), ``roles`` (user to role id) and ``data_rights``
        (role id to table to relation to letters of CRUD); ``mandatory`` (table to properties); ``back_up`` its
        database, put it back (``backup_restored``); ``upgrade`` it to a release; ``push`` a change to applications that
        did not happen, by its name."""
        tenant = self.known_tenant(request.path_params["ctx"])
        given = await switches(request, TENANT_TYPES)
        if given.get("push", "MOVE").upper() not in ChangeType.__members__:
            raise Misused(f"push is one of {', '.join(ChangeType.__members__)}")
        if given.get("state", "Running") not in STATES:
            raise Misused(f"state is one of {', '.join(STATES)}")
        if given.get("move", "app") not in ("online2", "app"):
            raise Misused("move to online2 or app")
        refuse_roles(tenant, given)
        refuse_mandatory(given.get("mandatory", {}))
        self.change(tenant, given)
        return JSONResponse(tenant_state(tenant, self.urls))

    async def dump(self, request: Request) -> Response:
        """A tenant's configuration, to be compared; ``?deleted=true`` with what is only marked deleted."""
        tenant = self.known_tenant(request.path_params["ctx"])
        return JSONResponse(dump(tenant, request.query_params.get("deleted") == "true"))

    def change(self, tenant: Tenant, given: dict[str, Any]) -> None:
        before = tenant.state, tenant.host
        tenant.state = given.get("state", tenant.state)
        tenant.host = given.get("move", tenant.host)
        tenant.denied = given.get("denied", tenant.denied)
        tenant.mandatory = given.get("mandatory", tenant.mandatory)
        for user, role in given.get("roles", {}).items():
            tenant.associates[user].role = role
        for role, lines in given.get("data_rights", {}).items():
            for table, rights in lines.items():
                roles(tenant)[int(role)]["rights"][table] |= rights
        tenant.release = given.get("upgrade", tenant.release)
        self.authorize(tenant, given)
        if given.get("back_up"):
            self.world.back_up(tenant)
        if given.get("backup_restored"):
            self.world.restore_backup(tenant)
        told = [name for name in ("backup_restored", "upgrade") if given.get(name)]
        told += [given["push"]] if "push" in given else []
        for change in [*changes(before, tenant), *(ChangeType[name.upper()] for name in told)]:
            push(self.world, self.urls, tenant, change)

    def authorize(self, tenant: Tenant, given: dict[str, Any]) -> None:
        """What SuperOffice itself does to the application's authorization."""
        if given.get("revoke"):
            self.world.end_authorization(tenant)
        if given.get("restore") or given.get("consent"):
            self.world.approve(tenant)
        elif "consent" in given:
            tenant.approved = False
        for name in ("needs_reapproval", "expired"):
            setattr(tenant, name, given.get(name, getattr(tenant, name)))

    async def login(self, request: Request) -> Response:
        """``coop`` on or off, ``rotate`` the keys, and lifetimes in seconds."""
        settings = {"coop": bool, "access_token_seconds": NUMBER, "code_seconds": NUMBER, "id_token_seconds": NUMBER}
        given = await switches(request, settings | {"state_seconds": NUMBER, "rotate": bool})
        if given.pop("rotate", False):
            rotate(self.world)
        for name, value in given.items():
            setattr(self.world.login, name, value)
        keys = [signing_key(pem).x5t for pem in self.world.keys]
        return JSONResponse(asdict(self.world.login) | {"keys": keys})

    async def netserver(self, request: Request) -> Response:
        """Switches of NetServer where its documentation leaves a choice."""
        types = {
            "patch_honours_unmodified_since": bool,
            "hidden_records_are_blank": bool,
            "duplicate_deliveries": NUMBER,
        }
        given = await switches(request, types)
        for name, value in given.items():
            setattr(self.world.netserver, name, value)
        return JSONResponse(asdict(self.world.netserver))

    async def client(self, request: Request) -> Response:
        """The registration in the developer portal; what asks customers for more needs their approval anew."""
        client = self.known_client(request)
        given = await switches(request, CLIENT_SWITCHES)
        if any(given.get(name) and not getattr(client, name) for name in ("system_token", "webhooks")):
            self.world.demand_reapproval()
        for name, value in given.items():
            setattr(client, name, value)
        return JSONResponse(client_switches(client))

    async def key(self, request: Request) -> Response:
        """The application's private key: ``?form=xml`` as the portal issues it, else PEM."""
        xml = self.known_client(request).key_xml
        return PlainTextResponse(xml if request.query_params.get("form") == "xml" else pem(xml))

    async def clock(self, request: Request) -> Response:
        """``advance`` by seconds, set the ``offset``, or set ``now`` (ISO 8601 with an offset)."""
        given = await body(request, {"advance", "offset", "now"})
        for name in ("advance", "offset"):
            if not isinstance(given.get(name, 0), NUMBER):
                raise Misused(f"{name} is a number of seconds")
        if "now" in given:
            self.world.clock_offset = (moment(given["now"]) - datetime.now(UTC)).total_seconds()
        self.world.clock_offset = given.get("offset", self.world.clock_offset) + given.get("advance", 0)
        return JSONResponse({"now": self.world.now().isoformat(), "offset": self.world.clock_offset})

    async def token(self, request: Request) -> Response:
        """An access token without a sign-in: ``{"ctx": "Cust12345", "user": "alice"}``."""
        given = await body(request, {"ctx", "user"})
        tenant = self.known_tenant(str(given.get("ctx", "")))
        user = given.get("user")
        if user not in tenant.associates:
            raise Misused(f"{tenant.ctx} has the users {', '.join(tenant.associates)}", 404)
        client_id = next(iter(self.world.clients))
        return JSONResponse({"access_token": self.world.issue_access_token(tenant.ctx, user, client_id)})

    async def reset(self, request: Request) -> Response:
        """Back to the seed; keys stay."""
        self.back_to_seed()
        return JSONResponse({"reset": True})

    async def webhook(self, request: Request) -> Response:
        """Fire an event as if something had happened: ``ctx`` (the first tenant), ``primary_key`` (any record)."""
        given = await body(request, {"ctx", "primary_key", "by"})
        tenant = self.known_tenant(str(given.get("ctx", next(iter(self.world.tenants)))))
        before = len(self.world.deliveries)
        fire(self.world, tenant, request.path_params["event"], given.get("primary_key", 0), given.get("by", 0))
        return JSONResponse({"queued": len(self.world.deliveries) - before})

    async def deliver_again(self, request: Request) -> Response:
        """Send an event that was sent or lost once more; with ``new_id`` as an event of its own."""
        given = await switches(request, {"new_id": bool})
        wanted = request.path_params["event_id"]
        message = next((one for one in self.world.delivered if one.event_id == wanted and one.webhook_id), None)
        webhook = self.known_tenant(message.ctx).table("webhook").get(message.webhook_id) if message else None
        if message is None or webhook is None:
            raise Misused("there is no such event of a webhook that still is", 404)
        fresh = again(self.world, message, webhook, given.get("new_id", False))
        self.world.deliveries.append(fresh)
        return JSONResponse({"event_id": fresh.event_id})

    def known_tenant(self, ctx: str) -> Tenant:
        tenant = self.world.tenant(ctx)
        if tenant is None:
            raise Misused(f"the tenants are {', '.join(self.world.tenants)}", 404)
        return tenant

    def known_client(self, request: Request) -> Client:
        client = self.world.clients.get(request.path_params["client_id"])
        if client is None:
            raise Misused(f"the clients are {', '.join(self.world.clients)}", 404)
        return client


def fault(given: dict[str, Any]) -> Fault:
    """Raises `Misused` for what the gate could not use."""
    if given.get("drop") not in (None, "before", "after"):
        raise Misused('drop is "before" or "after"')
    for name, kinds in FAULT_TYPES.items():
        if name in given and not isinstance(given[name], kinds):
            raise Misused(f"{name} has the wrong type")
    try:
        re.compile(given.get("path", ""))
    except re.error as error:
        raise Misused(f"path: {error}") from error
    return Fault(**given)


def refuse_roles(tenant: Tenant, given: dict[str, Any]) -> None:
    """Raises `Misused` for users, roles, tables, relations and rights that there are not."""
    known = roles(tenant)
    for user, role in given.get("roles", {}).items():
        if user not in tenant.associates or role not in known:
            raise Misused(
                f"roles: the users are {', '.join(tenant.associates)}, the roles {', '.join(map(str, known))}"
            )
    for role, lines in given.get("data_rights", {}).items():
        if not role.isdecimal() or int(role) not in known or not isinstance(lines, dict):
            raise Misused(f"data_rights: by role, which are {', '.join(map(str, known))}, then by table")
        for table, rights in lines.items():
            if table not in TABLES or not isinstance(rights, dict) or not rights.keys() <= set(RELATIONS):
                raise Misused(f"data_rights: of {', '.join(TABLES)}, for {', '.join(RELATIONS)}")
            if not all(isinstance(letters, str) and set(letters) <= set("CRUD") for letters in rights.values()):
                raise Misused("data_rights: letters of CRUD, an empty text for none")


def refuse_mandatory(given: dict[str, Any]) -> None:
    """Raises `Misused` for tables and properties that there are not."""
    known = {kind.table: kind.fields for kind in KINDS.values()}
    for table, names in given.items():
        if table not in known:
            raise Misused(f"mandatory: the tables are {', '.join(known)}")
        if not isinstance(names, list) or not set(names) <= known[table].keys():
            raise Misused(f"mandatory: the properties of {table} are {', '.join(known[table])}")


async def switches(request: Request, kinds: dict[str, Any]) -> dict[str, Any]:
    """A body whose values must be of the given types. Raises `Misused`."""
    given = await body(request, set(kinds))
    for name, value in given.items():
        if not isinstance(value, kinds[name]) or (isinstance(value, bool) and kinds[name] is not bool):
            raise Misused(f"{name} has the wrong type")
    return given


async def body(request: Request, allowed: set[str]) -> dict[str, Any]:
    """The JSON object of a request. Raises `Misused` for anything else and for keys that mean nothing here."""
    try:
        given = json.loads(await request.body() or "{}")
    except ValueError as error:
        raise Misused(f"not JSON: {error}") from error
    if not isinstance(given, dict) or not given.keys() <= allowed:
        raise Misused(f"send a JSON object with any of {', '.join(sorted(allowed))}")
    return given


def moment(value: object) -> datetime:
    """An aware time from ISO text."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Misused(str(error)) from error
    if at.tzinfo is None:
        raise Misused("now needs an offset, such as 2026-11-29T09:00:00Z")
    return at


def refuse_other_sites(request: Request) -> None:
    """Browsers name the page that sends a request; only pages of the login host itself may control the sandbox."""
    origin = request.headers.get("origin")
    if origin is not None and origin != f"http://{request.headers.get('host')}":
        raise Misused("the control API is not for pages of other sites", 403)
