"""Sends a message to an application on this machine, and nowhere else."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

SECONDS = 10.0
"""How long an application may take to answer; SuperOffice's own patience is not documented."""


@dataclass(frozen=True)
class Reply:
    """What came back; ``status`` 0 means nothing did."""

    status: int
    error: str = ""

    @property
    def trouble(self) -> str:
        """Empty for a plain 200, the only success there is."""
        if self.status == 200:
            return ""
        return self.error or f"The target answered {self.status}"


def is_loopback(url: str) -> bool:
    """Whether an address can only be on this machine."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def post(url: str, headers: dict[str, str], body: str) -> Reply:
    """POST a body once. Certificates are checked, redirects are not followed, proxies not asked."""
    if not is_loopback(url):
        return Reply(0, f"The sandbox posts to this machine only, not to {url}")
    # Without TLS no certificates need be loaded, which costs more than the whole message.
    verify = url.startswith("https:")
    try:
        async with httpx.AsyncClient(verify=verify, trust_env=False, timeout=SECONDS) as client:
            response = await client.post(url, content=body.encode(), headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # ValueError: a header that is no header
        return Reply(0, f"{type(error).__name__}: {error}".rstrip(": "))
    return Reply(response.status_code)
