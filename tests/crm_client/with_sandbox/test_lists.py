"""Lists to choose from and to keep, users, web panels, user-defined fields."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crm_client import associates, contacts, lists, sales, taskmenus, udef, webpanels
from crm_client.archive import Archive, cells, is_, metadata, not_one_of, one_of, pages
from crm_client.errors import BadRequest, Conflict, CrmError, NotFound
from crm_client.records import changes
from crm_client.udef import FieldType, Owner
from crm_client.users import current_principal
from crm_client.values import Item, translations
from crm_client.webpanels import UrlEncoding

from .conftest import SignIn, User


def test_a_tree_has_headings_with_items(alice: User) -> None:
    flat, tree = alice.ask(lists.mdo_list("category")), alice.ask(lists.mdo_tree("category"))
    assert {item.id for item in flat} <= {child.id for item in tree for child in (item, *item.children)}
    assert "category" in alice.ask(lists.mdo_names())


def test_a_selectable_list(alice: User) -> None:
    groups = alice.ask(lists.selectable("usergroup"))
    assert groups
    assert not any(group.is_selected for group in groups)


def test_history_is_part_of_the_list(alice: User) -> None:
    recent = alice.ask(lists.with_history("category"))
    assert {item.id for item in recent} <= {item.id for item in alice.ask(lists.mdo_list("category"))}


def test_an_entry_lives(alice: User) -> None:
    """Its texts stay in all languages while one of them is changed."""
    category = alice.ask(lists.list_definition("Category")).list_id
    made = alice.ask(lists.create_entry(category, 'US:"Friend";NO:"Venn"', "Of ours"))
    assert translations(made.name) == {"US": "Friend", "NO": "Venn"}
    changed = alice.ask(lists.change_entry(category, made.item_id, changes(made, tooltip='US:"Good";NO:"Bra"')))
    assert translations(changed.name) == {"US": "Friend", "NO": "Venn"}
    assert translations(changed.tooltip) == {"US": "Good", "NO": "Bra"}
    assert made.item_id in {one.item_id for one in alice.ask(lists.entries(category))}
    alice.ask(lists.delete_entry(category, made.item_id))
    assert alice.ask(lists.entry(category, made.item_id)).is_deleted


def test_two_administrators_at_one_entry(sign_in: SignIn) -> None:
    alice, again = sign_in(), sign_in(language="nb-NO")
    category = alice.ask(lists.list_definition("Category")).list_id
    seen = alice.ask(lists.entries(category))[0]
    again.ask(lists.change_entry(category, seen.item_id, changes(seen, name='US:"Theirs"')))
    with pytest.raises(Conflict) as caught:
        alice.ask(lists.change_entry(category, seen.item_id, changes(seen, name='US:"Mine"')))
    assert caught.value.current.name == 'US:"Theirs"'
    assert caught.value.paths == ("/Name",)


def test_only_some_groups_see_an_entry(alice: User) -> None:
    category = alice.ask(lists.list_definition("Category")).list_id
    made = alice.ask(lists.create_entry(category, "Friend"))
    every = [group.id for group in alice.ask(lists.groups_of_entry(category, made.item_id))]
    ticked = alice.ask(lists.show_to_groups(category, made.item_id, every[:1]))
    assert [group.id for group in ticked if group.is_selected] == every[:1]
    assert all(group.is_selected for group in alice.ask(lists.show_to_all_groups(category, made.item_id)))
    sent = len(alice.sent)
    alice.ask(lists.show_to_all_groups(category, made.item_id))
    assert [call.method for call in alice.sent[sent:]] == ["GET"]


def test_an_entry_stands_under_headings(alice: User) -> None:
    category = alice.ask(lists.list_definition("Category")).list_id
    heading = alice.ask(lists.create_heading(category, "Ours"))
    assert heading.heading_id in {one.heading_id for one in alice.ask(lists.headings(category))}
    made = alice.ask(lists.create_entry(category, "Friend"))
    under = alice.ask(lists.put_under_headings(category, made.item_id, [heading.heading_id]))
    assert [one.id for one in under if one.is_selected] == [heading.heading_id]
    assert alice.ask(lists.headings_of_entry(category, made.item_id)) == under


def test_a_list_of_ones_own(alice: User) -> None:
    made = alice.ask(lists.create_list("Sizes", "Of shoes"))
    assert made.is_own
    alice.ask(lists.create_entry(made.list_id, "42"))
    changed = alice.ask(lists.change_list(made.list_id, changes(made, tooltip="Of boots")))
    assert changed.tooltip == "Of boots"
    assert made.list_id in {one.list_id for one in alice.ask(lists.list_definitions())}
    alice.ask(lists.delete_list(made.list_id))


def test_lists_are_for_administrators(sign_in: SignIn) -> None:
    category = sign_in().ask(lists.list_definition("Category")).list_id
    with pytest.raises(CrmError):
        sign_in("bob").ask(lists.create_entry(category, "Friend"))


def test_users(alice: User) -> None:
    me = alice.ask(associates.current_associate())
    assert me.associate_id == alice.ask(current_principal()).associate_id
    rows = alice.ask(associates.associates())
    assert me.associate_id in {row.associate_id for row in rows}
    assert all(row.full_name and row.is_active for row in rows)
    assert len(alice.ask(associates.associates(active=False))) >= len(rows)


PANEL: dict[str, Any] = {
    "name": 'US:"Acme";NO:"Akme"',
    "tooltip": "Acme by Partner AS",
    "url": "https://panel.example.com/?uctx=<uctx>&usid=<usid>",
    "window_name": "acme.company",
    "visible_in": "CompanyMinicard",
}


def test_a_panel_is_ensured_again_and_again(alice: User) -> None:
    made = alice.ask(webpanels.ensure_panel("acme.company", **PANEL))
    assert made.url_encoding is UrlEncoding.UNICODE
    assert alice.ask(webpanels.ensure_panel("acme.company", **PANEL)) == made
    sent = len(alice.sent)
    alice.ask(webpanels.ensure_panel("acme.company", **PANEL))
    assert not {"PUT", "DELETE"} & {call.method for call in alice.sent[sent:]}
    moved = alice.ask(webpanels.ensure_panel("acme.company", **PANEL | {"visible_in": "PersonMinicard"}))
    assert (moved.panel_id, moved.visible_in, moved.name) == (made.panel_id, "PersonMinicard", made.name)
    assert sum(one.prog_id == "acme.company" for one in alice.ask(webpanels.panels())) == 1


def test_a_panel_is_seen_by_all_groups(alice: User) -> None:
    made = alice.ask(webpanels.ensure_panel("acme.company", **PANEL))
    list_id = alice.ask(lists.list_definition("WebPanel")).list_id
    assert all(group.is_selected for group in alice.ask(lists.groups_of_entry(list_id, made.panel_id)))


def test_a_deleted_panel_comes_back(alice: User) -> None:
    made = alice.ask(webpanels.ensure_panel("acme.company", **PANEL))
    alice.ask(webpanels.delete_panel(made.panel_id))
    again = alice.ask(webpanels.ensure_panel("acme.company", **PANEL))
    assert not again.is_deleted
    alice.ask(webpanels.remove_panel(again.panel_id))
    assert alice.ask(webpanels.panel_by_prog_id("acme.company")) is None


def test_panels_of_the_application(alice: User) -> None:
    assert alice.ask(webpanels.own_panels()) == []
    alice.name_the_application("sandbox-secret")
    alice.ask(webpanels.ensure_panel("acme.company", **PANEL))
    assert "acme.company" in {one.prog_id for one in alice.ask(webpanels.own_panels())}


def test_a_panel_two_applications_call_alike(alice: User) -> None:
    alice.ask(webpanels.ensure_panel("acme.company", **PANEL))
    with pytest.raises(BadRequest) as caught:
        alice.ask(webpanels.ensure_panel("other.company", **PANEL))
    assert caught.value.message


def test_two_edit_one_item_of_a_task_menu(sign_in: SignIn) -> None:
    alice, other = sign_in(), sign_in()
    wanted = {"prog_id": "acme.open", "name": "Acme", "table": "contact", "task_type": taskmenus.TaskType.URL}
    seen = alice.ask(
        taskmenus.save_task_menu(alice.ask(taskmenus.new_task_menu()), target="https://x.example/", **wanted)
    )
    other.ask(taskmenus.save_task_menu(seen, tooltip="theirs"))
    with pytest.raises(Conflict) as caught:
        alice.ask(taskmenus.save_task_menu(seen, tooltip="mine"))
    assert caught.value.current.tooltip == "theirs"
    assert alice.ask(taskmenus.save_task_menu(seen, rank=7)).tooltip == "theirs"
    other.ask(taskmenus.remove_task_menu(seen.menu_id))
    with pytest.raises(NotFound):
        alice.ask(taskmenus.save_task_menu(seen, rank=8))


OWN_FIELDS = [
    (FieldType.NUMBER, 42),
    (FieldType.SHORT_TEXT, "[I:5] O'Hara"),
    (FieldType.LONG_TEXT, "Søn"),
    (FieldType.DATE, date(2026, 12, 24)),
    (FieldType.UNLIMITED_DATE, date(1814, 5, 17)),
    (FieldType.CHECKBOX, True),
    (FieldType.DECIMAL, Decimal("4.43")),
]


@pytest.mark.parametrize(("field_type", "value"), OWN_FIELDS, ids=lambda value: str(value))
def test_a_field_of_ones_own(alice: User, field_type: FieldType, value: udef.Value) -> None:
    owner: Owner = "Contact"
    alice.ask(udef.add_field(owner, field_type, label='US:"Size";NO:"Mål"', prog_id="Acme.Panel.Size"))
    assert "Acme.Panel.Size" not in {one.prog_id for one in alice.ask(udef.udef_fields(owner))}
    alice.ask(udef.publish(owner))
    field = alice.ask(udef.udef_field(owner, "Acme.Panel.Size"))
    assert field.label == "Size"
    company = alice.ask(contacts.contact(17))
    changed = alice.ask(contacts.change_contact(17, field.changes(company, value)))
    assert field.read(changed) == value
    assert field.changes(changed, value) == []
    emptied = alice.ask(contacts.change_contact(17, field.changes(changed, None)))
    assert field.changes(emptied, None) == []


@pytest.mark.parametrize(("field_type", "value"), OWN_FIELDS, ids=lambda value: str(value))
def test_a_field_of_ones_own_is_a_column(alice: User, field_type: FieldType, value: udef.Value) -> None:
    """To select, to ask by and to sort by; below another record too."""
    alice.ask(udef.add_field("Contact", field_type, label="Size", prog_id="Acme.Panel.Size"))
    alice.ask(udef.publish("Contact"))
    field = alice.ask(udef.udef_field("Contact", "Acme.Panel.Size"))
    start = alice.ask(contacts.new_contact())
    custom = {field.prog_id: field.write(value)}
    made = alice.ask(contacts.create_contact(start, name="Nordic Pumps AS", custom=custom))
    assert field.read(made) == value
    start = alice.ask(sales.new_sale())
    alice.ask(sales.create_sale(start, heading="Pumps", company=made.contact_id))

    companies = Archive("v1/Contact").select("contactId", field.column).order_by(f"{field.column} desc", "contactId")
    every = [(row["contactId"], field.in_row(row)) for row in alice.ask(pages(companies))]
    assert every[0] == (made.contact_id, value)
    assert dict(every)[17] == field.read(alice.ask(contacts.contact(17)))
    [row] = alice.ask(pages(companies.where(is_(field.column, value)).full()))
    assert (cells(row).key, field.in_row(row)) == (made.contact_id, value)
    below = f"contact/{field.column}"
    [row] = alice.ask(pages(Archive("v1/Sale").select("heading", below).where(is_(below, value))))
    assert (row["heading"], field.in_row(row, below="contact")) == ("Pumps", value)
    [told] = [one for one in alice.ask(metadata("SimpleContact")) if one.name == field.column]
    assert (told.title, told.can_order, bool(told.restriction)) == ("Size", True, True)


def test_a_list_of_ones_own_is_a_column(alice: User) -> None:
    """Its text, and where all is asked for its id."""
    field = next(one for one in alice.ask(udef.udef_fields("Contact")) if one.type is FieldType.LIST)
    choice = alice.ask(lists.mdo_list(field.list_name))[-1]
    alice.ask(contacts.change_contact(17, field.changes(alice.ask(contacts.contact(17)), choice.id)))
    chosen = Archive("v1/Contact").select("contactId", field.column).where(one_of(field.column, [choice.id]))
    rows = {row["contactId"]: field.in_row(row) for row in alice.ask(pages(chosen))}
    assert rows[17] == choice.name
    full = {cells(row).key: field.in_row(row) for row in alice.ask(pages(chosen.full()))}
    assert full == {key: Item(choice.id, choice.name) for key in rows}
    others = (
        Archive("v1/Contact").select(field.column).where(not_one_of(field.column, [choice.id])).order_by("contactId")
    )
    assert None in [field.in_row(row) for row in alice.ask(pages(others))]
    assert None in [field.in_row(row) for row in alice.ask(pages(others.full()))]


def test_a_field_is_changed_and_removed(alice: User) -> None:
    alice.ask(udef.add_field("Sale", FieldType.NUMBER, label="Size", prog_id="Acme.Size"))
    [draft] = [one for one in alice.ask(udef.layout("Sale")) if one.prog_id == "Acme.Size"]
    changed = alice.ask(udef.change_field("Sale", draft, tooltip="Of shoes", is_mandatory=True))
    assert (changed.tooltip, changed.is_mandatory) == ("Of shoes", True)
    with pytest.raises(Conflict) as caught:
        alice.ask(udef.change_field("Sale", draft, tooltip="Of hats"))
    assert caught.value.current.tooltip == "Of shoes"
    assert alice.ask(udef.change_field("Sale", draft, label="Measure")).tooltip == "Of shoes"
    alice.ask(udef.remove_field("Sale", "Acme.Size"))
    with pytest.raises(NotFound):
        alice.ask(udef.change_field("Sale", draft, label="Measure"))
    with pytest.raises(NotFound):
        alice.ask(udef.udef_field("Sale", "Acme.Size"))


def test_two_edit_one_field(sign_in: SignIn) -> None:
    alice, bob = sign_in(), sign_in("bob")
    fields = alice.ask(udef.udef_fields("Contact"))
    field = next(one for one in fields if one.type is FieldType.SHORT_TEXT)
    seen = alice.ask(contacts.contact(17))
    bob.ask(contacts.change_contact(17, field.changes(seen, "Bob's")))
    with pytest.raises(Conflict):
        alice.ask(contacts.change_contact(17, field.changes(seen, "Alice's")))


def test_a_list_field_tells_the_text(alice: User) -> None:
    fields = alice.ask(udef.udef_fields("Contact"))
    field = next(one for one in fields if one.type is FieldType.LIST)
    choice = alice.ask(lists.mdo_list(field.list_name))[-1]
    seen = alice.ask(contacts.contact(17))
    changed = alice.ask(contacts.change_contact(17, field.changes(seen, choice.id)))
    value = field.read(changed)
    assert (value.id, value.name) == (choice.id, choice.name)
