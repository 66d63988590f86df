"""What NetServer's agents share: their requests' named parameters, ids in the query, and who may administer."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from .answers import Call, bad, denied
from .facts import blank, body_kind, misfits


def nothing() -> Response:
    """What methods without a result answer."""
    return Response(status_code=204)


def asked(call: Call) -> dict[str, Any]:
    """The ``{Method}Request`` object in the body; 400 unless it fits the description.

    A parameter left out, or null, has what .NET has for nothing: 0, an empty text, null for a carrier.
    """
    kind = body_kind(call.path, call.method)
    if kind is None:
        raise KeyError(f"{call.path} takes no request")
    return blank(kind) | {name: value for name, value in fitting(call.json, kind).items() if value is not None}


def fitting(value: Any, kind: str) -> Any:
    """A value somebody sent if it fits a documented type (some properties may lack), 400 otherwise."""
    wrong = misfits(value, kind, whole=False)
    if value is None or wrong:
        raise bad("; ".join(wrong[:5]) or f"A {kind} is expected")
    return value


def number(call: Call, name: str) -> int:
    """An id in the query string; 400 if it lacks or is no number."""
    text = call.parameter(name) or ""
    if not text.lstrip("-").isdigit():
        raise bad(f"{name} must be a number, not {text!r}")
    return int(text)


def flag(call: Call, name: str) -> bool:
    """A switch in the query string, off if it lacks."""
    return (call.parameter(name) or "").lower() == "true"


def administrates(call: Call) -> bool:
    """Whether the caller may change what belongs to all: administrators and the application's system user."""
    return call.associate.administrator or getattr(call.associate, "system", False)


def demand_administrator(call: Call, what: str) -> None:
    """403 unless the caller is an administrator; the documentation tells only that administrators do this."""
    if not administrates(call):
        raise denied(what)


def application(call: Call) -> str:
    """The client id of the application that ``SO-AppToken`` names, empty without a valid one [http-headers]."""
    token = call.headers.get("so-apptoken", "")
    found = (client for client in call.world.clients.values() if token and client.secret == token)
    return next((client.client_id for client in found), "")
