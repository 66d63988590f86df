"""Signing in and out in a window of our own."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from panel.tenants import access, refusals
from panel.tenants.discovery import SuperIdUnavailable
from panel.tenants.provider import departure
from panel.tenants.refusals import SignInRefused


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """``/signin/?next=&uctx=``: a page with one button; pressing it leaves for SuperOffice."""
    query = request.POST if request.method == "POST" else request.GET
    next_path, ctx = safe_path(query.get("next", "")), refusals.loggable(query.get("uctx", ""))
    if request.method == "GET":
        return render(request, "tenants/standalone.html", {"next": next_path, "ctx": ctx})
    try:
        address = departure(request, ctx=ctx, next_path=next_path)
    except SuperIdUnavailable:
        return refusals.page(request, SignInRefused("superid-unavailable", refusals.UNREACHABLE, status=502, ctx=ctx))
    # A page, not a redirect: form-action 'self' covers the redirects of a form too, and SuperID has more of them.
    return render(request, "tenants/leaving.html", {"address": address})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Out of the tenant ``ctx``, or of all; SuperOffice itself stays signed in."""
    access.forget(request, request.POST.get("ctx", ""))
    if request.accepts("text/html"):
        back = {name: request.POST[name] for name in ("next", "uctx") if request.POST.get(name)}
        return redirect(reverse("signin", query=back or None))
    return JsonResponse({"signed_out": True})


def safe_path(wanted: str) -> str:
    """``wanted`` if it leads to a page of ours, else the front page."""
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None, require_https=settings.SIDECARD_BASE_URL.startswith("https://")
    )
    return wanted if is_ours else "/"
