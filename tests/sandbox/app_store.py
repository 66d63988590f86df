"""The App Store: an application's page with its green button, and what a customer has installed.

Nothing is added to an application's links: no parameters are documented, the application learns the tenant by signing
people in. Uninstalling does not revoke: the application's own page takes its things away, then the administrator ends
its access as a step of its own.
Documentation: developer-portal/create-app/config/redirects, developer-portal/provisioning/revoke.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from . import pages
from .pages import STORE
from .superid import Detour, SuperId
from .world import Human, Tenant, World


def routes(world: World, urls: dict[str, str]) -> list[BaseRoute]:
    """Everything below ``/login/appstore``."""
    store = AppStore(world, urls)
    return [
        Route(f"{STORE}/installed", store.mine, methods=["GET", "POST"]),
        Route(STORE + "/installed/{ctx}", store.installed, methods=["GET", "POST"]),
        Route(STORE + "/{client_id}", store.application),
    ]


class AppStore:
    """The pages of the App Store."""

    def __init__(self, world: World, urls: dict[str, str]) -> None:
        self.world, self.urls = world, urls
        self.superid = SuperId(world, urls)

    async def application(self, request: Request) -> Response:
        """An application's page; everybody may see it."""
        client = self.world.clients.get(request.path_params["client_id"])
        if client is None:
            return pages.notice("There is no such application", status=404)
        return pages.page("application.html", client=client)

    async def mine(self, request: Request) -> Response:
        """Installed apps of whoever comes, after the tenant chooser."""
        try:
            await self.superid.step(request)
            _, tenant = self.superid.arrived(request, None, installed_url)
        except Detour as detour:
            return detour.response
        return RedirectResponse(installed_url(tenant.ctx), 303)

    async def installed(self, request: Request) -> Response:
        """Installed apps of one tenant: administrators configure, uninstall and revoke here."""
        try:
            step = await self.superid.step(request)
            human, tenant = self.superid.arrived(request, request.path_params["ctx"], installed_url)
        except Detour as detour:
            return detour.response
        if not tenant.associates[human.key].administrator:
            return self.page(request, "not_administrator.html", human, tenant, status=403)
        if step == "revoke":
            self.world.end_authorization(tenant, human.email)
            return RedirectResponse(installed_url(tenant.ctx), 303)
        return self.page(request, "installed.html", human, tenant)

    def page(self, request: Request, name: str, human: Human, tenant: Tenant, status: int = 200) -> Response:
        web = f"{self.urls[tenant.host]}/{tenant.ctx}/default.aspx"
        clients = list(self.world.clients.values())
        return self.superid.form_page(
            request, name, status=status, human=human, tenant=tenant, clients=clients, web=web
        )


def installed_url(ctx: str) -> str:
    """Installed apps of a tenant."""
    return f"{STORE}/installed/{ctx}"
