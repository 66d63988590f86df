"""The paths of all kinds of records: ``/{Entity}``, ``/{Entity}/{id}`` and what hangs on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from starlette.responses import Response

from . import archives, consents, documents, duplicates, records, relations, zones
from .activities import APPOINTMENT
from .business import MEMBER, PROJECT, SALE, STAKEHOLDER
from .documents import DOCUMENT
from .entities import COMPANY, PERSON
from .kind import Kind
from .relations import RELATION, SELECTION
from .tickets import MESSAGE, TICKET

Methods = dict[str, Callable[..., Response]]

ALL = (
    *(COMPANY, PERSON, SALE, STAKEHOLDER, APPOINTMENT, PROJECT, MEMBER),
    *(DOCUMENT, TICKET, MESSAGE, RELATION, SELECTION),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in ALL}
"""By REST name."""

VALIDATED = ("Contact", "Person", "Sale", "Appointment", "Project", "Document")


def paths(kind: Kind) -> dict[str, Methods]:
    """What every kind has [ws/endpoints/rest-webapi]."""
    made: dict[str, Methods] = {
        rf"v1/{kind.name}/default": {"GET": partial(records.default, kind=kind)},
        rf"v1/{kind.name}": {
            "GET": partial(archives.listing, provider=archives.LISTS[kind.name]),
            "POST": partial(records.create, kind=kind),
        },
        rf"v1/{kind.name}/(?P<key>\d+)": {
            "GET": partial(records.read, kind=kind),
            "PUT": partial(records.replace, kind=kind),
            "PATCH": partial(records.patch, kind=kind),
            "DELETE": partial(records.delete, kind=kind),
        },
    }
    if kind.simple is not None and kind.name != "Document":
        made[rf"v1/{kind.name}/(?P<key>\d+)/Simple"] = {"GET": partial(records.simple, kind=kind)}
    if kind.name in VALIDATED:
        made[rf"v1/{kind.name}/Validate"] = {"POST": partial(records.validate, kind=kind)}
    return made


PATHS: dict[str, Methods] = {
    **{path: methods for kind in KINDS.values() for path, methods in paths(kind).items()},
    r"v1/Contact/Duplicates/(?P<name>[^/]+)": {"GET": duplicates.companies},
    r"v1/Contact/DuplicateDomains/(?P<domain>[^/]+)": {"GET": duplicates.domains},
    r"v1/Project/Duplicates/(?P<name>[^/]+)": {"GET": duplicates.projects},
    r"v1/Selection/Duplicates/(?P<name>[^/]+)": {"GET": duplicates.selections},
    r"v1/Sale/(?P<key>\d+)/IsNumberValid/(?P<number>[^/]+)": {"GET": partial(duplicates.is_number_valid, kind=SALE)},
    r"v1/Project/(?P<key>\d+)/IsNumberValid/(?P<number>[^/]+)": {
        "GET": partial(duplicates.is_number_valid, kind=PROJECT)
    },
    r"v1/Person/(?P<key>\d+)/Consent": {"GET": consents.consents},
    r"v1/Person/(?P<key>\d+)/Consent/(?P<purpose>\w+)": {
        "GET": consents.has,
        "PUT": consents.put,
        "DELETE": consents.delete,
    },
    r"v1/Document/(?P<key>\d+)/Content": {
        "GET": documents.content,
        "PUT": documents.put_content,
        "POST": documents.from_template,
    },
    r"v1/Document/(?P<key>\d+)/Length": {"GET": documents.length},
    r"v1/Document/(?P<key>\d+)/Url": {"GET": documents.url},
    r"v1/Selection/(?P<key>\d+)/Members/Add": {"POST": relations.add_members},
    r"v1/Selection/(?P<key>\d+)/Members/Remove": {"POST": relations.remove_members},
    r"v1/Selection/(?P<key>\d+)/Members/AddPerson": {"POST": relations.add_pairs},
    r"v1/Selection/(?P<key>\d+)/Members/RemovePerson": {"POST": relations.remove_pairs},
    r"v1/TimeZone": {"GET": zones.zones},
    r"v1/TimeZone/base": {"GET": zones.base},
    r"v1/TimeZone/current": {"GET": zones.current},
}
"""Path below ``/{ctx}/api/`` to its methods; lists are in ``archives.py``."""
