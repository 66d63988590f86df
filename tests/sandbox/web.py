"""SuperOffice Web, as far as a panel can see it: cards, lists, web panels in iframes, and a session of its own.

Addresses are SoProtocol links (``/{ctx}/default.aspx?contact.main?contact_id=17``). A visitor without a session goes to
SuperID and comes back by ``/{ctx}/signin?code=…&return=…``.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from . import superid
from .state import RUNNING
from .udef_layout import rebuild
from .web_edit import inputs, store
from .web_names import LANGUAGES, Desk
from .web_panels import on_phone
from .web_place import Place, parse
from .web_screens import Screen, current_records, month_page, open_place
from .web_templates import page
from .world import Tenant, World

COOKIE = "SuperOfficeWeb"
PARTIAL = "sandbox-partial"
"""The client's script sends this header when it fetches a page to swap parts of it in."""
FLUSH = "flush"
STATIC = Path(__file__).parent / "pages" / "web" / "static"

Answer = Callable[[Request, Desk], Awaitable[Response]]


def routes(world: World, urls: dict[str, str], host: str) -> list[BaseRoute]:
    """The client's routes on one tenant host (``online2`` or ``app``); ``urls`` also knows ``login``."""
    client = Client(world, urls, host)
    return [
        Mount("/__web__", StaticFiles(directory=STATIC)),
        Route("/{ctx}", client.front),
        Route("/{ctx}/", client.front),
        Route("/{ctx}/default.aspx", client.signed_in(client.show)),
        Route("/{ctx}/month", client.signed_in(client.month)),
        Route("/{ctx}/mobile", client.signed_in(client.mobile)),
        Route("/{ctx}/search", client.signed_in(client.search)),
        Route("/{ctx}/save/{table}/{key:int}", client.signed_in(client.save), methods=["POST"]),
        Route("/{ctx}/language", client.signed_in(client.language), methods=["POST"]),
        Route("/{ctx}/signin", client.sign_in),
        Route("/{ctx}/signout", client.sign_out, methods=["POST"]),
    ]


class Client:
    """The endpoints of one host."""

    def __init__(self, world: World, urls: dict[str, str], host: str) -> None:
        self.world, self.urls, self.host = world, urls, host

    def signed_in(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """Only for a user of this tenant, on the tenant's own host, from our own pages."""

        async def endpoint(request: Request) -> Response:
            tenant = self.world.tenant(request.path_params["ctx"])
            refusal = self.refusal(request, tenant)
            if refusal or tenant is None:
                return refusal or page(self, request, "trouble.html", 404)
            desk = self.desk(request, tenant)
            return await answer(request, desk) if desk else self.to_sign_in(request, tenant)

        return endpoint

    def refusal(self, request: Request, tenant: Tenant | None) -> Response | None:
        """Why this host answers nobody for this tenant; None when it does."""
        if tenant is None:
            return page(self, request, "trouble.html", 404, title="Nobody lives here")
        if tenant.host != self.host:
            there = f"{self.urls[tenant.host]}/{tenant.ctx}/"
            return page(self, request, "trouble.html", 421, title="Wrong subdomain used to access tenant", there=there)
        if tenant.state not in RUNNING:
            return page(self, request, "trouble.html", 503, title="SuperOffice is being maintained", state=tenant.state)
        if request.method == "POST" and not self.own(request):
            return page(self, request, "trouble.html", 403, title="This form came from another site")
        return None

    def own(self, request: Request) -> bool:
        """A browser says where a form came from."""
        origin = request.headers.get("origin")
        return origin is None or urlsplit(origin).netloc == request.headers.get("host")

    def desk(self, request: Request, tenant: Tenant) -> Desk | None:
        """Whoever holds this tenant's session cookie; another tenant's session is nobody."""
        session = self.world.web_sessions.get(request.cookies.get(COOKIE, ""), {})
        associate = tenant.associates.get(session.get("human", ""))
        if session.get("ctx") != tenant.ctx or associate is None:
            return self.programme(request, tenant) if request.url.query == FLUSH else None
        return Desk(self.world, tenant, associate)

    def programme(self, request: Request, tenant: Tenant) -> Desk | None:
        """Flushing is open to programs too, with the access token of a user."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        found = self.world.bearer(token.strip()) if scheme.lower() == "bearer" else None
        return Desk(self.world, *found) if found and found[0] is tenant else None

    def to_sign_in(self, request: Request, tenant: Tenant) -> Response:
        """To SuperID and back to this page; a script that fetches parts is told 401 instead."""
        if PARTIAL in request.headers:
            return Response(status_code=401)
        here = request.url.path if request.method == "GET" else f"/{tenant.ctx}/default.aspx"
        back = f"{here}?{request.url.query}" if request.method == "GET" and request.url.query else here
        return RedirectResponse(f"{self.urls['login']}/login/web?{urlencode({'ctx': tenant.ctx, 'return': back})}", 303)

    async def front(self, request: Request) -> Response:
        return RedirectResponse(f"/{request.path_params['ctx']}/default.aspx", 303)

    async def show(self, request: Request, desk: Desk) -> Response:
        ctx, query = desk.tenant.ctx, request.url.query
        if request.path_params["ctx"] != ctx:
            return RedirectResponse(f"/{ctx}/default.aspx" + (f"?{query}" if query else ""), 303)
        if query == FLUSH:
            return self.flush(request, desk)
        return self.screen(request, desk, open_place(desk, parse(query), self.session(request)))

    def flush(self, request: Request, desk: Desk) -> Response:
        """``default.aspx?flush``: screens are made anew; for administrators [caching/flush-cache]."""
        if not desk.associate.administrator:
            return page(self, request, "trouble.html", 403, title="Only an administrator can flush caches")
        rebuild(desk.tenant)
        return page(self, request, "trouble.html", title="Caches are flushed")

    def session(self, request: Request) -> dict[str, str]:
        return self.world.web_sessions[request.cookies[COOKIE]]

    def screen(self, request: Request, desk: Desk, screen: Screen) -> Response:
        return page(self, request, screen.template, screen.status, desk=desk, screen=screen, languages=LANGUAGES)

    async def month(self, request: Request, desk: Desk) -> Response:
        return page(self, request, "month.html", desk=desk, **month_page(desk, request.query_params.get("of", "")))

    async def mobile(self, request: Request, desk: Desk) -> Response:
        """What a phone shows of the panels: links at the top level, no frame and nobody who hears their messages."""
        desk = replace(desk, client="mobile")
        current = current_records(desk, parse(request.url.query), self.session(request))
        return page(self, request, "mobile.html", desk=desk, current=current, panels=on_phone(desk, current))

    async def search(self, request: Request, desk: Desk) -> Response:
        """A search form without its script."""
        target = request.query_params.get("in", "freetextresult")
        place = Place(target, ("main",), {}, {"search": request.query_params.get("search", "")})
        return RedirectResponse(f"/{desk.tenant.ctx}/default.aspx?{place}", 303)

    async def save(self, request: Request, desk: Desk) -> Response:
        table, key = request.path_params["table"], request.path_params["key"]
        row = desk.row(table, key) if table in ("contact", "person") else None
        if (key and row is None) or table not in ("contact", "person"):
            return page(self, request, "trouble.html", 404, title="This record was not found")
        if not desk.may(f"{table}:{'update' if key else 'insert'}", row):
            return page(self, request, "trouble.html", 403, title="Your role does not let you change this")
        typed = {name: str(value) for name, value in (await request.form()).items()}
        if any(one.error for one in inputs(desk, table, row or {}, typed)):
            place = Place(table, ("main",), {"mode": "edit"}, {f"{table}_id": str(key)})
            return self.screen(request, desk, open_place(desk, place, self.session(request), typed))
        saved = store(desk, table, key, typed)
        return RedirectResponse(f"/{desk.tenant.ctx}/default.aspx?{table}.main?{table}_id={saved}", 303)

    async def language(self, request: Request, desk: Desk) -> Response:
        form = await request.form()
        if str(form.get("language")) in LANGUAGES:
            desk.associate.language = str(form["language"])
        return RedirectResponse(local(str(form.get("return", "")), desk.tenant.ctx), 303)

    async def sign_in(self, request: Request) -> Response:
        """Back from SuperID with a one-time code; only a code for this very tenant opens a session."""
        tenant = self.world.tenant(request.path_params["ctx"])
        refusal = self.refusal(request, tenant)
        if refusal or tenant is None:
            return refusal or page(self, request, "trouble.html", 404)
        asked = {name: values[0] for name, values in parse_qs(request.url.query).items()}
        found = superid.redeem_web_code(self.world, asked.get("code", ""))
        if found is None or found[0] != tenant.ctx or found[1] not in tenant.associates:
            return page(self, request, "trouble.html", 403, title="This sign-in is used up or not for us", again=tenant)
        cookie = secrets.token_urlsafe(32)
        self.world.web_sessions[cookie] = {"human": found[1], "ctx": tenant.ctx}
        answer = RedirectResponse(local(asked.get("return", ""), tenant.ctx), 303)
        answer.set_cookie(COOKIE, cookie, path=f"/{tenant.ctx}", httponly=True, samesite="lax")
        return answer

    async def sign_out(self, request: Request) -> Response:
        """Ends this tenant's session here; SuperID keeps its own."""
        tenant = self.world.tenant(request.path_params["ctx"])
        if tenant is None or not self.own(request):
            return page(self, request, "trouble.html", 403, title="This form came from another site")
        self.world.web_sessions.pop(request.cookies.get(COOKIE, ""), None)
        answer = page(self, request, "trouble.html", 200, title="You are signed out", again=tenant)
        answer.delete_cookie(COOKIE, path=f"/{tenant.ctx}")
        return answer


def local(there: str, ctx: str) -> str:
    """A way back that stays within this tenant's client; its front page for anything else."""
    clean = there.isascii() and there.isprintable() and "\\" not in there and ".." not in urlsplit(there).path
    return there if clean and there.startswith(f"/{ctx}/") else f"/{ctx}/default.aspx"
