"""User-defined fields: what a customer added to SuperOffice's records [udef].

They are addressed by ProgId, never by id: ids change whenever fields are published. A field's definition reads and
writes its values::

    fields = {field.prog_id: field for field in crm(udef_fields("Contact"))}
    size = fields["SuperOffice:7"]
    size.read(company)                              # 42, a date, True, a Decimal, an Item, a text
    crm(change_contact(17, size.changes(company, 43)))
    crm(create_contact(crm(new_contact()), name="Acme AS", custom={size.prog_id: size.write(43)}))

In archives each is a column, to select, to sort by and for conditions::

    big = Archive("v1/Contact").select("name", size.column).where(greater(size.column, 40)).order_by(size.column)
    sizes = [size.in_row(row) for row in crm(pages(big))]

Extra fields (``x_name``) have no definition here. Their columns are ``contactExtra/x_name`` and so on, of requests
``extra/x_name``; a class of ``rows`` may name them, and fields of one's own: ``column("saleUdef/Acme.Size", integer)``.

New fields come in four steps, which ``add_field`` and ``publish`` take in the right order. It takes an administrator,
and SuperOffice's web client may show them only after a flush of its caches [caching/flush-cache].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import quote

from crm_client.archive import Cell, Row, cells
from crm_client.calls import UNTRANSLATED, Call, Operation
from crm_client.encoded import EMPTY_DATE, decoded, encoded
from crm_client.errors import BadAnswer, NotFound, Unavailable
from crm_client.fields import Place, Word, flag_at, number_at, read_at, text_at, word_at
from crm_client.frozen import dataclass, replace
from crm_client.patch import MISSING, Change, applied, escaped, reconciled
from crm_client.records import Record, changes
from crm_client.values import FieldRight, Item, amount, day, integer, text, yes

_AGENT = "v1/Agents/UserDefinedFieldInfo"

type Owner = Literal["Contact", "Person", "Sale", "Project", "Appointment", "Document"]
"""Records that may have user-defined fields. Requests have only extra fields (``x_name``)."""


class FieldType(Word):
    UNKNOWN = "Unknown"
    NUMBER = "Number"
    SHORT_TEXT = "ShortText"
    """39 characters."""
    LONG_TEXT = "LongText"
    """199 characters."""
    DATE = "Date"
    UNLIMITED_DATE = "UnlimitedDate"
    CHECKBOX = "Checkbox"
    LIST = "List"
    DECIMAL = "Decimal"


type Value = str | bool | int | Decimal | date | Item | None


@dataclass(frozen=True)
class UdefField(Record):
    """The definition of one field [oas UserDefinedFieldInfo]; from ``layout`` with its texts in all languages."""

    prog_id: str = text_at("ProgId")
    """Stable; ``SuperOffice:…`` unless somebody chose another, as ``Company.Product.Field``."""
    label: str = text_at("FieldLabel")
    short_label: str = text_at("ShortLabel")
    """Heading of its column in lists."""
    tooltip: str = text_at("Tooltip")
    owner: str = text_at("Type", reads_only=True)
    type: FieldType = word_at("FieldType", FieldType)
    is_mandatory: bool = flag_at("IsMandatory")
    is_read_only: bool = flag_at("IsReadOnly")
    is_indexed: bool = flag_at("IsIndexed")
    default: str = text_at("FieldDefault")
    length: int = number_at("TextLength", reads_only=True)
    list_table_id: int = number_at("ListTableId")
    """136 for a list of one's own, which ``list_id`` then names."""
    list_id: int = number_at("UDListDefinitionId")
    list_name: str = text_at("MdoListName", reads_only=True)
    """For ``lists.mdo_list``."""
    is_published: bool = read_at("HasBeenPublished", yes)
    line: int = number_at("Page1LineNo")
    """Where the administrator put it on the card's first page; 0 for the page of user-defined fields."""
    tab_order: int = number_at("TabOrder")

    @property
    def place(self) -> OwnPlace:
        """Where its value is in a record."""
        return OwnPlace(f"CustomFields/{escaped(self.prog_id)}", READS[self.type], self.write, field=self)

    def read(self, record: Record) -> Value:
        """This field's value in a record; None for none."""
        return self.place.read(record.raw)

    def changes(self, seen: Record, wanted: Value) -> list[Change]:
        """What must change for a record to have this value, guarded by what was seen."""
        return self.place.changes(seen.raw, wanted)

    @property
    def column(self) -> str:
        """Its column in archives of such records; in others behind what joins them:
        ``f"personContact/{field.column}"``.
        """
        return f"{self.owner.lower()}Udef/{self.prog_id}"

    def in_row(self, row: Row, below: str = "") -> Value:
        """This field's value in a row of an archive asked for its ``column``; None for none.

        ``below`` is what joins it (``personContact``). An item of a list is there by its text alone, unless the
        question was ``full``.
        """
        name = f"{below}/{self.column}" if below else self.column
        if "Column" not in row:
            return text(row.get(name)) or None if self.type is FieldType.LIST else READS[self.type](row.get(name))
        cell = cells(row).columns.get(name, Cell(None, ""))
        if self.type is FieldType.LIST:
            return Item(integer(cell.value), cell.display) if integer(cell.value) else None
        return READS[self.type](cell.value)

    def right_in(self, record: Record) -> FieldRight:
        """What the person may do with this field of a record: what its definition says and what the record does,
        whichever is stricter.
        """
        said = record.right_at(f"CustomFields.{self.prog_id}")
        return replace(
            said,
            is_writable=said.is_writable and not self.is_read_only,
            is_mandatory=said.is_mandatory or self.is_mandatory,
            max_length=self.length or None,
        )

    def write(self, value: Value) -> str:
        """A value as this field stores it. Raises ``ValueError`` if it is of another type."""
        match self.type, value:
            case ((FieldType.SHORT_TEXT | FieldType.LONG_TEXT), (str() | None)):
                return value or ""
            case ((FieldType.DATE | FieldType.UNLIMITED_DATE), (date() | None)):
                return EMPTY_DATE if value is None else encoded(datetime.combine(_day(value), time.min, UTC))
            case FieldType.CHECKBOX, (bool() | None):
                return encoded(bool(value))
            case FieldType.LIST, (Item() | int() | None):
                return encoded(self._id(value))
            case FieldType.DECIMAL, (Decimal() | int() | None):
                return encoded(Decimal(value or 0))
            case FieldType.NUMBER, (int() | None):
                return encoded(int(value or 0))
        raise ValueError(f"{self.prog_id} is a {self.type.value}, not a {type(value).__name__}")

    def meant(self, written: str, display: str = "") -> Value:
        """What is written means; ``display`` is the name of a list's item."""
        if self.type in (FieldType.SHORT_TEXT, FieldType.LONG_TEXT, FieldType.UNKNOWN):
            return written
        value = decoded(written)
        match self.type:
            case FieldType.CHECKBOX:
                return yes(value)
            case FieldType.LIST:
                return Item(integer(value), display) if integer(value) else None
            case FieldType.NUMBER:
                return integer(value)
            case FieldType.DECIMAL:
                return amount(value)
        return _day(value) if isinstance(value, date) else None

    @staticmethod
    def _id(value: Value) -> int:
        return value.id if isinstance(value, Item) else integer(value)


READS: Mapping[FieldType, Callable[[Any], Value]] = {
    FieldType.NUMBER: integer,
    FieldType.DECIMAL: amount,
    FieldType.CHECKBOX: yes,
    FieldType.DATE: day,
    FieldType.UNLIMITED_DATE: day,
    **dict.fromkeys((FieldType.SHORT_TEXT, FieldType.LONG_TEXT, FieldType.LIST, FieldType.UNKNOWN), text),
}
"""What a decoded value is like."""


@dataclass(frozen=True)
class OwnPlace(Place[Value]):
    """Where the value of a user-defined field is in a record."""

    field: UdefField = field(default_factory=UdefField, kw_only=True)

    def read(self, entity: Mapping[str, Any]) -> Value:
        values, key = _custom(entity), self.field.prog_id
        return self.field.meant(text(values.get(key)), text(values.get(f"{key}:DisplayText")))

    def changes(self, entity: Mapping[str, Any], wanted: Value) -> list[Change]:
        there, written = _custom(entity).get(self.field.prog_id, MISSING), self.writes(wanted)
        if self.field.meant(text(there)) == self.field.meant(written):
            return []
        return [Change(f"/{self.path}", there, written)]


def _custom(entity: Mapping[str, Any]) -> Mapping[str, Any]:
    values = entity.get("CustomFields")
    return values if isinstance(values, Mapping) else {}


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def udef_fields(owner: Owner) -> Operation[list[UdefField]]:
    """The published fields of a kind of records, labels in the person's language. Good to remember for a day."""
    return _fields((yield Call("GET", f"v1/{owner}/UdefLayout/Published")))


def udef_field(owner: Owner, prog_id: str) -> Operation[UdefField]:
    """One published field. Raises ``NotFound``."""
    found = yield Call("GET", f"v1/{owner}/UdefLayout/Published/{quote(prog_id, safe=':')}")
    return _fields([found])[0]


def layout(owner: Owner) -> Operation[list[UdefField]]:
    """The administrator's draft: all fields with their texts in all languages, published or not."""
    return _fields((yield Call("GET", f"v1/{owner}/UdefLayout", language=UNTRANSLATED)))


def add_field(owner: Owner, field_type: FieldType, **wanted: Any) -> Operation[UdefField]:
    """Put a new field into the draft, at the place SuperOffice finds for it; ``publish`` makes it real.

    Name at least ``label`` and ``prog_id``.
    """
    # REST's own way puts the template into the draft at once: broken off there, a nameless field would stay.
    asked = {"OwnerType": owner, "FieldType": field_type.value}
    template = yield Call("POST", f"{_AGENT}/CreateUserDefinedFieldInfo", json=asked, language=UNTRANSLATED, reads=True)
    [start] = _fields([template])
    body = applied(start.raw, changes(start, **wanted))
    saved = yield Call("POST", f"{_AGENT}/SaveUserDefinedFieldInfo", json=dict(body), language=UNTRANSLATED)
    return _fields([saved])[0]


def change_field(owner: Owner, seen: UdefField, **wanted: Any) -> Operation[UdefField]:
    """Change a field of the draft as ``layout`` gave it; ``publish`` makes it real.

    Raises ``NotFound`` if it is there no more, ``Conflict`` with ``current: UdefField``.
    """
    path = f"v1/{owner}/UdefLayout"
    draft = yield from layout(owner)
    now = next((one.raw for one in draft if one.prog_id.lower() == seen.prog_id.lower()), None)
    if now is None:
        raise NotFound(f"{path}: the field is there no more")
    body = reconciled(f"PUT {path}", now, changes(seen, **wanted), UdefField.parse)
    saved = _fields((yield Call("PUT", path, json=[body], language=UNTRANSLATED)))
    found = next((one for one in saved if one.prog_id.lower() == text(body.get("ProgId")).lower()), None)
    if found is None:
        raise BadAnswer(f"{path}: the field is not in the answer")
    return found


def remove_field(owner: Owner, prog_id: str) -> Operation[None]:
    """Take a field out of the draft; published, its values are lost."""
    yield Call("DELETE", f"v1/{owner}/UdefLayout/{quote(prog_id, safe=':')}")


def publish(owner: Owner) -> Operation[None]:
    """Make the draft real. Raises ``Unavailable`` while somebody else is publishing: try later."""
    if (yield Call("GET", f"v1/{owner}/UdefLayout/Publish")) is True:
        raise Unavailable("somebody else is publishing user-defined fields", sent=False)
    yield Call("POST", f"v1/{owner}/UdefLayout/Publish")
    yield from show_published()


def show_published() -> Operation[None]:
    """Have SuperOffice's screens show what is published; ``publish`` does."""
    yield Call("POST", "v1/Agents/Configuration/RebuildUdefDeltas")


def _fields(found: Any) -> list[UdefField]:
    if not isinstance(found, Sequence) or not all(isinstance(one, Mapping) for one in found):
        raise BadAnswer("UdefLayout: the answer holds no fields")
    return [UdefField.parse(one) for one in found]
