"""What must not be found where it does not belong: a customer's texts, tokens and secrets, and where to look."""

from __future__ import annotations

import base64
import logging
import re
import traceback
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from structlog.stdlib import ProcessorFormatter

from tests.sandbox.world import World

COLUMNS = {
    "contact": ("name", "orgnr", "phones", "emails", "urls"),
    "person": ("last_name", "direct_phones", "mobile_phones", "emails"),
    "sale": ("heading",),
    "appointment": ("text",),
}
"""By table of the sandbox: what would give a customer away."""


def texts_of(world: World, ctx: str) -> set[str]:
    """Texts that only this customer's CRM holds."""
    others = {text for name in world.tenants if name != ctx for text in _texts(world, name)}
    return set(_texts(world, ctx)) - others


def _texts(world: World, ctx: str) -> Iterator[str]:
    tenant = world.tenants[ctx]
    yield tenant.company_name
    yield tenant.serial
    yield from (world.humans[human].email for human in tenant.associates)
    for table, columns in COLUMNS.items():
        for row in tenant.table(table).values():
            yield from (text for column in columns for text in _values(row[column]) if len(text) > 3)


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        yield from (element["value"] for element in value)


def found(texts: Iterable[str], where: str) -> list[str]:
    """Those that stand somewhere, as words of their own, escaped for HTML or not."""
    plain = where + unescape(where)
    return sorted(text for text in texts if text in plain and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", plain))


# Secrets, and the places where they could come to rest


def secrets_of(world: World) -> set[str]:
    """Every token and secret that exists, and our own keys."""
    opaque = {token.partition(".")[2] for token in world.access_tokens}
    system = {token for tenant in world.tenants.values() for token in tenant.system_tokens.values()}
    ours = {client.secret for client in world.clients.values()} | {settings.SECRET_KEY, *settings.SIDECARD_SEAL_KEYS}
    return opaque | system | ours | {*world.access_tokens, *world.refresh_tokens, *world.codes}


def spilt(secrets: Iterable[str], where: str) -> list[str]:
    """The secrets that can be read somewhere, as they are or wrapped in base64 and zlib as Django's signing does."""
    opened = "\n".join(layers(where))
    return sorted(secret for secret in secrets if secret in opened)


def layers(text: str, depth: int = 3) -> Iterator[str]:
    """A text, and what its base64 parts hold, and theirs."""
    yield text
    for part in re.findall(r"[A-Za-z0-9_+/-]{16,}", text) if depth else ():
        yield from (inner for raw in _decoded(part) for inner in layers(raw.decode("latin-1"), depth - 1))


def _decoded(part: str) -> Iterator[bytes]:
    try:
        raw = base64.urlsafe_b64decode(part.replace("+", "-").replace("/", "_") + "=" * (-len(part) % 4))
    except ValueError:
        return
    if re.search(rb"[\x20-\x7e]{8,}", raw):
        yield raw
    try:
        yield zlib.decompress(raw)
    except zlib.error:
        return


def database() -> str:
    """Every value of every column of every table."""
    with connection.cursor() as cursor:
        return "\n".join(
            line for table in connection.introspection.table_names(cursor) for line in _rows(cursor, table)
        )


def _rows(cursor: Any, table: str) -> Iterator[str]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    for values in cursor.fetchall():
        yield f"{table}: " + " | ".join(map(_plain, values))


def _plain(value: Any) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


def remembered() -> str:
    """Everything in the cache, which holds sessions too, whatever backend it is."""
    backend: Any = cache
    if hasattr(backend._cache, "get_client"):
        redis = backend._cache.get_client()
        values = [redis.get(key) for key in redis.scan_iter("*") if redis.type(key) == b"string"]
    else:
        values = list(backend._cache.values())
    return "\n".join(value.decode("latin-1") for value in values if value)


class Journal(logging.Handler):
    """Everything the application logs, as it would be written, and what each line is made of.

    Django hands the request along with its own lines; what is written does not show it.
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        formatters = [handler.formatter for handler in logging.getLogger().handlers]
        self.setFormatter(next(found for found in formatters if isinstance(found, ProcessorFormatter)))

    def emit(self, record: logging.LogRecord) -> None:
        if record.threadName == "sandbox":
            return  # that is SuperOffice talking to itself
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self.lines.append(f"{self.format(record)}\n{record.name} {record.msg} {record.args} {trace}")

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@contextmanager
def overheard() -> Iterator[Journal]:
    """Log at DEBUG, as an operator who looks for trouble would switch on, and listen."""
    journal = Journal()
    talkative = [logging.getLogger(name) for name in ("", "django", "panel", "crm_client", "allauth", "celery")]
    before = [logger.level for logger in talkative]
    talkative[0].addHandler(journal)
    for logger in talkative:
        logger.setLevel(logging.DEBUG)
    try:
        yield journal
    finally:
        talkative[0].removeHandler(journal)
        for logger, level in zip(talkative, before, strict=True):
            logger.setLevel(level)


def our_addresses(page: str) -> list[str]:
    """Addresses of our own that a page leads to."""
    named = re.findall(r'(?:href|src|action|hx-get|hx-post|content)="([^"]*)"', page)
    return [unescape(url) for url in named if url.startswith(("/", settings.SIDECARD_BASE_URL, "0; url="))]
