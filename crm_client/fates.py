"""What became of a call that got no answer, read from the error that came instead.

The aiohttp transport reports a server that died after reading a request as ``ConnectTimeout``, so where aiohttp is the
cause only its own classes tell. Classes are told by name: this module does without both HTTP libraries.
"""

from __future__ import annotations

from collections.abc import Generator
from enum import Enum

from crm_client.calls import Call
from crm_client.errors import CrmError, OutcomeUnknown, Unavailable


class Fate(Enum):
    """How far a call came."""

    ANSWERED = "answered"
    REFUSED = "surely not sent: there was no connection to be had"
    UNSENT = "surely not sent, after waiting for a connection or a turn"
    DIED = "sent, and its connection died or went out of step"
    SILENT = "sent, and no answer in time, or one that cannot be unpacked"


def fate(error: BaseException) -> Fate:
    """What an error of httpx, maybe over aiohttp, says about the call. In doubt ``SILENT``."""
    aiohttp, httpx = _names(error, "aiohttp"), _names(error, "httpx")
    if aiohttp:
        if aiohttp & {"ClientConnectorError", "ConnectionTimeoutError"}:
            return Fate.REFUSED if "ClientConnectorError" in aiohttp else Fate.UNSENT
        return Fate.DIED if aiohttp & _DIED else Fate.SILENT
    if "ConnectError" in httpx:
        return Fate.REFUSED
    if httpx & {"ConnectTimeout", "PoolTimeout", "UnsupportedProtocol"}:
        return Fate.UNSENT
    return Fate.DIED if httpx & {"ReadError", "WriteError", "RemoteProtocolError"} else Fate.SILENT


_DIED = {"ServerDisconnectedError", "ClientOSError", "ClientPayloadError"}
"""Of aiohttp: closed, reset, half a body."""


def loss(call: Call, fate: Fate) -> CrmError:
    """What a call without an answer is for the caller."""
    if fate in (Fate.REFUSED, Fate.UNSENT):
        return Unavailable(f"{call.name}: SuperOffice could not be reached", sent=False)
    if call.changes:
        return OutcomeUnknown(f"{call.name}: sent, but no answer came", sent=None)
    return Unavailable(f"{call.name}: no answer in time", sent=None)


def _names(error: BaseException, library: str) -> set[str]:
    """Which of a library's errors lie beneath one, with their ancestors; of httpx only the error itself counts."""
    causes = _causes(error) if library == "aiohttp" else [error]
    kinds = [type(cause) for cause in causes if type(cause).__module__.startswith(library)]
    return {ancestor.__name__ for kind in kinds for ancestor in kind.__mro__}


def _causes(error: BaseException | None) -> Generator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
