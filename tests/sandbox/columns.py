"""The columns of archive providers (archives.md): which exist, of which restriction type, and what they show.

``columns.json`` holds names and restriction types from SuperOffice's reference; a ``*`` marks those one can sort by.
A column that exists there and is not filled here answers 501, an invented one 400.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .answers import Call, bad, lacking
from .carriers import first, formatted, full_name, stripped, user, user_name
from .entities import company_full_name, item_name
from .world import Row

FACTS = json.loads(Path(__file__).with_name("columns.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Cell:
    """A value: what filters and sorting see, what a Slim row shows if that is something else, the record's key."""

    raw: Any
    shown: Any = None
    key: int = 0


Getter = Callable[[Call, int, Row], Any]
"""A raw value, a Cell, or a list of them where a record has many (the first is shown, filters look at all)."""

Step = Callable[[Call, Row], tuple[int, Row | None]]
"""From a row to the joined one."""


@dataclass(frozen=True)
class Join:
    """Another table's columns under a prefix."""

    table: str
    step: Step
    right: str = ""
    """The table whose select right the columns need; without it they are empty."""


@dataclass(frozen=True)
class Columns:
    """What the sandbox fills of one provider's columns."""

    name: str
    getters: dict[str, Getter]
    joins: dict[str, Join] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """A column of a query, found and ready."""

    name: str
    kind: str
    sortable: bool
    getter: Getter

    def cells(self, call: Call, key: int, row: Row) -> list[Cell]:
        """All values of a row, at least one."""
        found = self.getter(call, key, row)
        many = found if isinstance(found, list) else [found]
        return [item if isinstance(item, Cell) else Cell(item) for item in many] or [Cell(None)]


def find(provider: str, name: str) -> Column:
    """The column with a name; Refused (400) for unknown ones, (501) for documented ones the sandbox lacks."""
    columns, facts = PROVIDERS[provider], FACTS[provider]
    prefix, _, rest = name.partition("/")
    if not rest:
        kind = facts["columns"].get(name)
    elif prefix in columns.joins:
        return _joined(columns.joins[prefix], name, rest)
    else:
        kind = (facts["joins"].get(prefix) or {}).get(rest)
    if kind is not None and name in columns.getters:
        return Column(name, kind.rstrip("*"), kind.endswith("*"), columns.getters[name])
    if kind is not None or (rest and prefix in facts["joins"] and facts["joins"][prefix] is None):
        raise lacking(f"the column {name} of {provider}")
    raise bad(f"Unknown column {name} in {provider}")


def _joined(join: Join, name: str, rest: str) -> Column:
    inner = find(join.table, rest)

    def get(call: Call, key: int, row: Row) -> Any:
        there, other = join.step(call, row)
        if other is None or (join.right and not call.may(join.right, "select")):
            return None
        return inner.getter(call, there, other)

    return Column(name, inner.kind, inner.sortable, get)


def _key(name: str) -> Getter:
    return lambda call, key, row: row[name]


def _own(call: Call, key: int, row: Row) -> Any:
    return key


def _day(name: str) -> Getter:
    """A date without time: midnight wherever the caller is, so never another day."""
    return lambda call, key, row: call.clock.store(row[name]) if row[name] else ""


def _named(name: str) -> Getter:
    """A text one can also restrict by primary key."""
    return lambda call, key, row: Cell(row[name], key=key)


def _fixed(value: Any) -> Getter:
    return lambda call, key, row: value


def _full(name: str) -> Getter:
    return lambda call, key, row: bool(row[name])


def _listed(mdo: str, name: str) -> Getter:
    """A list column: its id for filters, its name to show."""
    return lambda call, key, row: Cell(row[name], item_name(call, mdo, row[name]))


def _associate(name: str) -> Getter:
    return lambda call, key, row: Cell(row[name], user_name(call.tenant, row[name]))


def _associate_name(name: str) -> Getter:
    return lambda call, key, row: Cell(row[name], user_name(call.tenant, row[name]))


def _elements(name: str, part: str) -> Getter:
    return lambda call, key, row: [element[part] for element in row.get(name, [])]


def _phones(names: tuple[str, ...], machine: bool = False) -> Getter:
    """Numbers of several kinds in one column; ``machine``: without spaces too, for searching."""

    def get(call: Call, key: int, row: Row) -> Any:
        numbers = [element["value"] for name in names for element in row.get(name, [])]
        return numbers + [stripped(number) for number in numbers] if machine else numbers

    return get


def _address(name: str, prefix: str) -> dict[str, Getter]:
    parts = ("line1", "line2", "line3", "county", "city", "zip", "state")
    getters: dict[str, Getter] = {f"{prefix}/{part}": _address_part(name, part) for part in parts}
    getters[f"{prefix}/formattedAddress"] = lambda call, key, row: formatted(row[name]).strip().replace("\n", ", ")
    getters[f"{prefix}/formattedMultiLineAddress"] = lambda call, key, row: formatted(row[name])
    return getters


def _address_part(name: str, part: str) -> Getter:
    return lambda call, key, row: row[name].get(part, "")


def _phone_columns(prefix: str, name: str) -> dict[str, Getter]:
    return {
        f"{prefix}/formattedNumber": _elements(name, "value"),
        f"{prefix}/description": _elements(name, "description"),
    }


def _email_columns() -> dict[str, Getter]:
    return {
        "email/emailProtocol": lambda call, key, row: ["SMTP" for _ in row["emails"]],
        "email/emailAddress": _elements("emails", "value"),
        "email/emailDescription": _elements("emails", "description"),
        "email/emailId": _elements("emails", "id"),
    }


def _stamps(prefix: str) -> dict[str, Getter]:
    """Updated and registered, named as the provider names them."""
    updated, registered = ("personUpdated", "personRegistered") if prefix else ("updated", "registered")
    return {
        f"{updated}By": _associate("updated_by"),
        f"{updated}ByFullName": _associate_name("updated_by"),
        f"{updated}Date": _key("updated"),
        f"{registered}By": _associate("registered_by"),
        f"{registered}ByFullName": _associate_name("registered_by"),
        f"{registered}Date": _key("registered"),
    }


def _to(table: str, name: str) -> Step:
    return lambda call, row: (row[name], call.tenant.table(table).get(row[name]))


def _to_user(name: str) -> Step:
    """To the person row of a user, under his associate id."""

    def step(call: Call, row: Row) -> tuple[int, Row | None]:
        found = user(call.tenant, row[name])
        return row[name], call.tenant.table("person").get(found.person_id) if found else None

    return step


def _company_cell(call: Call, key: int, row: Row) -> Any:
    found = call.tenant.table("contact").get(row["contact"])
    return Cell(row["contact"], company_full_name(found) if found else "")


def _person_cell(call: Call, key: int, row: Row) -> Any:
    return Cell(row["person"], full_name(call.tenant.table("person").get(row["person"])))


def _main_contact(call: Call, key: int, row: Row) -> Any:
    return full_name(call.tenant.table("person").get(row["person"]))


COMPANY = Columns(
    "SimpleContact",
    {
        "contactId": _own,
        "name": _named("name"),
        "department": _key("department"),
        "nameDepartment": lambda call, key, row: company_full_name(row),
        "hasInfoText": _full("note"),
        "hasInterests": lambda call, key, row: bool(row.get("interests")),
        "associateId": _associate("associate"),
        "category": _listed("category", "category"),
        "business": _listed("business", "business"),
        "country": _listed("country", "country"),
        "countryId": _key("country"),
        "number": _key("number"),
        "code": _key("code"),
        "orgnr": _key("orgnr"),
        "stop": _key("stop"),
        "contactNoMail": _key("no_mailing"),
        **_stamps(""),
        "contactSource": _listed("source", "source"),
        "contactDeleted": _key("deleted"),
        "activeErpLinks": _fixed(False),
        "mainContact": _main_contact,
        "getAllRows": _fixed(True),
        "getNoRows": _fixed(False),
        "phone/formattedNumber": _phones(("phones", "faxes")),
        "searchPhone/formattedNumber": _phones(("phones", "faxes"), machine=True),
        **_phone_columns("contactPhone", "phones"),
        **_phone_columns("contactFax", "faxes"),
        **_email_columns(),
        **_address("postal", "postAddress"),
        **_address("street", "streetAddress"),
        "url/URLAddress": _elements("urls", "value"),
        "url/URLDescription": _elements("urls", "description"),
    },
    {"contactAssociate": Join("User", _to_user("associate"))},
)

PERSON_PHONES = ("direct_phones", "mobile_phones", "private_phones")


def _with_company(call: Call, key: int, row: Row) -> Any:
    company = _company_cell(call, key, row).shown
    return f"{full_name(row)} - {company}" if company else full_name(row)


def _birth(index: int) -> Getter:
    return lambda call, key, row: row["birth"][index] if row["birth"] else 0


def _birthdate(call: Call, key: int, row: Row) -> Any:
    return "{:04}-{:02}-{:02}".format(*row["birth"]) if row["birth"] else ""


PERSON = Columns(
    "Person",
    {
        "personId": _own,
        "firstName": _key("first_name"),
        "middleName": _key("middle_name"),
        "lastName": _key("last_name"),
        "fullName": lambda call, key, row: full_name(row),
        "fullNameWithContact": _with_company,
        "contactId": _key("contact"),
        "hasInfoText": _full("note"),
        "hasInterests": lambda call, key, row: bool(row.get("interests")),
        "personHasInterests": lambda call, key, row: bool(row.get("interests")),
        "mrMrs": _key("mrmrs"),
        "position": _listed("perspos", "position"),
        "personNumber": _key("number"),
        "title": _key("title"),
        "personCountry": _listed("country", "country"),
        "personCountryId": _key("country"),
        "personNoMail": _key("no_mailing"),
        "rank": _key("rank"),
        "birthdate": _birthdate,
        "birthYear": _birth(0),
        "birthMonth": _birth(1),
        "birthDay": _birth(2),
        "personSource": _listed("source", "source"),
        "retired": _key("retired"),
        "hasCompany": _full("contact"),
        "hasStoreConsent": lambda call, key, row: row.get("store_consent", True),
        "withdrawnStoreConsent": _fixed(False),
        "hasEmarketingConsent": lambda call, key, row: row.get("emarketing_consent", False),
        "withdrawnEmarketingConsent": _fixed(False),
        **_stamps("person"),
        "getAllRows": _fixed(True),
        "getNoRows": _fixed(False),
        "phone/formattedNumber": _phones(PERSON_PHONES),
        "searchPhone/formattedNumber": _phones(PERSON_PHONES, machine=True),
        **_phone_columns("personDirectPhone", "direct_phones"),
        **_phone_columns("personMobilePhone", "mobile_phones"),
        **_phone_columns("personPrivate", "private_phones"),
        **_email_columns(),
        "personUrl/URLAddress": _elements("urls", "value"),
        "personUrl/URLDescription": _elements("urls", "description"),
        "personInfo/infoText": _key("note"),
    },
    {"personContact": Join("SimpleContact", _to("contact", "contact"), "contact")},
)


def _initials(call: Call, key: int, row: Row) -> Any:
    found = user(call.tenant, key)
    return Cell(key, found.initials if found else "")


USER = Columns(
    "User",
    {
        "firstName": _key("first_name"),
        "lastName": _key("last_name"),
        "middleName": _key("middle_name"),
        "fullName": lambda call, key, row: full_name(row),
        "associateDbId": _own,
        "assocName": _initials,
        "contactId": _key("contact"),
        "personId": lambda call, key, row: (found := user(call.tenant, key)) and found.person_id,
        "title": _key("title"),
        "personEmail": lambda call, key, row: first(row["emails"]),
        "isActive": _fixed(True),
    },
)


def _clock_time(name: str) -> Getter:
    def get(call: Call, key: int, row: Row) -> Any:
        local = call.clock.local(row[name])
        return local.strftime("%H:%M") if local else ""

    return get


APPOINTMENT = Columns(
    "ContactActivity",
    {
        "appointmentId": _own,
        "documentId": _fixed(0),
        "date": _key("start"),
        "endDate": _key("end"),
        "time": _clock_time("start"),
        "endTime": _clock_time("end"),
        "type": _listed("task", "task"),
        "text": lambda call, key, row: row["title"] or row["text"],
        "recordType": _fixed("appointment"),
        "recordTypeText": _fixed('US:"Follow-up";NO:"Oppfølging";SW:"Uppföljning";DA:"Opfølgning";FI:"Seuranta"'),
        "completed": _key("completed"),
        "completedDate": lambda call, key, row: row["end"] if row["completed"] else "",
        "who": lambda call, key, row: user_name(call.tenant, row["associate"]),
        "associateId": _associate("associate"),
        "contactId": _company_cell,
        "personId": _person_cell,
        "projectId": _key("project"),
        "saleId": _key("sale"),
        "priority": _listed("priority", "priority"),
        "location": _key("location"),
        "rawType": _fixed(1),
        "rawStatus": lambda call, key, row: 3 if row["completed"] else 1,
        **_stamps(""),
        "getAllRows": _fixed(True),
        "getNoRows": _fixed(False),
        "appointment/title": _key("title"),
        "appointment/text": _key("text"),
        "appointment/description": _key("text"),
        "appointment/agenda": _key("agenda"),
    },
    {
        "associate": Join("User", _to_user("associate")),
        "contact": Join("SimpleContact", _to("contact", "contact"), "contact"),
        "person": Join("Person", _to("person", "person"), "person"),
    },
)

STATUSES = {"Open": 1, "Sold": 2, "Lost": 3, "Stalled": 4}

STATUS_NAMES = {
    "Open": 'US:"Open";NO:"Åpen";SW:"Öppen";DA:"Åben";FI:"Avoin"',
    "Sold": 'US:"Sold";NO:"Solgt";SW:"Såld";DA:"Solgt";FI:"Myyty"',
    "Lost": 'US:"Lost";NO:"Tapt";SW:"Förlorad";DA:"Tabt";FI:"Menetetty"',
    "Stalled": 'US:"Stalled";NO:"Utsatt";SW:"Vilande";DA:"Udsat";FI:"Lykätty"',
}


def _rate(call: Call, row: Row) -> float:
    return float(call.tenant.lists["currency"].get(row["currency"], {}).get("rate", 1.0))


def _weighted(row: Row) -> float:
    return round(row["amount"] * row["probability"] / 100, 2)


SALE = Columns(
    "FindSale",
    {
        "saleId": _own,
        "heading": _named("heading"),
        "text": _key("heading"),
        "recordType": _fixed("sale"),
        "date": _day("date"),
        "completed": lambda call, key, row: row["status"] in ("Sold", "Lost"),
        "associateId": _associate("associate"),
        "who": lambda call, key, row: user_name(call.tenant, row["associate"]),
        "contactId": _company_cell,
        "personId": _person_cell,
        "projectId": _key("project"),
        "currencyId": _key("currency"),
        "currency": _listed("currency", "currency"),
        "source": _listed("source", "source"),
        "amount": _key("amount"),
        "amountWeighted": lambda call, key, row: _weighted(row),
        "amountInBaseCurrency": lambda call, key, row: round(row["amount"] * _rate(call, row), 2),
        "amountWeightedInBaseCurrency": lambda call, key, row: round(_weighted(row) * _rate(call, row), 2),
        "earning": _fixed(0.0),
        "earningPercent": _fixed(0.0),
        "probPercent": _key("probability"),
        "stage": _listed("prob", "stage"),
        "stageName": lambda call, key, row: item_name(call, "prob", row["stage"]),
        "stageId": _key("stage"),
        "stageRank": _key("stage"),
        "saleStatus": lambda call, key, row: Cell(STATUSES[row["status"]], STATUS_NAMES[row["status"]]),
        "type": _listed("saletype", "sale_type"),
        "saleType": _listed("saletype", "sale_type"),
        "saleTypeId": _key("sale_type"),
        "nextDueDate": _day("next_due"),
        "saleNumber": _key("number"),
        "description": _key("description"),
        **_stamps(""),
        "getAllRows": _fixed(True),
        "getNoRows": _fixed(False),
        "sale/description": _key("description"),
    },
    {
        "associate": Join("User", _to_user("associate")),
        "contact": Join("SimpleContact", _to("contact", "contact"), "contact"),
        "person": Join("Person", _to("person", "person"), "person"),
    },
)

PROVIDERS = {columns.name: columns for columns in (COMPANY, PERSON, USER, APPOINTMENT, SALE)}
