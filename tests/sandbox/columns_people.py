"""Columns of companies, persons and users, as archives fill them."""

from __future__ import annotations

from typing import Any

from .answers import Call
from .carriers import first, full_name, user
from .columns import (
    Cell,
    Columns,
    Getter,
    Join,
    address,
    company_cell,
    elements,
    email_columns,
    filled,
    fixed,
    listed,
    main_contact,
    named,
    of_user,
    own_key,
    phone_columns,
    phones,
    stamps,
    stored,
    to,
    to_user,
    words,
)
from .lights import company_full_name, item_name
from .roles import role_of
from .world import Row

COMPANY = Columns(
    "contact",
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
        "contactInterestIds": lambda call, key, row: row.get("interests", []),
        "searchwords": words("name", "department", "orgnr", "number", "note"),
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
    {"contactAssociate": Join("user", to_user("associate"))},
)

WITHDRAWN = 7
"""The legal base of a consent taken back."""

PERSON_PHONES = ("direct_phones", "mobile_phones", "private_phones")


def _with_company(call: Call, key: int, row: Row) -> Any:
    company = company_cell(call, key, row).shown
    return f"{full_name(row)} - {company}" if company else full_name(row)


def _birth(index: int) -> Getter:
    return lambda call, key, row: row["birth"][index] if row["birth"] else 0


def _birthdate(call: Call, key: int, row: Row) -> Any:
    return "{:04}-{:02}-{:02}".format(*row["birth"]) if row["birth"] else ""


def _consent_of(call: Call, person: int, purpose: int) -> Row | None:
    rows = call.tenant.table("consent").values()
    return next((r for r in rows if (r["person"], r["purpose"]) == (person, purpose) and not r["deleted"]), None)


def _consents(name: str, purpose: int) -> dict[str, Getter]:
    """What a person says to one purpose."""

    def base(call: Call, key: int) -> int:
        return int((_consent_of(call, key, purpose) or {}).get("legal_base", 0))

    def source(call: Call, key: int) -> int:
        return int((_consent_of(call, key, purpose) or {}).get("source", 0))

    return {
        f"has{name}Consent": lambda call, key, row: base(call, key) not in (0, WITHDRAWN),
        f"withdrawn{name}Consent": lambda call, key, row: base(call, key) == WITHDRAWN,
        f"legalBase{name}": lambda call, key, row: Cell(base(call, key), item_name(call, "legalbase", base(call, key))),
        f"consentSource{name}": lambda call, key, row: Cell(
            source(call, key), item_name(call, "consentsource", source(call, key))
        ),
    }


def _takes_part(call: Call, table: str, person: int) -> bool:
    return any(row["person"] == person and not row["deleted"] for row in call.tenant.table(table).values())


PERSON = Columns(
    "person",
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
        **_consents("Store", 1),
        **_consents("Emarketing", 2),
        "personInterestIds": lambda call, key, row: row.get("interests", []),
        "isProjectMember": lambda call, key, row: _takes_part(call, "project_member", key),
        "isStakeholder": lambda call, key, row: _takes_part(call, "sale_stakeholder", key),
        "searchwords": words("first_name", "middle_name", "last_name", "title", "note"),
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
    {"personContact": Join("contact", to("contact", "contact"), "contact")},
)


def _initials(call: Call, key: int, row: Row) -> Any:
    found = user(call.tenant, key)
    return Cell(key, found.initials if found else "")


def _employer(call: Call, row: Row) -> Row:
    return call.tenant.table("contact")[row["contact"]]


def _role(call: Call, key: int, row: Row) -> Any:
    found = user(call.tenant, key)
    return Cell(found.role, role_of(call.tenant, found)["name"]) if found is not None else Cell(0, "")


USER = Columns(
    "user",
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
        "mrMrs": stored("mrmrs"),
        "contactName": lambda call, key, row: _employer(call, row)["name"],
        "contactDepartment": lambda call, key, row: _employer(call, row)["department"],
        "contactFullName": lambda call, key, row: company_full_name(_employer(call, row)),
        "usergroup": lambda call, key, row: Cell(1, item_name(call, "usergroup", 1)),
        "usergroupId": fixed(1),
        "role": _role,
        "assocType": fixed(Cell(1, 'US:"Employee";NO:"Ansatt";SW:"Anställd";DA:"Ansat"')),
        "ejUserId": own_key,
        "userName": lambda call, key, row: first(row["emails"]),
        "isActive": fixed(True),
        "isActiveText": fixed(True),
        "canLogin": fixed(True),
        "getAllRows": fixed(True),
        "getNoRows": fixed(False),
        "retired": stored("retired"),
        "rank": stored("rank"),
        "position": listed("perspos", "position"),
    },
)
"""A user: his associate id is the key, his person's row the row."""
