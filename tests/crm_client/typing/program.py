"""A partner's program as mypy sees it: checked by ``test_typing``, never run.

Nobody had to name a type for any of these answers.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, assert_type

import httpx

from crm_client import (
    appointments,
    associates,
    consents,
    contacts,
    documents,
    duplicates,
    foreign_keys,
    lists,
    persons,
    preferences,
    projects,
    relations,
    sales,
    search,
    selections,
    tickets,
    udef,
    webhook_definitions,
    webpanels,
)
from crm_client.activities import Activity, next_activity_of
from crm_client.address import AsyncFixedAddress, FixedAddress
from crm_client.archive import (
    Archive,
    Cells,
    ColumnInfo,
    Row,
    by_key,
    cells,
    contains,
    first_page,
    metadata,
    pages,
    stream,
)
from crm_client.calls import Call, Operation
from crm_client.clients import AsyncCrm, Crm, async_http, sync_http
from crm_client.errors import Conflict, CrmError
from crm_client.hooks import CallRecord
from crm_client.lists import ListItem
from crm_client.patch import Change
from crm_client.records import changes, edited
from crm_client.rows import Line, column, each_line, key, lines
from crm_client.sales import SaleRow, open_sales_of, sums
from crm_client.users import Principal, current_principal
from crm_client.values import Element, FieldRight, Item, text

seen_calls: list[CallRecord] = []


def blocking(auth: httpx.Auth) -> None:
    with sync_http() as http:
        crm = Crm(http, FixedAddress("https://online2.superoffice.com/Cust12345/api/"), auth, hooks=[seen_calls.append])

        company = crm(contacts.contact(17))
        assert_type(company, contacts.Contact)
        assert_type(company.name, str)
        assert_type(company.phones, tuple[Element, ...])
        assert_type(company.category, Item | None)
        assert_type(company.updated, datetime | None)
        assert_type(company.right("name"), FieldRight)

        assert_type(
            crm.all(contacts.contact(17), persons.persons_of(17)), tuple[contacts.Contact, list[persons.PersonRow]]
        )
        assert_type(crm(open_sales_of(17)), list[SaleRow])
        assert_type(sums(crm(open_sales_of(17))), dict[str, Decimal])
        assert_type(crm(next_activity_of(17, datetime.now(UTC))), Activity | None)
        assert_type(crm(lists.mdo_list("category")), list[ListItem])
        assert_type(crm(current_principal()), Principal)
        assert_type(crm(udef.udef_fields("Contact")), list[udef.UdefField])

        for field in crm(udef.udef_fields("Contact")):
            assert_type(field.type, udef.FieldType)
            assert_type(field.read(company), str | bool | int | Decimal | date | Item | None)
            assert_type(field.changes(company, 42), list[Change])
            rows = crm(pages(Archive("v1/Contact").select(field.column)))
            assert_type(field.in_row(rows[0]), str | bool | int | Decimal | date | Item | None)

        query = Archive("v1/Contact").select("name").where(contains("name", "Acme")).top(5)
        assert_type(crm(first_page(query)), list[Row])
        assert_type(crm(pages(query)), list[Row])
        assert_type(crm.each(stream(query)), Generator[Row])

        start = crm(sales.new_sale())
        made = crm(sales.create_sale(start, heading="Pumps", company=17))
        made = crm(sales.create_sale(replace(start, heading="Pumps", company=Item(17, ""))))
        assert_type(made.amount, Decimal)
        assert_type(made.date, date | None)
        assert_type(changes(made, heading="Big pumps"), list[Change])
        assert_type(crm(sales.change_sale(made.sale_id, edited(replace(made, amount=Decimal(9))))), sales.Sale)
        assert_type(crm(appointments.delete_appointment(5)), None)


def more_subjects(crm: Crm) -> None:
    """Reading, beginning, creating, changing and lists of every subject."""
    person = crm(persons.create_person(crm(persons.new_person()), last_name="Ås", company=17))
    assert_type(person.birth, date | None)
    assert_type(person.consents, tuple[consents.Consent, ...])
    assert_type(crm(persons.same_person(person)), persons.Person | None)
    assert_type(crm(appointments.complete(crm(appointments.appointment(5)))), appointments.Appointment)
    assert_type(crm(appointments.diary(5, date(2026, 1, 1), date(2026, 1, 2))), list[Activity])
    assert_type(crm(sales.stages()), list[sales.Stage])
    assert_type(crm(sales.all_open_sales())[0].weighted, Decimal)
    assert_type(crm(projects.project(3)).status, Item | None)
    assert_type(crm(projects.members_of(3)), list[projects.MemberRow])
    assert_type(crm(projects.same_projects("Harbour")), list[duplicates.Duplicate])
    assert_type(crm(documents.document(7)).status, appointments.ActivityStatus)
    assert_type(crm(documents.link_to(7)), str)
    assert_type(documents.content(7), Call)
    assert_type(crm(tickets.ticket(7)).base_status, tickets.BaseStatus)
    assert_type(crm(tickets.ticket(7)).custom, Mapping[str, str])
    assert_type(crm(tickets.messages_of(7)), list[tickets.MessageRow])
    assert_type(crm(relations.relations_of_company(17)), list[relations.RelationRow])
    assert_type(crm(selections.add_members(7, [17, 18])), int)
    assert_type(crm(selections.members(7, "name")), list[Row])
    assert_type(crm(search.companies_by_id([17])), list[search.FoundCompany])
    assert_type(crm(associates.associates()), list[associates.AssociateRow])
    assert_type(crm(consents.has_consent(5, consents.STORE)), bool)
    assert_type(crm(preferences.preference("Acme", "Colour")), preferences.Preference | None)
    key_of_company = crm(foreign_keys.read_key(foreign_keys.KeyRing("Acme", "Erp"), "number", "contact", 17))
    assert_type(key_of_company, foreign_keys.ForeignKey | None)
    assert_type(crm(lists.groups_of_entry(108, 3)), list[ListItem])
    assert_type(crm(webpanels.ensure_panel("acme.company", name="Acme")), webpanels.WebPanel)
    assert_type(
        crm(webhook_definitions.webhooks(state=webhook_definitions.WebhookState.ACTIVE))[0].events, tuple[str, ...]
    )
    assert_type(crm(metadata("FindSale")), list[ColumnInfo])
    assert_type(crm.each(by_key(Archive("v1/Sale"), "saleId")), Generator[Row])
    assert_type([cells(row) for row in crm(pages(Archive("v1/Sale").full()))], list[Cells])
    with crm.stream(documents.content(7)) as blob:
        assert_type(next(iter(blob)), bytes)


def conflicting(crm: Crm, change: list[Change]) -> str:
    try:
        return crm(contacts.change_contact(17, change)).name
    except Conflict as conflict:
        assert_type(conflict.paths, tuple[str, ...])
        return ", ".join(conflict.paths)
    except CrmError as error:
        assert_type(error.permanent, bool)
        assert_type(error.sent, bool | None)
        assert_type(error.retry_after, float | None)
        return error.message


async def awaiting(auth: httpx.Auth) -> None:
    async with async_http() as http:
        crm = AsyncCrm(http, AsyncFixedAddress("https://online2.superoffice.com/Cust12345/api/"), auth)
        assert_type(await crm(contacts.contact(17)), contacts.Contact)
        company, people, offers = await crm.all(contacts.contact(17), persons.persons_of(17), open_sales_of(17))
        assert_type(company, contacts.Contact)
        assert_type(people, list[persons.PersonRow])
        assert_type(offers, list[SaleRow])
        assert_type(await crm.all(*[contacts.contact(number) for number in range(9)]), tuple[contacts.Contact, ...])
        rows = crm.each(each_line(City, Archive("v1/Contact")))
        assert_type(rows, AsyncGenerator[City])
        async for city in rows:
            assert_type(city.city, str)


class City(Line):
    """Rows of one's own."""

    contact_id: int = key("contactId")
    city: str = column("postAddress/city", text)


def cities() -> Operation[set[str]]:
    """An operation of one's own, of others and a call by hand."""
    rows = yield from lines(City, Archive("v1/Contact"))
    assert_type(rows, list[City])
    answer = yield Call("GET", "v1/Contact/17")
    assert_type(answer, Any)
    return {row.city for row in rows}


def what_of_it(crm: Crm) -> None:
    assert_type(crm(cities()), set[str])
    crm(cities)  # type: ignore[arg-type]  # an operation is called before it is carried out
    contacts.contact("17")  # type: ignore[arg-type]
    selections.add_members(7, ["17"])  # type: ignore[list-item]
    foreign_keys.read_key(foreign_keys.KeyRing("Acme", "Erp"), "number", "ticket", 17)  # type: ignore[arg-type]
    udef.udef_fields("Ticket")  # type: ignore[arg-type]
    replace(crm(contacts.contact(17)), name=17)  # type: ignore[arg-type]
