"""Somebody who uses SuperOffice Web, seen from its server: a browser without scripts that is signed in."""

from __future__ import annotations

import re
from html import unescape

import httpx

from tests.sandbox.server import Sandbox
from tests.sandbox.web import COOKIE


class WebUser:
    """Opens places of one tenant's client; nobody is signed in when ``who`` is empty."""

    def __init__(self, sandbox: Sandbox, who: str = "", ctx: str = "Cust12345") -> None:
        self.url = sandbox.tenant_url(ctx)
        self.http = httpx.Client(trust_env=False, verify=False, timeout=10)
        if who:
            cookie = f"cookie-of-{who}-{ctx}"
            sandbox.world.web_sessions[cookie] = {"human": who, "ctx": ctx}
            self.http.headers["Cookie"] = f"{COOKIE}={cookie}"

    def open(self, place: str = "") -> httpx.Response:
        return self.http.get(f"{self.url}/default.aspx" + (f"?{place}" if place else ""))

    def save(self, table: str, key: int, **typed: str) -> httpx.Response:
        return self.http.post(f"{self.url}/save/{table}/{key}", data=typed)

    def close(self) -> None:
        self.http.close()


def panel_urls(page: httpx.Response) -> dict[str, str]:
    """The computed URL of each web panel on a page, by window name."""
    found = re.findall(r'data-url="([^"]*)"\s+data-window-name="([^"]*)"', page.text)
    return {unescape(name): unescape(url) for url, name in found}
