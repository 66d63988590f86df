"""The course of one call: what is remembered, sent, sent again; decisions without network, clock or colour.

``course`` is a generator of steps. Each is the name of one of the driver's methods with its arguments
(``methodcaller``); ``Crm`` calls it, ``AsyncCrm`` awaits it, and what comes of it goes back in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import methodcaller
from random import random as chance
from typing import Any
from urllib.parse import urlsplit

from crm_client.cache import EDITION_LASTS, Kept, Memory, NotRemembered, Rule, changes_facts, new_edition
from crm_client.calls import Call, decipher, plain
from crm_client.errors import CrmError, Misdirected, OutcomeUnknown
from crm_client.fates import Fate, loss
from crm_client.hooks import CallRecord
from crm_client.retries import Retries

type Steps = Generator[Callable[[Any], Any], Any, Any]


@dataclass
class Trip:
    """One call under way."""

    call: Call
    until: float
    """The deadline, on the monotonic clock."""
    streams: bool = False
    """Whoever asked wants to read the body himself."""
    language: str = ""
    """What texts are asked for in; empty for all languages at once."""
    began: float = field(default_factory=time.monotonic)
    base: str = ""
    """The tenant's address, once it is known."""
    tenant: str = ""
    sent: int = 0
    status: int | None = None
    is_remembered: bool = False
    is_out: bool = False
    """Handed to the network and not answered yet."""
    held: Any = None
    """The exit stack that holds what a streamed answer needs: its connection, its place in the gate."""

    def leaves(self, is_own: bool) -> None:
        """A request goes out: the call itself, or one of its credential."""
        self.is_out = is_own
        self.sent += is_own

    def left(self) -> float:
        """Seconds until the deadline, never less than 0."""
        return max(0.0, self.until - time.monotonic())

    def record(self, error: BaseException | None) -> CallRecord:
        """For hooks."""
        return CallRecord(
            method=self.call.method,
            path=plain(self.call.path, "{id}"),
            tenant=self.tenant or tenant_in(self.base),
            status=self.status,
            sent=self.sent,
            seconds=time.monotonic() - self.began,
            error="" if error is None else type(error).__name__,
            is_remembered=self.is_remembered,
        )


@dataclass(frozen=True)
class Answer:
    """What NetServer sent back; ``headers`` are lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    asked: Mapping[str, str] = field(repr=False)
    """The headers of the request, credentials and all."""
    fate: Fate = Fate.ANSWERED

    def read(self, call: Call, base: str) -> Any:
        """The decoded answer. Raises what ``decipher`` raises."""
        language, secrets = self.asked.get("accept-language", ""), _secrets(self.asked)
        return decipher(call, self.status, self.headers, self.body, base=base, secrets=secrets, language=language)


@dataclass(frozen=True)
class Opened:
    """An answer whose body is still to be read."""

    response: Any
    fate: Fate = Fate.ANSWERED

    def read(self, call: Call, base: str) -> Any:
        return self.response


@dataclass(frozen=True)
class Lost:
    """No answer."""

    fate: Fate
    cause: Exception | None = None

    def read(self, call: Call, base: str) -> Any:
        raise loss(call, self.fate) from self.cause


def course(trip: Trip, retries: Retries, memory: Memory[Any] | None, depends_on: Mapping[str, str]) -> Steps:
    """The steps of a call to its decoded answer. ``depends_on`` are the headers that answers vary with."""
    if memory is None or trip.streams:
        return (yield from _sent(trip, trip.call, retries))[1]
    trip.tenant = memory.ctx
    rule = memory.rule(trip.call)
    if rule is not None:
        return (yield from _remembered(trip, retries, memory, rule, depends_on))
    if not memory.asks:
        raise NotRemembered(trip.call.name)
    answer = None
    try:
        answer = (yield from _sent(trip, trip.call, retries))[1]
    except OutcomeUnknown:
        yield from _forgotten(memory, trip.call)
        raise
    finally:
        if memory.changing is not None and trip.call.changes:
            memory.changing(trip.call, answer)
    yield from _forgotten(memory, trip.call)
    return answer


def _forgotten(memory: Memory[Any], call: Call) -> Steps:
    """The tenant's facts, if the call may have changed any."""
    if changes_facts(call):
        yield methodcaller("_keep", memory.facts, memory.tenant_key, new_edition(), EDITION_LASTS)


def _remembered(trip: Trip, retries: Retries, memory: Memory[Any], rule: Rule, depends_on: Mapping[str, str]) -> Steps:
    edition = b""
    if rule.cache is memory.facts:
        edition = (yield methodcaller("_recall", memory.facts, memory.tenant_key)) or b""
    key = memory.key(trip.call, depends_on, edition.decode())
    kept = None if trip.call.is_fresh else Kept.parse((yield methodcaller("_recall", rule.cache, key)))
    if kept is not None and (time.time() < kept.at + rule.stands or not memory.asks):
        return _from_memory(trip, kept)
    if not memory.asks:
        raise NotRemembered(trip.call.name)
    call = trip.call
    if kept is not None and rule.is_checked and (since := kept.since):
        call = replace(call, headers={**call.headers, "If-Modified-Since": since})
    answer, decoded = yield from _sent(trip, call, retries)
    holds = kept if answer.status == 304 else None
    fresh = Kept(holds.body if holds else answer.body, answer.headers.get("date", ""), time.time())
    yield methodcaller("_keep", rule.cache, key, fresh.as_bytes, rule.lasts)
    return _from_memory(trip, holds) if holds else decoded


def _from_memory(trip: Trip, kept: Kept) -> Any:
    """Decoded anew for each caller, so that nobody changes what another one sees."""
    trip.is_remembered = True
    return decipher(trip.call, 200, {}, kept.body, base=trip.base, language=trip.language)


def _sent(trip: Trip, call: Call, retries: Retries) -> Steps:
    """Send; once more at the new address after 421, whatever the call: NetServer did not do it [dp/best-practices/
    tenant-status/check-status]; and again after trouble, where ``retries`` finds that safe. Gives the answer as it
    came, and decoded.
    """
    trip.base = yield methodcaller("_address")
    has_moved, attempt = False, 1
    while True:
        outcome = yield methodcaller("_attempt", trip, call)
        try:
            return outcome, outcome.read(call, trip.base)
        except Misdirected:
            if has_moved:
                raise
            pause = None
        except CrmError as error:
            pause = retries.pause(call, error, outcome.fate, attempt, trip.left(), chance())  # noqa: S311 (no secret)
            if pause is None:
                raise
        if pause is None:
            has_moved, trip.base = True, (yield methodcaller("_new_address"))
        else:
            attempt += 1
            yield methodcaller("_pause", pause)


def _secrets(asked: Mapping[str, str]) -> Iterator[str]:
    yield asked.get("so-apptoken", "")
    credential = asked.get("authorization", "")
    yield credential
    yield credential.partition(" ")[2]


def tenant_in(base: str) -> str:
    """The context identifier in a tenant's address: ``https://online2.superoffice.com/Cust12345/api/``."""
    return next(iter(urlsplit(base).path.strip("/").split("/")), "")
