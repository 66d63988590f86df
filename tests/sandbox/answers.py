"""One call to NetServer as its handlers see it, and the ways to refuse it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from starlette.responses import JSONResponse, Response

from .facts import TYPES, answer_kind, body_kind, spelt
from .roles import allows
from .texts import Clock, clock_of, in_language, language_of
from .world import Associate, Row, Tenant, World


class Refused(Exception):
    """An answer that is no success: HTTP status and NetServer's error body [ws/endpoints/rest-webapi]."""

    def __init__(self, status: int, error_type: str, message: str) -> None:
        super().__init__(message)
        self.status, self.error_type, self.message = status, error_type, message

    def body(self) -> dict[str, Any]:
        """``Error``, ``ErrorType``, ``ErrorMessage``, ``ErrorSource``."""
        return {
            "Error": True,
            "ErrorType": self.error_type,
            "ErrorMessage": self.message,
            "ErrorSource": "SuperOffice.Services.Implementation",
        }


def bad(message: str) -> Refused:
    """400: the request itself is wrong."""
    return Refused(400, "ArgumentException", message)


def not_found(entity: str, key: object) -> Refused:
    """404: no such record."""
    return Refused(404, "SoNotFoundException", f"{entity} {key} was not found")


def denied(what: str) -> Refused:
    """403: a right is missing. The status is not documented; the body names the right and who decides."""
    message = f"[SR_ACCESS_DENIED] You do not have the right to {what}. Ask your administrator."
    return Refused(403, "SoSentryException", message)


VERBS = {"select": "read", "update": "change", "insert": "create", "delete": "delete"}

NOUNS = {"contact": "company", "person": "contact", "appointment": "follow-up", "ticket": "request"}
NOUNS |= {"ticket_message": "message", "sale_stakeholder": "stakeholder"}
"""What SuperOffice calls the records of a table, where that is not the table's name."""


def lacking(what: str) -> Refused:
    """501: documented by SuperOffice, not built in this sandbox."""
    return Refused(501, "NotImplementedException", f"The sandbox lacks {what}")


def chosen(value: Any, kind: str, wanted: str) -> Any:
    """A carrier, or each of an array, of which only the properties named in a ``$select`` are left; 400 for names it
    has not. In an archive ``$select`` names columns: that is read elsewhere, as values that are no carriers are."""
    if kind.startswith("["):
        return [chosen(item, kind[1:-1], wanted) for item in value]
    if value is None or kind not in TYPES or kind == "ODataSlimResponse":
        return value
    names = {name.strip().lower() for name in wanted.split(",") if name.strip()}
    unknown = names - {name.lower() for name in TYPES[kind]}
    if unknown:
        raise bad(f"$select: {kind} has no property {', '.join(sorted(unknown))}")
    return {name: item if name.lower() in names else None for name, item in value.items()}


@dataclass(frozen=True)
class Call:
    """A request whose sender is known; ``path`` is below ``/{ctx}/api/``, ``api`` the absolute URL of that place."""

    world: World
    tenant: Tenant
    associate: Associate
    method: str
    path: str
    api: str
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    client_id: str = ""
    """The application that calls."""

    def parameter(self, name: str) -> str | None:
        """A query parameter whose name's case does not matter; the last one wins."""
        return self.parameters.get(name.lower())

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The query by names in lower case."""
        return {name.lower(): value for name, value in self.query}

    @cached_property
    def json(self) -> Any:
        """The body, its properties spelt as documented; 400 if there is none or it is no JSON."""
        if not self.body.strip():
            raise bad("Entity to save is not in request body")
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise bad(f"The body is not JSON: {error}") from error
        return spelt(value, body_kind(self.path, self.method) or "")

    @cached_property
    def language(self) -> str | None:
        """SuperOffice's code (``NO``) of the wanted language; None leaves texts as stored."""
        return language_of(self.headers)

    @cached_property
    def clock(self) -> Clock:
        """How this caller wants to see dates."""
        clock = clock_of(self.headers, self.tenant.base_zone)
        if clock is None:
            raise bad(f"Unknown time zone {self.headers['so-timezone']}")
        return clock

    def answer(self, value: Any) -> Response:
        """A value as JSON in the caller's language; with ``$select`` all properties not named are null."""
        wanted = self.parameter("$select")
        kept = chosen(value, answer_kind(self.path, self.method), wanted) if wanted else value
        return JSONResponse(in_language(kept, self.language))

    def may(self, table: str, right: str, row: Row | None = None) -> bool:
        """Whether sentry lets the caller ``select``, ``update``, ``insert`` or ``delete`` a row (`roles.allows`)."""
        return allows(self.tenant, self.associate, table, right, row)

    def demand(self, table: str, right: str, row: Row | None = None) -> None:
        """403 unless the caller may."""
        if not self.may(table, right, row):
            noun = NOUNS.get(table, table.replace("_", " "))
            raise denied(f"{VERBS[right]} {'this' if row else 'any'} {noun}")
