"""Being told of calls: for logs, metrics and a partner's own alarms.

::

    def log_call(told: CallRecord) -> None:
        log.info("netserver call", **asdict(told))

    crm = AsyncCrm(http, address, auth, hooks=[log_call])

A hook runs in the caller's own time: it must be quick. What it raises reaches the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class CallRecord:
    """One call, once it is over. It holds no token, no query, no id and nothing anybody typed."""

    method: str
    path: str
    """With ``{id}`` and ``{text}`` for what varies: ``v1/Contact/{id}/Persons``."""
    tenant: str
    """The context identifier in the tenant's address; empty when the address was not found."""
    status: int | None
    """Of the last answer; None without one."""
    sent: int
    """How often it was sent: 0 for an answer that was remembered, more than 1 after 401, 421 or trouble."""
    seconds: float
    """Altogether, with waiting."""
    error: str = ""
    """The class of what was raised."""
    is_remembered: bool = False
    """The answer came out of the client's cache, after a 304 too."""


type Hook = Callable[[CallRecord], None]
