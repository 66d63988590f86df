"""The paths of all kinds of records: ``/{Entity}``, ``/{Entity}/{id}`` and what hangs on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from starlette.responses import Response

from . import archives, records
from .activities import APPOINTMENT
from .business import MEMBER, PROJECT, SALE, STAKEHOLDER
from .entities import COMPANY, PERSON
from .kind import Kind

Methods = dict[str, Callable[..., Response]]

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (COMPANY, PERSON, SALE, STAKEHOLDER, APPOINTMENT, PROJECT, MEMBER)
}
"""By REST name."""

LISTS = {"Contact": "SimpleContact", "Person": "Person", "Sale": "FindSale"}
"""The archive provider behind a kind's list (archives.md)."""

VALIDATED = ("Contact", "Person", "Sale", "Appointment", "Project", "Document")


def paths(kind: Kind) -> dict[str, Methods]:
    """What every kind has (webapi.md §2)."""
    made: dict[str, Methods] = {
        rf"v1/{kind.name}/default": {"GET": partial(records.default, kind=kind)},
        rf"v1/{kind.name}": {"POST": partial(records.create, kind=kind)},
        rf"v1/{kind.name}/(?P<key>\d+)": {
            "GET": partial(records.read, kind=kind),
            "PUT": partial(records.replace, kind=kind),
            "PATCH": partial(records.patch, kind=kind),
            "DELETE": partial(records.delete, kind=kind),
        },
    }
    if kind.name in LISTS:
        made[rf"v1/{kind.name}"]["GET"] = partial(archives.listing, provider=LISTS[kind.name])
    if kind.simple is not None:
        made[rf"v1/{kind.name}/(?P<key>\d+)/Simple"] = {"GET": partial(records.simple, kind=kind)}
    if kind.name in VALIDATED:
        made[rf"v1/{kind.name}/Validate"] = {"POST": partial(records.validate, kind=kind)}
    return made


PATHS: dict[str, Methods] = {path: methods for kind in KINDS.values() for path, methods in paths(kind).items()}
