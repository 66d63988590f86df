"""What of an entity is stored when somebody saves it, and what NetServer refuses to store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from .answers import Call, Refused, bad
from .carriers import PART_LENGTHS, PARTS, item_of, user
from .facts import misfits
from .rights import ELEMENT_LENGTHS, ENTITIES, LENGTHS, MANDATORY, locked
from .world import Row

Entity = dict[str, Any]

COMPANY_TEXTS = {
    "Name": "name",
    "Department": "department",
    "OrgNr": "orgnr",
    "Number1": "code",
    "Number2": "number",
    "Description": "note",
    "NoMailing": "no_mailing",
    "Xstop": "stop",
    "Source": "source",
}

PERSON_TEXTS = {
    "Firstname": "first_name",
    "MiddleName": "middle_name",
    "Lastname": "last_name",
    "Mrmrs": "mrmrs",
    "Title": "title",
    "Salutation": "salutation",
    "Description": "note",
    "PersonNumber": "number",
    "NoMailing": "no_mailing",
    "Retired": "retired",
    "Source": "source",
}

COMPANY_ELEMENTS = {"Phones": "phones", "Faxes": "faxes", "Emails": "emails", "Urls": "urls"}

PERSON_ELEMENTS = {
    "OfficePhones": "direct_phones",
    "MobilePhones": "mobile_phones",
    "PrivatePhones": "private_phones",
    "OtherPhones": "other_phones",
    "Faxes": "faxes",
    "Emails": "emails",
    "Urls": "urls",
}


@dataclass(frozen=True)
class Reference:
    """A property that points at something: the row's key, the id's name in the carrier, and what must exist."""

    key: str
    id_name: str
    exists: Callable[[Call, int], bool]


def _in_list(name: str) -> Callable[[Call, int], bool]:
    return lambda call, key: item_of(call.tenant, name, key) is not None


COMPANY_REFERENCES = {
    "Category": Reference("category", "Id", _in_list("category")),
    "Business": Reference("business", "Id", _in_list("business")),
    "Country": Reference("country", "CountryId", _in_list("country")),
    "Associate": Reference("associate", "AssociateId", lambda call, key: user(call.tenant, key) is not None),
}

PERSON_REFERENCES = {
    "Position": Reference("position", "Id", _in_list("perspos")),
    "Country": Reference("country", "CountryId", _in_list("country")),
    "Contact": Reference("contact", "ContactId", lambda call, key: key in call.tenant.table("contact")),
}


@dataclass(frozen=True)
class Shape:
    """How an entity lies in its table."""

    table: str
    texts: dict[str, str]
    elements: dict[str, str]
    references: dict[str, Reference]


COMPANY = Shape("contact", COMPANY_TEXTS, COMPANY_ELEMENTS, COMPANY_REFERENCES)

PERSON = Shape("person", PERSON_TEXTS, PERSON_ELEMENTS, PERSON_REFERENCES)


def stored(call: Call, shape: Shape, shown: Entity, wanted: Entity, row: Row | None) -> Row:
    """What to keep of ``wanted``, an entity of which the caller was ``shown`` a state; the row itself stays untouched.

    400 for wrong types, unknown list values, empty mandatory fields and too long texts; 403 for changed fields the
    caller cannot write.
    """
    wrong = misfits(wanted, ENTITIES[shape.table], whole=False)
    if wrong:
        raise bad("; ".join(wrong[:5]))
    _refuse_locked(call, shape, shown, wanted, row)
    _refuse_empty(shape, wanted)
    _refuse_long(shape, wanted)
    changes = {key: _plain(wanted, name) for name, key in shape.texts.items()}
    changes |= {key: _elements(wanted.get(name)) for name, key in shape.elements.items()}
    changes |= {ref.key: _referred(call, name, ref, wanted.get(name)) for name, ref in shape.references.items()}
    changes["interests"] = [i["Id"] for i in wanted.get("Interests") or [] if i.get("Selected")]
    return changes | _specials(shape, shown, wanted)


def _specials(shape: Shape, shown: Entity, wanted: Entity) -> Row:
    old, new = shown.get("Address") or {}, wanted.get("Address") or {}
    if shape is COMPANY:
        return {
            "street": _address(old, new, "Street", "Street"),
            "postal": _address(old, new, "Postal", "Postal"),
        }
    return {"address": _address(old, new, "Street", ""), "birth": _birth(wanted.get("BirthDate"))}


def _refuse_locked(call: Call, shape: Shape, shown: Entity, wanted: Entity, row: Row | None) -> None:
    for name, lock in locked(call, shape.table, row).items():
        if lock.reason and name in wanted and not _same(wanted[name], shown.get(name)):
            raise Refused(403, "SoSentryException", lock.reason)


def _same(new: Any, old: Any) -> bool:
    """Equal, or references to the same record."""
    if isinstance(new, dict) and isinstance(old, dict):
        ids = ("ContactId", "PersonId", "AssociateId", "CountryId", "Id")
        return all(new[name] == old.get(name) for name in ids if name in new)
    return bool(new == old)


def _refuse_empty(shape: Shape, wanted: Entity) -> None:
    for name, reason in MANDATORY[shape.table].items():
        value = wanted.get(name)
        if isinstance(value, dict):
            value = value.get(shape.references[name].id_name)
        if not value or (isinstance(value, str) and not value.strip()):
            raise Refused(400, "SoValidationException", reason)


def _refuse_long(shape: Shape, wanted: Entity) -> None:
    for name in shape.texts:
        _measure(name, wanted.get(name), LENGTHS[shape.table].get(name, 255))
    for name in shape.elements:
        for element in wanted.get(name) or []:
            _measure(name, element.get("Value"), ELEMENT_LENGTHS.get(name, 239))
    for side in ("Street", "Postal"):
        for part, length in PART_LENGTHS.items():
            _measure(f"Address.{part}", ((wanted.get("Address") or {}).get(side) or {}).get(part), length)


def _measure(name: str, value: Any, length: int) -> None:
    if isinstance(value, str) and len(value) > length:
        raise Refused(400, "SoValidationException", f"The value of {name} is too long: at most {length} characters")


def _plain(wanted: Entity, name: str) -> Any:
    empty: dict[str, Any] = {"NoMailing": False, "Xstop": False, "Retired": False, "Source": 0}
    value = wanted.get(name)
    return empty.get(name, "") if value is None else value


def _elements(shown: list[Entity] | None) -> list[Row]:
    """Rows for phones and the like, numbered by rank: NetServer shows no ids of them."""
    filled = [element for element in shown or [] if (element.get("Value") or "").strip()]
    return [
        {"id": rank, "value": element["Value"], "description": element.get("Description") or ""}
        for rank, element in enumerate(filled, 1)
    ]


def _referred(call: Call, name: str, reference: Reference, value: Entity | None) -> int:
    key = (value or {}).get(reference.id_name) or 0
    if key and not reference.exists(call, key):
        raise bad(f"{name}: there is no {reference.id_name} {key}")
    return int(key)


def _address(old: Entity, new: Entity, side: str, prefix: str) -> Row:
    """LocalizedAddress wins over Street and Postal if it was changed (entities.md, Address)."""
    parts = new.get(side) or {}
    address = {key: parts.get(name) or "" for name, key in PARTS.items()}
    fields = new.get("LocalizedAddress")
    if fields and fields != old.get("LocalizedAddress"):
        values = {field["Name"]: field.get("Value") or "" for row in fields for field in row}
        address |= {key: values[prefix + name] for name, key in PARTS.items() if prefix + name in values}
    return address


def _birth(shown: str | None) -> list[int] | None:
    if not shown or shown.startswith("0001-"):
        return None
    born = date.fromisoformat(shown[:10])
    return [born.year, born.month, born.day]
