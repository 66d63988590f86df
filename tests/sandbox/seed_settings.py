"""Preferences and foreign keys a tenant is born with."""

from __future__ import annotations

from .world import Tenant

PREFERENCES = [
    # section, key, level, value
    ("Functions", "MandatoryContactOnPerson", "SystemWide", "1"),
    ("Functions", "DefaultCountry", "SystemWide", "578"),
    ("Functions", "MaxNumberOfHistoryItems", "HardDefault", "20"),
    ("Functions", "MaxNumberOfHistoryItems", "Database", "10"),
    ("DefaultValues", "AppointmentLength", "SystemWide", "60"),
    ("Visual for SIX.web", "Theme", "HardDefault", "light"),
]

DESCRIPTIONS = [
    # section, key, name, value type
    ("Functions", ".", 'US:"Functions";NO:"Funksjoner"', "Text"),
    ("Functions", "MandatoryContactOnPerson", 'US:"A contact needs a company";NO:"Kontakt må ha firma"', "Bool"),
    ("Functions", "MaxNumberOfHistoryItems", 'US:"Length of history";NO:"Lengde på historikk"', "Number"),
    ("DefaultValues", "AppointmentLength", 'US:"Length of a follow-up";NO:"Lengde på oppfølging"', "Number"),
]


def sow(tenant: Tenant, stamp: str) -> None:
    """Fill ``preference``, ``preference_description``, ``foreign_app``, ``foreign_device`` and ``foreign_key``."""
    tenant.rows["preference"] = {
        key: {"section": section, "key": name, "level": level, "target": 0, "value": value}
        for key, (section, name, level, value) in enumerate(PREFERENCES, 1)
    }
    tenant.rows["preference_description"] = {
        key: {"Section": section, "Key": name, "Name": label, "ValueType": kind, "IsBuiltin": True, "Rank": key}
        | {"MaxLevel": "Individual", "SysMaxLevel": "Individual", "AccessFlags": "adminGUI", "Description": ""}
        | {"TableName": ""}
        for key, (section, name, label, kind) in enumerate(DESCRIPTIONS, 1)
    }
    stamps = {"registered": stamp, "registered_by": 5, "updated": stamp, "updated_by": 5}
    tenant.rows["foreign_app"] = {1: {"name": "VismaGlobal"} | stamps}
    tenant.rows["foreign_device"] = {1: {"app": 1, "name": "ERP", "identifier": "main"} | stamps}
    tenant.rows["foreign_key"] = {
        1: {"device": 1, "key": "customer", "table": "contact", "record": 17, "value": "10017"} | stamps
    }
