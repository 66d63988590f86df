"""In Python processes that find this on their path, SuperOffice's hosts are on this machine, and there are no others.

Python itself reads it before any program, so Sidecard's own commands run as they do in production. ``STAND_IN_HOSTS``
are the names, separated by commas, ``STAND_IN_PORT`` is where all of them answer in place of 443, and
``STAND_IN_AUTHORITY`` a file with the only certificate authority that is trusted.
"""

from __future__ import annotations

import os
import socket
from typing import Any

import certifi
import uvloop

HOSTS = os.environ["STAND_IN_HOSTS"].split(",")
LOOPBACK = ("127.0.0.1", "localhost", "::1", "", None)

_getaddrinfo, _loops_own = socket.getaddrinfo, uvloop.Loop.getaddrinfo


def _moved(host: str | None, port: Any) -> tuple[str | None, Any]:
    if host in HOSTS and port == 443:
        return "127.0.0.1", int(os.environ["STAND_IN_PORT"])
    if host in LOOPBACK:
        return host, port
    raise socket.gaierror(socket.EAI_NONAME, f"{host}:{port} is not on this machine")


def getaddrinfo(host: str | None, port: Any, *rest: Any, **more: Any) -> Any:
    return _getaddrinfo(*_moved(host, port), *rest, **more)


async def loops_own(self: uvloop.Loop, host: str | None, port: Any, **more: Any) -> Any:
    """uvloop asks the system by itself."""
    return await _loops_own(self, *_moved(host, port), **more)


socket.getaddrinfo = getaddrinfo
uvloop.Loop.getaddrinfo = loops_own
certifi.where = lambda: os.environ["STAND_IN_AUTHORITY"]
