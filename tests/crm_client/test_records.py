"""The one mechanism behind all records, on literals."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crm_client.appointments import ActivityStatus, Appointment
from crm_client.calls import UNTRANSLATED, Call
from crm_client.contacts import Contact
from crm_client.errors import BadAnswer, Changed, Conflict, NotFound
from crm_client.fields import Word, amount_at, custom_at, item_at, picks_at, text_at, word_at
from crm_client.lists import Entry, entries_kind
from crm_client.patch import MISSING, Change, applied, json_patch
from crm_client.persons import Person
from crm_client.records import Kind, Record, changes, edited, places, writable
from crm_client.sales import SALES, Sale, SaleStatus
from crm_client.values import Address, Element, Item

from .conftest import answered
from .test_patch import patched

SALE = {
    "SaleId": 7,
    "Heading": "Pumps",
    "Amount": Decimal("1200.50"),
    "Status": "Open",
    "Saledate": "2026-03-01T00:00:00+0000",
    "Contact": {"ContactId": 17, "Name": "Acme", "InventedIn2027": 1},
    "Person": None,
    "Rating": {"Id": 2, "Value": "Offer"},
    "Probability": 40,
    "UpdatedDate": "2026-03-01T14:52:00Z",
    "CustomFields": {"SuperOffice:1": "[I:3]", "SuperOffice:1:DisplayText": "Blue", "x_ref": "a"},
    "InventedIn2027": {"a": [1, 2]},
    "_Links": {"Self": "https://x.example/"},
}


def sale(**more: Any) -> Sale:
    return Sale.parse({**SALE, **more})


def test_it_reads_typed_values() -> None:
    seen = sale()
    assert (seen.sale_id, seen.heading, seen.amount, seen.probability) == (7, "Pumps", Decimal("1200.50"), 40)
    assert seen.status is SaleStatus.OPEN
    assert seen.date == date(2026, 3, 1)
    assert (seen.company, seen.person, seen.stage) == (Item(17, "Acme"), None, Item(2, "Offer"))
    assert seen.updated == datetime(2026, 3, 1, 14, 52, tzinfo=UTC)
    assert seen.custom == {"SuperOffice:1": "[I:3]", "x_ref": "a"}


def test_an_empty_record_is_readable() -> None:
    for kind in (Sale, Contact, Person, Appointment):
        assert kind.parse({}) == kind()


def test_a_word_of_tomorrow_is_unknown_and_kept() -> None:
    seen = sale(Status="Paused")
    assert seen.status is SaleStatus.UNKNOWN
    assert seen.raw["Status"] == "Paused"
    assert edited(replace(seen, heading="x")) == [Change("/Heading", "Pumps", "x")]
    with pytest.raises(ValueError, match="unknown word"):
        changes(sale(), status=SaleStatus.UNKNOWN)


def test_names_and_replace_say_the_same() -> None:
    seen = sale()
    typed = replace(seen, heading="Big pumps", amount=Decimal(1), stage=Item(4, "Order"), status=SaleStatus.SOLD)
    named = changes(seen, heading="Big pumps", amount=Decimal(1), status=SaleStatus.SOLD, stage=4)
    assert edited(typed) == named
    assert edited(seen) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"heading": "Pumps", "amount": Decimal("1200.5"), "stage": 2, "date": date(2026, 3, 1)}, []),
        ({"amount": Decimal("0.1")}, [Change("/Amount", Decimal("1200.50"), Decimal("0.1"))]),
        ({"date": date(2026, 4, 1)}, [Change("/Saledate", "2026-03-01T00:00:00+0000", "2026-04-01T00:00:00")]),
        ({"date": None}, [Change("/Saledate", "2026-03-01T00:00:00+0000", "0001-01-01T00:00:00")]),
        ({"company": None}, [Change("/Contact/ContactId", 17, 0)]),
        ({"person": Item(5, "")}, [Change("/Person", None, {"PersonId": 5})]),
        ({"status": SaleStatus.LOST}, [Change("/Status", "Open", "Lost")]),
        ({"custom": {"x_ref": "b"}}, [Change("/CustomFields/x_ref", "a", "b")]),
        ({"custom": {"x/~": "b"}}, [Change("/CustomFields/x~1~0", MISSING, "b")]),
        ({"custom": {"x_ref": "a"}}, []),
    ],
)
def test_only_what_differs_is_changed(wanted: dict[str, Any], expected: list[Change]) -> None:
    assert changes(sale(), **wanted) == expected


def test_a_name_is_a_field_or_a_mistake() -> None:
    with pytest.raises(KeyError):
        changes(sale(), colour="red")
    with pytest.raises(ValueError, match="updated is not to be written"):
        changes(sale(), updated=None)
    with pytest.raises(KeyError):
        sale().right("colour")


def test_a_moment_needs_a_zone() -> None:
    seen = Appointment.parse({"AppointmentId": 1, "StartDate": "2026-03-01T14:00:00+0100"})
    assert seen.start == datetime(2026, 3, 1, 13, tzinfo=UTC)
    assert changes(seen, start=datetime(2026, 3, 1, 15, tzinfo=timezone(timedelta(hours=2)))) == []
    with pytest.raises(ValueError, match="time zone"):
        changes(seen, start=datetime(2026, 3, 1))  # noqa: DTZ001
    assert changes(seen, status=ActivityStatus.COMPLETED) == [Change("/Completed", None, "Completed")]


@pytest.mark.parametrize("nothing", [None, {"Id": 0, "Value": ""}, {"Id": None, "Value": "x"}, {}, 5])
def test_nothing_chosen_from_a_list(nothing: Any) -> None:
    assert Sale.parse({"Rating": nothing}).stage is None


def test_ticks_know_their_places() -> None:
    seen = Contact.parse({"ContactId": 1, "Interests": [{"Id": 4, "Selected": True}, {"Id": 7}, {"Id": 9}]})
    assert seen.interests == {4}
    assert changes(seen, interests=frozenset({7})) == [
        Change("/Interests/0/Selected", 4, False, guard="/Interests/0/Id"),
        Change("/Interests/1/Selected", 7, True, guard="/Interests/1/Id"),
    ]
    with pytest.raises(ValueError, match="no item 8"):
        changes(seen, interests=frozenset({8}))


def test_an_address_wins_over_the_countrys_layout() -> None:
    lines = {"Address1": "B-gaten 45", "Zipcode": "0123", "City": "Oslo"}
    seen = Contact.parse({"ContactId": 1, "Address": {"LocalizedAddress": [[]], "Postal": lines, "Street": None}})
    assert seen.postal == Address(line1="B-gaten 45", zip="0123", city="Oslo")
    assert changes(seen, postal=seen.postal) == []
    assert json_patch(changes(seen, postal=replace(seen.postal, city="Bergen")))[-1] == {
        "op": "replace",
        "path": "/Address/Postal/City",
        "value": "Bergen",
    }


@pytest.mark.parametrize("address", [{"LocalizedAddress": [[]]}, {"LocalizedAddress": [[]], "Street": None}])
def test_an_address_where_none_is(address: dict[str, Any]) -> None:
    """A new company comes with the country's layout alone."""
    start = Contact.parse({"ContactId": 0, "Address": address})
    made = applied(start.raw, changes(start, street=Address(zip="0123", city="Oslo")))
    lines = dict.fromkeys(("Address1", "Address2", "Address3", "County", "State"), "")
    assert made["Address"] == {"LocalizedAddress": None, "Street": {**lines, "Zipcode": "0123", "City": "Oslo"}}
    assert changes(start, street=Address()) == []


def test_the_right_on_an_address_is_that_on_the_whole() -> None:
    """NetServer names no sides of it [client payloads]."""
    read = {"FieldRight": {"Mask": "Read", "Reason": "Not yours"}}
    seen = Contact.parse({"FieldProperties": {"Address": read, "Address.City": {"FieldRight": {"Mask": "Update"}}}})
    assert (seen.right("postal").is_writable, seen.right("street").reason) == (False, "Not yours")
    assert seen.right_at("Address.City", "Address").is_writable
    assert seen.right("name").is_writable


def test_a_phone_gets_another_label() -> None:
    seen = Contact.parse({"ContactId": 1, "Phones": [{"Value": "1", "Description": "Work"}]})
    assert changes(seen, phones=[Element("1", "Desk")]) == [Change("/Phones/0/Description", "Work", "Desk")]
    assert changes(seen, phones=["1"]) == []
    assert edited(replace(seen, phones=(Element("1"),))) == [Change("/Phones/0/Description", "Work", "")]


def test_phones_change_places_with_their_labels() -> None:
    seen = Contact.parse({"Phones": [{"Value": "1", "Description": "Work"}, {"Value": "2", "Description": ""}]})
    swapped = applied(seen.raw, edited(replace(seen, phones=seen.phones[::-1])))
    assert Contact.parse(swapped).phones == seen.phones[::-1]


def test_creating_starts_from_the_default() -> None:
    start = {**SALE, "SaleId": 0, "Heading": None}
    operation = SALES.create(replace(Sale.parse(start), heading="Pumps"), {"amount": Decimal(5), "person": 3})
    call = next(operation)
    assert (call.method, call.path) == ("POST", "v1/Sale")
    assert call.json == {
        **{name: value for name, value in start.items() if name != "_Links"},
        "Heading": "Pumps",
        "Amount": Decimal(5),
        "Person": {"PersonId": 3},
    }
    assert start["Heading"] is None


def test_an_answer_that_is_no_record() -> None:
    for operation in (SALES.read(7), SALES.new()):
        with pytest.raises(BadAnswer):
            answered(operation, None)
    with pytest.raises(BadAnswer):
        answered(SALES.create(sale(), {}), {"Heading": "no id"})


def test_deleting_may_be_guarded() -> None:
    call = next(SALES.delete(7, sale().updated))
    assert call.headers == {"If-Unmodified-Since": "Sun, 01 Mar 2026 14:52:00 GMT"}
    assert next(SALES.delete(7)).headers == {}
    with pytest.raises(Changed):
        answered(SALES.delete(7), Changed("", status=412))


ENTRY = {"Id": 3, "Name": 'US:"Car";NO:"Bil"', "Tooltip": "", "Rank": 3, "InventedIn2027": 1, "_Links": {}}
CARS = entries_kind(108)


def test_without_patch_a_record_is_read_and_sent_back_whole() -> None:
    seen = Entry.parse(ENTRY)
    operation = CARS.change(3, changes(seen, tooltip="Fast"))
    assert next(operation) == Call("GET", "v1/List/108/Items/3", language=UNTRANSLATED)
    put = operation.send({**ENTRY, "Rank": 9, "UpdatedDate": "2026-03-01T14:52:00Z"})
    assert (put.method, put.path, put.language) == ("PUT", "v1/List/108/Items/3", UNTRANSLATED)
    assert put.headers == {"If-Unmodified-Since": "Sun, 01 Mar 2026 14:52:00 GMT"}
    assert put.json == {
        "Id": 3,
        "Name": ENTRY["Name"],
        "Tooltip": "Fast",
        "Rank": 9,
        "InventedIn2027": 1,
        "UpdatedDate": "2026-03-01T14:52:00Z",
    }


def test_without_patch_what_was_seen_guards_all_the_same() -> None:
    seen = Entry.parse(ENTRY)
    with pytest.raises(Conflict) as caught:
        answered(CARS.change(3, changes(seen, name="Bus")), {**ENTRY, "Name": "Tram"})
    assert caught.value.current.name == "Tram"
    done = CARS.change(3, changes(seen, name="Bus"))
    next(done)
    assert done.send({**ENTRY, "Name": "Bus"}).method == "PUT"
    with pytest.raises(NotFound):
        answered(CARS.change(3, changes(seen, name="Bus")), NotFound("", status=404))


class Colour(Word):
    UNKNOWN = "Unknown"
    RED = "Red"
    BLUE = "Blue"


@dataclass(frozen=True)
class Thing(Record):
    name: str = text_at("Name")
    price: Decimal = amount_at("Price")
    colour: Colour = word_at("Colour", Colour)
    owner: Item | None = item_at("Owner")
    ticks: frozenset[int] = picks_at("Ticks")
    custom: Any = custom_at()


THINGS = Kind("Thing", "Id", Thing)

texts = st.text(max_size=8)
owners = st.none() | st.builds(lambda key, name: {"Id": key, "Value": name}, st.integers(0, 9), texts)
entities = st.fixed_dictionaries(
    {
        "Id": st.just(1),
        "Name": texts | st.none(),
        "Price": st.decimals(allow_nan=False, allow_infinity=False),
        "Colour": st.sampled_from(["Red", "Blue"]),
        "Owner": owners,
        "Ticks": st.just([{"Id": 1, "Selected": False}, {"Id": 2, "Selected": True}]),
        "CustomFields": st.dictionaries(texts.filter(bool), texts, max_size=3),
        "Elsewhere": texts,
    }
)
wishes = st.fixed_dictionaries(
    {},
    optional={
        "name": texts,
        "price": st.decimals(allow_nan=False, allow_infinity=False),
        "colour": st.sampled_from([Colour.RED, Colour.BLUE]),
        "owner": st.integers(0, 9),
        "ticks": st.frozensets(st.sampled_from([1, 2])),
        "custom": st.dictionaries(texts.filter(bool), texts, max_size=3),
    },
)


def apart(keys: Any) -> bool:
    """NetServer knows no case in keys, so keys that differ in nothing else are one; colons part companions."""
    return len({key.lower() for key in keys}) == len(keys) and not any(":" in key for key in keys)


@given(entities, wishes)
def test_any_wish_comes_true_by_patch_and_by_hand(entity: dict[str, Any], wish: dict[str, Any]) -> None:
    """What a server makes of the patch is what ``applied`` makes, and is what was wished; nothing else changed."""
    assume(apart({**entity["CustomFields"], **wish.get("custom", {})}))
    wanted = changes(Thing.parse(entity), **wish)
    after = applied(entity, wanted)
    assert patched(entity, json_patch(wanted)) == after
    assert changes(Thing.parse(after), **wish) == []
    assert after["Elsewhere"] == entity["Elsewhere"]


@pytest.mark.parametrize("cls", [Contact, Person, Sale, Appointment])
def test_every_name_has_a_place(cls: type[Record]) -> None:
    assert {one.name for one in fields(cls)} == {*places(cls), "raw"}
    paths = list(writable(cls).values())
    assert len(paths) == len(set(paths))
