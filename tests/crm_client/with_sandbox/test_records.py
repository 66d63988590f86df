"""Each kind of record: begun from SuperOffice's defaults, created, read, changed under guard, deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from crm_client import (
    activities,
    appointments,
    consents,
    contacts,
    documents,
    persons,
    projects,
    relations,
    sales,
    selections,
    tickets,
)
from crm_client.calls import Operation
from crm_client.contacts import Contact
from crm_client.errors import BadRequest, Changed, Conflict, NotFound
from crm_client.patch import applied
from crm_client.records import Kind, Record, changes, edited, places, writable
from crm_client.values import Address, Item
from tests.sandbox.server import Sandbox

from .conftest import SignIn, User

TODAY = datetime.now(UTC).date()
AT = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


@dataclass(frozen=True)
class Story:
    """What happens to a record in a test; ``name`` is what its module's operations are called by."""

    module: ModuleType
    name: str
    kind: Kind[Any]
    created: dict[str, Any]
    changed: dict[str, Any]

    def operation(self, name: str) -> Callable[..., Operation[Any]]:
        """``new_sale`` for ``new``; ``sale`` itself for nothing."""
        found: Callable[..., Operation[Any]] = getattr(self.module, f"{name}_{self.name}".lstrip("_"))
        return found


STORIES = [
    Story(
        contacts,
        "contact",
        contacts.CONTACTS,
        {"name": "O'Hara & Søn", "category": 2, "business": 2, "phones": ["+47 1"], "emails": ["a@b.example"]},
        {
            "name": "O'Hara",
            "phones": ["+47 2", "+47 3"],
            "urls": ["https://o.example"],
            "is_stopped": True,
        },
    ),
    Story(
        persons,
        "person",
        persons.PERSONS,
        {"first_name": "Ada", "last_name": "Ås", "company": 17, "mobile_phones": ["1"]},
        {"title": "CTO", "emails": ["ada@x.example"], "birth": date(1990, 5, 13), "is_retired": True, "position": 2},
    ),
    Story(
        sales,
        "sale",
        sales.SALES,
        {"heading": "Pumps", "company": 17, "amount": Decimal("1200.50"), "date": TODAY},
        {"heading": "Big pumps", "amount": Decimal("0.1"), "date": TODAY + timedelta(days=9), "stage": 2},
    ),
    Story(
        appointments,
        "appointment",
        appointments.APPOINTMENTS,
        {"title": "Call back", "company": 17, "start": AT, "end": AT + timedelta(hours=1)},
        {
            "title": "Call again",
            "start": AT + timedelta(days=1),
            "end": AT + timedelta(days=2),
            "location": "A",
        },
    ),
    Story(
        projects,
        "project",
        projects.PROJECTS,
        {"name": "Harbour"},
        {"name": "Harbour 2", "end": TODAY, "is_completed": True},
    ),
    Story(
        documents,
        "document",
        documents.DOCUMENTS,
        {"header": "Offer", "name": "offer.txt", "company": 17},
        {"header": "Offer 2"},
    ),
    Story(tickets, "ticket", tickets.TICKETS, {"title": "It leaks"}, {"title": "It leaks more"}),
    Story(
        relations,
        "relation",
        relations.RELATIONS,
        {"definition_id": 1, "source_contact_id": 17, "destination_contact_id": 18},
        {"comment": "since 1999"},
    ),
    Story(
        selections,
        "selection",
        selections.SELECTIONS,
        {"name": "Spring"},
        {"name": "Summer", "description": "Whom to ask"},
    ),
]


@pytest.fixture(params=STORIES, ids=lambda story: story.name)
def story(request: pytest.FixtureRequest) -> Story:
    return request.param


def made(user: User, story: Story) -> Record:
    start = user.ask(story.operation("new")())
    record: Record = user.ask(story.operation("create")(start, **story.created))
    return record


def key_of(story: Story, record: Record) -> int:
    return int(record.raw[story.kind.key])


def test_a_record_lives(alice: User, story: Story) -> None:
    record = made(alice, story)
    key = key_of(story, record)
    assert changes(record, **story.created) == []
    assert changes(alice.ask(story.operation("")(key)), **story.created) == []
    changed = alice.ask(story.operation("change")(key, changes(record, **story.changed)))
    assert changes(changed, **story.changed) == []
    alice.ask(story.operation("delete")(key))
    if story.kind.name != "Contact":
        with pytest.raises(NotFound):
            alice.ask(story.operation("")(key))


def test_a_record_is_deleted_as_it_was_seen(alice: User, story: Story) -> None:
    record = made(alice, story)
    before = datetime.now(UTC) - timedelta(days=1)
    with pytest.raises(Changed):
        alice.ask(story.operation("delete")(key_of(story, record), before))
    alice.ask(story.operation("delete")(key_of(story, record), datetime.now(UTC) + timedelta(days=1)))


def test_a_default_edited_by_hand_is_created_alike(alice: User, story: Story) -> None:
    """``replace`` and names say the same."""
    start = alice.ask(story.kind.new())
    typed = story.kind.record.parse({**made(alice, story).raw})
    names = [name for name in story.created if getattr(start, name) != getattr(typed, name)]
    wanted = replace(start, **{name: getattr(typed, name) for name in names})
    assert changes(alice.ask(story.kind.create(wanted, {})), **story.created) == []


def test_what_the_class_does_not_name_stays(alice: User, story: Story) -> None:
    record = made(alice, story)
    changed = alice.ask(story.kind.change(key_of(story, record), changes(record, **story.changed)))
    named = {place.path.partition("/")[0] for place in places(story.kind.record).values()}
    unnamed = set(record.raw) - named - {"FieldProperties", "_Links"}
    derived = {"FullName", "FormalName", "ActiveDate", "Messages", "Persons", "Domains"}
    assert {name: changed.raw[name] for name in unnamed - derived} == {
        name: record.raw[name] for name in unnamed - derived
    }


def test_somebody_else_was_faster(sign_in: SignIn, story: Story) -> None:
    alice, again = sign_in(), sign_in()
    seen = made(alice, story)
    name, value = next((name, value) for name, value in story.changed.items() if isinstance(value, str))
    key = key_of(story, seen)
    again.ask(story.kind.change(key, changes(seen, **{name: "theirs"})))
    with pytest.raises(Conflict) as caught:
        alice.ask(story.kind.change(key, changes(seen, **{name: value})))
    assert getattr(caught.value.current, name) == "theirs"
    assert caught.value.paths == (f"/{writable(story.kind.record)[name]}",)


def test_an_edit_is_guarded_by_what_was_seen(sign_in: SignIn) -> None:
    alice, bob = sign_in(), sign_in("bob")
    seen = alice.ask(sales.sale(1))
    bob.ask(sales.change_sale(1, edited(replace(seen, heading="Bob's"))))
    with pytest.raises(Conflict):
        alice.ask(sales.change_sale(1, edited(replace(seen, heading="Alice's"))))
    assert alice.ask(sales.change_sale(1, edited(replace(seen, description="both")))).heading == "Bob's"


def test_an_address_is_changed_in_its_parts(alice: User) -> None:
    seen = alice.ask(contacts.contact(17))
    moved = replace(seen.postal, line1="Storgata 1", zip="0155", city="Oslo")
    after = alice.ask(contacts.change_contact(17, edited(replace(seen, postal=moved))))
    assert after.postal == moved
    assert after.street == seen.street
    assert "Storgata 1" in after.address
    assert isinstance(after.postal, Address)


def test_a_company_is_created_with_its_addresses(alice: User) -> None:
    """Also where a new one comes with the country's layout alone."""
    start = alice.ask(contacts.new_contact())
    bare = Contact.parse({**start.raw, "Address": {"LocalizedAddress": start.raw["Address"]["LocalizedAddress"]}})
    postal, street = Address(line1="Boks 1", zip="0155", city="Oslo"), Address(line1="Storgata 1", city="Moss")
    for begun in (start, bare):
        made = alice.ask(contacts.create_contact(begun, name="Nordic Pumps AS", postal=postal, street=street))
        assert (made.postal, made.street) == (postal, street)


@pytest.mark.parametrize("is_ticked", [True, False])
def test_a_tick_meets_its_own_item_or_none(alice: User, sandbox: Sandbox, is_ticked: bool) -> None:
    """Somebody put a new interest before the others meanwhile."""
    items = sandbox.world.tenants["Cust12345"].lists["contint"]
    [first, *others] = items.items()
    seen = alice.ask(contacts.contact(17))
    seen = alice.ask(contacts.change_contact(17, changes(seen, interests=frozenset() if is_ticked else {first[0]})))
    wanted = changes(seen, interests=frozenset({first[0]}) if is_ticked else frozenset())
    items.clear()
    items.update({99: dict(first[1], name="New"), **dict([first, *others])})
    with pytest.raises(Conflict):
        alice.ask(contacts.change_contact(17, wanted))
    assert alice.ask(contacts.contact(17)).interests == seen.interests


def test_interests_are_ticked(alice: User) -> None:
    seen = alice.ask(contacts.contact(17))
    every = [item["Id"] for item in seen.raw["Interests"]]
    assert len(every) > 1
    wanted = frozenset(every[:1])
    assert alice.ask(contacts.change_contact(17, changes(seen, interests=wanted))).interests == wanted


def test_a_follow_up_is_done(alice: User) -> None:
    made = alice.ask(appointments.create_appointment(alice.ask(appointments.new_appointment()), company=17, title="x"))
    done = alice.ask(appointments.complete(made))
    assert done.is_completed
    assert not alice.ask(appointments.complete(done, done=False)).is_completed


def test_members_of_a_project(alice: User) -> None:
    made = alice.ask(projects.create_project(alice.ask(projects.new_project()), name="Harbour"))
    start = alice.ask(projects.new_member())
    person = alice.ask(persons.persons_of(17))[0].person_id
    member = alice.ask(projects.add_member(start, project_id=made.project_id, company=17, person=person))
    assert [row.member_id for row in alice.ask(projects.members_of(made.project_id))] == [member.member_id]
    assert alice.ask(projects.member(member.member_id)) == member
    changed = alice.ask(projects.change_member(member.member_id, changes(member, comment="leads")))
    assert changed.comment == "leads"
    assert made.project_id in {row.project_id for row in alice.ask(projects.projects_of(17))}
    alice.ask(projects.remove_member(member.member_id))
    assert alice.ask(projects.members_of(made.project_id)) == []


def test_stakeholders_of_a_sale(alice: User) -> None:
    start = alice.ask(sales.new_stakeholder())
    person = alice.ask(persons.persons_of(18))[0]
    added = alice.ask(sales.add_stakeholder(start, sale_id=1, company_id=18, person_id=person.person_id))
    alice.ask(sales.change_stakeholder(added.stakeholder_id, changes(added, comment="pays")))
    [row] = [row for row in alice.ask(sales.stakeholders_of(1)) if row.stakeholder_id == added.stakeholder_id]
    assert (row.comment, row.company_id, row.person_id, row.person) == ("pays", 18, person.person_id, person.name)
    assert row.company == alice.ask(contacts.contact(18)).full_name
    alice.ask(sales.remove_stakeholder(added.stakeholder_id))


def test_messages_of_a_request(alice: User) -> None:
    ticket = alice.ask(tickets.create_ticket(alice.ask(tickets.new_ticket()), title="It leaks"))
    start = alice.ask(tickets.new_message())
    message = alice.ask(tickets.add_message(start, ticket=ticket.ticket_id, body="Since Monday"))
    assert alice.ask(tickets.message(message.message_id)).body == "Since Monday"
    assert message.message_id in {row.message_id for row in alice.ask(tickets.messages_of(ticket.ticket_id))}
    changed = alice.ask(tickets.change_message(message.message_id, changes(message, body="Since Sunday")))
    assert changed.body == "Since Sunday"
    alice.ask(tickets.delete_message(message.message_id))


def test_members_of_a_selection(alice: User) -> None:
    """Companies are added as pairs with their persons, all else by id."""
    start = alice.ask(selections.new_selection())
    made = alice.ask(selections.create_selection(start, name="Spring", table="contact")).selection_id
    alice.ask(selections.add_contacts(made, [(17, 0), (18, 0)]))
    assert sorted(row["contactId"] for row in alice.ask(selections.members(made, "contactId"))) == [17, 18]
    alice.ask(selections.remove_contacts(made, [(17, 0)]))
    assert [row["contactId"] for row in alice.ask(selections.members(made, "contactId"))] == [18]
    with pytest.raises(BadRequest):
        alice.ask(selections.add_members(made, [17]))
    deals = alice.ask(selections.create_selection(start, name="Deals", table="sale")).selection_id
    assert alice.ask(selections.add_members(deals, [1, 2])) == 2
    alice.ask(selections.remove_members(deals, [1]))
    assert [row["saleId"] for row in alice.ask(selections.members(deals, "saleId"))] == [2]
    assert "Spring" in {row.name for row in alice.ask(selections.selections("Spr"))}


def test_relations_of_a_company(alice: User) -> None:
    start = alice.ask(relations.new_relation())
    made = alice.ask(relations.create_relation(start, definition_id=1, source_contact_id=17, destination_contact_id=18))
    assert made.relation_id in {row.relation_id for row in alice.ask(relations.relations_of_company(17))}
    assert made.relation_id not in {row.relation_id for row in alice.ask(relations.relations_of_person(1))}


def test_lists_of_a_company(alice: User) -> None:
    assert all(row.document_id and row.name for row in alice.ask(documents.documents_of(17)))
    assert all(row.ticket_id and row.title for row in alice.ask(tickets.tickets_of(17, closed=True)))
    assert all(row.sale_id for row in alice.ask(sales.sales_of_person(1)))


def test_a_diary(alice: User) -> None:
    me = alice.ask(appointments.new_appointment()).owner
    assert me
    wanted = {"title": "Call back", "company": 17, "start": AT, "end": AT + timedelta(hours=1)}
    made = alice.ask(appointments.create_appointment(alice.ask(appointments.new_appointment()), **wanted))
    found = alice.ask(appointments.diary(me.id, AT.date(), AT.date()))
    assert made.appointment_id in {row.appointment_id for row in found}
    assert {row.owner_id for row in found} == {me.id}


def test_duplicates(alice: User) -> None:
    name = alice.ask(contacts.contact(17)).name
    found = alice.ask(contacts.duplicates_of(name))
    assert 17 in {one.record_id for one in found}
    assert all(one.rule and one.name for one in found)
    assert alice.ask(contacts.duplicates_of("No such company / ? #")) == []
    assert alice.ask(contacts.same_domain("no-such-domain.example")) == []
    made = alice.ask(projects.create_project(alice.ask(projects.new_project()), name="Harbour"))
    assert made.project_id in {one.record_id for one in alice.ask(projects.same_projects("Harbour"))}
    assert persons.PersonRow in {type(row) for row in alice.ask(persons.persons_by_email("@"))}


def test_a_follow_up_is_found_by_what_it_says(sign_in: SignIn) -> None:
    """After a lost answer: it is there only if all of it is the same."""
    alice = sign_in()
    start = alice.ask(appointments.new_appointment())
    wanted = {"title": "Call", "text": "May?", "company": 17, "start": AT, "end": AT + timedelta(hours=1), "task": 1}
    made = alice.ask(appointments.create_appointment(start, **wanted))

    found = alice.ask(appointments.same_appointment(made))

    assert found is not None
    assert found.appointment_id == made.appointment_id
    for name, other in {"title": "Calls", "text": "", "start": AT - timedelta(minutes=1), "end": AT}.items():
        assert alice.ask(appointments.same_appointment(replace(made, **{name: other}))) is None
    assert alice.ask(appointments.same_appointment(replace(made, task=None))) is None
    assert alice.ask(appointments.same_appointment(replace(made, owner=None))) is None


def test_a_person_s_open_sales_are_those_of_his_sales_that_are_open(sign_in: SignIn) -> None:
    alice = sign_in()
    who = next(row.person_id for row in alice.ask(sales.open_sales_of(17)))

    open_ones = {row.sale_id for row in alice.ask(sales.open_sales_of_person(who))}

    everything = alice.ask(sales.sales_of_person(who))
    assert open_ones == {row.sale_id for row in everything if row.status == "Open"}
    assert open_ones


def test_a_request_whose_answer_was_lost_is_found(alice: User) -> None:
    """By title and person, and no older one of the same title; its messages by their words."""
    who = next(row.person_id for row in alice.ask(persons.persons_of(17)))
    begun = datetime.now(UTC) - timedelta(minutes=1)
    wanted = replace(alice.ask(tickets.new_ticket()), title="It's leaking", person=Item(who, ""))
    assert alice.ask(tickets.same_ticket(wanted, begun)) is None

    made = alice.ask(tickets.create_ticket(wanted))
    text = replace(alice.ask(tickets.new_message()), ticket=Item(made.ticket_id, ""), body="Since\nMonday")
    assert alice.ask(tickets.same_message(text, begun)) is None
    said = alice.ask(tickets.add_message(text))

    [found] = [alice.ask(tickets.same_ticket(wanted, begun))]
    assert found is not None
    assert (found.ticket_id, found.person_id) == (made.ticket_id, who)
    assert found in alice.ask(tickets.tickets_of_person(who))
    assert alice.ask(tickets.same_ticket(wanted, begun + timedelta(days=1))) is None
    row = alice.ask(tickets.same_message(replace(text, body="Since\r\nMonday"), begun))
    assert row is not None
    assert (row.message_id, row.body) == (said.message_id, "Since\nMonday")


def test_whose_open_sales(alice: User) -> None:
    """Mine are among those of my group, and these among all."""
    asked = sales.my_open_sales(), sales.open_sales_of_my_group(), sales.all_open_sales()
    mine, group, everybody = ({row.sale_id for row in alice.ask(one)} for one in asked)

    assert mine
    assert mine < everybody
    assert mine <= group <= everybody


def test_namesakes_are_found_at_any_company(alice: User) -> None:
    """By the whole name or by an address; two letters alone are not looked for [CERT-20]."""
    start = alice.ask(persons.new_person())
    first = alice.ask(persons.create_person(start, first_name="Ada", last_name="O'Hara", company=17))
    second = alice.ask(persons.create_person(start, first_name="A", company=18, emails=["ada@ohara.example"]))

    found = alice.ask(persons.same_persons("Ada", "O'Hara", ["ada@ohara.example"]))

    assert {one.person_id for one in found} == {first.person_id, second.person_id}
    assert all(one.company_id in (17, 18) and one.company for one in found)
    assert alice.ask(persons.same_persons("A", "", [""])) == []


def test_a_new_person_says_how_we_know_of_him(alice: User) -> None:
    """CERT-24: the source is what was chosen, and where nothing was, another integration; never unknown."""
    start = alice.ask(persons.new_person())
    told = [consents.consent_info(consents.STORE, legal_base=consents.AGREED, source="WEBFORM")]

    made = alice.ask(persons.create_person(start, told, first_name="Ada", company=17))

    [consent] = alice.ask(consents.consents_of(made.person_id))
    assert (consent.purpose, consent.legal_base, consent.source) == ("STORE", "61A", "WEBFORM")
    assert consents.consent_info(consents.STORE, legal_base=consents.AGREED)["ConsentSourceKey"] == "API"
    assert {"API", "USER", "WEBFORM"} <= {one.key for one in alice.ask(consents.keywords("ConsentSource"))}


def test_a_person_whose_answer_was_lost_is_found(alice: User) -> None:
    start = alice.ask(persons.new_person())
    said = {"first_name": "Ada", "last_name": "Ås", "company": 17, "mobile_phones": ["+47 900 11 222"]}
    before = alice.ask(persons.create_person(start, **said))
    wanted = persons.Person.parse(applied(start.raw, changes(start, **said)))

    assert alice.ask(persons.same_person(wanted)) == before
    assert alice.ask(persons.same_person(wanted, {before.person_id})) is None
    other = persons.Person.parse(applied(wanted.raw, changes(wanted, mobile_phones=["+47 900 11 333"])))
    assert alice.ask(persons.same_person(other)) is None


def test_a_sale_whose_answer_was_lost_is_found(alice: User, sandbox: Sandbox) -> None:
    """And no older one that says the same, nor a colleague's."""
    start, begun = alice.ask(sales.new_sale()), datetime.now(UTC)
    said = {"heading": "Pumps", "company": 17, "amount": Decimal("1200.50"), "date": TODAY}
    wanted = sales.Sale.parse(applied(start.raw, changes(start, **said)))
    assert alice.ask(sales.same_sale(wanted, begun)) is None

    made = alice.ask(sales.create_sale(start, **said))

    assert alice.ask(sales.same_sale(wanted, begun)) == made
    dearer = sales.Sale.parse(applied(wanted.raw, changes(wanted, amount=Decimal("1200.51"))))
    assert alice.ask(sales.same_sale(dearer, begun)) is None
    assert alice.ask(sales.same_sale(wanted, datetime.now(UTC) + timedelta(minutes=1))) is None
    sandbox.world.tenants["Cust12345"].table("sale")[made.sale_id]["registered_by"] = 7
    assert alice.ask(sales.same_sale(wanted, begun)) is None


def test_all_activities_of_a_company_open_ones_first(alice: User) -> None:
    start = alice.ask(appointments.new_appointment())
    late = alice.ask(
        appointments.create_appointment(start, title="Old debt", company=17, start=AT - timedelta(days=900))
    )

    found = alice.ask(activities.activities_of("Contact", 17))

    assert late.appointment_id in {one.appointment_id for one in found.open}
    assert not any(one.is_completed for one in found.open)
    assert found.completed
    assert all(one.is_completed for one in found.completed)
    dates = [one.start for one in found.completed if one.start]
    assert dates == sorted(dates, reverse=True)
