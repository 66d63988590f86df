"""User-defined and extra fields of records: how their values are encoded, shown and stored ([custom-objects]).

``values_of`` and ``store`` hang on every kind of record through ``kind.EXTRAS`` and ``saving.KEEPERS``. Values lie in a
record's row: under ``udef`` by the field's template variable (``cs01``), which names its database column and outlives
publishing, and under ``extra`` by the extra field's name.

Where nothing is documented: keys a caller leaves out keep their values, unknown keys are 400, and a value that differs
from the one shown wins over one that does not when ``CustomFields`` and ``UserDefinedFields`` disagree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import kind, saving
from .answers import Call, Refused, bad
from .carriers import item_of
from .facts import carrier
from .rights import locked
from .world import Row, Tenant

OWNERS = {
    "Contact": "contact",
    "Person": "person",
    "Project": "project",
    "Sale": "sale",
    "Appointment": "appointment",
    "Document": "document",
}
"""UDefType to its table."""

COMPANIONS = (":org", ":DisplayText", ":DisplayTooltip")

EMPTY = {"Number": 0, "List": 0, "Decimal": 0.0, "Checkbox": False}
"""What a field without a value holds; texts and dates are empty."""

DATES = ("Date", "UnlimitedDate", "DateTime")

LENGTHS = {"ShortText": 39, "LongText": 199}

SHOWN_LENGTHS = {"Number": 10, "Date": 12, "UnlimitedDate": 12, "Checkbox": 2, "List": 15, "Decimal": 14}
"""FieldLength as real payloads give it."""

DATE_FORM = "%m/%d/%Y %H:%M:%S"


@dataclass(frozen=True)
class Column:
    """A published field of one table."""

    name: str
    """ProgId, or ``x_…`` of an extra field."""
    kind: str
    """A UDefFieldType, or ``DateTime``."""
    at: str
    """``udef`` or ``extra``: where in the row."""
    slot: str
    """The key there."""
    mdo: str = ""
    """The list of a ``List``."""
    length: int = 0
    mandatory: bool = False
    read_only: bool = False
    default: str = ""
    label: str = ""

    def value(self, row: Row | None) -> Any:
        """What a row holds; the default for a record not saved yet."""
        if row is None:
            return decode(self, self.default)
        return row.get(self.at, {}).get(self.slot, EMPTY.get(self.kind, ""))


def columns(tenant: Tenant, table: str) -> list[Column]:
    """Published user-defined fields and extra fields of a table."""
    owner = next((name for name, owned in OWNERS.items() if owned == table), "")
    fields = [column_of(row) for row in tenant.table("udef_published").values() if row["Type"] == owner]
    extras = [_extra(row) for row in tenant.table("extra_field").values() if row["table"] == table]
    return extras + fields


def column_of(row: Row) -> Column:
    """The column of a user-defined field."""
    return Column(
        name=row["ProgId"],
        kind=row["FieldType"],
        at="udef",
        slot=row["TemplateVariableName"],
        mdo=row["MdoListName"],
        length=row["TextLength"] or LENGTHS.get(row["FieldType"], 0),
        mandatory=row["IsMandatory"],
        read_only=row["IsReadOnly"],
        default=row["FieldDefault"],
        label=row["FieldLabel"],
    )


def _extra(row: Row) -> Column:
    length = LENGTHS.get(row["kind"], 0)
    return Column(row["name"], row["kind"], "extra", row["name"], length=length, label=row["label"])


def encode(column: Column, value: Any) -> str:
    """A value as ``CustomFields`` and ``ExtraFields`` hold it; texts are plain."""
    if column.kind in ("Number", "List", "Checkbox"):
        return f"[I:{int(value)}]"
    if column.kind == "Decimal":
        return f"[F:{_number(value)}]"
    return f"[DT:{_date(value)}]" if column.kind in DATES else str(value)


def encode_old(column: Column, value: Any) -> str:
    """A value as ``UserDefinedFields`` holds it: dates as ``[D:…]``, checkboxes as ``True``."""
    if column.kind == "Checkbox":
        return str(bool(value))
    return f"[D:{_date(value)}]" if column.kind in DATES else encode(column, value)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _date(value: str) -> str:
    if not value:
        return "01/01/0001 00:00:00.0000000"
    return datetime.fromisoformat(value).strftime(DATE_FORM) + ".0000000"


def decode(column: Column, text: str) -> Any:
    """What a caller sent, encoded or plain; ValueError if it is nothing a field of this kind can hold."""
    inner = re.sub(r"^\[(?:I|D|DT|F|M):(.*)\]$", r"\1", text.strip())
    if not inner:
        return EMPTY.get(column.kind, "")
    return DECODERS.get(column.kind, lambda _: text)(inner)


def _decode_flag(inner: str) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    if inner.lower() not in known:
        raise ValueError(f"{inner} is neither true nor false")
    return known[inner.lower()]


def _decode_date(inner: str) -> str:
    """Months come first where a date is written with slashes [encoded-values]; nothing is moved between time zones."""
    known = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})(?: (\d\d:\d\d:\d\d)(?:\.\d+)?)?", inner)
    iso = f"{known[3]}-{known[1]}-{known[2]}T{known[4] or '00:00:00'}" if known else inner
    moment = datetime.fromisoformat(iso).replace(tzinfo=None)
    return "" if moment.year == 1 else moment.isoformat(timespec="seconds")


DECODERS: dict[str, Callable[[str], Any]] = {
    "Number": int,
    "List": int,
    "Decimal": float,
    "Checkbox": _decode_flag,
    **dict.fromkeys(DATES, _decode_date),
}


def values_of(call: Call, table: str, key: int, row: Row | None) -> dict[str, Any]:
    """The three maps of fields and their FieldProperties; ``row`` is None for a default."""
    found = columns(call.tenant, table)
    made: dict[str, dict[str, Any]] = {"CustomFields": {}, "UserDefinedFields": {}, "ExtraFields": {}}
    for column in found:
        value = column.value(row)
        text, shown = encode(column, value), _displayed(call.tenant, column, value)
        made["CustomFields"] |= {column.name: text, f"{column.name}:org": text} | shown
        if column.at == "extra":
            made["ExtraFields"] |= {column.name: text} | shown
        else:
            made["UserDefinedFields"] |= {column.name: encode_old(column, value)} | shown
    return made | {"FieldProperties": _properties(call, table, row, found)}


def _displayed(tenant: Tenant, column: Column, value: Any) -> dict[str, str]:
    if column.kind == "Checkbox":
        return {f"{column.name}:DisplayText": "[SR_YES]" if value else "[SR_NO]"}
    if column.kind != "List":
        return {}
    item = item_of(tenant, column.mdo, value) or {}
    texts = {":DisplayText": item.get("name", ""), ":DisplayTooltip": item.get("tooltip", "")}
    return {f"{column.name}{suffix}": text for suffix, text in texts.items()}


def _properties(call: Call, table: str, row: Row | None, found: list[Column]) -> dict[str, Any]:
    closed = bool(found) and "CustomFields" in locked(call, table, row)
    made = {}
    for column in found:
        mask = "Update, UIHintMandatory" if column.mandatory else "Update"
        mask = "Read" if closed or column.read_only else mask
        right = carrier("FieldRight", Mask=mask, Reason="[SR_ACCESS_ROLE]" if closed else "")
        length = column.length or SHOWN_LENGTHS.get(column.kind, -1)
        given = carrier("FieldProperty", FieldRight=right, FieldType=column.kind, FieldLength=length)
        made |= {f"CustomFields.{column.name}": given}
        if column.at == "udef":
            made |= {f"UserDefinedFields.{column.name}": given}
    return made


def store(call: Call, table: str, shown: Row, wanted: Row, row: Row | None) -> Row:
    """The ``udef`` and ``extra`` of a row once ``wanted`` is saved; 400 for what a field cannot hold."""
    found = columns(call.tenant, table)
    if "CustomFields" not in wanted:
        return {}
    for place in PLACES:
        _refuse_unknown(place, wanted.get(place) or {}, found)
    kept: Row = {at: dict((row or {}).get(at, {})) for at in ("udef", "extra")}
    for column in found:
        sent = _sent(column, shown, wanted)
        value = column.value(row) if sent is None else _checked(call, column, sent)
        if column.mandatory and value in ("", 0) and not isinstance(value, bool):
            raise Refused(400, "SoValidationException", f"{column.name} is a mandatory field")
        kept[column.at][column.slot] = value
    return kept


PLACES = ("CustomFields", "UserDefinedFields", "ExtraFields")


def _refuse_unknown(place: str, sent: dict[str, Any], found: list[Column]) -> None:
    """400 for a field that is not published; foreign keys, which may be among extra fields, have dots."""
    known = {column.name for column in found}
    for key in sent:
        bare = next((key.removesuffix(end) for end in COMPANIONS if key.endswith(end)), key)
        if bare not in known and not (place == "ExtraFields" and "." in bare):
            raise bad(f"{place}: there is no field {key}")


def _sent(column: Column, shown: Row, wanted: Row) -> str | None:
    """The text a caller changed, in whichever map; None if he changed nothing."""
    for place in PLACES:
        new = (wanted.get(place) or {}).get(column.name)
        if new is not None and new != (shown.get(place) or {}).get(column.name):
            return str(new)
    return None


def _checked(call: Call, column: Column, sent: str) -> Any:
    if column.read_only:
        raise Refused(403, "SoSentryException", f"{column.name} is read-only")
    try:
        value = decode(column, sent)
    except ValueError as error:
        raise bad(f"{column.name}: {sent!r} is no {column.kind}") from error
    if column.kind == "List" and value and item_of(call.tenant, column.mdo, value) is None:
        raise bad(f"{column.name}: the list {column.mdo} has no item {value}")
    if isinstance(value, str) and column.kind not in DATES and column.length and len(value) > column.length:
        raise Refused(400, "SoValidationException", f"{column.name} is too long: at most {column.length} characters")
    return value


kind.EXTRAS.append(values_of)
saving.KEEPERS.append(store)
