"""Companies and persons: their properties, their defaults, and what belongs to them."""

from __future__ import annotations

from datetime import date
from typing import Any

from . import carriers
from .answers import Call
from .carriers import PARTS, associate, first, full_name
from .fields import Entity, Field, flag, listed, many, moment, number, of_user, plain, record
from .kind import Kind
from .lights import company_full_name, company_light, item_name, person_light
from .rights import is_user
from .world import Row

__all__ = ["COMPANY", "PERSON", "company_full_name", "item_name", "people_of"]

OF_BOTH: dict[str, Field] = {
    "SupportAssociate": of_user("support_associate"),
    "TicketPriority": listed("ticket_priority", "TicketPriority", "ticketpriority"),
    "CustomerLanguage": listed("customer_language", "CustomerLanguage", "customerlanguage"),
    "DbiAgentId": number("dbi_agent"),
    "DbiKey": plain("dbi_key"),
    "DbiLastModified": moment("dbi_modified"),
    "DbiLastSyncronized": moment("dbi_synchronized"),
}
"""What companies and persons have alike: who serves them, and what another system says of itself in them."""

COMPANY_FIELDS: dict[str, Field] = {
    "Name": plain("name"),
    "Department": plain("department"),
    "OrgNr": plain("orgnr"),
    "Number1": plain("code"),
    "Number2": plain("number"),
    "Description": plain("note"),
    "NoMailing": flag("no_mailing"),
    "Xstop": flag("stop"),
    "Source": number("source"),
    "Phones": many("phones"),
    "Faxes": many("faxes"),
    "Emails": many("emails"),
    "Urls": many("urls"),
    "Category": listed("category", "Category", "category"),
    "Business": listed("business", "Business", "business"),
    "Country": listed("country", "Country", "country", "CountryId"),
    "Associate": of_user("associate"),
    "SupportPerson": record("support_person", "person"),
    **OF_BOTH,
    "Kananame": plain("kana_name"),
}

COMPANY_LISTS = {
    "Interests": "contint",
    "Associate": "associate",
    "Business": "business",
    "Category": "category",
    "Country": "country",
    "SupportAssociate": "associate",
    "TicketPriority": "ticketpriority",
    "CustomerLanguage": "customerlanguage",
}

PERSON_FIELDS: dict[str, Field] = {
    "Firstname": plain("first_name"),
    "MiddleName": plain("middle_name"),
    "Lastname": plain("last_name"),
    "Mrmrs": plain("mrmrs"),
    "Title": plain("title"),
    "Salutation": plain("salutation"),
    "Description": plain("note"),
    "PersonNumber": plain("number"),
    "NoMailing": flag("no_mailing"),
    "Retired": flag("retired"),
    "Source": number("source"),
    "OfficePhones": many("direct_phones"),
    "MobilePhones": many("mobile_phones"),
    "PrivatePhones": many("private_phones"),
    "OtherPhones": many("other_phones"),
    "Faxes": many("faxes"),
    "Emails": many("emails"),
    "Urls": many("urls"),
    "Position": listed("position", "Position", "perspos"),
    "Country": listed("country", "Country", "country", "CountryId"),
    "Contact": record("contact", "contact"),
    **OF_BOTH,
    "Kanafname": plain("kana_first_name"),
    "Kanalname": plain("kana_last_name"),
    "Post1": plain("post1"),
    "Post2": plain("post2"),
    "Post3": plain("post3"),
    "UsePersonAddress": flag("own_address"),
    "SentInfo": number("sent_info"),
    "ShowContactTickets": number("shows_tickets"),
}

PERSON_LISTS = {
    **COMPANY_LISTS,
    "Interests": "persint",
    "Position": "perspos",
    "Contact": "contact_new",
    "Mrmrs": "mrmrs",
    "Salutation": "salutation",
}

ADDRESS = {"line1": "", "line2": "", "line3": "", "zip": "", "city": "", "county": "", "state": ""}


def _more_of_company(call: Call, key: int, row: Row, new: bool) -> Entity:
    return {
        "Deleted": int(row["deleted"]),
        "Persons": [] if new else [person_light(call, k, p) for k, p in people_of(call, key)],
        "Domains": [domain_of(first(row["urls"]))] if row["urls"] else [],
        "Address": carriers.company_address(call, row),
        "GroupId": 1,
        **_interests(call, "contint", row),
    }


def domain_of(url: str) -> str:
    """The bare domain of a web address."""
    return url.split("://")[-1].removeprefix("www.").split("/")[0].lower()


def _interests(call: Call, name: str, row: Row) -> Entity:
    chosen = row.get("interests", [])
    return {"Interests": carriers.selectable(call.tenant, name, chosen), "ActiveInterests": len(chosen)}


def _kept_of_company(call: Call, shown: Entity, wanted: Entity) -> Row:
    old, new = shown.get("Address") or {}, wanted.get("Address") or {}
    sides = {side.lower(): _address(old, new, side, side) for side in ("Street", "Postal")}
    return {**sides, "interests": _chosen(wanted)}


def _chosen(wanted: Entity) -> list[int]:
    return [interest["Id"] for interest in wanted.get("Interests") or [] if interest.get("Selected")]


def _new_company(call: Call) -> Row:
    texts = dict.fromkeys(("name", "department", "code", "orgnr", "note"), "")
    lists: Row = {"category": 2, "business": 1, "source": 0, "person": 0}
    elements: Row = {"phones": [], "faxes": [], "emails": [], "urls": []}
    return {
        **texts,
        **lists,
        **elements,
        "number": str(10000 + call.tenant.next_id("contact")),
        "country": _home_country(call),
        "associate": call.associate.associate_id,
        "postal": dict(ADDRESS),
        "street": dict(ADDRESS),
        "stop": False,
        "no_mailing": False,
        "deleted": False,
    }


def _home_country(call: Call) -> int:
    return int(call.tenant.table("contact")[call.tenant.owner_contact_id]["country"])


COMPANY = Kind(
    name="Contact",
    table="contact",
    key="ContactId",
    fields=COMPANY_FIELDS,
    empty=_new_company,
    more=_more_of_company,
    keep=_kept_of_company,
    simple=company_light,
    lists=COMPANY_LISTS,
    sublists=("Activities", "Appointments", "Documents", "Projects", "Sales", "Persons", "Relations", "Tickets"),
    stays=True,
)


def _more_of_person(call: Call, key: int, row: Row, new: bool) -> Entity:
    return {
        "FullName": full_name(row),
        "FormalName": full_name(row),
        "BirthDate": call.clock.show_day(_birth(row)),
        "IsAssociate": is_user(call, row),
        "CorrespondingAssociate": _corresponding(call, key),
        "Address": carriers.private_address(call, row),
        **_interests(call, "persint", row),
    }


def _corresponding(call: Call, person_id: int) -> dict[str, Any] | None:
    found = next((a for a in call.tenant.associates.values() if a.person_id == person_id), None)
    return associate(call, found.associate_id) if found else None


def _birth(row: Row) -> str:
    return "{:04}-{:02}-{:02}T00:00:00".format(*row["birth"]) if row["birth"] else ""


def _kept_of_person(call: Call, shown: Entity, wanted: Entity) -> Row:
    address = _address(shown.get("Address") or {}, wanted.get("Address") or {}, "Street", "")
    return {"address": address, "birth": _stored_birth(wanted.get("BirthDate")), "interests": _chosen(wanted)}


def _stored_birth(shown: str | None) -> list[int] | None:
    if not shown or shown.startswith("0001-"):
        return None
    born = date.fromisoformat(shown[:10])
    return [born.year, born.month, born.day]


def _address(old: Entity, new: Entity, side: str, prefix: str) -> Row:
    """LocalizedAddress wins over Street and Postal if it was changed ([oas], Address)."""
    parts = new.get(side) or {}
    address = {key: parts.get(name) or "" for name, key in PARTS.items()}
    fields = new.get("LocalizedAddress")
    if fields and fields != old.get("LocalizedAddress"):
        values = {field["Name"]: field.get("Value") or "" for row in fields for field in row}
        address |= {key: values[prefix + name] for name, key in PARTS.items() if prefix + name in values}
    return address


def _new_person(call: Call) -> Row:
    texts = dict.fromkeys(("first_name", "middle_name", "last_name", "mrmrs", "title", "number", "note"), "")
    elements: Row = {"direct_phones": [], "mobile_phones": [], "private_phones": [], "emails": [], "urls": []}
    return {
        **texts,
        **elements,
        "contact": 0,
        "position": 0,
        "country": _home_country(call),
        "rank": 0,
        "source": 0,
        "birth": None,
        "retired": False,
        "no_mailing": False,
        "deleted": False,
    }


def _ranked(call: Call, key: int, row: Row, wanted: Entity) -> None:
    """A new person comes last in the company."""
    row["rank"] = row["rank"] or len(people_of(call, row["contact"]))


PERSON = Kind(
    name="Person",
    table="person",
    key="PersonId",
    fields=PERSON_FIELDS,
    empty=_new_person,
    more=_more_of_person,
    keep=_kept_of_person,
    done=_ranked,
    simple=person_light,
    lists=PERSON_LISTS,
    sublists=("Activities", "Appointments", "Documents", "Sales", "Relations", "Tickets"),
)


def people_of(call: Call, company_id: int) -> list[tuple[int, Row]]:
    """Persons of a company by rank, those the caller may see."""
    found = [(k, p) for k, p in call.tenant.table("person").items() if p["contact"] == company_id and not p["deleted"]]
    return sorted((pair for pair in found if call.may("person", "select", pair[1])), key=lambda pair: pair[1]["rank"])
