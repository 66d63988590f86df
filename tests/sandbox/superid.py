"""SuperID, the identity provider: discovery, keys, sign-in, tenant chooser, consent, and SuperOffice Web's own sign-in.

Every step of a sign-in happens at the address of the request that began it: pages post back to their own address, so
the request is read and checked again each time and nothing waits on the server. Documentation:
api/authentication/online.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from urllib.parse import quote, urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from . import pages
from .authorize import RESPONSE_MODES, RESPONSE_TYPES, Ask, Refused, Unanswerable, is_registered, issue_code, understand
from .oauth import TokenEndpoint, same, text
from .tokens import jwks
from .world import Human, Tenant, World

SESSION = "superid"
FORM = "superid_form"
"""Cookie whose value every form repeats: a page of another site cannot post here."""
WEB_CODE_SECONDS = 60


class Detour(Exception):
    """The person must see another page before the request can go on."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def routes(world: World, urls: dict[str, str]) -> list[BaseRoute]:
    """Everything below ``/login`` on the login host."""
    superid, endpoint = SuperId(world, urls), TokenEndpoint(world, urls)
    return [
        Route("/login/.well-known/openid-configuration", superid.discovery),
        Route("/login/.well-known/jwks", superid.keys),
        Route("/login/common/oauth/tokens", endpoint.tokens, methods=["POST"]),
        Route("/login/common/oauth/revoke", endpoint.revoke, methods=["POST"]),
        Route("/login/{ctx}/oauth/authorize", superid.authorize, methods=["GET", "POST"]),
        Route("/login/web", superid.web, methods=["GET", "POST"]),
        Route("/login/logout", superid.logout),
        pages.static(),
    ]


def redeem_web_code(world: World, code: str) -> tuple[str, str] | None:
    """To which tenant (``ctx``) somebody comes from SuperID with this code, and who (human key); works once."""
    found = world.codes.get(code)
    if found is None or found["kind"] != "web":
        return None
    del world.codes[code]
    if found["expires"] <= world.now().timestamp():
        return None
    return found["ctx"], found["human"]


class SuperId:
    """The pages and documents of the identity provider."""

    def __init__(self, world: World, urls: dict[str, str]) -> None:
        self.world, self.urls = world, urls

    async def discovery(self, request: Request) -> Response:
        """``/.well-known/openid-configuration``, as the documentation lists it."""
        login = f"{self.urls['login']}/login"
        return JSONResponse(
            {
                "issuer": self.urls["login"],
                "authorization_endpoint": f"{login}/common/oauth/authorize",
                "token_endpoint": f"{login}/common/oauth/tokens",
                "jwks_uri": f"{login}/.well-known/jwks",
                "end_session_endpoint": f"{login}/logout",
                "revocation_endpoint": f"{login}/common/oauth/revoke",
                "scopes_supported": ["openid"],
                "response_modes_supported": RESPONSE_MODES,
                "response_types_supported": RESPONSE_TYPES,
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "grant_types_supported": ["implicit", "authorization_code", "refresh_token"],
            }
        )

    async def keys(self, request: Request) -> Response:
        """The JWKS document."""
        return JSONResponse(jwks(self.world))

    async def authorize(self, request: Request) -> Response:
        """Sign in to an application: ``/login/common/oauth/authorize`` or with the tenant instead of ``common``."""
        try:
            ask = understand(self.world, request.path_params["ctx"], request.query_params)
            step = await self.step(request)
            if step == "cancel":
                raise Refused(ask.way, "access_denied", "Denied (4)")
            human, tenant = self.arrived(request, ask.ctx, lambda ctx: authorize_url(ctx, request))
            self.consent(request, ask, tenant, human, step)
        except Detour as detour:
            return detour.response
        except Unanswerable as error:
            return pages.notice(error.title, error.text, status=400)
        except Refused as refused:
            return refused.response(self.world.clients[request.query_params["client_id"]])
        return ask.way.back({"code": issue_code(self.world, ask, tenant, human)})

    async def web(self, request: Request) -> Response:
        """Sign in to SuperOffice Web: ``/login/web?ctx=…&return=…`` hands a one-time code to the tenant host.

        The tenant host's ``/{ctx}/signin?code=…&return=…`` redeems it with `redeem_web_code`.
        """
        try:
            if await self.step(request) == "cancel":
                return RedirectResponse(self.urls["login"] + "/", 303)
            human, tenant = self.arrived(request, request.query_params.get("ctx"), lambda ctx: web_url(ctx, request))
        except Detour as detour:
            return detour.response
        code = secrets.token_urlsafe(32)
        expires = self.world.now().timestamp() + WEB_CODE_SECONDS
        self.world.codes[code] = {"kind": "web", "ctx": tenant.ctx, "human": human.key, "expires": expires}
        fields = {"code": code, "return": request.query_params.get("return", "")}
        return RedirectResponse(f"{self.urls[tenant.host]}/{tenant.ctx}/signin?{urlencode(fields)}", 303)

    async def logout(self, request: Request) -> Response:
        """End SuperID's session; on to ``redirect_uri`` when an application has registered it."""
        self.world.sessions.pop(request.cookies.get(SESSION, ""), None)
        uri = request.query_params.get("redirect_uri", "")
        registered = any(is_registered(client, uri) for client in self.world.clients.values())
        response: Response = RedirectResponse(uri, 303) if registered else pages.notice("You are signed out")
        response.delete_cookie(SESSION, path="/login", httponly=True, samesite="lax")
        return response

    # The steps of a person

    async def step(self, request: Request) -> str:
        """What the person just did on one of our pages: empty on arrival, ``approve``, ``not-approved`` or ``cancel``.

        Raises `Detour` after signing in or out, and for a form that is not ours.
        """
        if request.method != "POST":
            return ""
        form = await request.form()
        cookie = request.cookies.get(FORM, "")
        if not cookie or not same(cookie, text(form, "form")):
            raise Detour(self.sign_in_page(request, "This page was open too long. Please sign in again.", status=403))
        match text(form, "step"):
            case "sign-in":
                raise Detour(self.sign_in(request, form))
            case "switch":
                raise Detour(self.switch(request))
            case step:
                return step

    def sign_in(self, request: Request, form: FormData) -> Response:
        """Check user name and password; a new session, and back to the request without its hint."""
        human = self.by_email(text(form, "username"))
        if human is None or not hmac.compare_digest(text(form, "password").encode(), human.password.encode()):
            return self.sign_in_page(request, "User name or password is wrong.", text(form, "username"), status=403)
        session = secrets.token_urlsafe(32)
        self.world.sessions.pop(request.cookies.get(SESSION, ""), None)
        self.world.sessions[session] = human.key
        response = RedirectResponse(without_hint(request), 303)
        response.set_cookie(SESSION, session, path="/login", httponly=True, samesite="lax")
        return response

    def switch(self, request: Request) -> Response:
        """Sign in as somebody else."""
        self.world.sessions.pop(request.cookies.get(SESSION, ""), None)
        return RedirectResponse(without_hint(request), 303)

    def arrived(self, request: Request, ctx: str | None, link: Callable[[str], str]) -> tuple[Human, Tenant]:
        """Who signs in to which tenant. Raises `Detour` to the sign-in page, the chooser or a refusal."""
        human = self.world.humans.get(self.world.sessions.get(request.cookies.get(SESSION, ""), ""))
        hint = request.query_params.get("login_hint")
        if human is None or (hint and hint.lower() != human.email.lower()):
            raise Detour(self.sign_in_page(request, username=hint or ""))
        request.state.user = human.key
        tenants = [t for t in self.world.tenants.values() if human.key in t.associates and not t.gone]
        if ctx is None and len(tenants) > 1:
            choices = [(tenant, link(tenant.ctx)) for tenant in tenants]
            raise Detour(self.form_page(request, "choose.html", human=human, choices=choices))
        tenant = next((t for t in tenants if ctx is None or t.ctx.lower() == ctx.lower()), None)
        if tenant is None:
            raise Detour(self.form_page(request, "no_access.html", status=403, human=human, ctx=ctx))
        request.state.tenant = tenant.ctx
        return human, tenant

    def consent(self, request: Request, ask: Ask, tenant: Tenant, human: Human, step: str) -> None:
        """See that the tenant has authorised the application; an administrator may do it now.

        Raises `Refused` when access was revoked, `Detour` to the consent page or, for other people, to a refusal. What
        the customer's own administrator revoked, an administrator may approve again.
        """
        administrator = tenant.associates[human.key].administrator
        if tenant.revoked and not (administrator and tenant.revoked_by):
            raise Refused(ask.way, "access_denied", tenant.refusal)
        if not tenant.refusal:
            return
        if administrator and step == "approve":
            self.world.approve(tenant, human.email)
            return
        if step == "not-approved":
            raise Refused(ask.way, "access_denied", tenant.refusal)
        name, status = ("consent.html", 200) if administrator else ("not_approved.html", 403)
        raise Detour(self.form_page(request, name, status=status, human=human, tenant=tenant, client=ask.client))

    # Pages

    def sign_in_page(self, request: Request, problem: str = "", username: str = "", status: int = 200) -> Response:
        people = sorted(self.world.humans.values(), key=lambda human: human.first_name)
        return self.form_page(request, "sign_in.html", status=status, problem=problem, username=username, people=people)

    def form_page(self, request: Request, name: str, status: int = 200, **context: object) -> Response:
        """A page with a form, and the cookie that proves the form is ours."""
        form = request.cookies.get(FORM) or secrets.token_urlsafe(32)
        response = pages.page(name, status=status, form=form, **context)
        response.set_cookie(FORM, form, path="/login", httponly=True, samesite="lax")
        return response

    def by_email(self, email: str) -> Human | None:
        wanted = email.strip().lower()
        return next((human for human in self.world.humans.values() if human.email.lower() == wanted), None)


def authorize_url(ctx: str, request: Request) -> str:
    """The same authorisation request for one tenant."""
    return f"/login/{quote(ctx)}/oauth/authorize?{request.url.query}"


def web_url(ctx: str, request: Request) -> str:
    """The same sign-in to SuperOffice Web for one tenant."""
    return f"/login/web?{urlencode(request.query_params.multi_items() + [('ctx', ctx)])}"


def without_hint(request: Request) -> str:
    """The request's own address; a hint that was followed would only ask again."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "login_hint"]
    return f"{request.url.path}?{urlencode(kept)}"
