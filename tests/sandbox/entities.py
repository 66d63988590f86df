"""Companies and persons as NetServer shows them: full entities and the light carriers inside others."""

from __future__ import annotations

from typing import Any

from . import carriers
from .answers import Call, not_found
from .carriers import associate, elements, first, full_name, item_of, reference, user_name
from .facts import TYPES, carrier
from .rights import field_properties, is_owner, is_user, table_right
from .world import Row

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

PERSON_LISTS = {
    **COMPANY_LISTS,
    "Interests": "persint",
    "Position": "perspos",
    "Contact": "contact_new",
    "Mrmrs": "mrmrs",
    "Salutation": "salutation",
}

SUBLISTS = {
    "Contact": ("Activities", "Appointments", "Documents", "Projects", "Sales", "Persons", "Relations", "Tickets"),
    "Person": ("Activities", "Appointments", "Documents", "Sales", "Relations", "Tickets"),
}


def company_row(call: Call, key: int) -> Row:
    """The row of a company, also of a deleted one; 404 if there is none."""
    return _row(call, "contact", "Contact", key)


def person_row(call: Call, key: int) -> Row:
    """The row of a person; 404 if there is none or it is deleted."""
    row = _row(call, "person", "Person", key)
    if row["deleted"]:
        raise not_found("Person", key)
    return row


def _row(call: Call, table: str, entity: str, key: int) -> Row:
    row = call.tenant.table(table).get(key)
    if row is None:
        raise not_found(entity, key)
    return row


def company(call: Call, key: int, row: Row, new: bool = False) -> dict[str, Any]:
    """A ContactEntity. ``new``: the default of one not saved yet."""
    given = {
        **_company_texts(row),
        **_company_references(call, row),
        **_stamps(call, row, new),
        "ContactId": key,
        "Deleted": int(row["deleted"]),
        "Persons": [] if new else [person_light(call, k, p) for k, p in people_of(call, key)],
        "Interests": carriers.selectable(call.tenant, "contint", row.get("interests", [])),
        "ActiveInterests": len(row.get("interests", [])),
        "Domains": [first(row["urls"]).removeprefix("https://www.")] if row["urls"] else [],
        "Address": carriers.company_address(call, row),
        "GroupId": 1,
    }
    return _entity(call, "contact", given, key, row, new)


def _company_texts(row: Row) -> dict[str, Any]:
    return {
        "Name": row["name"],
        "Department": row["department"],
        "OrgNr": row["orgnr"],
        "Number1": row["code"],
        "Number2": row["number"],
        "Description": row["note"],
        "NoMailing": row["no_mailing"],
        "Xstop": row["stop"],
        "Source": row["source"],
        "Phones": elements(row["phones"]),
        "Faxes": elements(row["faxes"]),
        "Emails": elements(row["emails"]),
        "Urls": elements(row["urls"]),
    }


def _company_references(call: Call, row: Row) -> dict[str, Any]:
    return {
        "Associate": associate(call, row["associate"]),
        "Category": reference(call.tenant, "Category", "category", row["category"]),
        "Business": reference(call.tenant, "Business", "business", row["business"]),
        "Country": reference(call.tenant, "Country", "country", row["country"]),
    }


def person(call: Call, key: int, row: Row, new: bool = False) -> dict[str, Any]:
    """A PersonEntity. ``new``: the default of one not saved yet."""
    given = {
        **_person_texts(row),
        **_person_elements(row),
        **_person_references(call, row),
        **_stamps(call, row, new),
        "PersonId": key,
        "BirthDate": call.clock.show_day(_birth(row)),
        "IsAssociate": is_user(call, row),
        "CorrespondingAssociate": _corresponding(call, key),
        "Interests": carriers.selectable(call.tenant, "persint", row.get("interests", [])),
        "ActiveInterests": len(row.get("interests", [])),
        "Address": carriers.private_address(call, row),
    }
    return _entity(call, "person", given, key, row, new)


def _person_texts(row: Row) -> dict[str, Any]:
    return {
        "Firstname": row["first_name"],
        "MiddleName": row["middle_name"],
        "Lastname": row["last_name"],
        "FullName": full_name(row),
        "FormalName": full_name(row),
        "Mrmrs": row["mrmrs"],
        "Title": row["title"],
        "Salutation": row.get("salutation", ""),
        "Description": row["note"],
        "PersonNumber": row["number"],
        "NoMailing": row["no_mailing"],
        "Retired": row["retired"],
        "Source": row["source"],
    }


def _person_elements(row: Row) -> dict[str, Any]:
    return {
        "OfficePhones": elements(row["direct_phones"]),
        "MobilePhones": elements(row["mobile_phones"]),
        "PrivatePhones": elements(row["private_phones"]),
        "OtherPhones": elements(row.get("other_phones", [])),
        "Faxes": elements(row.get("faxes", [])),
        "Emails": elements(row["emails"]),
        "Urls": elements(row["urls"]),
    }


def _person_references(call: Call, row: Row) -> dict[str, Any]:
    company_row = call.tenant.table("contact").get(row["contact"])
    return {
        "Position": reference(call.tenant, "Position", "perspos", row["position"]),
        "Country": reference(call.tenant, "Country", "country", row["country"]),
        "Contact": company_light(call, row["contact"], company_row) if company_row else None,
    }


def company_light(call: Call, key: int, row: Row) -> dict[str, Any]:
    """A Contact: the read-only view used inside other entities."""
    return carrier(
        "Contact",
        ContactId=key,
        Name=row["name"],
        OrgNr=row["orgnr"],
        Department=row["department"],
        URL=first(row["urls"]),
        City=row["postal"]["city"],
        DirectPhone=first(row["phones"]),
        AssociateId=row["associate"],
        CountryId=row["country"],
        EmailAddress=first(row["emails"]),
        AssociateFullName=user_name(call.tenant, row["associate"]),
        BusinessName=item_name(call, "business", row["business"]),
        CategoryName=item_name(call, "category", row["category"]),
        CountryName=item_name(call, "country", row["country"]),
        Address=carriers.company_address(call, row),
        FormattedAddress=carriers.formatted(row["street"]) + carriers.formatted(row["postal"]),
        FullName=company_full_name(row),
        IsOwnerContact=is_owner(call, row),
        Number1=row["code"],
        Number2=row["number"],
        TableRight=table_right(call, "contact", row),
    )


def person_light(call: Call, key: int, row: Row) -> dict[str, Any]:
    """A Person: the read-only view used inside other entities."""
    company_row = call.tenant.table("contact").get(row["contact"])
    return carrier(
        "Person",
        PersonId=key,
        Position=item_name(call, "perspos", row["position"]),
        Mrmrs=row["mrmrs"],
        Firstname=row["first_name"],
        MiddleName=row["middle_name"],
        Lastname=row["last_name"],
        FullName=full_name(row),
        FormalName=full_name(row),
        Title=row["title"],
        Description=row["note"],
        Email=first(row["emails"]),
        DirectPhone=first(row["direct_phones"]),
        MobilePhone=first(row["mobile_phones"]),
        CountryId=row["country"],
        ContactId=row["contact"],
        Retired=int(row["retired"]),
        Rank=row["rank"],
        PersonNumber=row["number"],
        **_company_of_person(company_row),
        TableRight=table_right(call, "person", row),
    )


def _company_of_person(row: Row | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "ContactName": row["name"],
        "ContactDepartment": row["department"],
        "ContactCountryId": row["country"],
        "ContactOrgNr": row["orgnr"],
        "ContactPhone": first(row["phones"]),
        "ContactFullName": company_full_name(row),
    }


def company_full_name(row: Row) -> str:
    """Name and department in one text."""
    return f"{row['name']}, {row['department']}" if row["department"] else str(row["name"])


def item_name(call: Call, name: str, key: int) -> str:
    """The multi-language text of a list item, empty for none."""
    item = item_of(call.tenant, name, key)
    return str(item["name"]) if item else ""


def people_of(call: Call, company_id: int) -> list[tuple[int, Row]]:
    """Persons of a company by rank; none if the caller may not see persons."""
    if not call.may("person", "select"):
        return []
    found = [(k, p) for k, p in call.tenant.table("person").items() if p["contact"] == company_id and not p["deleted"]]
    return sorted(found, key=lambda pair: pair[1]["rank"])


def _corresponding(call: Call, person_id: int) -> dict[str, Any] | None:
    found = next((a for a in call.tenant.associates.values() if a.person_id == person_id), None)
    return associate(call, found.associate_id) if found else None


def _birth(row: Row) -> str:
    return "{:04}-{:02}-{:02}T00:00:00".format(*row["birth"]) if row["birth"] else ""


def _stamps(call: Call, row: Row, new: bool) -> dict[str, Any]:
    if new:
        return {"CreatedBy": associate(call, call.associate.associate_id)}
    return {
        "CreatedDate": call.clock.show(row["registered"]),
        "CreatedBy": associate(call, row["registered_by"]),
        "UpdatedDate": call.clock.show(row["updated"]),
        "UpdatedBy": associate(call, row["updated_by"]),
    }


def _entity(call: Call, table: str, given: dict[str, Any], key: int, row: Row, new: bool) -> dict[str, Any]:
    name = "Contact" if table == "contact" else "Person"
    stored = None if new else row
    made = carrier(f"{name}EntityWithLinks", **given)
    for prop, kind in TYPES[f"{name}EntityWithLinks"].items():
        if kind == "datetime" and made[prop].startswith("0001-"):
            made[prop] = call.clock.show("")
    made["TableRight"] = table_right(call, table, stored)
    made["FieldProperties"] = field_properties(call, table, stored)
    made["_Links"] = _links(call, name, key)
    return made


def _links(call: Call, name: str, key: int) -> dict[str, str]:
    base = f"{call.api}v1/"
    lists = COMPANY_LISTS if name == "Contact" else PERSON_LISTS
    links = {"Self": f"{base}{name}/{key}", "Self.Simple": f"{base}{name}/{key}/Simple"}
    links["UdefLayout"] = f"{base}{name}/UdefLayout/Published"
    links |= {f"{prop}.List": f"{base}MDOList/{mdo}" for prop, mdo in lists.items()}
    links["Archive"] = f"{base}{name}"
    return links | {f"Archive.{sub}": f"{base}{name}/{key}/{sub}" for sub in SUBLISTS[name]}
