"""Items of lists: how their rows are shown in their many carriers, and what is stored of one that is saved."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import events, webpanel_rules
from .answers import Call, Refused, bad, not_found
from .asking import administrates, application, demand_administrator, fitting
from .carriers import selectable
from .facts import TYPES, carrier
from .list_kinds import Kind, id_property
from .texts import in_language
from .world import Row

Entity = dict[str, Any]

COMMON = {"Name": "name", "Value": "name", "Tooltip": "tooltip", "Rank": "rank", "Deleted": "deleted"}

FIELDS: dict[str, dict[str, str]] = {
    "CategoryEntity": {"CategoryGroup": "group"},
    "Category": {"CategoryGroup": "group"},
    "ConsentPurpose": {"Key": "key", "Active": "active"},
    "ConsentSource": {"Key": "key"},
    "LegalBase": {"Key": "key"},
    "Country": {
        "CurrencyId": "currency",
        "TwoLetterISOCountry": "iso2",
        "ThreeLetterISOCountry": "iso3",
        "OrgNrText": "orgnr_text",
        "DialInPrefix": "dial",
    },
    "CurrencyEntity": {"Rate": "rate"},
    "DocumentTemplateEntity": {"Filename": "filename", "MimeType": "mime_type", "RecordType": "type"},
    "RelationDefinitionEntity": {"PassiveText": "passive", "Source": "source", "Destination": "destination"},
    "SaleStageEntity": {"Probability": "probability"},
    "TaskListItem": {"Type": "type"},
    "TaskMenu": {"ProgId": "prog_id"},
    "TicketCategoryEntity": {"ParentId": "parent"},
    "TicketStatusEntity": {"Status": "status", "IsDefault": "default"},
    "TicketTypeEntity": {"IsDefault": "default"},
    "WebPanelEntity": webpanel_rules.FIELDS,
}
"""Carrier to its properties that rows keep under another key; all others are kept under their own names."""

DEFAULTS: dict[str, Entity] = {
    "Country": {"AddressLayoutId": 4, "DomesticAddressLayoutId": 4, "ForeignAddressLayoutId": 4},
    "CurrencyEntity": {"Rate": 1.0, "Units": 1.0},
    "ConsentPurpose": {"Active": 1},
    "TicketPriorityEntity": {"Status": "Normal"},
    "TicketStatusEntity": {"Status": "Active"},
    "WebPanelEntity": webpanel_rules.DEFAULTS,
}
"""What a new item has, and what rows that do not say are shown with."""

EVENT_NAMES = {"webpanel": "extapp", "projectstatus": "projstatus", "projecttype": "projtype"}
"""Lists that webhooks call otherwise than MDO does; all others are called the same."""

STORABLE = ("int", "double", "bool", "string", "datetime", "[int]", "[string]", "[datetime]")

RULES: dict[str, Callable[[Call, int, Entity], None]] = {"WebPanelEntity": webpanel_rules.check}
"""What items saved in one carrier must fulfil beyond the common."""

LONGEST = {"Name": 239, "Value": 239, "Tooltip": 254}


@dataclass(frozen=True)
class View:
    """A list through one of its carriers."""

    kind: Kind
    carrier: str

    @property
    def key(self) -> str:
        return id_property(self.carrier)

    def default(self, call: Call) -> Entity:
        """An item not saved yet."""
        return self._made(call, 0, {})

    def all(self, call: Call, deleted: bool = True) -> list[Entity]:
        """All items by rank; ``deleted`` ones too if wanted."""
        # A carrier that cannot say an item is deleted does not show one.
        shown = deleted and ("Deleted" in TYPES[self.carrier] or self.kind.mdo == "ticketpriority")
        rows = by_rank(self.kind.rows(call.tenant))
        return [self._made(call, key, row) for key, row in rows if shown or not row["deleted"]]

    def one(self, call: Call, key: int) -> Entity | None:
        """An item; None if there is none."""
        row = self.kind.rows(call.tenant).get(key)
        return None if row is None else self._made(call, key, row)

    def some(self, call: Call, keys: list[int]) -> list[Entity]:
        """Items by id, those that exist."""
        return [item for item in (self.one(call, key) for key in keys) if item is not None]

    def save(self, call: Call, key: int, sent: Any) -> Entity:
        """Change an item, or add one if ``key`` is 0; 404 if there is none, 400 if it cannot be saved so."""
        demand_administrator(call, f"change the list {self.kind.rest or self.kind.mdo}")
        item = self.default(call) | fitting(sent, self.carrier)
        _measure(item)
        RULES.get(self.carrier, _nothing_more)(call, key, item)
        rows = self.kind.rows(call.tenant)
        event = "changed" if key else "created"
        key = key or self._new(call, rows)
        if key not in rows:
            raise not_found(self.kind.rest or self.kind.mdo, key)
        rows[key] |= self._stored(item) | _changed(call)
        rows[key]["rank"] = rows[key]["rank"] or len(rows)
        self._tell(call, key, event)
        return self._made(call, key, rows[key])

    def delete(self, call: Call, key: int) -> None:
        """Mark an item as deleted."""
        demand_administrator(call, f"change the list {self.kind.rest or self.kind.mdo}")
        row = self.kind.rows(call.tenant).get(key)
        if row is None:
            raise not_found(self.kind.rest or self.kind.mdo, key)
        row |= {"deleted": True} | _changed(call)
        self._tell(call, key, "deleted")

    def remove(self, call: Call, key: int) -> None:
        """Take an item away for good; nothing happens if there is none."""
        if key in self.kind.rows(call.tenant):
            self._tell(call, key, "deleted")
            del self.kind.rows(call.tenant)[key]

    def _tell(self, call: Call, key: int, event: str) -> None:
        name = str(self.kind.list_id) if self.kind.own else EVENT_NAMES.get(self.kind.mdo, self.kind.mdo)
        table = f"list.{name}"
        events.changed(call.world, call.tenant, table, key, event, None, call.associate.associate_id)

    def _new(self, call: Call, rows: dict[int, Row]) -> int:
        # Only the admin client shows a new item to all groups by itself; through the API none sees it [lists/services].
        if self.kind.mdo == "webpanel" and self.carrier != "WebPanelEntity":
            raise bad("A new web panel must be a WebPanelEntity")
        key = max(rows, default=0) + 1
        born = {"registered": call.world.stamp(), "registered_by": call.associate.associate_id}
        born["client_id"] = application(call)
        rows[key] = {"rank": 0, "deleted": False, "tooltip": "", "groups": [], **born}
        return key

    def _made(self, call: Call, key: int, row: Row) -> Entity:
        given = dict(DEFAULTS.get(self.carrier, {}))
        given |= {name: row[at] for name, at in self._places().items() if at in row}
        given[self.key] = key
        if TYPES[self.carrier].get("Deleted") == "int":
            given["Deleted"] = int(row.get("deleted", False))
        made = carrier(self.carrier, **given) | {"TableRight": _right(call)}
        _fill(call, made, self.kind, key, row)
        return made

    def _places(self) -> dict[str, str]:
        special = COMMON | FIELDS.get(self.carrier, {})
        return {name: special.get(name, name) for name, kind in TYPES[self.carrier].items() if _is_kept(name, kind)}

    def _stored(self, item: Entity) -> Row:
        empty = carrier(self.carrier)
        places = {name: at for name, at in self._places().items() if name != self.key}
        kept = {at: empty[name] if item[name] is None else item[name] for name, at in places.items()}
        return kept | ({"stages": _stages(item["Stages"])} if "Stages" in item else {})


def _stages(sent: list[Entity] | None) -> list[int]:
    """The stages sales of a type go through: those that are selected [oas SaleTypeEntity]."""
    return [stage["Id"] for stage in sent or [] if stage.get("Selected")]


def by_rank(rows: dict[int, Row]) -> list[tuple[int, Row]]:
    """Items in the order they are shown."""
    return sorted(rows.items(), key=lambda pair: (pair[1]["rank"], pair[0]))


def _is_kept(name: str, kind: str) -> bool:
    return (kind in STORABLE or "|" in kind) and name not in ("UdListDefinitionId", "Fullname", "UpdatedDate")


def _fill(call: Call, made: Entity, kind: Kind, key: int, row: Row) -> None:
    if "UdListDefinitionId" in made:
        made["UdListDefinitionId"] = kind.list_id
    if "Fullname" in made:
        made["Fullname"] = full_name(call, kind.rows(call.tenant), row)
    if "EnglishName" in made and row:
        made["EnglishName"] = row.get("EnglishName") or re.sub(r'^.*?US:"([^"]*)".*$', r"\1", row["name"])
    if "Stages" in made:
        made["Stages"] = selectable(call.tenant, "prob", row.get("stages", []))
    if made.get("Status") == "Normal" and row.get("deleted"):
        made["Status"] = "Deleted"
    for zip_or_domain in ("ZipPrefix", "DomainName"):
        if made.get(zip_or_domain) == "":
            made[zip_or_domain] = row.get("iso2", "")


def full_name(call: Call, rows: dict[int, Row], row: Row) -> str:
    """An item's name behind those of its parents: ``Support/Hardware``."""
    name = str(in_language(row.get("name", ""), call.language))
    parent = rows.get(row.get("parent", 0))
    return f"{full_name(call, rows, parent)}/{name}" if parent else name


def _right(call: Call) -> Entity:
    mask = "Select, Update, Insert, Delete" if administrates(call) else "Select"
    return carrier("TableRight", Mask=mask, Reason="" if administrates(call) else "[SR_ACCESS_ROLE]")


def _changed(call: Call) -> Row:
    return {"updated": call.world.stamp(), "updated_by": call.associate.associate_id}


def _measure(item: Entity) -> None:
    name = item.get("Name", item.get("Value"))
    if not name or not name.strip():
        raise Refused(400, "SoValidationException", "Name is a mandatory field")
    for prop, length in LONGEST.items():
        if len(item.get(prop) or "") > length:
            raise Refused(400, "SoValidationException", f"{prop} is too long: at most {length} characters")


def _nothing_more(call: Call, key: int, item: Entity) -> None:
    """Most lists demand no more."""
