"""The two who deal with SuperID: a person in a browser, and an application's server."""

from __future__ import annotations

import re
from html import unescape
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.sandbox.server import Sandbox

CALLBACK = "http://127.0.0.1:8000/signin/callback/"
ASK = {
    "client_id": "sidecard-sandbox",
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid",
    "state": "a state",
}
SECRET = {"client_id": "sidecard-sandbox", "client_secret": "sandbox-secret"}


class Caller:
    """Owns an HTTP client without proxy and redirects."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        # Without TLS no certificates need be loaded, which costs more than a whole sign-in.
        self.http = httpx.Client(base_url=sandbox.login_url, trust_env=False, verify=False, timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.http.close()


class Visitor(Caller):
    """Asks for pages and presses their buttons."""

    def ask(self, ctx: str = "common", **changes: str | None) -> httpx.Response:
        """An authorisation request; a change to None leaves the parameter out."""
        query = {name: value for name, value in (ASK | changes).items() if value is not None}
        return self.follow(self.http.get(f"/login/{ctx}/oauth/authorize", params=query))

    def press(self, page: httpx.Response, step: str, **fields: str) -> httpx.Response:
        """Send the page's form that has this step."""
        data = {"form": hidden(page, "form"), "step": step} | fields
        return self.follow(self.http.post(page.url, data=data))

    def sign_in(self, page: httpx.Response, who: str) -> httpx.Response:
        """Type user name and password of one of the sandbox's people."""
        human = self.sandbox.world.humans[who]
        return self.press(page, "sign-in", username=human.email, password=human.password)

    def code(self, who: str, ctx: str = "Cust12345", **changes: str | None) -> str:
        """Sign in to the application, unless the session does it, and take the code from the callback."""
        page = self.ask(ctx, **changes)
        return answer(page if page.has_redirect_location else self.sign_in(page, who))["code"]

    def follow(self, response: httpx.Response) -> httpx.Response:
        """Redirects within SuperID; the one to an application or another host is the answer."""
        while response.has_redirect_location:
            target = response.url.join(response.headers["location"])
            if target.netloc != httpx.URL(self.sandbox.login_url).netloc:
                return response
            response = self.http.get(target)
        return response


class Application(Caller):
    """Exchanges codes and refreshes tokens."""

    def tokens(self, **form: str) -> httpx.Response:
        return self.http.post("/login/common/oauth/tokens", data=form)

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        form = SECRET | {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        return self.tokens(**(form | changes))

    def refresh(self, token: str, **changes: str) -> httpx.Response:
        return self.tokens(**(SECRET | {"grant_type": "refresh_token", "refresh_token": token} | changes))

    def published(self) -> list[dict[str, Any]]:
        return self.http.get("/login/.well-known/jwks").json()["keys"]


def answer(response: httpx.Response) -> dict[str, str]:
    """The fields that a redirect carries to the callback in its query."""
    assert response.status_code == 303, response.text
    target = urlsplit(response.headers["location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == CALLBACK
    return {name: values[0] for name, values in parse_qs(target.query).items()}


def hidden(page: httpx.Response, name: str) -> str:
    """A hidden field of a page's form."""
    found = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return unescape(found[1])
