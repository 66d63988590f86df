"""Preferences: whose value counts, and who may set it."""

from __future__ import annotations

from typing import Any

from tests.of_sandbox.netserver.caller import Caller

HISTORY = "v1/Preference/Functions/MaxNumberOfHistoryItems"


def agent(caller: Caller, method: str, given: Any = None, status: int = 200, **more: Any) -> Any:
    body = {} if given is None else {"json": given}
    return caller("POST", f"v1/Agents/Preference/{method}", status=status, **body, **more)


def preference(section: str, key: str, value: str, level: str = "Individual") -> dict[str, Any]:
    return {"Level": level, "RawValue": value, "Specification": {"Section": section, "Key": key}}


def test_the_closest_value_counts(alice: Caller, bob: Caller, kim: Caller) -> None:
    assert (bob("GET", HISTORY)["RawValue"], bob("GET", HISTORY)["Level"]) == ("10", "Database")
    bob("PUT", HISTORY, json={"RawValue": "5", "Level": "Individual"}, status=204)
    assert (bob("GET", HISTORY)["RawValue"], bob("GET", HISTORY)["Level"]) == ("5", "Individual")
    assert alice("GET", HISTORY)["RawValue"] == "10"
    alice("PUT", f"{HISTORY}/Group?value=7", status=204)
    assert [one("GET", HISTORY)["RawValue"] for one in (alice, bob, kim)] == ["7", "5", "10"]
    assert bob("GET", f"{HISTORY}/HardDefault") == "20"


def test_others_values_are_for_administrators(bob: Caller) -> None:
    for level in ("Group", "Database", "SystemWide"):
        bob("POST", f"{HISTORY}/{level}?value=1", status=403)
    bob("POST", f"{HISTORY}/HardDefault?value=1", status=400)
    bob("POST", f"{HISTORY}/Nonsense?value=1", status=400)
    others = {"Preferences": [preference("Own", "a", "1") | {"Level": "Individual", "TargetId": 5}]}
    agent(bob, "SavePreferenceEntities", others | {"RemoveLowerLevels": False}, status=403)


def test_one_method_saves_only_ones_own(alice: Caller, bob: Caller) -> None:
    """Whatever level and target are said."""
    said = preference("Own", "a", "1") | {"Level": "Database", "TargetId": 5}
    agent(bob, "SavePreferences", {"Preferences": [said]}, status=204)
    assert bob("GET", "v1/Preference/Own/a")["Level"] == "Individual"
    alice("GET", "v1/Preference/Own/a", status=404)


def test_what_nobody_set(alice: Caller) -> None:
    alice("GET", "v1/Preference/Sidecard.Radar/Colour", status=404)
    alice("GET", f"{HISTORY}/SystemWide", status=404)
    alice("GET", "v1/Preference/Sidecard.Radar", status=404)
    assert agent(alice, "GetPreferenceByName", {"PrefSection": "x", "PrefKey": "y", "PrefLevel": "Database"}) is None


def test_a_section_of_ones_own(bob: Caller) -> None:
    mine = [preference("Sidecard.Radar", "Colour", "green"), preference("Sidecard.Radar", "Size", "3")]
    agent(bob, "SavePreferences", {"Preferences": mine}, status=204)
    spec = {"Section": "Sidecard.Radar", "Key": "*"}
    found = agent(bob, "GetPreferences", {"Specifications": [spec]})
    assert [(one["Specification"]["Key"], one["RawValue"]) for one in found] == [("Colour", "green"), ("Size", "3")]
    assert [item["Name"] for item in bob("GET", "v1/Preference/sidecard.radar")] == ["Colour", "Size"]
    assert "Sidecard.Radar" in [item["Name"] for item in bob("GET", "v1/Preference")]
    number = found[0]["UserPreferenceId"]
    assert agent(bob, "GetPreference", {"Id": number})["RawValue"] == "green"
    agent(bob, "DeletePreference", {"Id": number}, status=204)
    assert agent(bob, "GetPreference", {"Id": number}) is None


def test_nearer_values_can_be_removed(alice: Caller, bob: Caller) -> None:
    bob("PUT", f"{HISTORY}/Individual?value=5", status=204)
    whole = preference("Functions", "MaxNumberOfHistoryItems", "30", "Database")
    saved = agent(alice, "SavePreferenceEntity", {"Preference": whole, "RemoveLowerLevels": True})
    assert (saved["Level"], bob("GET", HISTORY)["RawValue"]) == ("Database", "30")


def test_values_as_they_are_shown(alice: Caller) -> None:
    shown = alice("GET", "v1/Preference/Functions/MandatoryContactOnPerson")
    assert (shown["DisplayType"], shown["DisplayValue"], shown["RawValue"]) == ("Bool", "Yes", "1")


def test_descriptions(alice: Caller, bob: Caller) -> None:
    path = "v1/PreferenceDescription"
    given = {"Section": "Sidecard.Radar", "Key": "Colour", "Name": 'US:"Colour";NO:"Farge"', "ValueType": "Text"}
    made = alice("POST", path, json=alice("GET", f"{path}/default") | given)
    assert alice("GET", f"{path}/{made['PrefDescId']}") == made
    assert bob("GET", f"{path}/Sidecard.Radar/Colour")["Name"] == "Farge"
    assert [one["Key"] for one in alice("GET", f"{path}/sidecard.radar")] == ["Colour"]
    bob("POST", path, json=given, status=403)
    alice("POST", path, json=given, status=400)
    alice("PUT", f"{path}/Sidecard.Radar/Colour", json=given | {"Rank": 4})
    assert agent(alice, "GetFromSectionAndKey", {"Section": "Sidecard.Radar", "Key": "Colour"})["Rank"] == 4
    assert agent(alice, "GetAllFromSection", {"Section": "Functions"})[0]["Key"] == "."
    assert len(agent(alice, "GetAll")) == 5
    alice("DELETE", f"{path}/{made['PrefDescId']}", status=204)
    alice("GET", f"{path}/{made['PrefDescId']}", status=404)
    alice("DELETE", f"{path}/Functions/MandatoryContactOnPerson", status=403)
