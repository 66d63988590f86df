"""The data the sandbox is born with."""

from __future__ import annotations

from datetime import datetime

from tests.sandbox.seed import add_panels, seed
from tests.sandbox.world import World


def test_two_tenants_with_people_who_use_them() -> None:
    world = World()
    seed(world)
    first, second = world.tenants["Cust12345"], world.tenants["Cust67890"]
    assert (first.approved, second.approved) == (True, False)
    assert set(first.associates) == {"alice", "bob", "kim", "eva", "gus"}
    assert set(second.associates) == {"charlie", "dora", "kim", "freja", "hugo"}
    assert len(first.table("contact")) >= 25
    assert len(first.table("person")) >= 60
    assert len(second.table("contact")) >= 10
    for tenant in (first, second):
        for associate in tenant.associates.values():
            person = tenant.table("person")[associate.person_id]
            assert person["first_name"] == world.humans[associate.human].first_name
            assert person["contact"] == tenant.owner_contact_id


def test_acme_is_a_company_worth_showing() -> None:
    world = World()
    seed(world)
    tenant, now = world.tenants["Cust12345"], world.stamp()
    assert tenant.table("contact")[17]["name"] == "Acme"
    sales = [s for s in tenant.table("sale").values() if s["contact"] == 17 and s["status"] == "Open"]
    assert {tenant.lists["currency"][s["currency"]]["name"] for s in sales} == {"NOK", "EUR"}
    starts = [a["start"] for a in tenant.table("appointment").values() if a["contact"] == 17]
    assert min(starts) < now < max(starts)
    assert sum(p["contact"] == 17 for p in tenant.table("person").values()) >= 2


def test_every_reference_points_at_something() -> None:
    world = World()
    seed(world)
    for tenant in world.tenants.values():
        users = {a.associate_id for a in tenant.associates.values()}
        for row in tenant.table("contact").values():
            assert row["category"] in tenant.lists["category"]
            assert row["business"] in tenant.lists["business"]
            assert row["country"] in tenant.lists["country"]
            assert row["associate"] in users
            assert tenant.table("person")[row["person"]]["contact"]
        for table in ("person", "sale", "appointment"):
            for row in tenant.table(table).values():
                assert row["contact"] in tenant.table("contact")
        for row in tenant.table("sale").values():
            assert tenant.table("person")[row["person"]]["contact"] == row["contact"]
            assert datetime.fromisoformat(row["date"]).tzinfo is None


def test_the_same_seed_gives_the_same_names() -> None:
    worlds = [World(), World()]
    for world in worlds:
        seed(world)
    first, second = (w.tenants["Cust12345"].table("person") for w in worlds)
    assert [p["last_name"] for p in first.values()] == [p["last_name"] for p in second.values()]


def test_panels_carry_the_required_variables_and_the_given_address() -> None:
    world = World()
    seed(world, app_url="https://panels.example")
    panels = world.tenants["Cust12345"].table("webpanel")
    assert {p["visible_in"] for p in panels.values()} >= {"CompanyMinicard", "ContactArchive"}
    for panel in panels.values():
        assert panel["url"].startswith("https://panels.example/panels/")
        assert "<uctx>" in panel["url"]
        assert "<usid>" in panel["url"]
    other = world.tenants["Cust67890"]
    assert other.table("webpanel") == {}
    add_panels(other, world.stamp())
    assert len(other.table("webpanel")) == len(panels)
