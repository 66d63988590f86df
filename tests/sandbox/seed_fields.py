"""User-defined and extra fields a tenant is born with, published, and some values in them."""

from __future__ import annotations

from typing import Any

from . import udef_layout as layout
from .list_kinds import FIRST_OWN
from .udef import OWNERS
from .world import Row, Tenant

FIELDS: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    # owner: type, label, more
    "Contact": [
        ("ShortText", 'US:"Former name";NO:"Tidligere navn"', {}),
        ("LongText", 'US:"Delivery note";NO:"Leveringsmerknad"', {}),
        ("Number", 'US:"Employees";NO:"Ansatte"', {"ShortLabel": 'US:"Empl.";NO:"Ans."'}),
        ("Date", 'US:"Customer since";NO:"Kunde siden"', {}),
        ("UnlimitedDate", 'US:"Founded";NO:"Stiftet"', {}),
        ("Checkbox", 'US:"Framework agreement";NO:"Rammeavtale"', {}),
        ("List", 'US:"Contract type";NO:"Kontraktstype"', {"list": FIRST_OWN}),
        ("Decimal", 'US:"Discount";NO:"Rabatt"', {"ProgId": "Nordlys.Terms.Discount", "Page1LineNo": 1}),
    ],
    "Person": [
        ("ShortText", 'US:"Nickname";NO:"Kallenavn"', {}),
        ("Checkbox", 'US:"Decision maker";NO:"Beslutningstaker"', {}),
        ("Date", 'US:"Last training";NO:"Siste kurs"', {}),
        ("List", 'US:"Preferred language";NO:"Foretrukket språk"', {"list": 41}),
    ],
    "Sale": [
        ("Date", 'US:"Delivery";NO:"Levering"', {}),
        ("Decimal", 'US:"Margin";NO:"Margin"', {"FieldDefault": "12.5"}),
        ("List", 'US:"Contract type";NO:"Kontraktstype"', {"list": FIRST_OWN}),
        ("Number", 'US:"Licences";NO:"Lisenser"', {}),
    ],
    "Project": [("ShortText", 'US:"Cost centre";NO:"Kostnadssted"', {})],
    "Appointment": [("Number", 'US:"Kilometres";NO:"Kilometer"', {})],
}

EXTRA = {
    1: {
        "table": "contact",
        "name": "x_credit_limit",
        "kind": "Decimal",
        "label": 'US:"Credit limit";NO:"Kredittgrense"',
    },
    2: {"table": "person", "name": "x_shoe_size", "kind": "Number", "label": 'US:"Shoe size";NO:"Skostørrelse"'},
    3: {"table": "ticket", "name": "x_device", "kind": "ShortText", "label": 'US:"Device";NO:"Enhet"'},
}


def sow(tenant: Tenant) -> None:
    """Fill ``udef``, ``udef_published`` and ``extra_field``; give companies, persons and sales values."""
    for owner, fields in FIELDS.items():
        for field_type, label, more in fields:
            info = layout.template(tenant, owner, field_type) | {"FieldLabel": label} | more
            chosen = layout.with_list(info, info.pop("list")) if "list" in info else info
            tenant.table("udef")[_next(tenant)] = {k: v for k, v in chosen.items() if k not in NO_COLUMNS}
        layout.published(tenant, owner)
    layout.rebuild(tenant)
    tenant.rows["extra_field"] = {key: dict(row) for key, row in EXTRA.items()}
    for owner, values in VALUES.items():
        for key, row in tenant.table(OWNERS[owner]).items():
            row["udef"] = values(key)
            row["extra"] = {}


NO_COLUMNS = ("UDefFieldId", "TableRight", "FieldProperties")


def _next(tenant: Tenant) -> int:
    return max([*tenant.table("udef"), *tenant.table("udef_published")], default=0) + 1


def _of_company(key: int) -> Row:
    if key % 3 == 0:
        return {}
    return {
        "cs01": "" if key % 2 else "Gamle navnet",
        "cl01": key * 7,
        "cl02": f"20{10 + key % 14}-03-{1 + key % 28:02}T00:00:00",
        "cs03": f"19{50 + key % 50}-06-01T00:00:00",
        "cl03": key % 2 == 1,
        "cl04": key % 4,
        "cf01": key % 5 + 0.5,
    }


def _of_person(key: int) -> Row:
    return {"al01": key % 4 == 1, "al03": key % 6}


def _of_sale(key: int) -> Row:
    return {"sf01": 10.0 + key % 20, "sl02": key % 4, "sl03": key % 30}


VALUES = {"Contact": _of_company, "Person": _of_person, "Sale": _of_sale}
"""Owner to the values of a record with a key, by template variable."""
