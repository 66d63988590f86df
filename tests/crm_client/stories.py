"""Every operation of ``crm_client`` at work, in stories that are operations themselves: any driver can carry them out.

A story gives all answers it got. A name ends where its subject needs a second story.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from crm_client import (
    activities,
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
    taskmenus,
    tickets,
    udef,
    users,
    webhook_definitions,
    webpanels,
)
from crm_client.archive import Archive, contains, first_page, greater, metadata, pages
from crm_client.calls import Call, Operation, Upload
from crm_client.errors import NotFound
from crm_client.patch import Change, guarded, replaced
from crm_client.records import changes
from crm_client.rows import first_lines, lines
from crm_client.values import Item
from tests.of_sandbox.receiver import Receiver

ACME, OTHER, ADA = 17, 18, 1
TODAY = date(2031, 5, 14)
AT = datetime(2031, 5, 14, 9, 30, tzinfo=UTC)
NOW = datetime.now(UTC)

type Story = Operation[list[Any]]

STORIES: dict[str, Callable[[], Story]] = {}


def story(tell: Callable[[], Story]) -> Callable[[], Story]:
    STORIES[tell.__name__] = tell
    return tell


@dataclass
class Told:
    """What was answered so far."""

    answers: list[Any] = field(default_factory=list)

    def ask[T](self, operation: Operation[T]) -> Generator[Call, Any, T]:
        answer = yield from operation
        self.answers.append(answer)
        return answer


@story
def companies() -> Story:
    told = Told()
    seen = yield from told.ask(contacts.contact(ACME))
    yield from told.ask(contacts.change_contact(ACME, changes(seen, name="Acme AS", phones=["1", "2"])))
    yield from told.ask(contacts.contacts("Acme", top=5))
    yield from told.ask(contacts.duplicates_of("Acme"))
    yield from told.ask(contacts.same_domain("acme.example"))
    start = yield from told.ask(contacts.new_contact())
    made = yield from told.ask(contacts.create_contact(start, name="O'Hara & Søn", category=2, business=2))
    yield from told.ask(contacts.delete_contact(made.contact_id))
    return told.answers


@story
def people() -> Story:
    told = Told()
    rows = yield from told.ask(persons.persons_of(ACME))
    yield from told.ask(persons.persons_by_email("@"))
    yield from told.ask(persons.person(rows[0].person_id))
    start = yield from told.ask(persons.new_person())
    yield from told.ask(persons.same_persons("Ada", "Ås", ["ada@acme.example"]))
    known = [consents.consent_info(consents.STORE, legal_base=consents.LEGITIMATE_INTEREST)]
    made = yield from told.ask(persons.create_person(start, known, first_name="Ada", last_name="Ås", company=ACME))
    yield from told.ask(persons.same_person(made))
    yield from told.ask(persons.change_person(made.person_id, changes(made, title="CTO", birth=date(1990, 5, 13))))
    yield from told.ask(persons.delete_person(made.person_id))
    return told.answers


@story
def hits_by_name_and_by_id() -> Story:
    told = Told()
    yield from told.ask(search.persons_at([ACME, OTHER], 3))
    for named, by_id, key in (
        (search.companies_named, search.companies_by_id, "contact_id"),
        (search.persons_named, search.persons_by_id, "person_id"),
        (search.sales_named, search.sales_by_id, "sale_id"),
    ):
        rows = yield from told.ask(named("en", top=3))
        again = yield from told.ask(by_id(getattr(row, key) for row in rows))
        assert {getattr(row, key) for row in again} == {getattr(row, key) for row in rows} != set()
    return told.answers


@story
def consents_of_people() -> Story:
    told = Told()
    yield from told.ask(consents.keywords("ConsentSource"))
    yield from told.ask(consents.consents_of(ADA))
    yield from told.ask(consents.withdraw_consent(ADA, consents.EMARKETING))
    yield from told.ask(consents.has_consent(ADA, consents.EMARKETING))
    yield from told.ask(
        consents.give_consent(ADA, consents.EMARKETING, legal_base=consents.AGREED, comment="on the phone")
    )
    yield from told.ask(consents.has_consent(ADA, consents.EMARKETING))
    return told.answers


@story
def sales_and_stakeholders() -> Story:
    told = Told()
    start = yield from told.ask(sales.new_sale())
    made = yield from told.ask(
        sales.create_sale(start, heading="Pumps", company=ACME, amount=Decimal("9.5"), date=TODAY)
    )
    yield from told.ask(sales.same_sale(made, NOW))
    yield from told.ask(sales.change_sale(made.sale_id, changes(made, amount=Decimal("1200.50"))))
    yield from told.ask(sales.sale(made.sale_id))
    rows = yield from told.ask(sales.open_sales_of(ACME))
    yield from told.ask(sales.my_open_sales())
    yield from told.ask(sales.open_sales_of_my_group())
    yield from told.ask(sales.all_open_sales())
    yield from told.ask(sales.open_sales_of_project(1))
    told.answers.append(sales.sums(rows))
    yield from told.ask(sales.open_sales_of_person(ADA))
    yield from told.ask(sales.sales_of_person(ADA))
    yield from told.ask(sales.stages())
    yield from told.ask(sales.sale_types())
    yield from told.ask(sales.stages_of_type(made.sale_type.id if made.sale_type else 0))
    begun = yield from told.ask(sales.new_stakeholder())
    part = yield from told.ask(sales.add_stakeholder(begun, sale_id=made.sale_id, company_id=OTHER, comment="pays"))
    seen = yield from told.ask(sales.stakeholder(part.stakeholder_id))
    yield from told.ask(sales.change_stakeholder(part.stakeholder_id, changes(seen, comment="decides")))
    yield from told.ask(sales.stakeholders_of(made.sale_id))
    yield from told.ask(sales.remove_stakeholder(part.stakeholder_id))
    yield from told.ask(sales.delete_sale(made.sale_id))
    return told.answers


@story
def follow_ups() -> Story:
    told = Told()
    start = yield from told.ask(appointments.new_appointment())
    wanted = {"title": "Call back", "company": ACME, "start": AT, "end": AT + timedelta(hours=1)}
    made = yield from told.ask(appointments.create_appointment(start, **wanted))
    moved = yield from told.ask(
        appointments.change_appointment(made.appointment_id, changes(made, location="Oslo"), made.updated)
    )
    yield from told.ask(appointments.my_open_follow_ups(TODAY, 50))
    yield from told.ask(appointments.complete(moved))
    yield from told.ask(appointments.appointment(made.appointment_id))
    yield from told.ask(appointments.diary(made.owner.id, TODAY, TODAY))
    yield from told.ask(appointments.same_appointment(made))
    yield from told.ask(appointments.delete_appointment(made.appointment_id))
    return told.answers


@story
def activities_of_a_company() -> Story:
    told = Told()
    yield from told.ask(activities.activities_of("Contact", ACME))
    yield from told.ask(activities.last_activity_of(ACME, NOW))
    yield from told.ask(activities.next_activity_of(ACME, NOW))
    yield from told.ask(activities.overdue_activity_of(ACME, NOW))
    return told.answers


@story
def activities_of_a_person() -> Story:
    told = Told()
    yield from told.ask(activities.past_activities("Person", ADA, NOW))
    yield from told.ask(activities.coming_activities("Person", ADA, NOW))
    yield from told.ask(activities.overdue_activities("Person", ADA, NOW))
    return told.answers


@story
def projects_and_members() -> Story:
    told = Told()
    start = yield from told.ask(projects.new_project())
    made = yield from told.ask(projects.create_project(start, name="Harbour"))
    yield from told.ask(projects.change_project(made.project_id, changes(made, end=TODAY)))
    yield from told.ask(projects.project(made.project_id))
    yield from told.ask(projects.same_projects("Harbour"))
    begun = yield from told.ask(projects.new_member())
    joined = yield from told.ask(projects.add_member(begun, project_id=made.project_id, company=ACME, person=ADA))
    yield from told.ask(projects.change_member(joined.member_id, changes(joined, comment="leads")))
    yield from told.ask(projects.member(joined.member_id))
    yield from told.ask(projects.members_of(made.project_id))
    yield from told.ask(projects.same_member(joined))
    yield from told.ask(projects.projects_of(ACME))
    yield from told.ask(projects.remove_member(joined.member_id))
    yield from told.ask(projects.delete_project(made.project_id))
    return told.answers


@story
def documents_and_content() -> Story:
    told = Told()
    start = yield from told.ask(documents.new_document())
    made = yield from told.ask(documents.create_document(start, header="Offer", name="offer.txt", company=ACME))
    yield from told.ask(documents.upload(made.document_id, Upload.file(io.BytesIO(b"Dear Ada"))))
    yield from told.ask(documents.size(made.document_id))
    yield from told.ask(documents.fill_from_template(made.document_id, contactId=ACME))
    yield from told.ask(documents.change_document(made.document_id, changes(made, header="Our offer")))
    yield from told.ask(documents.document(made.document_id))
    yield from told.ask(documents.documents_of(ACME))
    yield from told.ask(documents.delete_document(made.document_id))
    return told.answers


@story
def links_to_documents() -> Story:
    told = Told()
    start = yield from documents.new_document()
    made = yield from documents.create_document(start, header="Offer", name="offer.txt", company=ACME)
    yield from told.ask(documents.link_to(made.document_id))
    return told.answers


@story
def requests_and_messages() -> Story:
    told = Told()
    start = yield from told.ask(tickets.new_ticket())
    made = yield from told.ask(tickets.create_ticket(start, title="It leaks"))
    yield from told.ask(tickets.change_ticket(made.ticket_id, changes(made, title="It leaks more")))
    yield from told.ask(tickets.ticket(made.ticket_id))
    yield from told.ask(tickets.tickets_of(ACME, closed=True))
    yield from told.ask(tickets.tickets_of_person(ADA))
    yield from told.ask(tickets.same_ticket(replace(made, person=Item(ADA, "")), NOW))
    yield from told.ask(tickets.statuses())
    begun = yield from told.ask(tickets.new_message())
    said = yield from told.ask(tickets.add_message(begun, ticket=made.ticket_id, body="Since Monday"))
    yield from told.ask(tickets.change_message(said.message_id, changes(said, body="Since Sunday")))
    yield from told.ask(tickets.message(said.message_id))
    yield from told.ask(tickets.messages_of(made.ticket_id))
    yield from told.ask(tickets.latest_messages(made.ticket_id, 1))
    yield from told.ask(tickets.same_message(said, NOW))
    yield from told.ask(tickets.delete_message(said.message_id))
    yield from told.ask(tickets.delete_ticket(made.ticket_id))
    return told.answers


@story
def relations_between_companies() -> Story:
    told = Told()
    start = yield from told.ask(relations.new_relation())
    made = yield from told.ask(
        relations.create_relation(start, definition_id=1, source_contact_id=ACME, destination_contact_id=OTHER)
    )
    yield from told.ask(relations.change_relation(made.relation_id, changes(made, comment="since 1999")))
    yield from told.ask(relations.relation(made.relation_id))
    yield from told.ask(relations.relations_of_company(ACME))
    yield from told.ask(relations.relations_of_person(ADA))
    yield from told.ask(relations.delete_relation(made.relation_id))
    return told.answers


@story
def selections_and_members() -> Story:
    told = Told()
    start = yield from told.ask(selections.new_selection())
    made = yield from told.ask(selections.create_selection(start, name="Spring", table="sale"))
    yield from told.ask(selections.change_selection(made.selection_id, changes(made, name="Summer")))
    yield from told.ask(selections.selection(made.selection_id))
    yield from told.ask(selections.add_members(made.selection_id, [1, 2]))
    yield from told.ask(selections.members(made.selection_id, "saleId"))
    yield from told.ask(selections.remove_members(made.selection_id, [2]))
    firms = yield from told.ask(selections.create_selection(start, name="Firms", table="contact"))
    yield from told.ask(selections.add_contacts(firms.selection_id, [(ACME, 0), (OTHER, 0)]))
    yield from told.ask(selections.remove_contacts(firms.selection_id, [(OTHER, 0)]))
    yield from told.ask(selections.members(firms.selection_id, "contactId"))
    yield from told.ask(selections.selections("Summer"))
    yield from told.ask(selections.delete_selection(made.selection_id))
    return told.answers


@story
def users_of_the_tenant() -> Story:
    told = Told()
    yield from told.ask(users.current_principal())
    yield from told.ask(associates.current_associate())
    yield from told.ask(associates.associates(active=False))
    return told.answers


@story
def lists_to_choose_from() -> Story:
    told = Told()
    yield from told.ask(lists.mdo_names())
    yield from told.ask(lists.mdo_list("category"))
    yield from told.ask(lists.mdo_tree("task"))
    yield from told.ask(lists.selectable("usergroup"))
    yield from told.ask(lists.with_history("business"))
    return told.answers


@story
def lists_to_keep() -> Story:
    told = Told()
    yield from told.ask(lists.list_definitions())
    category = yield from told.ask(lists.list_definition("Category"))
    made = yield from told.ask(lists.create_entry(category.list_id, "Partner"))
    at = category.list_id, made.item_id
    yield from told.ask(lists.change_entry(*at, changes(made, tooltip="sells with us")))
    yield from told.ask(lists.entry(*at))
    yield from told.ask(lists.entries(category.list_id))
    groups = yield from told.ask(lists.groups_of_entry(*at))
    yield from told.ask(lists.show_to_groups(*at, [groups[0].id]))
    yield from told.ask(lists.show_to_all_groups(*at))
    heading = yield from told.ask(lists.create_heading(category.list_id, "Friends"))
    yield from told.ask(lists.headings(category.list_id))
    yield from told.ask(lists.put_under_headings(*at, [heading.heading_id]))
    yield from told.ask(lists.headings_of_entry(*at))
    yield from told.ask(lists.delete_entry(*at))
    return told.answers


@story
def lists_of_ones_own() -> Story:
    told = Told()
    own = yield from told.ask(lists.create_list("Colours", uses_groups=True))
    yield from told.ask(lists.change_list(own.list_id, changes(own, tooltip="of pumps")))
    yield from told.ask(lists.delete_list(own.list_id))
    return told.answers


@story
def user_defined_fields() -> Story:
    told = Told()
    yield from told.ask(udef.layout("Contact"))
    named = {"label": "Size", "prog_id": "Sidecard:Size"}
    made = yield from told.ask(udef.add_field("Contact", udef.FieldType.NUMBER, **named))
    yield from told.ask(udef.change_field("Contact", made, tooltip="in metres"))
    yield from told.ask(udef.publish("Contact"))
    yield from told.ask(udef.show_published())
    yield from told.ask(udef.udef_fields("Contact"))
    size = yield from told.ask(udef.udef_field("Contact", made.prog_id))
    seen = yield from contacts.contact(ACME)
    yield from told.ask(contacts.change_contact(ACME, size.changes(seen, 43)))
    yield from told.ask(udef.remove_field("Contact", made.prog_id))
    return told.answers


@story
def preferences_of_a_user() -> Story:
    told = Told()
    yield from told.ask(preferences.set_preference("Sidecard", "Colour", "blue"))
    yield from told.ask(preferences.set_preferences([("Sidecard", "Size", "9"), ("Sidecard", "Colour", "red")]))
    yield from told.ask(preferences.preference("Sidecard", "Colour"))
    yield from told.ask(preferences.preferences([("Sidecard", "Colour"), ("Sidecard", "Nothing")]))
    yield from told.ask(preferences.section("Sidecard"))
    return told.answers


@story
def keys_of_other_systems() -> Story:
    told = Told()
    ring = foreign_keys.KeyRing("Sidecard", "Ledger")
    yield from told.ask(foreign_keys.open_ring(ring))
    yield from told.ask(foreign_keys.write_key(ring, "No", "contact", ACME, "K-17"))
    yield from told.ask(foreign_keys.read_key(ring, "No", "contact", ACME))
    yield from told.ask(foreign_keys.find_by_key(ring, "No", "contact", "K-17"))
    yield from told.ask(foreign_keys.delete_key(ring, "No", "contact", ACME))
    yield from told.ask(foreign_keys.read_key(ring, "No", "contact", ACME))
    yield from told.ask(foreign_keys.close_ring(ring))
    return told.answers


@story
def web_panels() -> Story:
    told = Told()
    wanted = {"name": "Sidecard", "window_name": "sidecard", "url": "https://x.example/"}
    made = yield from told.ask(webpanels.create_panel((yield from told.ask(webpanels.new_panel())), **wanted))
    yield from told.ask(webpanels.change_panel(made.panel_id, changes(made, tooltip="What matters")))
    yield from told.ask(webpanels.panel(made.panel_id))
    yield from told.ask(webpanels.show_panel(made.panel_id))
    yield from told.ask(webpanels.panels())
    yield from told.ask(webpanels.own_panels())
    yield from told.ask(webpanels.delete_panel(made.panel_id))
    yield from told.ask(webpanels.remove_panel(made.panel_id))
    kept = yield from told.ask(webpanels.ensure_panel("sidecard.tab", **wanted))
    told.answers.append((yield from webpanels.ensure_panel("sidecard.tab", **wanted)) == kept)
    yield from told.ask(webpanels.panel_by_prog_id("sidecard.tab"))
    return told.answers


@story
def task_menus() -> Story:
    told = Told()
    start = yield from told.ask(taskmenus.new_task_menu())
    wanted = {
        "name": "Sidecard",
        "table": "contact",
        "task_type": taskmenus.TaskType.URL,
        "target": "https://x.example/",
    }
    made = yield from told.ask(taskmenus.save_task_menu(start, prog_id="sidecard.menu", **wanted))
    yield from told.ask(taskmenus.save_task_menu(made, tooltip="What matters"))
    yield from told.ask(taskmenus.task_menu_by_prog_id("sidecard.menu"))
    yield from told.ask(taskmenus.task_menu_by_prog_id("nobody's"))
    yield from told.ask(taskmenus.own_task_menus())
    yield from told.ask(taskmenus.remove_task_menu(made.menu_id))
    return told.answers


@story
def webhooks() -> Story:
    with Receiver() as receiver:
        return (yield from _webhooks_to(receiver))


def _webhooks_to(receiver: Receiver) -> Story:
    told = Told()
    start = yield from told.ask(webhook_definitions.new_webhook())
    wanted = {"name": "Sidecard", "target_url": receiver.url, "events": ("contact.changed",)}
    made = yield from told.ask(webhook_definitions.create_webhook(start, **wanted))
    yield from told.ask(webhook_definitions.webhooks(event="contact.changed"))
    stopped = changes(made, state=webhook_definitions.WebhookState.STOPPED)
    yield from told.ask(webhook_definitions.change_webhook(made.webhook_id, stopped))
    seen = yield from told.ask(webhook_definitions.webhook(made.webhook_id))
    yield from told.ask(webhook_definitions.restart_webhook(seen))
    yield from told.ask(webhook_definitions.try_webhook(seen))
    yield from told.ask(webhook_definitions.last_error(made.webhook_id))
    yield from told.ask(webhook_definitions.signal("sidecard.done", ACME, {"by": "Ada"}))
    yield from told.ask(webhook_definitions.delete_webhook(made.webhook_id))
    return told.answers


@story
def archives() -> Story:
    told = Told()
    query = Archive("v1/Contact").select("contactId", "name").where(greater("contactId", 5)).order_by("contactId")
    yield from told.ask(first_page(query.top(3)))
    yield from told.ask(pages(query.top(10)))
    acmes = Archive("v1/Contact").where(contains("name", "Acme"))
    yield from told.ask(lines(contacts.ContactRow, acmes))
    yield from told.ask(first_lines(contacts.ContactRow, acmes.top(1)))
    yield from told.ask(metadata("SimpleContact"))
    return told.answers


@story
def any_path() -> Story:
    """What no operation knows: a ``Call`` by hand, and the guards by themselves."""
    told = Told()
    told.answers.append((yield Call("GET", f"v1/Contact/{ACME}/Persons", query={"$top": "1"}))["value"])
    rename = [Change("/Name", "Acme", "Acme AS")]
    yield from told.ask(guarded(f"v1/Contact/{ACME}", rename, lambda entity: entity["Name"]))
    category = yield from lists.list_definition("Category")
    path = f"v1/List/{category.list_id}/Items/1"
    entity = yield Call("GET", path, language="x")
    edit = [Change("/Tooltip", entity["Tooltip"], "good ones")]
    yield from told.ask(replaced(path, edit, lambda entity: entity["Tooltip"], "x"))
    yield from told.ask(duplicates.duplicates("Project/GetDuplicates", Name="Harbour"))
    return told.answers


@story
def what_is_not_there() -> Story:
    told = Told()
    for operation in (contacts.contact(987654), persons.person(987654), sales.sale(987654)):
        try:
            yield from told.ask(operation)
        except NotFound as error:
            told.answers.append((str(error), error.message, error.error_type))
    return told.answers
