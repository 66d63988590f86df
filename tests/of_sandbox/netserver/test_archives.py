"""Archives: columns, filters, order, pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox import providers
from tests.sandbox.answers import Refused
from tests.sandbox.columns import Join
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Tenant

from .caller import Caller

COMPANIES = (
    "contactId,nameDepartment,category,business,associateId,orgnr,number,postAddress/city,country,"
    "contactPhone/formattedNumber,email/emailAddress,stop,updatedDate"
)

PERSONS = (
    "personId,fullName,title,position,rank,retired,email/emailAddress,personDirectPhone/formattedNumber,"
    "personMobilePhone/formattedNumber,hasEmarketingConsent"
)

ACTIVITIES = (
    "date,time,type,text,recordTypeText,completed,who,associateId,personId,projectId,saleId,appointmentId,documentId"
)

SALES = (
    "saleId,heading,amount,currency,stage,probPercent,saleStatus,saleType,date,nextDueDate,associateId,contactId,"
    "personId,projectId,saleNumber"
)


def names(caller: Caller, text: str, path: str = "v1/Contact", column: str = "name") -> list[Any]:
    return [row[column] for row in caller.rows(path, select=column, filter=text, orderby=column)]


def test_companies_as_the_documentation_recommends(alice: Caller) -> None:
    rows = alice.rows("v1/Contact", select=COMPANIES, orderby="contactId")
    assert len(rows) == 27
    acme = rows[16]
    assert acme["PrimaryKey"] == "17"
    assert acme["EntityName"] == "contact"
    assert acme["contactId"] == 17
    assert (acme["nameDepartment"], acme["category"], acme["country"]) == ("Acme, Oslo", "Customer", "Norway")


def test_people_of_a_company_by_rank(alice: Caller) -> None:
    rows = alice.rows("v1/Contact/17/Persons", select=PERSONS + ",personContact/name", orderby="rank")
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert {row["personContact/name"] for row in rows} == {"Acme"}


def test_former_employees_are_a_row_type(alice: Caller) -> None:
    all_of_them = alice.rows("v1/Person", select="retired")
    former = alice.rows("v1/Person", select="retired", entities="retiredPerson")
    now = alice.rows("v1/Person", select="retired", entities="person")
    assert len(former) + len(now) == len(all_of_them)
    assert {(row["EntityName"], row["retired"]) for row in former} == {("retiredPerson", True)}


def test_sales_with_money_as_numbers(alice: Caller) -> None:
    rows = alice.rows("v1/Contact/17/Sales", select=SALES, entities="sale", filter="saleStatus oneOf (1)")
    assert sorted((row["amount"], row["currency"]) for row in rows) == [
        (38250.0, "EUR"),
        (129900.5, "NOK"),
        (485000.0, "NOK"),
    ]
    assert {row["saleStatus"] for row in rows} == {"Open"}
    assert {row["contactId"] for row in rows} == {"Acme, Oslo"}


def test_a_sale_date_is_the_same_day_in_every_zone(alice: Caller) -> None:
    sale = next(s for s in alice.world.tenants["Cust12345"].table("sale").values() if s["contact"] == 17)
    for zone in ("NO, includeTZOffset", "US-CA, includeTZOffset", "UTC"):
        answer = alice("GET", "v1/Contact/17/Sales", params={"$select": "date"}, headers={"SO-TimeZone": zone})
        assert sale["date"][:10] in [row["date"][:10] for row in answer["value"]]


def test_next_and_last_activity(alice: Caller) -> None:
    path = "v1/Contact/17/Activities"
    last = alice.rows(path, select=ACTIVITIES, filter="date beforeToday", orderby="date desc", top=1)
    coming = alice.rows(path, select=ACTIVITIES, filter="date afterToday", orderby="date", top=1)
    assert (last[0]["completed"], coming[0]["completed"]) == (True, False)
    assert last[0]["date"] < coming[0]["date"]
    assert last[0]["recordTypeText"] == "Follow-up"


def test_full_rows_hold_raw_and_shown_values(bob: Caller) -> None:
    row = bob.rows("v1/Contact", select="category,associateId,stop", filter="contactId eq 17", mode="Full")[0]
    assert row["PrimaryKey"] == 17
    assert row["LinkHint"] == "nav=contact&contact_id=17"
    assert row["TableRight"] == {"Mask": 15, "Reason": ""}
    assert row["Column"]["category"]["RawValue"] == 1
    assert row["Column"]["category"]["DisplayValue"] == "Kunde"
    assert row["Column"]["associateId"]["RawValue"] in (5, 6, 7)


def test_ids_of_joined_records(alice: Caller) -> None:
    select = "associate/associateDbId,associate/fullName,contact/contactId,person/personId,person/personContact/name"
    rows = alice.rows("v1/Contact/17/Activities", select=select)
    assert {row["contact/contactId"] for row in rows} == {17}
    assert all(row["associate/associateDbId"] in (5, 6, 7) for row in rows)
    assert {row["person/personContact/name"] for row in rows} == {"Acme"}


def test_pages_are_linked_by_absolute_urls_on_the_tenants_host(sandbox: Sandbox, alice: Caller) -> None:
    parameters = {"$select": "contactId,name", "$orderby": "contactId", "$top": "10", "$filter": "name isNot 'x''y&z'"}
    answer = alice("GET", "v1/Contact", params=parameters)
    seen = [row["contactId"] for row in answer["value"]]
    while answer["odata.nextLink"]:
        assert answer["odata.nextLink"].startswith(sandbox.tenant_url("Cust12345") + "/api/v1/Contact?")
        answer = alice("GET", answer["odata.nextLink"])
        seen += [row["contactId"] for row in answer["value"]]
    assert seen == list(range(1, 28))


def test_the_last_page_has_no_link(alice: Caller) -> None:
    assert alice("GET", "v1/Contact", params={"$top": 27})["odata.nextLink"] is None
    assert alice("GET", "v1/Contact", params={"$top": 26})["odata.nextLink"] is not None
    assert alice("GET", "v1/Contact", params={"$skip": 100})["value"] == []


def test_every_filled_column_is_documented_and_fits(alice: Caller) -> None:
    tenant = alice.world.tenants["Cust12345"]
    for provider, archive in providers.PROVIDERS.items():
        if provider.lower() in providers.UNBUILT:
            continue
        select = filled(tenant, provider)
        assert alice.rows(f"v1/Archive/{provider}", select=",".join(select)) or provider in EMPTY
        order = [f"{name} desc" for name in select if providers.find(tenant, provider, name).sortable]
        if not provider.startswith(("Freetext", "Recycle")):
            alice.rows(f"v1/Archive/{provider}", select=archive.default, orderby=",".join(order), top=3)


EMPTY = ("SaleStakeholder", "RecycleContact", "RecyclePerson", "RecycleTicket")


def filled(tenant: Tenant, provider: str) -> list[str]:
    """Documented columns of a provider that the sandbox fills."""
    tables = [providers.COLUMNS[table] for table in providers.PROVIDERS[provider].tables]
    names = [name for columns in tables for name in columns.getters]
    names += [f"{prefix}/{name}" for c in tables for prefix, join in c.joins.items() for name in _of(join)]
    return [name for name in dict.fromkeys(names) if _is_served(tenant, provider, name)]


def _is_served(tenant: Tenant, provider: str, name: str) -> bool:
    try:
        return providers.find(tenant, provider, name).name == name
    except Refused:
        return False


def _of(join: Join) -> list[str]:
    return list(providers.COLUMNS[join.table].getters)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name begins 'ac'", ["Acme"]),
        ("name contains 'LOGISTIK'", ["Malmö Hamnlogistik AB", "Tromsø Arktisk Logistikk AS"]),
        ("name is 'acme'", ["Acme"]),
        ("name eq 17", ["Acme"]),
        ("contactId in (17, 16)", ["Acme", "Jysk Vindteknik A/S"]),
        ("contactId between (16,17)", ["Acme", "Jysk Vindteknik A/S"]),
        ("contactId in (26,28)", ["Grieg, Næss & Partnere Advokatfirma DA"]),
        ("contactId = 17", ["Acme"]),
        ("category oneOf (5,6)", ["Linköping Aerodesign AB", "Nordlys Systemer AS"]),
        ("category eq 5 or (name begins 'a' and name notContains 'h')", ["Acme", "Linköping Aerodesign AB"]),
        ("name begins 'a' and category equals 1 or contactId eq 1", ["Acme", "Nordlys Systemer AS"]),
        ("contactNoMail set true", ["Linköping Aerodesign AB"]),
        ("substringof('cm', name)", ["Acme"]),
        ("startswith(name,'Ac')", ["Acme"]),
        ("endswith(name, 'acme')", ["Acme"]),
        ("email/emailAddress contains 'acme-norge'", ["Acme"]),
        ("streetAddress/city is 'Svolvær'", ["Lofoten Opplevelser AS"]),
        ("name in ('acme','nordlys systemer as')", ["Acme", "Nordlys Systemer AS"]),
        ("name contains 'it''s'", []),
        ("getNoRows set true", []),
        ("getAllRows set true and contactId lt 2", ["Nordlys Systemer AS"]),
    ],
)
def test_filters(alice: Caller, text: str, expected: list[str]) -> None:
    assert names(alice, text) == expected


def test_filters_by_user(alice: Caller, bob: Caller) -> None:
    mine = names(alice, "associateId currentAssociate")
    his = names(bob, "associateId associateIsOneOf (6)")
    rest = names(alice, "associateId associateIsNotOneOf (5,6)")
    assert his == names(bob, "associateId currentAssociate")
    assert mine
    assert his
    assert len(mine) + len(his) + len(rest) == 27


def test_filters_by_day(alice: Caller) -> None:
    row = alice.world.tenants["Cust12345"].table("contact")[17]
    row["updated"] = "2026-02-01T23:30:00"
    assert names(alice, "updatedDate date '2026-02-02' and contactId eq 17") == ["Acme"]
    assert names(alice, "updatedDate before '2026-02-02' and contactId eq 17") == []
    assert names(alice, "updatedDate beforeOrEqual '2026-02-02' and contactId eq 17") == ["Acme"]
    assert names(alice, "updatedDate dateBetween ('2026-02-02','2026-02-28') and contactId eq 17") == ["Acme"]


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("today", 0),
        ("afterToday", 1),
        ("beforeToday", -1),
        ("thisYear", 0),
        ("thisMonth", 0),
        ("thisQuarter", 0),
        ("thisHalf", 0),
        ("thisWeek", 0),
        ("lastWeek", -7),
        ("nextWeek", 7),
        ("lastMonth", -31),
        ("nextMonth", 28),
        ("lastQuarter", -92),
        ("nextQuarter", 92),
    ],
)
def test_named_periods(alice: Caller, period: str, days: int) -> None:
    alice.world.clock_offset = _to_january(alice)
    day = alice.world.now() + timedelta(days=days)
    row = alice.world.tenants["Cust12345"].table("contact")[17]
    row["updated"] = day.replace(hour=12, tzinfo=None).isoformat(timespec="seconds")
    alice.token = alice.world.issue_access_token("Cust12345", "alice", "sidecard-sandbox")
    alice.headers["Authorization"] = f"Bearer {alice.token}"
    for text in (f"updatedDate {period}", f"updatedDate date {period}"):
        assert "Acme" in names(alice, text)


def _to_january(caller: Caller) -> float:
    """Seconds to noon of a 31 January: a month and a quarter away each way is the next month and the next quarter."""
    now = caller.world.now()
    target = now.replace(year=now.year + 1, month=1, day=31, hour=12)
    return (target - now).total_seconds()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"$filter": "nmae is 'x'"}, "Unknown column nmae"),
        ({"$filter": "name almost 'x'"}, "operator almost is not valid for name"),
        ({"$filter": "contactId le 5"}, "operator le is not valid for contactId"),
        ({"$filter": "contactId ge 5"}, "operator ge is not valid"),
        ({"$filter": "contactId eq '5'"}, "'5' is no value for contactId"),
        ({"$filter": "name is 5.5"}, "5.5 is no value for name"),
        ({"$filter": "stop set 1"}, "1 is no value for stop"),
        ({"$filter": "contactId between (5)"}, "between takes 2 values"),
        ({"$filter": "updatedDate before 'soon'"}, "'soon' is no date"),
        ({"$filter": "updatedDate afterTime '2026-01-01T00:00:00'"}, "aftertime is not valid for updatedDate"),
        ({"$filter": "category oneOf ('Kunde')"}, "is no value for category"),
        ({"$filter": "mainContact is 'x'"}, "the column mainContact cannot be restricted"),
        ({"$filter": "name is 'x"}, "cannot read"),
        ({"$filter": "name is"}, "ends too early"),
        ({"$filter": "name is x"}, "expected a value"),
        ({"$filter": "(name is 'x'"}, "expected ')'"),
        ({"$filter": "name is 'x' name is 'y'"}, "expected the end"),
        ({"$filter": "name is 'it's'"}, "$filter"),
        ({"$filter": "soundslike(name,'x')"}, "unknown function"),
        ({"$select": "name,nmae"}, "Unknown column nmae in SimpleContact"),
        ({"$select": "email/address"}, "Unknown column email/address"),
        ({"$orderby": "name sideways"}, "neither asc nor desc"),
        ({"$orderby": "deletedDate2"}, "Unknown column"),
        ({"$entities": "person"}, "SimpleContact has no person"),
        ({"$top": "many"}, "many is no number"),
        ({"$mode": "Fat"}, "Unknown $mode"),
        ({"$selct": "name"}, "Unknown parameter $selct"),
    ],
)
def test_mistakes_are_told(alice: Caller, parameters: dict[str, str], message: str) -> None:
    assert message in alice("GET", "v1/Contact", params=parameters, status=400)["ErrorMessage"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"$select": "NumberOfSales"},
        {"$select": "contactSupportAssociate/fullName"},
        {"$select": "Percent(contactId)"},
        {"$mode": "Wide"},
        {"$inlineCount": "AllPages"},
    ],
)
def test_documented_things_the_sandbox_lacks_are_501(alice: Caller, parameters: dict[str, str]) -> None:
    alice("GET", "v1/Contact", params=parameters, status=501)


def test_lists_of_a_company_that_is_none_are_404(alice: Caller) -> None:
    alice("GET", "v1/Contact/999/Sales", status=404)
    alice("GET", "v1/Archive/Nonsense", status=404)
    alice("GET", "v1/Archive/SaleHistory", status=501)


def test_archives_by_name_and_by_person(alice: Caller) -> None:
    assert alice.rows("v1/Archive/SaleFilteredWithStakeholder", select="saleId")
    company = alice.world.tenants["Cust12345"].table("contact")[17]
    rows = alice.rows(f"v1/Person/{company['person']}/Sales", select="heading")
    assert len(rows) == 3
    assert len(alice.rows(f"v1/Person/{company['person']}/Activities", select="text")) == 5


def test_order_by_several_columns(alice: Caller) -> None:
    rows = alice.rows("v1/Contact", select="category,name", orderby="category asc,name desc")
    customers = [row["name"] for row in rows if row["category"] == "Customer"]
    assert customers == sorted(customers, key=str.casefold, reverse=True)
    assert [row["category"] for row in rows] == sorted(row["category"] for row in rows)
