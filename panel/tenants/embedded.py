"""Signing in from inside SuperOffice's frame, where no identity provider may be shown.

1. The click opens our pop-up and begins a hand-off in the frame's session (``begin``).
2. The pop-up (``popup``) says "ready" to its opener; the frame answers with the verifier. Both look at origin and
   source, so only our own frame and our own pop-up meet.
3. The pop-up binds itself to the hand-off (``bind``) and leaves for SuperID, which may sever it from the frame.
4. ``callback`` marks the hand-off done; ``done`` hints at it and closes the pop-up.
5. The frame asks ``complete`` until its own session, and no other, is signed in.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token, rotate_token
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from panel.tenants import access, refusals
from panel.tenants.discovery import SuperIdUnavailable
from panel.tenants.models import Handoff
from panel.tenants.provider import departure

FRAME = "frame"

View = Callable[[HttpRequest], HttpResponse]


def from_our_own_page(view: View) -> View:
    """Refuse what a page of another origin sent, where the browser says so (``Sec-Fetch-Site``)."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            refusals.log.warning("request refused", reason="cross-site", path=request.path)
            return JsonResponse({"error": "cross-site"}, status=403)
        return view(request)

    return guarded


@never_cache
@require_GET
@from_our_own_page
def csrf(request: HttpRequest) -> HttpResponse:
    """A token for the next POST: our scripts cannot read the cookie, which is HttpOnly."""
    return JsonResponse({"token": get_token(request)})


@never_cache
@require_POST
@from_our_own_page
def begin(request: HttpRequest) -> HttpResponse:
    """A verifier for the frame to hand to its pop-up."""
    ctx = refusals.loggable(request.POST.get("ctx", ""))
    if not ctx:
        return JsonResponse({"error": "ctx"}, status=400)
    return JsonResponse({"verifier": Handoff.begin(_frame(request), ctx)})


@never_cache
@require_GET
def popup(request: HttpRequest) -> HttpResponse:
    """The pop-up's first page; it does nothing without an opener that is ours."""
    return render(request, "tenants/popup.html")


@never_cache
@require_POST
@from_our_own_page
def bind(request: HttpRequest) -> HttpResponse:
    """Tie this pop-up to the frame that gave it the verifier; answers where to go."""
    handoff = Handoff.bind(request.POST.get("verifier", ""))
    if handoff is None:
        refusals.log.warning("sign-in refused", reason="handoff-not-new")
        return JsonResponse({"error": str(refusals.STALE)}, status=400)
    try:
        return JsonResponse({"location": departure(request, ctx=handoff.ctx, handoff=handoff.pk)})
    except SuperIdUnavailable:
        refusals.log.warning("sign-in refused", reason="superid-unavailable", ctx=handoff.ctx)
        return JsonResponse({"error": str(refusals.UNREACHABLE)}, status=502)


@never_cache
@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """The pop-up's last page; it closes itself."""
    return render(request, "tenants/done.html", {"title": _("You are signed in")})


@never_cache
@require_POST
@from_our_own_page
def complete(request: HttpRequest) -> HttpResponse:
    """Sign in the frame that began the hand-off; 202 as long as there is nothing for it, and for everybody else."""
    frame = request.session.get(FRAME)
    membership = Handoff.use(request.POST.get("verifier", ""), frame) if frame else None
    if membership is None:
        return JsonResponse({"signed_in": False}, status=202)
    access.remember(request, membership)
    rotate_token(request)
    return JsonResponse({"signed_in": True})


def _frame(request: HttpRequest) -> str:
    """The secret by which this session is known to its hand-offs; it lives as long as the session, whatever its key."""
    if FRAME not in request.session:
        request.session[FRAME] = secrets.token_urlsafe(32)
    return str(request.session[FRAME])
