"""Back from SuperID: exchange the code, validate the token, hand the result to the frame or window that waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

from crm_client.auth import Grant
from panel.tenants import access, id_tokens, refusals
from panel.tenants.admission import admit, has_left
from panel.tenants.discovery import SuperIdUnavailable
from panel.tenants.id_tokens import Identity, IdTokenRefused
from panel.tenants.models import Handoff
from panel.tenants.names import OtherPrincipal, full_name
from panel.tenants.provider import Journey, SuperOfficeAdapter, provider
from panel.tenants.refusals import SignInRefused

KNOWN_ERRORS = {"access_denied", "unauthorized_client", "invalid_request", "invalid_scope", "server_error"}


@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """The registered redirect URI, ``/signin/callback/``."""
    try:
        return _arrive(request)
    except SignInRefused as refused:
        return refusals.page(request, refused)


def _arrive(request: HttpRequest) -> HttpResponse:
    state = _state(request)
    journey = Journey(**state["data"])
    identity, grant = _proven(request, journey, state["pkce_code_verifier"])
    if journey.ctx and journey.ctx.lower() != identity.ctx.lower():
        raise refusals.other_tenant(identity.ctx, identity.company_name, journey.ctx)
    if not identity.is_administrator and has_left(identity.ctx):
        raise SignInRefused("left", refusals.LEFT, ctx=identity.ctx)
    name = _name(identity, grant)
    if journey.handoff is not None:
        _hand_over(journey.handoff, identity, grant, name)
        return redirect("signin_done")
    access.remember(request, admit(identity, grant, name))
    return redirect(_with_ctx(journey.next, identity.ctx))


def _with_ctx(path: str, ctx: str) -> str:
    """The page he wanted, for the customer he signed in to: it may not have known which."""
    at = urlsplit(path)
    query = QueryDict(at.query, mutable=True)
    query.setdefault("uctx", ctx)
    return urlunsplit(at._replace(query=query.urlencode()))


def _state(request: HttpRequest) -> dict[str, Any]:
    """What this browser's session kept under the answer's ``state``, which is thereby used up."""
    try:
        state: dict[str, Any] = provider(request).unstash_redirect_state(request, request.GET.get("state", ""))
    except PermissionDenied:
        raise SignInRefused("state", refusals.STALE, status=400) from None
    return state


def _proven(request: HttpRequest, journey: Journey, pkce_verifier: str) -> tuple[Identity, Grant]:
    if "error" in request.GET or "code" not in request.GET:
        raise _denied(request, journey)
    answer = _exchange(request, journey, pkce_verifier)
    try:
        return id_tokens.validate(str(answer.get("id_token", "")), journey.nonce), _grant(answer)
    except IdTokenRefused as refused:
        raise SignInRefused(f"id-token-{refused.reason}", refusals.NOT_PROVEN, ctx=journey.ctx) from None
    except (KeyError, TypeError, ValueError):
        raise SignInRefused("token-answer", refusals.NOT_PROVEN, ctx=journey.ctx) from None
    except SuperIdUnavailable:
        raise SignInRefused("superid-unavailable", refusals.UNREACHABLE, status=502, ctx=journey.ctx) from None


def _denied(request: HttpRequest, journey: Journey) -> SignInRefused:
    """SuperID says no. How it says why is documented nowhere; its names are looked for in what comes along."""
    error, told = request.GET.get("error", ""), request.GET.get("error_description", "")
    reason = error if error in KNOWN_ERRORS else "no-code"
    name = next((name for name in refusals.APPROVAL if name in told), "")
    return SignInRefused(name or reason, refusals.APPROVAL.get(name, refusals.DENIED), ctx=journey.ctx)


def _exchange(request: HttpRequest, journey: Journey, pkce_verifier: str) -> dict[str, Any]:
    adapter, app = SuperOfficeAdapter(request), provider(request).app
    try:
        client = adapter.get_client(request, app)
        answer: dict[str, Any] = adapter.get_access_token_data(request, app, client, pkce_verifier)
    except OAuth2Error:  # its text holds SuperID's answer
        raise SignInRefused("code", refusals.STALE, status=400, ctx=journey.ctx) from None
    except (RequestException, SuperIdUnavailable):
        raise SignInRefused("superid-unavailable", refusals.UNREACHABLE, status=502, ctx=journey.ctx) from None
    return answer


def _grant(answer: dict[str, Any]) -> Grant:
    lifetime = timedelta(seconds=int(answer["expires_in"]))  # a number, or digits in a string
    return Grant(answer["access_token"], answer["refresh_token"], datetime.now(UTC) + lifetime)


def _name(identity: Identity, grant: Grant) -> str:
    try:
        return full_name(identity, grant)
    except OtherPrincipal:
        raise SignInRefused("other-principal", refusals.NOT_PROVEN, ctx=identity.ctx) from None


@transaction.atomic
def _hand_over(handoff: int, identity: Identity, grant: Grant, name: str) -> None:
    waiting = Handoff.objects.filter(pk=handoff).first()
    if waiting is None or not waiting.finish(admit(identity, grant, name)):
        raise SignInRefused("handoff-expired", refusals.STALE, status=400, ctx=identity.ctx)
