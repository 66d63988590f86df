"""Alice, Bob, Charlie and the others, signing in as they do in life: through our pages and SuperID's.

``sign_in(client, ctx, human)`` does the whole standalone sign-in with Django's test client and a person at SuperID.
"""

from __future__ import annotations

import re
from html import unescape
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx
from asgiref.sync import async_to_sync
from django.http import HttpRequest
from django.test import AsyncClient, Client, RequestFactory

from panel.tenants import access
from panel.tenants.models import Membership
from tests.sandbox.server import Sandbox


class AtSuperId:
    """A person's browser as far as SuperID sees it: it keeps SuperID's cookies and presses its buttons."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        # Without TLS no certificates need be loaded, which costs more than a whole sign-in.
        self.http = httpx.Client(trust_env=False, verify=False, timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.http.close()

    def come_back(self, address: str, human: str) -> str:
        """From SuperID's address to ours, signing in as ``human`` and approving what is asked: path and query."""
        page = self._follow(self.http.get(address))
        person = self.sandbox.world.humans[human]
        for step, fields in (("sign-in", {"username": person.email, "password": person.password}), ("approve", {})):
            if f'name="step" value="{step}"' in page.text:
                data = {"form": _hidden(page.text, "form"), "step": step} | fields
                page = self._follow(self.http.post(page.url, data=data))
        assert page.has_redirect_location, page.text
        return _path(page.headers["location"])

    def _follow(self, response: httpx.Response) -> httpx.Response:
        """Redirects within SuperID; the one to us is the answer."""
        home = httpx.URL(self.sandbox.login_url).netloc
        while response.has_redirect_location:
            target = response.url.join(response.headers["location"])
            if target.netloc != home:
                break
            response = self.http.get(target)
        return response


def sign_in(client: Client, ctx: str, human: str, sandbox: Sandbox, next_path: str = "/") -> str:
    """Sign this client in to ``ctx``; returns where the person lands."""
    page = client.post("/signin/", {"uctx": ctx, "next": next_path})
    with AtSuperId(sandbox) as superid:
        answer = client.get(superid.come_back(onwards(page.content), human))
    assert answer.status_code == 302, answer.content
    return answer.headers["location"]


async def asign_in(client: AsyncClient, ctx: str, human: str, sandbox: Sandbox, next_path: str = "/") -> str:
    """The same for the asynchronous client; the test needs ``transactional_db``."""
    page = await client.post("/signin/", {"uctx": ctx, "next": next_path})
    with AtSuperId(sandbox) as superid:
        answer = await client.get(superid.come_back(onwards(page.content), human))
    assert answer.status_code == 302, answer.content
    return answer.headers["location"]


def onwards(content: bytes) -> str:
    """SuperID's address on the page that leaves for it."""
    found = re.search(r'id="onwards" href="([^"]*)"', content.decode())
    assert found, content
    return unescape(found[1])


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', page)
    assert found, page
    return unescape(found[1])


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def member(client: Client, ctx: str, associate_id: int | None = None) -> Membership:
    """Whom a request of this client would be served as."""
    return async_to_sync(access.membership)(request_of(client), ctx, associate_id)


def request_of(client: Client) -> HttpRequest:
    """A request with this client's session."""
    request = RequestFactory().get("/")
    request.session = client.session
    return request
