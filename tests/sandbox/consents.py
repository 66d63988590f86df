"""What persons have agreed to: consents by purpose, with legal base and source [oas Person]."""

from __future__ import annotations

from starlette.responses import Response

from . import kind as kinds
from . import records, saving
from .answers import Call, bad
from .entities import PERSON
from .facts import carrier
from .fields import Entity
from .kind import find
from .world import Row

WITHDRAWN = "WITHDRAWN"


def infos(call: Call, person: int) -> list[Entity]:
    """All consents of a person, also withdrawn ones."""
    return [_info(call, key, row) for key, row in _rows(call, person)]


def _rows(call: Call, person: int) -> list[tuple[int, Row]]:
    rows = call.tenant.table("consent").items()
    return [(key, row) for key, row in rows if row["person"] == person and not row["deleted"]]


def _info(call: Call, key: int, row: Row) -> Entity:
    parts = {}
    for name, mdo, at in (
        ("LegalBase", "legalbase", "legal_base"),
        ("ConsentPurpose", "consentpurpose", "purpose"),
        ("ConsentSource", "consentsource", "source"),
    ):
        item = call.tenant.lists[mdo].get(row[at], {})
        parts |= {f"{name}Id": row[at], f"{name}Key": item.get("key", ""), f"{name}Name": item.get("name", "")}
    return carrier(
        "ConsentInfo",
        ConsentPersonId=key,
        Comment=row["comment"],
        Registered=call.clock.show(row["registered"]),
        RegisteredAssociateId=row["registered_by"],
        Updated=call.clock.show(row["updated"]),
        UpdatedAssociateId=row["updated_by"],
        **parts,
    )


def key_of(call: Call, mdo: str, key: str) -> int:
    """The id of the list item with a key; 400 if there is none."""
    items = call.tenant.lists[mdo].items()
    found = next((item_id for item_id, item in items if item.get("key", "").lower() == key.lower()), None)
    if found is None:
        raise bad(f"There is no {mdo} {key!r}")
    return found


def consents(call: Call, key: int) -> Response:
    """``GET /Person/{id}/Consent``."""
    find(call, PERSON, key)
    return call.answer(infos(call, key))


def has(call: Call, key: int, purpose: str) -> Response:
    """``GET /Person/{id}/Consent/{purpose}``: withdrawn is false."""
    return call.answer(consented(call, key, purpose))


def consented(call: Call, person: int, purpose: str) -> bool:
    """Whether a person agrees to a purpose now."""
    find(call, PERSON, person)
    wanted, gone = key_of(call, "consentpurpose", purpose), key_of(call, "legalbase", WITHDRAWN)
    return any(row["purpose"] == wanted and row["legal_base"] != gone for _, row in _rows(call, person))


def put(call: Call, key: int, purpose: str) -> Response:
    """``PUT …?source=&legalBase=&comment=``."""
    given = {name: call.parameter(name) or "" for name in ("source", "legalBase", "comment")}
    give(call, key, purpose, given["source"], given["legalBase"], given["comment"])
    return Response(status_code=204)


def give(call: Call, person: int, purpose: str, source: str, legal_base: str, comment: str) -> None:
    """Record a consent; source and legal base are required."""
    find(call, PERSON, person, "update")
    given = {
        "purpose": key_of(call, "consentpurpose", purpose),
        "source": key_of(call, "consentsource", source),
        "legal_base": key_of(call, "legalbase", legal_base),
        "comment": comment,
    }
    _store(call, person, given)
    _tell(call, person, "unconsented" if legal_base.upper() == WITHDRAWN else "consented")


def _store(call: Call, person: int, given: Row) -> None:
    stamp, who = call.world.stamp(), call.associate.associate_id
    rows = [row for _, row in _rows(call, person) if row["purpose"] == given["purpose"]]
    if rows:
        rows[0].update(given | {"updated": stamp, "updated_by": who})
        return
    stamps = {"registered": stamp, "registered_by": who, "updated": stamp, "updated_by": who, "deleted": False}
    call.tenant.table("consent")[call.tenant.next_id("consent")] = {"person": person} | given | stamps


def _tell(call: Call, person: int, what: str) -> None:
    """A consent is part of the person: it has changed too."""
    records.touch(call, find(call, PERSON, person, "update"))
    records.tell(call, "person", person, what)


def delete(call: Call, key: int, purpose: str) -> Response:
    """``DELETE …``: turn off."""
    withdraw(call, key, purpose)
    return Response(status_code=204)


def withdraw(call: Call, person: int, purpose: str) -> None:
    """A consent that was given is marked as withdrawn."""
    find(call, PERSON, person, "update")
    wanted = key_of(call, "consentpurpose", purpose)
    rows = [row for _, row in _rows(call, person) if row["purpose"] == wanted]
    for row in rows:
        row |= {"legal_base": key_of(call, "legalbase", WITHDRAWN), "updated": call.world.stamp()}
    if rows:
        _tell(call, person, "unconsented")


def _shown(call: Call, table: str, key: int, row: Row | None) -> Entity:
    return {"Consents": infos(call, key)} if table == "person" and row is not None else {}


def _kept(call: Call, table: str, key: int, row: Row, wanted: Entity) -> None:
    """Missing entries are kept [oas]; one with the base ``WITHDRAWN`` withdraws. A new person is stored for
    sales and service, as a legitimate interest."""
    if table != "person":
        return
    for info in wanted.get("Consents") or []:
        given = {
            "purpose": _sent(call, info, "ConsentPurpose", "consentpurpose"),
            "source": _sent(call, info, "ConsentSource", "consentsource"),
            "legal_base": _sent(call, info, "LegalBase", "legalbase"),
            "comment": info.get("Comment") or "",
        }
        if not any(_same(row, given) for _, row in _rows(call, key)):
            _store(call, key, given)
    if not _rows(call, key):
        _store(call, key, {"purpose": 1, "legal_base": 6, "source": 8, "comment": ""})


def _same(row: Row, given: Row) -> bool:
    return all(row[name] == value for name, value in given.items())


def _sent(call: Call, info: Entity, name: str, mdo: str) -> int:
    """By key, or else by id."""
    key, item_id = info.get(f"{name}Key"), info.get(f"{name}Id")
    if key:
        return key_of(call, mdo, key)
    if item_id not in call.tenant.lists[mdo]:
        raise bad(f"Consents: there is no {name} {item_id}")
    return int(item_id)


kinds.EXTRAS.append(_shown)
saving.AFTER.append(_kept)
