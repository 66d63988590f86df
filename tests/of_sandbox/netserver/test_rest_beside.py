"""REST beside records and lists: due dates, milestones, companies of projects, persons who move."""

from __future__ import annotations

from .caller import Caller


def test_a_sale_s_next_due_date(alice: Caller) -> None:
    tenant = alice.world.tenants["Cust12345"]
    coming = next(row for row in tenant.table("appointment").values() if not row["completed"])
    assert alice("GET", "v1/Sale/1/NextDueDate").startswith("0001-")
    coming["sale"] = 1
    due = alice("GET", "v1/Sale/1/NextDueDate", headers={"SO-TimeZone": "UTC"})
    assert due == coming["start"]
    alice("GET", "v1/Sale/999/NextDueDate", status=404)


def test_a_project_s_next_milestone_and_companies(alice: Caller) -> None:
    assert alice("GET", "v1/Project/1/NextMilestone")["Title"] == "Milestone: Control system 2027"
    for row in alice.world.tenants["Cust12345"].table("appointment").values():
        row["completed"] = True
    assert alice("GET", "v1/Project/1/NextMilestone") is None
    members = alice.world.tenants["Cust12345"].table("project_member").values()
    found = alice("GET", "v1/Project/1/Contacts", params={"$select": "contactId,name"})["value"]
    assert {row["contactId"] for row in found} == {row["contact"] for row in members if row["project"] == 1}
    alice("GET", "v1/Project/999/Contacts", status=404)


def test_there_are_no_guides(alice: Caller) -> None:
    assert alice("GET", "v1/Sale/1/HasGuide") is False
    assert alice("GET", "v1/Project/1/HasGuide") is False
    alice("GET", "v1/Sale/999/HasGuide", status=404)


def test_a_person_moves_with_what_comes_after_a_date(alice: Caller) -> None:
    tenant = alice.world.tenants["Cust12345"]
    person = tenant.table("contact")[17]["person"]
    theirs = [row for row in tenant.table("appointment").values() if row["person"] == person]
    assert theirs
    at = max(row["start"] for row in theirs)
    alice("POST", f"v1/Person/{person}/MoveTo/16?moveAfterDate={at}Z", status=204)
    assert alice("GET", f"v1/Person/{person}")["Contact"]["ContactId"] == 16
    assert {row["contact"] for row in theirs if row["start"] < at} <= {17}
    assert {row["contact"] for row in theirs if row["start"] >= at} == {16}
    alice("POST", f"v1/Person/{person}/MoveTo/16?moveAfterDate=soon", status=400)
    alice("POST", f"v1/Person/{person}/MoveTo/999?moveAfterDate={at}", status=404)
    alice("POST", f"v1/Person/1/MoveTo/16?moveAfterDate={at}", status=403)
