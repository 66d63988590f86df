"""What may be remembered, for whom, and for how long.

Two kinds of answers, and nothing else:

- *facts*, ten minutes: who the caller is and his rights, lists, definitions of fields, the base time zone. NetServer is
  not asked.
- *records* (one company, person …) and *rows* (what an archive finds), one minute, only where the client was given a
  cache for them. For a record NetServer is asked each time by ``If-Modified-Since``, and a 304 saves sending and making
  it [ws/endpoints/http-headers]. Archives know no such question: rows are taken from memory for twenty seconds, then
  asked for again.

A call with headers of its own is not remembered: they may make any answer of it.

A memory that does not ask (``asks=False``) answers from these alone, however old within their minute, and raises
``NotRemembered`` for all else: to show at once what was seen a moment ago, while another client asks.

Answers depend on who asks, so a key always holds environment, tenant and associate, and also the language, culture and
time zone. Values are bytes, as NetServer sent them; a cache for records should seal them, for they are the customer's
data. Django's cache is both a ``Cache`` and an ``AsyncCache``.

A change of a list or a field definition through the same client forgets the tenant's facts; ``forget`` does so when a
webhook tells of a change. Which records a change concerns, whoever keeps them decides: ``changing`` tells him of it.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from crm_client.calls import Call, http_date

FACTS_LAST = 600.0
"""Seconds."""
RECORDS_LAST = 60.0
"""Seconds, of rows too."""
ROWS_STAND = 20.0
"""Seconds until an archive is asked again."""
EDITION_LASTS = 2 * FACTS_LAST
"""Seconds: longer than anything kept under the edition before it."""


class Cache(Protocol):
    """Where a ``Crm`` keeps answers. Keys are texts of at most 200 plain characters, values are bytes."""

    def get(self, key: str, /) -> Any:
        """The value, or None."""

    def set(self, key: str, value: bytes, seconds: float, /) -> Any:
        """Keep a value for so many seconds."""


class AsyncCache(Protocol):
    """The same for ``AsyncCrm``, named as Django names it."""

    async def aget(self, key: str, /) -> Any: ...

    async def aset(self, key: str, value: bytes, seconds: float, /) -> Any: ...


class NotRemembered(Exception):
    """A memory that does not ask has no answer."""


_FACTS = (
    r"(?i)v1/(?:User/current(?:Principal|Associate)|MDOList(?:/.+)?|List(?:/.+)?"
    r"|TimeZone/base|[a-z]+/(?:CustomField(?:/.+)?|UdefLayout(?:/Published(?:/.+)?)?))"
)
_RECORDS = r"(?i)v1/(?:Contact|Person|Sale|Project|Appointment|Document|Ticket)/\d+"
_CHANGES_FACTS = r"(?i)v1/(?:Agents/)?(?:List|UserDefinedFieldInfo|[a-z]+/UdefLayout)\b"


@dataclass(frozen=True)
class Rule:
    """How one answer is remembered."""

    cache: Any
    lasts: float
    """Seconds."""
    stands: float
    """Seconds without asking NetServer anything."""
    is_checked: bool = False
    """After that NetServer is asked whether the answer still holds."""


@dataclass(frozen=True)
class Memory[C: (Cache, AsyncCache)]:
    """A client's memory: whose answers, and where they are kept."""

    facts: C
    environment: str
    """``online``, ``sod`` …: context identifiers are unique within one only."""
    ctx: str
    associate_id: int
    records: C | None = None
    """For records and rows."""
    asks: bool = True
    changing: Callable[[Call, Any], None] | None = None
    """Is told of every call that changes something, and what NetServer answered; None where that is not known."""

    def rule(self, call: Call) -> Rule | None:
        """How the answer to a call is remembered, if it may be at all."""
        if call.method != "GET" or call.upload is not None or call.headers:
            return None
        if re.fullmatch(_FACTS, call.path):
            return Rule(self.facts, FACTS_LAST, stands=FACTS_LAST)
        if self.records is None:
            return None
        if re.fullmatch(_RECORDS, call.path):
            return Rule(self.records, RECORDS_LAST, stands=0.0, is_checked=True)
        return Rule(self.records, RECORDS_LAST, stands=ROWS_STAND) if "$select" in call.query else None

    @property
    def tenant_key(self) -> str:
        """Where the tenant's *edition* is kept: a word that is part of all its keys."""
        return tenant_key(self.environment, self.ctx)

    def key(self, call: Call, headers: Mapping[str, str], edition: str) -> str:
        """Of one answer; ``headers`` are those the answer depends on."""
        asked = repr((call.method, call.path, call.query, headers))
        digest = hashlib.sha256(asked.encode()).hexdigest()
        return f"{self.tenant_key}:{self.associate_id}:{edition}:{digest}"


def tenant_key(environment: str, ctx: str) -> str:
    """Part of every key; a context identifier's case does not matter."""
    return "crm_client:" + ":".join(re.sub(r"[^a-z0-9.-]", "_", part.lower()) for part in (environment, ctx))


def forget(cache: Cache, environment: str, ctx: str) -> None:
    """Forget a tenant's answers, of all its people: something it depends on changed."""
    cache.set(tenant_key(environment, ctx), new_edition(), EDITION_LASTS)


async def forget_async(cache: AsyncCache, environment: str, ctx: str) -> None:
    """The same, awaited."""
    await cache.aset(tenant_key(environment, ctx), new_edition(), EDITION_LASTS)


def new_edition() -> bytes:
    """Outlasts whatever was kept under the one before."""
    return uuid.uuid4().hex.encode()


def changes_facts(call: Call) -> bool:
    return call.changes and re.match(_CHANGES_FACTS, call.path) is not None


@dataclass(frozen=True)
class Kept:
    """An answer that was kept."""

    body: bytes
    date: str
    """When that was by NetServer's own clock, as its header says; empty if it does not."""
    at: float
    """When NetServer last gave or confirmed it, in seconds of Unix time."""

    @classmethod
    def parse(cls, value: Any) -> Kept | None:
        if not isinstance(value, bytes):
            return None
        head, _, body = value.partition(b"\n")
        at, _, date = head.decode("ascii", "replace").partition(" ")
        try:
            return cls(body, date, float(at))
        except ValueError:
            return None

    @property
    def as_bytes(self) -> bytes:
        return f"{self.at!r} {self.date}\n".encode() + self.body

    @property
    def since(self) -> str:
        """The date for ``If-Modified-Since``: nothing changed before it was missed. NetServer's own clock, less the
        second that HTTP dates leave in doubt; empty if the clock is not known.
        """
        try:
            answered = parsedate_to_datetime(self.date)
        except (ValueError, OverflowError):
            return ""
        answered = answered if answered.tzinfo else answered.replace(tzinfo=UTC)
        return http_date(answered - timedelta(seconds=1))
