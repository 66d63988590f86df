"""SuperOffice as an identity provider for django-allauth: its OpenID Connect classes, stricter.

allauth keeps the state, makes the PKCE pair, builds the address and exchanges the code. What its defaults miss for
SuperOffice is here: a nonce, remembered discovery, no userinfo (there is none), the tenant as ``acr_values``.
What comes after the exchange is in ``callback``: no account, session or token of allauth's is ever made.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from requests import Session

from panel.tenants import discovery


@dataclass(frozen=True)
class Journey:
    """One trip to SuperID, kept in the session of the browser that makes it, found again by ``state``."""

    nonce: str
    ctx: str = ""
    """The tenant the sign-in must prove; empty when any will do."""
    handoff: int | None = None
    """The frame that waits for it; None in a window of our own."""
    next: str = "/"


class Exchange(DefaultSocialAccountAdapter):
    """The code and our secret go to SuperID as all our calls do (``crm_client.clients``): not through a proxy of the
    environment's, by its authorities or with its credentials, and not on to where a redirect leads.
    """

    def get_requests_session(self) -> Session:
        session: Session = super().get_requests_session()
        session.trust_env = False
        session.max_redirects = 0
        return session


class SuperOfficeAdapter(OpenIDConnectOAuth2Adapter):
    """Where SuperID's endpoints are, without asking it every time."""

    basic_auth = False  # the secret travels in the body: [auth/sign-in-user/auth-code-flow]

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, SuperOfficeProvider.id)

    @property
    def access_token_url(self) -> str:
        return discovery.superid().endpoints().token

    @property
    def authorize_url(self) -> str:
        return discovery.superid().endpoints().authorization

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return settings.SIDECARD_BASE_URL + reverse("superoffice_callback")


class SuperOfficeProvider(OpenIDConnectProvider):
    """Federated sign-in only: we never see a password."""

    id = "superoffice"
    oauth2_adapter_class = SuperOfficeAdapter
    pkce_enabled_default = True
    supports_token_authentication = False  # signing in by handing us a token would skip the nonce

    def __init__(self, request: HttpRequest, app: Any = None) -> None:
        super().__init__(request, app=app)
        self.name = "SuperOffice"

    def get_oauth2_adapter(self, request: HttpRequest) -> SuperOfficeAdapter:
        return SuperOfficeAdapter(request)

    def get_default_scope(self) -> list[str]:
        return ["openid"]


provider_classes = [SuperOfficeProvider]


def provider(request: HttpRequest) -> SuperOfficeProvider:
    """SuperOffice with our application's id and secret."""
    return get_adapter(request).get_provider(request, provider=SuperOfficeProvider.id)


def departure(request: HttpRequest, ctx: str = "", handoff: int | None = None, next_path: str = "/") -> str:
    """Begin a journey; returns SuperID's address to send this browser to.

    Raises:
        SuperIdUnavailable: its endpoints are not known.
    """
    journey = Journey(secrets.token_urlsafe(32), ctx, handoff, next_path)
    params = {"nonce": journey.nonce, "response_mode": "query"}
    if ctx:
        params["acr_values"] = f"tenant:{ctx}"
    leaving = provider(request).redirect(request, process="login", data=asdict(journey), auth_params=params)
    return str(leaving.url)
