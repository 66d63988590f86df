"""The small carriers entities are built of: list values, users, phones, addresses."""

from __future__ import annotations

import re
from typing import Any

from .answers import Call
from .facts import carrier
from .world import Associate, Row, Tenant

LABELS = {"SR_AL_STREET": "Street", "SR_AL_POSTCODECITY": "Postcode/City", "SR_AL_POBOX": "P.O. Box"}

LINES = {"Address1": "line1", "Address2": "line2", "Address3": "line3", "Zipcode": "zip", "City": "city"}

PARTS = {**LINES, "County": "county", "State": "state"}
"""Property of a StructuredAddress to the key of a row's address."""

PART_LENGTHS = {"Address1": 79, "Address2": 79, "Address3": 79, "City": 79, "Zipcode": 11, "County": 29, "State": 5}


def item_of(tenant: Tenant, name: str, key: int) -> Row | None:
    """A list item's row; None for 0 and ids that are none."""
    return tenant.lists.get(name, {}).get(key)


def list_value(tenant: Tenant, kind: str, name: str, key: int) -> dict[str, Any] | None:
    """A list value inside an entity: ``{Id, Value, Tooltip}`` and what its carrier has more; None for no value."""
    item = item_of(tenant, name, key)
    if item is None:
        return None
    return MADE[kind](key, item) if kind in MADE else carrier(kind, Id=key, Value=item["name"], Tooltip=item["tooltip"])


def _category(key: int, item: Row) -> dict[str, Any]:
    return carrier(
        "Category",
        Id=key,
        Value=item["name"],
        Tooltip=item["tooltip"],
        CategoryGroup=item.get("group", "Unknown"),
        Rank=item["rank"],
        Deleted=item["deleted"],
    )


def task(key: int, item: Row) -> dict[str, Any]:
    """A TaskListItem: what kind of follow-up it is."""
    return carrier(
        "TaskListItem",
        TaskListItemId=key,
        Value=item["name"],
        Tooltip=item["tooltip"],
        Direction=item.get("direction", "Unknown"),
        Type=item["type"],
        Rank=item["rank"],
        Deleted=item["deleted"],
    )


def _template(key: int, item: Row) -> dict[str, Any]:
    return carrier(
        "DocumentTemplate",
        DocumentTemplateId=key,
        Name=item["name"],
        Tooltip=item["tooltip"],
        Filename=item.get("filename", ""),
        RecordType=item.get("type", "Document"),
        Direction="Outgoing",
        Deleted=int(item["deleted"]),
    )


def _ticket_status(key: int, item: Row) -> dict[str, Any]:
    return carrier(
        "TicketStatusEntity",
        TicketStatusId=key,
        Name=item["name"],
        Status=item.get("status", "Active"),
        IsDefault=item.get("default", False),
    )


def _ticket_priority(key: int, item: Row) -> dict[str, Any]:
    return carrier(
        "TicketPriorityEntity",
        TicketPriorityId=key,
        Name=item["name"],
        Status="Normal",
        Flags="Default" if item.get("default") else "External",
        SortOrder=item["rank"],
    )


def _ticket_category(key: int, item: Row) -> dict[str, Any]:
    return carrier(
        "TicketCategoryEntity",
        TicketCategoryId=key,
        ParentId=item.get("parent", 0),
        Name=item["name"],
        Fullname=item["name"],
    )


def _ticket_type(key: int, item: Row) -> dict[str, Any]:
    return carrier(
        "TicketType", TicketTypeId=key, Name=item["name"], IsDefault=item.get("default", False), ShowInNew=True
    )


def country(key: int, item: Row) -> dict[str, Any]:
    """A Country carrier, as the list of countries and entities show it."""
    return carrier(
        "Country",
        CountryId=key,
        Name=item["name"],
        CurrencyId=item.get("currency", 0),
        EnglishName=re.sub(r'^.*?US:"([^"]*)".*$', r"\1", item["name"]),
        TwoLetterISOCountry=item.get("iso2", ""),
        ThreeLetterISOCountry=item.get("iso3", ""),
        OrgNrText=item.get("orgnr_text", ""),
        DialInPrefix=item.get("dial", ""),
        ZipPrefix=item.get("iso2", ""),
        DomainName=item.get("iso2", ""),
        AddressLayoutId=4,
        DomesticAddressLayoutId=4,
        ForeignAddressLayoutId=4,
        Rank=item["rank"],
        Tooltip=item["tooltip"],
        Deleted=item["deleted"],
    )


MADE = {
    "Country": country,
    "Category": _category,
    "TaskListItem": task,
    "DocumentTemplate": _template,
    "TicketStatusEntity": _ticket_status,
    "TicketPriorityEntity": _ticket_priority,
    "TicketCategoryEntity": _ticket_category,
    "TicketType": _ticket_type,
}
"""List values that are more than ``{Id, Value, Tooltip}``."""


def user(tenant: Tenant, associate_id: int) -> Associate | None:
    """The associate with an id; an application's system user is one too."""
    everybody = (*tenant.associates.values(), *tenant.system_users.values())
    return next((a for a in everybody if a.associate_id == associate_id), None)


def full_name(person: Row | None) -> str:
    """First, middle and last name."""
    if person is None:
        return ""
    return " ".join(n for n in (person["first_name"], person["middle_name"], person["last_name"]) if n)


def user_name(tenant: Tenant, associate_id: int) -> str:
    """Full name of a user, empty for nobody."""
    found = user(tenant, associate_id)
    if found is not None and found.system:
        return found.initials
    return full_name(tenant.table("person").get(found.person_id)) if found else ""


def associate(call: Call, associate_id: int) -> dict[str, Any] | None:
    """An Associate carrier; None for id 0 and users that are gone."""
    found = user(call.tenant, associate_id)
    if found is None:
        return None
    name = user_name(call.tenant, associate_id)
    return carrier(
        "Associate",
        AssociateId=associate_id,
        Name=found.initials,
        PersonId=found.person_id,
        Type="SystemAssociate" if found.system else "InternalAssociate",
        GroupIdx=call.tenant.table("associate").get(associate_id, {}).get("group", 1),
        FullName=name,
        FormalName=name,
        EjUserId=associate_id,
        UserName=call.world.email(found),
        TableRight=carrier("TableRight", Mask="Select", Reason=""),
    )


def elements(rows: list[Row]) -> list[dict[str, Any]]:
    """Phones, e-mails or web addresses; their order is their rank."""
    return [
        carrier(
            "EntityElement", Value=row["value"], StrippedValue=stripped(row["value"]), Description=row["description"]
        )
        for row in rows
    ]


def stripped(value: str) -> str:
    """The machine form: digits of a number (``+47`` as ``0047``), other texts as they are."""
    if not re.fullmatch(r"[+\d][\d\s()/.-]*", value):
        return value
    return re.sub(r"\D", "", value.replace("+", "00", 1))


def first(rows: list[Row]) -> str:
    """The value of the highest rank, or an empty text."""
    return str(rows[0]["value"]) if rows else ""


def structured(kind: str, address: Row) -> dict[str, Any]:
    """A StructuredAddress of an ``AtypeIdx``."""
    parts = {name: address.get(key, "") for name, key in PARTS.items()}
    return carrier("StructuredAddress", AtypeIdx=kind, Formatted=formatted(address), **parts)


def formatted(address: Row) -> str:
    """Lines, then zip and city, each ended by a line break."""
    lines = [address.get(key, "") for key in ("line1", "line2", "line3")]
    lines.append(f"{address.get('zip', '')} {address.get('city', '')}".strip())
    return "".join(f"{line}\n" for line in lines if line)


def localized(call: Call, prefix: str, kind: str, label: str, address: Row) -> list[list[dict[str, Any]]]:
    """The layout of Nordic countries: the street or box, then zip and city."""
    top = [("Address1", label)]
    bottom = [("Zipcode", "SR_AL_POSTCODECITY"), ("City", "")]
    return [[_localized(call, prefix, kind, name, text, address) for name, text in row] for row in (top, bottom)]


def _localized(call: Call, prefix: str, kind: str, name: str, label: str, address: Row) -> dict[str, Any]:
    return carrier(
        "LocalizedField",
        Name=prefix + name,
        Value=address.get(PARTS[name], ""),
        Label=LABELS.get(label, label) if call.language else label,
        ValueLength=PART_LENGTHS[name],
        AddressType=kind,
    )


def company_address(call: Call, row: Row) -> dict[str, Any]:
    """Both addresses of a company."""
    street, postal = row["street"], row["postal"]
    return carrier(
        "Address",
        LocalizedAddress=localized(call, "Street", "ContactStreetAddress", "SR_AL_STREET", street)
        + localized(call, "Postal", "ContactPostalAddress", "SR_AL_POBOX", postal),
        Street=structured("ContactStreetAddress", street),
        Postal=structured("ContactPostalAddress", postal),
        Formatted=formatted(street) + formatted(postal),
    )


def private_address(call: Call, row: Row) -> dict[str, Any]:
    """The one address of a person."""
    address = row.get("address", {})
    return carrier(
        "Address",
        LocalizedAddress=localized(call, "", "PersonPrivateAddress", "SR_AL_STREET", address),
        Street=structured("PersonPrivateAddress", address),
        Formatted=formatted(address),
    )


def selectable(tenant: Tenant, name: str, selected: list[int]) -> list[dict[str, Any]]:
    """A list with what is chosen of it, as interests are shown."""
    return [
        carrier(
            "SelectableMDOListItem",
            Id=key,
            Name=item["name"],
            ToolTip=item["tooltip"],
            Deleted=item["deleted"],
            Rank=item["rank"],
            Type=name,
            IconHint=name,
            Selected=key in selected,
        )
        for key, item in tenant.lists.get(name, {}).items()
    ]
