"""Who comes to the App Store's pages: SuperOffice adds nothing to their links, so a sign-in says whose they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from panel.tenants import access
from panel.tenants.models import Membership
from panel.tenants.refusals import loggable

type Page = Callable[[HttpRequest, Membership], Awaitable[HttpResponse]]


def for_administrators(page: Page) -> Callable[[HttpRequest], Coroutine[Any, Any, HttpResponse]]:
    """Only an administrator of the customer enters; everybody else is told what to do. ``uctx`` names the customer,
    among several of whom the visitor must choose.
    """

    @never_cache
    @wraps(page)
    async def entered(request: HttpRequest) -> HttpResponse:
        ctx = loggable(request.GET.get("uctx", ""))
        if not ctx:
            return await _whose(request)
        try:
            visitor = await access.membership(request, ctx, None)
        except access.SignInNeeded:
            return to_sign_in(request, request.path, ctx)
        if not visitor.is_administrator:
            return render(request, "appstore/not_administrator.html", {"membership": visitor}, status=403)
        return await page(request, visitor)

    return entered


async def _whose(request: HttpRequest) -> HttpResponse:
    mine = await access.memberships(request)
    if not mine:
        return to_sign_in(request, request.path, "")
    if len(mine) == 1:
        return redirect(f"{request.path}?{urlencode({'uctx': mine[0].tenant.ctx})}")
    return render(request, "appstore/which.html", {"memberships": mine, "path": request.path})


def to_sign_in(request: HttpRequest, next_path: str, ctx: str) -> HttpResponse:
    """And back to ``next_path``; htmx, which asked for a part of a page, leaves the page for it."""
    query = {"next": next_path, "uctx": ctx} if ctx else {"next": next_path}
    address = f"{reverse('signin')}?{urlencode(query)}"
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)  # type: ignore[attr-defined]
