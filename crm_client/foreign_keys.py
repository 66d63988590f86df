"""Foreign keys: an application's own ids on SuperOffice's records [foreign-keys].

An application has devices, a device has keys; each key holds a value for one record::

    ring = KeyRing("Acme.Erp", "customers")
    crm(open_ring(ring))                                          # once per tenant; may be repeated
    crm(write_key(ring, "number", "contact", 17, "C-1042"))
    crm(read_key(ring, "number", "contact", 17)).value            # what do we call this company?
    crm(find_by_key(ring, "number", "contact", "C-1042")).record_id   # which company is this?

Allowed on companies, persons, users, projects, documents, follow-ups and sales. ``contact(17, foreign_keys=True)``
shows those of all applications in ``raw["ExtraFields"]`` as ``app.device.key``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from crm_client.calls import Call, Operation
from crm_client.errors import BadAnswer, NotFound
from crm_client.fields import moment_at, read_at, text_at
from crm_client.frozen import dataclass
from crm_client.records import Record
from crm_client.values import integer

type Table = Literal["contact", "person", "associate", "project", "document", "appointment", "sale"]


@dataclass(frozen=True)
class KeyRing:
    """Where an application keeps its keys; ``identifier`` tells devices of one name apart."""

    app: str
    device: str
    identifier: str = "default"

    @property
    def path(self) -> str:
        return "v1/ForeignApp/" + "/".join(quote(part, safe="") for part in (self.app, self.device, self.identifier))


@dataclass(frozen=True)
class ForeignKey(Record):
    """One key of one record [oas ForeignKey]."""

    key: str = text_at("Key")
    value: str = text_at("Value")
    """Longer ones than 239 characters are chained by SuperOffice."""
    table: str = text_at("TableName")
    record_id: int = read_at("RecordId", integer)
    updated: datetime | None = moment_at("UpdatedDate", reads_only=True)


def open_ring(ring: KeyRing) -> Operation[None]:
    """Make the application and the device known if they are not."""
    if (yield from _or_none(Call("GET", ring.path))) is None:
        app = f"v1/ForeignApp/{quote(ring.app, safe='')}"
        if (yield from _or_none(Call("GET", app))) is None:
            yield Call("POST", app)
        yield Call("POST", ring.path)


def close_ring(ring: KeyRing) -> Operation[None]:
    """Forget a device and all its keys."""
    yield Call("DELETE", ring.path)


def write_key(ring: KeyRing, key: str, table: Table, record_id: int, value: str) -> Operation[ForeignKey]:
    """Set a record's key, whatever it was."""
    body = {"Key": key, "Value": value, "RecordId": int(record_id), "TableName": table}
    return _parsed((yield Call("PUT", f"{ring.path}/Key", json=body)))


def read_key(ring: KeyRing, key: str, table: Table, record_id: int) -> Operation[ForeignKey | None]:
    """A record's key; None without one."""
    return _found((yield from _or_none(Call("GET", _record(ring, key, table, record_id)))))


def find_by_key(ring: KeyRing, key: str, table: Table, value: str) -> Operation[ForeignKey | None]:
    """The record with a key of this value; None without one."""
    call = Call("GET", f"{ring.path}/Key/{quote(key, safe='')}/{table}", query={"Value": value})
    return _found((yield from _or_none(call)))


def delete_key(ring: KeyRing, key: str, table: Table, record_id: int) -> Operation[None]:
    """Forget a record's key."""
    yield Call("DELETE", _record(ring, key, table, record_id))


def _record(ring: KeyRing, key: str, table: Table, record_id: int) -> str:
    """Raises ``ValueError`` for no record: deleting that of 0 would delete those of all records [oas ForeignApp]."""
    if int(record_id) < 1:
        raise ValueError(f"A key is of one record, not of {record_id}")
    return f"{ring.path}/Key/{quote(key, safe='')}/{table}/{int(record_id)}"


def _or_none(call: Call) -> Operation[object]:
    try:
        return (yield call)
    except NotFound:
        return None


def _found(entity: object) -> ForeignKey | None:
    found = ForeignKey.parse(entity) if isinstance(entity, Mapping) else None
    return found if found and found.record_id else None


def _parsed(entity: object) -> ForeignKey:
    found = _found(entity)
    if found is None:
        raise BadAnswer("v1/ForeignApp: the answer is no key")
    return found
