"""The columns of archive providers (archives.md): which exist, of which restriction type, and what they show.

``columns.json`` holds names and restriction types from SuperOffice's reference; a ``*`` marks those one can sort by.
A column that exists there and is not filled here answers 501, an invented one 400.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .answers import Call, bad, lacking
from .carriers import first, full_name, user, user_name
from .columns import (
    Cell,
    Column,
    Columns,
    Getter,
    Join,
    address,
    company_cell,
    day,
    elements,
    email_columns,
    filled,
    fixed,
    listed,
    main_contact,
    named,
    of_user,
    own_key,
    person_cell,
    phone_columns,
    phones,
    stamps,
    stored,
    to,
    to_user,
)
from .lights import company_full_name, item_name
from .world import Row

FACTS = json.loads(Path(__file__).with_name("columns.json").read_text(encoding="utf-8"))

COMPANY = Columns(
    "SimpleContact",
    {
        "contactId": own_key,
        "name": named("name"),
        "department": stored("department"),
        "nameDepartment": lambda call, key, row: company_full_name(row),
        "hasInfoText": filled("note"),
        "hasInterests": lambda call, key, row: bool(row.get("interests")),
        "associateId": of_user("associate"),
        "category": listed("category", "category"),
        "business": listed("business", "business"),
        "country": listed("country", "country"),
        "countryId": stored("country"),
        "number": stored("number"),
        "code": stored("code"),
        "orgnr": stored("orgnr"),
        "stop": stored("stop"),
        "contactNoMail": stored("no_mailing"),
        **stamps(""),
        "contactSource": listed("source", "source"),
        "contactDeleted": stored("deleted"),
        "activeErpLinks": fixed(False),
        "mainContact": main_contact,
        "getAllRows": fixed(True),
        "getNoRows": fixed(False),
        "phone/formattedNumber": phones(("phones", "faxes")),
        "searchPhone/formattedNumber": phones(("phones", "faxes"), machine=True),
        **phone_columns("contactPhone", "phones"),
        **phone_columns("contactFax", "faxes"),
        **email_columns(),
        **address("postal", "postAddress"),
        **address("street", "streetAddress"),
        "url/URLAddress": elements("urls", "value"),
        "url/URLDescription": elements("urls", "description"),
    },
    {"contactAssociate": Join("User", to_user("associate"))},
)

PERSON_PHONES = ("direct_phones", "mobile_phones", "private_phones")


def _with_company(call: Call, key: int, row: Row) -> Any:
    company = company_cell(call, key, row).shown
    return f"{full_name(row)} - {company}" if company else full_name(row)


def _birth(index: int) -> Getter:
    return lambda call, key, row: row["birth"][index] if row["birth"] else 0


def _birthdate(call: Call, key: int, row: Row) -> Any:
    return "{:04}-{:02}-{:02}".format(*row["birth"]) if row["birth"] else ""


PERSON = Columns(
    "Person",
    {
        "personId": own_key,
        "firstName": stored("first_name"),
        "middleName": stored("middle_name"),
        "lastName": stored("last_name"),
        "fullName": lambda call, key, row: full_name(row),
        "fullNameWithContact": _with_company,
        "contactId": stored("contact"),
        "hasInfoText": filled("note"),
        "hasInterests": lambda call, key, row: bool(row.get("interests")),
        "personHasInterests": lambda call, key, row: bool(row.get("interests")),
        "mrMrs": stored("mrmrs"),
        "position": listed("perspos", "position"),
        "personNumber": stored("number"),
        "title": stored("title"),
        "personCountry": listed("country", "country"),
        "personCountryId": stored("country"),
        "personNoMail": stored("no_mailing"),
        "rank": stored("rank"),
        "birthdate": _birthdate,
        "birthYear": _birth(0),
        "birthMonth": _birth(1),
        "birthDay": _birth(2),
        "personSource": listed("source", "source"),
        "retired": stored("retired"),
        "hasCompany": filled("contact"),
        "hasStoreConsent": lambda call, key, row: row.get("store_consent", True),
        "withdrawnStoreConsent": fixed(False),
        "hasEmarketingConsent": lambda call, key, row: row.get("emarketing_consent", False),
        "withdrawnEmarketingConsent": fixed(False),
        **stamps("person"),
        "getAllRows": fixed(True),
        "getNoRows": fixed(False),
        "phone/formattedNumber": phones(PERSON_PHONES),
        "searchPhone/formattedNumber": phones(PERSON_PHONES, machine=True),
        **phone_columns("personDirectPhone", "direct_phones"),
        **phone_columns("personMobilePhone", "mobile_phones"),
        **phone_columns("personPrivate", "private_phones"),
        **email_columns(),
        "personUrl/URLAddress": elements("urls", "value"),
        "personUrl/URLDescription": elements("urls", "description"),
        "personInfo/infoText": stored("note"),
    },
    {"personContact": Join("SimpleContact", to("contact", "contact"), "contact")},
)


def _initials(call: Call, key: int, row: Row) -> Any:
    found = user(call.tenant, key)
    return Cell(key, found.initials if found else "")


USER = Columns(
    "User",
    {
        "firstName": stored("first_name"),
        "lastName": stored("last_name"),
        "middleName": stored("middle_name"),
        "fullName": lambda call, key, row: full_name(row),
        "associateDbId": own_key,
        "assocName": _initials,
        "contactId": stored("contact"),
        "personId": lambda call, key, row: (found := user(call.tenant, key)) and found.person_id,
        "title": stored("title"),
        "personEmail": lambda call, key, row: first(row["emails"]),
        "isActive": fixed(True),
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
        "appointmentId": own_key,
        "documentId": fixed(0),
        "date": stored("start"),
        "endDate": stored("end"),
        "time": _clock_time("start"),
        "endTime": _clock_time("end"),
        "type": listed("task", "task"),
        "text": lambda call, key, row: row["title"] or row["text"],
        "recordType": fixed("appointment"),
        "recordTypeText": fixed('US:"Follow-up";NO:"Oppfølging";SW:"Uppföljning";DA:"Opfølgning";FI:"Seuranta"'),
        "completed": stored("completed"),
        "completedDate": lambda call, key, row: row["end"] if row["completed"] else "",
        "who": lambda call, key, row: user_name(call.tenant, row["associate"]),
        "associateId": of_user("associate"),
        "contactId": company_cell,
        "personId": person_cell,
        "projectId": stored("project"),
        "saleId": stored("sale"),
        "priority": listed("priority", "priority"),
        "location": stored("location"),
        "rawType": fixed(1),
        "rawStatus": lambda call, key, row: 3 if row["completed"] else 1,
        **stamps(""),
        "getAllRows": fixed(True),
        "getNoRows": fixed(False),
        "appointment/title": stored("title"),
        "appointment/text": stored("text"),
        "appointment/description": stored("text"),
        "appointment/agenda": stored("agenda"),
    },
    {
        "associate": Join("User", to_user("associate")),
        "contact": Join("SimpleContact", to("contact", "contact"), "contact"),
        "person": Join("Person", to("person", "person"), "person"),
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
        "saleId": own_key,
        "heading": named("heading"),
        "text": stored("heading"),
        "recordType": fixed("sale"),
        "date": day("date"),
        "completed": lambda call, key, row: row["status"] in ("Sold", "Lost"),
        "associateId": of_user("associate"),
        "who": lambda call, key, row: user_name(call.tenant, row["associate"]),
        "contactId": company_cell,
        "personId": person_cell,
        "projectId": stored("project"),
        "currencyId": stored("currency"),
        "currency": listed("currency", "currency"),
        "source": listed("source", "source"),
        "amount": stored("amount"),
        "amountWeighted": lambda call, key, row: _weighted(row),
        "amountInBaseCurrency": lambda call, key, row: round(row["amount"] * _rate(call, row), 2),
        "amountWeightedInBaseCurrency": lambda call, key, row: round(_weighted(row) * _rate(call, row), 2),
        "earning": fixed(0.0),
        "earningPercent": fixed(0.0),
        "probPercent": stored("probability"),
        "stage": listed("prob", "stage"),
        "stageName": lambda call, key, row: item_name(call, "prob", row["stage"]),
        "stageId": stored("stage"),
        "stageRank": stored("stage"),
        "saleStatus": lambda call, key, row: Cell(STATUSES[row["status"]], STATUS_NAMES[row["status"]]),
        "type": listed("saletype", "sale_type"),
        "saleType": listed("saletype", "sale_type"),
        "saleTypeId": stored("sale_type"),
        "nextDueDate": day("next_due"),
        "saleNumber": stored("number"),
        "description": stored("description"),
        **stamps(""),
        "getAllRows": fixed(True),
        "getNoRows": fixed(False),
        "sale/description": stored("description"),
    },
    {
        "associate": Join("User", to_user("associate")),
        "contact": Join("SimpleContact", to("contact", "contact"), "contact"),
        "person": Join("Person", to("person", "person"), "person"),
    },
)

PROVIDERS = {columns.name: columns for columns in (COMPANY, PERSON, USER, APPOINTMENT, SALE)}


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
