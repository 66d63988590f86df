"""What subjects ask and how they read answers, on literals: where the sandbox has nothing to say, or might say it as we
would.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_client.calls import UNTRANSLATED, Call, Operation
from crm_client.consents import EMARKETING, consents_in, consents_of, give_consent, has_consent
from crm_client.contacts import Contact, duplicates_of
from crm_client.documents import content, fill_from_template, link_to
from crm_client.errors import BadAnswer, Denied, NotFound, Unavailable
from crm_client.foreign_keys import KeyRing, delete_key, find_by_key, open_ring, read_key, write_key
from crm_client.lists import ListItem, mdo_list, mdo_tree, put_under_headings, show_to_all_groups, with_history
from crm_client.preferences import Level, preference, set_preference
from crm_client.sales import SaleRow, stages, stages_of_type
from crm_client.selections import add_members
from crm_client.taskmenus import new_task_menu, own_task_menus
from crm_client.tickets import BaseStatus, Ticket, new_ticket
from crm_client.udef import UdefField, publish, udef_fields
from crm_client.values import Item
from crm_client.webhook_definitions import Webhook, WebhookState, signal, try_webhook, webhooks
from crm_client.webpanels import own_panels, panel_by_prog_id

from .conftest import answered


def calls(operation: Operation[Any], *answers: Any) -> list[Call]:
    """What an operation asks, given these answers; an exception among them is thrown in."""
    asked = [next(operation)]
    for answer in answers:
        try:
            call = operation.throw(answer) if isinstance(answer, Exception) else operation.send(answer)
        except StopIteration:
            break
        asked.append(call)
    return asked


CONSENT = {
    "ConsentPersonId": 247,
    "Comment": None,
    "Registered": "2019-12-19T10:44:12Z",
    "Updated": "0001-01-01T00:00:00Z",
    "LegalBaseKey": "WITHDRAWN",
    "ConsentPurposeKey": "EMARKETING",
    "ConsentPurposeName": "E-marketing",
    "ConsentSourceKey": "USER",
}


def test_a_withdrawn_consent_is_none() -> None:
    [one] = answered(consents_of(1), [CONSENT])
    assert not one.is_given
    assert (one.purpose, one.source, one.comment, one.updated) == ("EMARKETING", "USER", "", None)
    assert one.registered == datetime(2019, 12, 19, 10, 44, 12, tzinfo=UTC)
    assert consents_in(None) == ()


@pytest.mark.parametrize(("answer", "has"), [(True, True), (False, False), (None, False), ("true", False)])
def test_consent_is_only_what_superoffice_affirms(answer: Any, has: bool) -> None:
    assert answered(has_consent(1, EMARKETING), answer) is has


def test_what_is_said_about_a_person_stands_in_no_address() -> None:
    [call] = calls(give_consent(1, EMARKETING, legal_base="61A", comment="was ill"), None)
    assert (call.path, call.query, call.json["Comment"]) == ("v1/Agents/Person/SetConsent", {}, "was ill")
    [call] = calls(set_preference("Acme", "Diagnosis", "ill"), None)
    assert "ill" not in call.path
    assert call.query == {}


@given(st.text())
def test_any_name_can_be_looked_for(name: str) -> None:
    call = next(duplicates_of(name, name))
    assert call.json == {"Name": name, "Department": name}
    assert call.reads


TREE = [
    {"Id": 0, "Name": "Ours", "Type": "heading", "ChildItems": [{"Id": 3, "Name": "Friend", "ChildItems": None}]},
    {"Id": 4, "Name": "Foe", "Selected": True, "Hidden": 1, "FullName": "All/Foe", "ExtraInfo": "x"},
]


def test_a_tree_of_choices() -> None:
    ours, foe = answered(mdo_tree("category"), TREE)
    assert ours.children == (ListItem(id=3, name="Friend"),)
    assert (foe.is_selected, foe.is_hidden, foe.full_name, foe.extra) == (True, True, "All/Foe", "x")


def test_choices_may_be_narrowed() -> None:
    assert next(mdo_list("person", additional="contact_id=17", search="ad")).query == {
        "flat": "true",
        "additional": "contact_id=17",
        "query": "ad",
    }
    assert next(with_history("task")).json == {
        "Name": "task",
        "ForceFlatList": True,
        "AdditionalInfo": "",
        "OnlyHistory": True,
    }


GROUPS = [{"Id": 1, "Name": 'US:"Sales"', "Selected": True, "New": 1}, {"Id": 2, "Name": "B", "Selected": False}]


def test_groups_are_ticked_and_keep_all_else() -> None:
    get, put = calls(show_to_all_groups(28, 5), GROUPS)
    assert (get.path, get.language) == ("v1/List/28/Items/5/UserGroups", UNTRANSLATED)
    assert (put.method, put.path, put.language) == ("PUT", get.path, UNTRANSLATED)
    assert put.json == [GROUPS[0], {**GROUPS[1], "Selected": True}]


def test_what_is_ticked_already_is_not_sent() -> None:
    assert [call.method for call in calls(put_under_headings(28, 5, [1]), GROUPS)] == ["GET"]


def field(field_type: str, **more: Any) -> UdefField:
    return UdefField.parse({"ProgId": "Acme.Size", "FieldType": field_type, **more})


def company(**custom: str) -> Contact:
    return Contact.parse({"ContactId": 17, "CustomFields": {"Acme.Size": None, **custom}})


@pytest.mark.parametrize(
    ("field_type", "there", "meant"),
    [
        ("Number", "[I:3]", 3),
        ("Number", "3", 3),
        ("ShortText", "[I:3]", "[I:3]"),
        ("LongText", "", ""),
        ("Checkbox", "[I:1]", True),
        ("Checkbox", "True", True),
        ("Checkbox", "", False),
        ("Date", "[DT:05/13/1999 00:00:00.0000000]", date(1999, 5, 13)),
        ("Date", "[D:05/13/1999 00:00:00.0000000]", date(1999, 5, 13)),
        ("UnlimitedDate", "[DT:01/01/0001 00:00:00.0000000]", None),
        ("Date", "soon", None),
        ("Decimal", "[F:4.43]", Decimal("4.43")),
        ("Decimal", "4.43", Decimal("4.43")),
        ("List", "[I:4]", Item(4, "Blue")),
        ("List", "[I:0]", None),
        ("InventedIn2027", "[Q:1]", "[Q:1]"),
    ],
)
def test_a_field_reads_leniently(field_type: str, there: str, meant: Any) -> None:
    seen = company(**{"Acme.Size": there, "Acme.Size:DisplayText": "Blue"})
    assert field(field_type).read(seen) == meant


@pytest.mark.parametrize(
    ("field_type", "value"),
    [
        ("Number", "3"),
        ("ShortText", 3),
        ("Date", "2026-01-01"),
        ("Checkbox", "yes"),
        ("List", "Blue"),
        ("Decimal", "1"),
    ],
)
def test_a_field_writes_only_its_own_kind(field_type: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"Acme\.Size is a"):
        field(field_type).write(value)


@pytest.mark.parametrize(
    ("definition", "mask", "expected"),
    [
        ({}, "Update", (True, True, False, None)),
        ({"IsReadOnly": True, "TextLength": 39}, "Update", (True, False, False, 39)),
        ({"IsMandatory": True}, "Read", (True, False, True, None)),
        ({}, "Update, UIHintMandatory", (True, True, True, None)),
        ({}, "None", (False, False, False, None)),
    ],
)
def test_the_stricter_right_on_a_field_counts(definition: dict[str, Any], mask: str, expected: tuple[Any, ...]) -> None:
    seen = Contact.parse({"FieldProperties": {"CustomFields.Acme.Size": {"FieldRight": {"Mask": mask}}}})
    right = field("Number", **definition).right_in(seen)
    assert (right.is_readable, right.is_writable, right.is_mandatory, right.max_length) == expected


def test_a_field_guards_what_was_seen() -> None:
    [change] = field("Number").changes(company(**{"Acme.Size": "[I:3]"}), 4)
    assert (change.path, change.seen, change.value) == ("/CustomFields/Acme.Size", "[I:3]", "[I:4]")
    assert field("List").changes(company(**{"Acme.Size": "[I:4]"}), 4) == []
    assert field("List").changes(company(**{"Acme.Size": "[I:4]"}), Item(4, "")) == []


def test_only_one_publishes_at_a_time() -> None:
    with pytest.raises(Unavailable):
        answered(publish("Contact"), True)
    assert [call.name for call in calls(publish("Contact"), False, 7, None)] == [
        "GET v1/Contact/UdefLayout/Publish",
        "POST v1/Contact/UdefLayout/Publish",
        "POST v1/Agents/Configuration/RebuildUdefDeltas",
    ]


RING = KeyRing("Acme / Erp", "cust", "a")


def test_a_ring_is_opened_once() -> None:
    known = calls(open_ring(RING), {"ForeignDeviceId": 1})
    assert [call.method for call in known] == ["GET"]
    another = calls(open_ring(RING), NotFound("", status=404), {"ForeignAppId": 1}, {})
    assert [(call.method, call.path) for call in another[1:]] == [
        ("GET", "v1/ForeignApp/Acme%20%2F%20Erp"),
        ("POST", "v1/ForeignApp/Acme%20%2F%20Erp/cust/a"),
    ]
    new = calls(open_ring(RING), NotFound("", status=404), NotFound("", status=404), {}, {})
    assert [(call.method, call.path) for call in new[2:]] == [
        ("POST", "v1/ForeignApp/Acme%20%2F%20Erp"),
        ("POST", "v1/ForeignApp/Acme%20%2F%20Erp/cust/a"),
    ]
    with pytest.raises(Denied):
        answered(open_ring(RING), Denied("", status=403))


@pytest.mark.parametrize("ask", [read_key, delete_key])
@pytest.mark.parametrize("record_id", [0, -1])
def test_a_key_is_of_one_record(ask: Any, record_id: int) -> None:
    """SuperOffice would delete those of all records for 0: an unsaved card's id."""
    with pytest.raises(ValueError, match="one record"):
        next(ask(RING, "number", "contact", record_id))


@pytest.mark.parametrize("nothing", [None, {}, {"RecordId": 0}, NotFound("", status=404)])
def test_no_key_is_none(nothing: Any) -> None:
    assert answered(read_key(RING, "number", "contact", 17), nothing) is None
    assert answered(find_by_key(RING, "number", "contact", "C-1"), nothing) is None


def test_an_answer_that_is_no_key() -> None:
    with pytest.raises(BadAnswer):
        answered(write_key(RING, "number", "contact", 17, "C-1"), None)


def test_a_preference_nobody_set() -> None:
    assert answered(preference("Acme", "Colour"), []) is None
    found = answered(preference("Acme", "Colour"), [{"Specification": {"Key": "colour"}, "Level": "Undefined"}])
    assert found is not None
    assert found.level is Level.UNKNOWN


def test_a_webhooks_secret_is_not_shown() -> None:
    hook = Webhook.parse({"WebhookId": 3, "Secret": "s3cret", "Events": ["contact.changed"], "State": "TooManyErrors"})
    assert "s3cret" not in f"{hook!r}"
    assert (hook.secret, hook.events, hook.state) == ("s3cret", ("contact.changed",), WebhookState.TOO_MANY_ERRORS)


def test_webhooks_may_be_narrowed() -> None:
    assert next(webhooks(event="contact.changed", state=WebhookState.ACTIVE)).query == {
        "eventFilter": "contact.changed",
        "statusFilter": "Active",
    }
    assert next(signal("acme.ready", 17, {"a": 1})).path == "v1/Webhook/acme.ready/17"
    trial = answered(try_webhook(Webhook.parse({"WebhookId": 3})), {"Success": False, "Message": "404"})
    assert (trial.is_good, trial.message) == (False, "404")


@pytest.mark.parametrize("nothing", [None, {}, {"WebPanelId": 0}])
def test_no_panel_is_none(nothing: Any) -> None:
    assert answered(panel_by_prog_id("acme.company"), nothing) is None
    assert answered(own_panels(), []) == []


def test_an_unassigned_request() -> None:
    ticket = Ticket.parse({"TicketId": 3, "OwnedBy": {"AssociateId": 0}, "BaseStatus": "PostponedWeek"})
    assert ticket.owner is None
    assert ticket.base_status is BaseStatus.POSTPONED_WEEK
    assert ticket.base_status.is_postponed
    assert Ticket.parse({"TicketId": 3, "BaseStatus": "PostponedForEver"}).base_status is BaseStatus.UNKNOWN
    assert next(new_ticket()).path == "v1/Ticket/default"


def test_a_document_opens_at_an_address() -> None:
    assert answered(link_to(7), "https://docs.example/7") == "https://docs.example/7"
    assert next(link_to(7, writable=True)).query == {"writeableUrl": "true"}
    assert content(7) == Call("GET", "v1/Document/7/Content")
    assert next(fill_from_template(7, contactId=17)).query == {"contactId": "17"}
    with pytest.raises(BadAnswer):
        answered(link_to(7), None)


def test_ids_are_ids() -> None:
    """Nothing else gets into a path or a body."""
    for made in (lambda: next(add_members(7, ["x"])), lambda: next(add_members("7/../8", [1]))):  # type: ignore[list-item, arg-type]
        with pytest.raises(ValueError, match="invalid literal"):
            made()


def test_a_line_takes_its_key_from_where_there_is_one() -> None:
    assert SaleRow.parse({"PrimaryKey": "7", "heading": None}) == SaleRow(sale_id=7)
    assert SaleRow.parse({"PrimaryKey": "7", "saleId": 8}).sale_id == 8
    assert SaleRow.parse({"PrimaryKey": "7", "saleId": "Pumps"}).sale_id == 7
    assert [SaleRow.parse({"PrimaryKey": "7", "saleId": nothing}).sale_id for nothing in (None, 0, "")] == [0, 0, 0]


def test_stages_come_in_the_lists_own_order_without_deleted_ones() -> None:
    items = [(3, "Quote sent", 50, 2, False), (1, "Lead", 10, 1, False), (9, "Old", 20, 3, True)]
    names = ("SaleStageId", "Value", "Probability", "Rank", "Deleted")
    found = answered(stages(), [dict(zip(names, item, strict=True)) for item in items])

    assert [(one.stage_id, one.name, one.probability) for one in found] == [(1, "Lead", 10), (3, "Quote sent", 50)]


def test_a_type_names_its_stages_by_ticking_them() -> None:
    stages = [{"Id": 1, "Selected": True}, {"Id": 2, "Selected": False}, {"Id": 3, "Selected": True}]
    ticked = {"SaleTypeId": 7, "Stages": stages}

    assert answered(stages_of_type(7), ticked) == {1, 3}
    assert answered(stages_of_type(7), {"SaleTypeId": 7, "Stages": None}) == frozenset()
    with pytest.raises(BadAnswer):
        answered(stages_of_type(7), [])


@pytest.mark.parametrize("answer", [None, {}, "x", [None], [3]])
@pytest.mark.parametrize("ask", [lambda: udef_fields("Contact"), webhooks, own_panels, own_task_menus])
def test_an_answer_that_holds_no_records(ask: Any, answer: Any) -> None:
    with pytest.raises(BadAnswer):
        answered(ask(), answer)


def test_no_default_is_no_item_to_begin_with() -> None:
    with pytest.raises(BadAnswer):
        answered(new_task_menu(), None)


@pytest.mark.parametrize("answer", [None, {}, "x"])
@pytest.mark.parametrize("ask", [lambda: consents_of(1), lambda: preference("a", "b"), lambda: duplicates_of("a")])
def test_an_answer_that_is_no_list(ask: Any, answer: Any) -> None:
    with pytest.raises(BadAnswer):
        answered(ask(), answer)
