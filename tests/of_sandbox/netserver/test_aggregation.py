"""Functions in an archive's ``$select``; the tables of the documentation, with its five people of one company."""

from __future__ import annotations

from typing import Any

import pytest

from .caller import Caller

PEOPLE = [
    ("Jane", "Ray", "Doe"),
    ("Billy", "Ray", "Doe"),
    ("Bobby", "Sue", "Doe"),
    ("Mary", "Sue", "Smith"),
    ("Tabby", "Sue", "Smith"),
]


@pytest.fixture
def superoso(alice: Caller) -> Caller:
    """The company 16, where nobody works but these five."""
    people = alice.world.tenants["Cust12345"].table("person")
    template = next(row for row in people.values() if row["contact"] == 16)
    for key in [key for key, row in people.items() if row["contact"] == 16]:
        del people[key]
    for rank, (first, middle, last) in enumerate(PEOPLE, 1):
        name = {"first_name": first, "middle_name": middle, "last_name": last, "rank": rank, "retired": False}
        people[323 + rank] = template | name
    return alice


def rows(caller: Caller, path: str, *select: str, **more: str) -> list[dict[str, Any]]:
    return caller.rows(path, select=",".join(select), **more)


def table(found: list[dict[str, Any]]) -> list[list[Any]]:
    """Row type, key and values, nothing for null and what is left out."""
    names = list(found[0])[2:]
    return [[row["EntityName"], row["PrimaryKey"], *(row.get(name) or "" for name in names)] for row in found]


def test_groups_with_headers_details_and_footers(superoso: Caller) -> None:
    group = "GroupBy(middleName):HideDetail:Header:Footer"
    columns = (group, "CountAll(firstName)", "firstName", "rank", "Sum(rank)")
    found = rows(superoso, "v1/Person", *columns, filter="contactId eq 16", orderby="rank", options="GrandTotal=true")
    assert list(found[0]) == ["PrimaryKey", "EntityName", *columns]
    assert table(found) == [
        ["header:1", "1", "Ray", 2, "", "", 3],
        ["person", "324", "", 1, "Jane", 1, 1],
        ["person", "325", "", 2, "Billy", 2, 3],
        ["footer:1", "1", "Ray", 2, "", "", 3],
        ["header:1", "2", "Sue", 3, "", "", 12],
        ["person", "326", "", 1, "Bobby", 3, 3],
        ["person", "327", "", 2, "Mary", 4, 7],
        ["person", "328", "", 3, "Tabby", 5, 12],
        ["footer:1", "2", "Sue", 3, "", "", 12],
        ["grandtotal", "1", "", 5, "", "", 15],
    ]


def test_groups_in_groups(superoso: Caller) -> None:
    """Modifiers parted by commas, as the page writes them, too."""
    outer, inner = "GroupBy(middleName):HideDetail,Header,Footer,1", "GroupBy(lastName):HideDetail,Header,Footer,2"
    columns = ("Count(middleName)", "CountAll(firstName)", "firstName", outer, inner, "Sum(rank):HideDetail")
    found = rows(superoso, "v1/Person", *columns, filter="contactId eq 16", orderby="rank", options="GrandTotal=true")
    assert table(found) == [
        ["header:1", "1", 1, 2, "", "Ray", "", 3],
        ["header:2", "2", 1, 2, "", "", "Doe", 3],
        ["person", "324", 1, 1, "Jane", "", "", ""],
        ["person", "325", 1, 2, "Billy", "", "", ""],
        ["footer:2", "1", 1, 2, "", "", "Doe", 3],
        ["footer:1", "2", 1, 2, "", "Ray", "", 3],
        ["header:1", "3", 1, 3, "", "Sue", "", 12],
        ["header:2", "4", 1, 1, "", "", "Doe", 3],
        ["person", "326", 1, 1, "Bobby", "", "", ""],
        ["footer:2", "3", 1, 1, "", "", "Doe", 3],
        ["header:2", "5", 1, 2, "", "", "Smith", 9],
        ["person", "327", 1, 1, "Mary", "", "", ""],
        ["person", "328", 1, 2, "Tabby", "", "", ""],
        ["footer:2", "4", 1, 2, "", "", "Smith", 9],
        ["footer:1", "5", 1, 3, "", "Sue", "", 12],
        ["grandtotal", "1", 2, 5, "", "", "", 15],
    ]


def test_sums_alone_in_their_order(alice: Caller) -> None:
    total = "Sum(amount):HideDetail"
    found = rows(alice, "v1/Sale", total, "GroupBy(stage):Footer:HideDetail", orderby=f"{total} desc")
    assert {row["EntityName"] for row in found} == {"footer:1"}
    assert [row[total] for row in found] == sorted((row[total] for row in found), reverse=True)
    sales = [row for row in alice.world.tenants["Cust12345"].table("sale").values() if not row["deleted"]]
    assert sum(row[total] for row in found) == sum(row["amount"] for row in sales)
    assert "Quote sent" in {row["GroupBy(stage):Footer:HideDetail"] for row in found}


def test_moments_by_month_and_amounts_by_weight(alice: Caller) -> None:
    month, weight = (
        "GroupBy(DatePart(date):YearMonth):Footer:HideDetail",
        "Sum(Weighted(amount;probPercent)):HideDetail",
    )
    found = rows(alice, "v1/Sale", month, weight, "Avg(amount):HideDetail", "Median(amount):HideDetail")
    sales = [row for row in alice.world.tenants["Cust12345"].table("sale").values() if not row["deleted"]]
    months = [row[month] for row in found]
    assert months == sorted({f"{row['date'][:4]}/{row['date'][5:7]}" for row in sales})
    expected = sum(row["amount"] * row["probability"] / 100 for row in sales)
    assert sum(row[weight] for row in found) == pytest.approx(expected)


def test_lines_are_paged_and_full(alice: Caller) -> None:
    parameters = {"$select": "Count(saleId):HideDetail,GroupBy(stage):Footer:HideDetail", "$top": "2"}
    answer, seen = alice("GET", "v1/Sale", params=parameters), []
    while True:
        seen += [row["PrimaryKey"] for row in answer["value"]]
        if not answer["odata.nextLink"]:
            break
        answer = alice("GET", answer["odata.nextLink"])
    assert seen == [str(number) for number in range(1, len(seen) + 1)]
    assert len(seen) > 2
    row = alice("GET", "v1/Sale", params=parameters | {"$mode": "Full"})["value"][0]
    count = row["Column"]["Count(saleId):HideDetail"]
    assert (row["EntityName"], count["DisplayValue"]) == ("footer:1", str(count["RawValue"]))


def test_rights_count_too(alice: Caller, bob: Caller) -> None:
    bob.world.tenants["Cust12345"].associates["bob"].role = 5
    select = {"$select": "Count(saleId):HideDetail", "$options": "GrandTotal=true"}
    counts = [
        caller("GET", "v1/Sale", params=select)["value"][0]["Count(saleId):HideDetail"] for caller in (alice, bob)
    ]
    sales = alice.world.tenants["Cust12345"].table("sale").values()
    assert counts == [len(sales), sum(row["associate"] == 6 for row in sales)]


@pytest.mark.parametrize(
    ("select", "status"),
    [
        *(("Percent(amount)", 501), ("CurrencyConvert(amount;currencyId):Base", 501), ("Foo(amount)", 400)),
        *(("Sum(heading)", 400), ("Sum(amount;number)", 400), ("Sum(amount):Big", 400), ("Sum(nothing)", 400)),
        *(("GroupBy(DatePart(date)):Footer", 400), ("Weighted(amount)", 400), ("Sum()", 400)),
    ],
)
def test_what_is_no_function_is_said_to_be(alice: Caller, select: str, status: int) -> None:
    alice("GET", "v1/Sale", params={"$select": select}, status=status)


@pytest.mark.parametrize("order", ["Sum(amount) upwards", "Sum(number) desc"])
def test_an_order_by_what_is_not_there_is_refused(alice: Caller, order: str) -> None:
    alice("GET", "v1/Sale", params={"$select": "Sum(amount),GroupBy(stage):Footer", "$orderby": order}, status=400)


def test_agents_say_they_lack_them(alice: Caller) -> None:
    asked = {"ProviderName": "FindSale", "Columns": ["Sum(amount)"], "Restriction": [], "Entities": [], "SortOrder": []}
    alice("POST", "v1/Agents/Archive/GetArchiveListByColumns", json=asked | {"Page": 0, "PageSize": 5}, status=501)
