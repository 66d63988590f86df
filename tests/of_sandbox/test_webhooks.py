"""Webhooks: kept by NetServer, posted to an application, tried again, given up."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from tests.sandbox.events import happenings
from tests.sandbox.facts import TYPES, misfits
from tests.sandbox.server import Sandbox
from tests.sandbox.signing import signature
from tests.sandbox.world import Client, Row

from .netserver.caller import Caller
from .receiver import Receiver, until
from .visitor import Application
from .web_user import WebUser

SECRET = "correct horse battery staple"
BODY = (
    '{"EventId":"7d0c6c1e-6f4b-4a56-9f0e-2f1c1a5f2b11","Timestamp":"2026-07-01T08:00:00.0000000Z",'
    '"Changes":["contact_id","name","updated"],"Event":"contact.changed","PrimaryKey":42,"Entity":"contact",'
    '"ContextIdentifier":"Cust12345","ChangedByAssociateId":5,"WebhookName":"acme-contact"}'
)


@pytest.fixture
def alice(sandbox: Sandbox) -> Caller:
    return Caller(sandbox)


@pytest.fixture
def hook(alice: Caller, receiver: Receiver) -> dict[str, Any]:
    """A stored webhook on all that happens to companies; its test event is forgotten."""
    hook = create(alice, receiver)
    receiver.sent.clear()
    return hook


def create(caller: Caller, receiver: Receiver, status: int = 200, **changes: Any) -> dict[str, Any]:
    events = ["contact.created", "contact.changed", "contact.softdeleted"]
    entity = caller("GET", "v1/Webhook/default")
    wanted = {"Name": "companies", "Events": events, "TargetUrl": receiver.url, "Secret": SECRET}
    return caller("POST", "v1/Webhook", status, json=entity | wanted | changes)


def rename(caller: Caller, name: str = "Acme & Co") -> None:
    caller("PATCH", "v1/Contact/17", json=[{"op": "replace", "path": "/Name", "value": name}])


def stored(caller: Caller, key: int) -> Row:
    return caller.world.tenants["Cust12345"].table("webhook")[key]


# The signature


def test_the_signature_is_the_documented_one() -> None:
    assert len(BODY.encode()) == 282
    assert signature(SECRET, BODY.encode()) == "3uKvso97LD1MgAw2hxJCjnyzidCOnpZ4VTpFFiCQ5XA="
    short = b'{"Event":"test","Entity":"test","PrimaryKey":0}'
    assert signature("s3cr3t-Ø", short) == "3ZSC6rs0j7WbFXyiN6MEl9Qje37ljh85rjJZjFOshKg="


# Keeping webhooks


def test_a_default_listens_to_companies(alice: Caller) -> None:
    default = alice("GET", "v1/Webhook/default")
    assert (default["Type"], default["State"], default["WebhookId"]) == ("webhook", "Active", 0)
    assert default["Events"] == ["contact.created", "contact.deleted"]
    assert alice("POST", "v1/Agents/Webhook/CreateDefaultWebhook") == default


def test_saving_posts_a_test_event_first(alice: Caller, receiver: Receiver) -> None:
    hook = create(alice, receiver, Headers={"X-Mine": "yes"}, Properties={"Tenant": "Cust12345"})
    (test,) = receiver.sent
    assert test.headers["x-hook-test"] == "true"
    assert test.headers["x-superoffice-event"] == "test"
    assert test.headers["x-superoffice-signature"] == signature(SECRET, test.body)
    assert test.headers["x-mine"] == "yes"
    assert (test.json["Event"], test.json["ContextIdentifier"], test.json["Tenant"]) == ("test", "Default", "Cust12345")
    assert hook["WebhookId"] > 0
    assert hook["RegisteredAssociate"]["AssociateId"] == 5
    assert (hook["TotalCalls"], hook["State"]) == (0, "Active")


@pytest.mark.parametrize("status", [201, 204, 301, 404, 500])
def test_only_200_lets_it_be_saved(alice: Caller, receiver: Receiver, status: int) -> None:
    receiver.answers = [status]
    answer = create(alice, receiver, 400)
    assert str(status) in answer["ErrorMessage"]
    assert alice("GET", "v1/Webhook") == []


def test_a_dead_target_is_not_saved(alice: Caller, receiver: Receiver) -> None:
    answer = create(alice, receiver, 400, TargetUrl="http://127.0.0.1:9/")
    assert "ConnectError" in answer["ErrorMessage"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"TargetUrl": "http://www.example.com"}, "must be secure"),
        ({"TargetUrl": "http://127.0.0.1.example.com/"}, "must be secure"),
        ({"TargetUrl": "ftp://127.0.0.1/"}, "must be secure"),
        ({"TargetUrl": "https://www.example.com"}, "this machine only"),
        ({"Name": " "}, "Name"),
        ({"Name": "n" * 101}, "Name"),
        ({"Events": []}, "at least one"),
        ({"Events": ["contact.update"]}, "contact has created"),
        ({"Events": ["list.category.deleted"]}, "list has created"),
        ({"Events": ["two words"]}, "no name of an event"),
        ({"Type": "pigeon"}, "Type"),
        ({"State": "Paused"}, "State"),
        ({"Headers": "X-Mine: yes"}, "Headers"),
        ({"Invented": 1}, "Invented"),
    ],
)
def test_what_cannot_work_is_refused(alice: Caller, receiver: Receiver, changes: dict[str, Any], reason: str) -> None:
    assert reason in create(alice, receiver, 400, **changes)["ErrorMessage"]


@pytest.mark.parametrize(
    "event", ["list.category.changed", "y_car.created", "webhook7.errors", "person.consented", "ours"]
)
def test_events_of_every_sort_may_be_listened_to(alice: Caller, receiver: Receiver, event: str) -> None:
    assert create(alice, receiver, Events=[event])["Events"] == [event]


def test_it_is_read_changed_and_deleted(alice: Caller, receiver: Receiver, hook: dict[str, Any]) -> None:
    key = hook["WebhookId"]
    assert alice("GET", f"v1/Webhook/{key}") == hook
    changed = alice("PUT", f"v1/Webhook/{key}", json=hook | {"Name": "renamed", "TotalCalls": 99})
    assert (changed["Name"], changed["TotalCalls"], changed["Secret"]) == ("renamed", 0, SECRET)
    assert len(receiver.sent) == 1  # tested again
    alice("DELETE", f"v1/Webhook/{key}", 204)
    alice("GET", f"v1/Webhook/{key}", 404)
    alice("DELETE", f"v1/Webhook/{key}", 404)


def test_filters(alice: Caller, receiver: Receiver) -> None:
    create(alice, receiver, Name="one")
    create(alice, receiver, Name="two", Events=["sale.sold"])
    create(alice, receiver, Name="three", State="Stopped")
    found = {
        "": ["one", "two", "three"],
        "?nameFilter=T": ["two", "three"],
        "?eventFilter=sale": ["two"],
        "?statusFilter=Stopped": ["three"],
        "?nameFilter=o&eventFilter=contact.created&statusFilter=Active": ["one"],
    }
    for query, names in found.items():
        assert [one["Name"] for one in alice("GET", f"v1/Webhook{query}")] == names
    asked = {"NameFilter": "", "EventFilter": "sale", "StatusFilter": "Unknown"}
    assert [one["Name"] for one in alice("POST", "v1/Agents/Webhook/GetAllWebhooks", json=asked)] == ["two"]


def test_the_agent_does_the_same(alice: Caller, receiver: Receiver) -> None:
    default = alice("POST", "v1/Agents/Webhook/CreateDefaultWebhook")
    wanted = default | {"Name": "by agent", "TargetUrl": receiver.url}
    saved = alice("POST", "v1/Agents/Webhook/SaveWebhook", json=wanted)
    query = f"webhookId={saved['WebhookId']}"
    assert alice("POST", f"v1/Agents/Webhook/GetWebhook?{query}") == saved
    again = alice("POST", "v1/Agents/Webhook/SaveWebhook", json=saved | {"Name": "again"})
    assert (again["WebhookId"], again["Name"]) == (saved["WebhookId"], "again")
    assert alice("POST", "v1/Agents/Webhook/GetLastError", json={"WebhookId": saved["WebhookId"]}) == ""
    alice("POST", f"v1/Agents/Webhook/DeleteWebhook?{query}", 204)
    assert alice("POST", f"v1/Agents/Webhook/GetWebhook?{query}") is None


def test_a_target_can_be_tried(alice: Caller, receiver: Receiver) -> None:
    wanted = {"TargetUrl": receiver.url, "Name": "try"}
    assert alice("POST", "v1/Webhook/Test", json=wanted)["Success"] is True
    receiver.answers = [503]
    refused = alice("POST", "v1/Agents/Webhook/TestWebhook", json={"Webhook": wanted})
    assert (refused["Success"], refused["Message"]) == (False, "The target answered 503")
    assert alice("GET", "v1/Webhook") == []


def test_applications_do_not_see_each_others(alice: Caller, hook: dict[str, Any], sandbox: Sandbox) -> None:
    sandbox.world.clients["other"] = Client("other", "other-secret", "Other", [])
    other = Caller(sandbox)
    other.token = sandbox.world.issue_access_token("Cust12345", "alice", "other")
    other.headers["Authorization"] = f"Bearer {other.token}"
    assert other("GET", "v1/Webhook") == []
    for method in ("GET", "DELETE"):
        other(method, f"v1/Webhook/{hook['WebhookId']}", 404)
    other("PUT", f"v1/Webhook/{hook['WebhookId']}", 404, json=hook)


# What is told


def test_a_change_is_told(alice: Caller, receiver: Receiver, hook: dict[str, Any]) -> None:
    rename(alice)
    (sent,) = receiver.waits_for(1)
    headers, told = sent.headers, sent.json
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["user-agent"].startswith("NetServer-Webhook/")
    assert headers["x-superoffice-event"] == "contact.changed"
    assert headers["x-superoffice-eventid"] == told["EventId"]
    assert headers["x-superoffice-signature"] == signature(SECRET, sent.body)
    assert "x-hook-test" not in headers
    assert "x-superoffice-retry" not in headers
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", told["Timestamp"])
    assert told["Changes"] == ["contact_id", "name", "updated", "updated_associate_id"]
    assert (told["Event"], told["Entity"], told["PrimaryKey"]) == ("contact.changed", "contact", 17)
    assert (told["ContextIdentifier"], told["ChangedByAssociateId"], told["WebhookName"]) == (
        "Cust12345",
        5,
        "companies",
    )
    assert told["FieldValues"]["associate_id"] == alice.world.tenants["Cust12345"].table("contact")[17]["associate"]
    assert datetime.fromisoformat(told["FieldValues"]["updated"]).utcoffset() is not None


def test_texts_never_leave(alice: Caller, receiver: Receiver, hook: dict[str, Any]) -> None:
    rename(alice, "A very private name")
    (sent,) = receiver.waits_for(1)
    assert b"private" not in sent.body


def test_life_of_a_company(alice: Caller, receiver: Receiver, hook: dict[str, Any]) -> None:
    default = alice("GET", "v1/Contact/default")
    made = alice("POST", "v1/Contact", json=default | {"Name": "Fleeting AS"})
    receiver.waits_for(1)
    rename_made = [{"op": "replace", "path": "/Department", "value": "Oslo"}]
    alice("PATCH", f"v1/Contact/{made['ContactId']}", json=rename_made)
    receiver.waits_for(2)
    alice("DELETE", f"v1/Contact/{made['ContactId']}", 204)
    receiver.waits_for(3)
    assert receiver.events() == ["contact.created", "contact.changed", "contact.softdeleted"]
    assert {one.json["PrimaryKey"] for one in receiver.sent} == {made["ContactId"]}


def test_only_the_records_own_columns_are_told(alice: Caller, receiver: Receiver, hook: dict[str, Any]) -> None:
    company = alice("GET", "v1/Contact/17")
    phones = [{"Value": "+47 22 00 00 00", "Description": ""}]
    alice("PUT", "v1/Contact/17", json=company | {"Phones": phones})
    alice("PUT", "v1/Contact/17", json=company | {"Phones": phones, "Department": "Bergen"})
    (sent,) = receiver.waits_for(1)
    assert "department" in sent.json["Changes"]
    until(lambda: not alice.world.deliveries)
    assert len(receiver.sent) == 1


def test_superoffice_web_tells_too(sandbox: Sandbox, receiver: Receiver, hook: dict[str, Any]) -> None:
    user = WebUser(sandbox, "bob")
    user.save("contact", 17, name="Typed by Bob")
    user.close()
    (sent,) = receiver.waits_for(1)
    assert (sent.json["Event"], sent.json["PrimaryKey"], sent.json["ChangedByAssociateId"]) == (
        "contact.changed",
        17,
        6,
    )
    assert "name" in sent.json["Changes"]


def test_a_stopped_webhook_gets_nothing(alice: Caller, receiver: Receiver, hook: dict[str, Any]) -> None:
    alice("PUT", f"v1/Webhook/{hook['WebhookId']}", json=hook | {"State": "Stopped"})
    rename(alice)
    assert alice.world.deliveries == []
    assert receiver.sent == []


def test_own_events(alice: Caller, receiver: Receiver) -> None:
    create(alice, receiver, Events=["sidecard.synced"])
    alice("POST", "v1/Webhook/sidecard.synced/7", 204, json={"rows": 3})
    signal = {"EventName": "sidecard.synced", "PrimaryKey": 8, "Data": {}}
    alice("POST", "v1/Agents/Webhook/SignalEvent", 204, json=signal)
    alice("POST", "v1/Webhook/nobody.listens/7", 204, json={})
    sent = receiver.waits_for(3)[1:]
    assert sorted((one.json["Event"], one.json["PrimaryKey"]) for one in sent) == [
        ("sidecard.synced", 7),
        ("sidecard.synced", 8),
    ]


def test_a_won_sale_has_three_events(sandbox: Sandbox) -> None:
    tenant = sandbox.world.tenants["Cust12345"]
    key = next(key for key, row in tenant.table("sale").items() if row["status"] == "Open")
    tenant.table("sale")[key]["status"] = "Sold"
    told = happenings(tenant, "sale", key, "changed", ["status"], 5)
    assert [one.name for one in told] == ["sale.changed", "sale.sold", "sale.completed"]
    assert [bool(one.fields) for one in told] == [True, False, False]


def test_deleted_rows_and_lists_tell_only_ids(sandbox: Sandbox) -> None:
    tenant = sandbox.world.tenants["Cust12345"]
    key = next(iter(tenant.table("appointment")))
    (gone,) = happenings(tenant, "appointment", key, "deleted", None, 5)
    assert (gone.name, gone.changes, gone.fields) == ("activity.deleted", [], {})
    assert gone.values["appointment_id"] == key
    (item,) = happenings(tenant, "list.category", 3, "deleted", None, 5)
    assert (item.name, item.entity, item.fields) == ("list.category.softdeleted", "list.category", {})


# When it goes wrong


def later(alice: Caller, seconds: float) -> None:
    """The sandbox's clock goes on; the request that a person would send for it wakes the postman too."""
    alice.world.clock_offset += seconds
    alice("GET", "v1/User/currentAssociate")


def test_an_event_is_tried_three_times_and_lost(alice: Caller, receiver: Receiver, hook: dict[str, Any]) -> None:
    receiver.answers = [500, 503, 202]
    started = alice.world.now().timestamp()
    rename(alice)
    receiver.waits_for(1)
    until(lambda: alice.world.deliveries[0].due >= started + 1)
    later(alice, 1)
    receiver.waits_for(2)
    until(lambda: len(alice.world.deliveries[0].attempts) == 2)
    assert alice.world.deliveries[0].due - alice.world.deliveries[0].attempts[1]["at"] == pytest.approx(4, abs=0.1)
    later(alice, 4)
    receiver.waits_for(3)
    until(lambda: not alice.world.deliveries)
    assert [one.headers.get("x-superoffice-retry") for one in receiver.sent] == [None, "1", "2"]
    assert len({one.body for one in receiver.sent}) == 1
    shown = alice("GET", f"v1/Webhook/{hook['WebhookId']}")
    assert (shown["TotalCalls"], shown["TotalErrors"], shown["ConsecutiveErrors"]) == (3, 3, 1)
    assert shown["State"] == "Active"
    assert alice("GET", f"v1/Webhook/{hook['WebhookId']}/LastError") == "The target answered 202"
    assert alice.world.delivered[-1].outcome == "discarded"


def test_a_success_forgets_errors(alice: Caller, receiver: Receiver, hook: dict[str, Any]) -> None:
    stored(alice, hook["WebhookId"])["consecutive_errors"] = 2
    receiver.answers = [500]
    rename(alice)
    receiver.waits_for(1)
    later(alice, 2)
    receiver.waits_for(2)
    until(lambda: not alice.world.deliveries)
    row = stored(alice, hook["WebhookId"])
    assert (row["state"], row["consecutive_errors"], row["total_errors"]) == ("Active", 0, 1)


def test_nine_failures_end_it_and_another_webhook_is_told(alice: Caller, receiver: Receiver) -> None:
    with Receiver() as watcher:
        hook = create(alice, receiver)
        key = hook["WebhookId"]
        create(alice, watcher, Name="watcher", Events=[f"webhook{key}.errors", f"webhook{key}.started"])
        fail_three_times(alice, receiver, key)
        assert stored(alice, key)["state"] == "TooManyErrors"
        assert stored(alice, key)["consecutive_errors"] == 3
        told = watcher.waits_for(2)[1]
        assert told.headers["x-superoffice-event"] == f"webhook{key}.errors"
        assert (told.json["Event"], told.json["PrimaryKey"]) == ("webhook.errors", key)
        assert told.json["FieldValues"]["state"] == "TooManyErrors"
        rename(alice, "unheard")
        assert not any(one.webhook_id == key for one in alice.world.deliveries)
        # Recovery is the application's: once it answers again it starts its webhook.
        receiver.answers = []
        alice("PUT", f"v1/Webhook/{key}", json=alice("GET", f"v1/Webhook/{key}") | {"State": "Active"})
        assert watcher.waits_for(3)[2].json["Event"] == "webhook.started"
        before = len(receiver.sent)
        rename(alice, "heard")
        receiver.waits_for(before + 1)


def fail_three_times(alice: Caller, receiver: Receiver, key: int) -> None:
    """Three events, three attempts each."""
    receiver.answers = [500] * 9
    for event in range(3):
        rename(alice, f"Acme {event}")
        for attempt in range(3):
            counted = 3 * event + attempt + 1
            receiver.waits_for(1 + counted)
            until(lambda counted=counted: stored(alice, key)["total_calls"] == counted)
            later(alice, 5)
        until(lambda: not [one for one in alice.world.deliveries if one.event.startswith("contact")])


def test_gone_ends_it_at_once(alice: Caller, receiver: Receiver, hook: dict[str, Any]) -> None:
    receiver.answers = [410]
    rename(alice)
    receiver.waits_for(1)
    until(lambda: stored(alice, hook["WebhookId"])["state"] == "TooManyErrors")
    assert alice("GET", f"v1/Webhook/{hook['WebhookId']}")["State"] == "TooManyErrors"


def test_a_tenant_that_does_not_run_sends_nothing_until_it_does(
    alice: Caller, receiver: Receiver, hook: dict[str, Any]
) -> None:
    tenant = alice.world.tenants["Cust12345"]
    receiver.answers = [500]
    rename(alice)
    receiver.waits_for(1)
    until(lambda: bool(alice.world.deliveries[0].attempts))
    tenant.state = "Suspended"
    alice("GET", "v1/User/currentAssociate", 503)
    alice.world.clock_offset += 60
    alice("GET", "v1/User/currentAssociate", 503)
    assert len(receiver.sent) == 1
    tenant.state = "Running"
    receiver.waits_for(2)


def test_a_deleted_webhook_gets_no_more(alice: Caller, receiver: Receiver, hook: dict[str, Any]) -> None:
    receiver.answers = [500]
    rename(alice)
    receiver.waits_for(1)
    until(lambda: bool(alice.world.deliveries[0].attempts))
    alice("DELETE", f"v1/Webhook/{hook['WebhookId']}", 204)
    later(alice, 5)
    until(lambda: not alice.world.deliveries)
    assert alice.world.delivered[-1].outcome == "stopped"
    assert len(receiver.sent) == 1


# More than once


def order(application: Application, path: str, status: int = 200, **body: Any) -> Any:
    response = application.http.post(f"/__sandbox__/{path}", json=body)
    assert response.status_code == status, response.text
    return response.json()


def test_a_share_of_events_arrives_twice(
    alice: Caller, receiver: Receiver, hook: dict[str, Any], application: Application
) -> None:
    order(application, "netserver", duplicate_deliveries=0.5)
    for name in ("one", "two", "three", "four"):
        rename(alice, name)
    told = [one.json["EventId"] for one in receiver.waits_for(6)]
    assert sorted(told.count(event) for event in set(told)) == [1, 1, 2, 2]
    assert {one.headers.get("x-superoffice-retry") for one in receiver.sent} == {None}


@pytest.mark.parametrize("new_id", [True, False])
def test_a_lost_event_is_sent_again(
    alice: Caller, receiver: Receiver, hook: dict[str, Any], application: Application, new_id: bool
) -> None:
    rename(alice)
    (first,) = receiver.waits_for(1)
    until(lambda: not alice.world.deliveries)
    told = order(application, f"deliveries/{first.json['EventId']}", new_id=new_id)
    second = receiver.waits_for(2)[1]
    assert second.json["EventId"] == second.headers["x-superoffice-eventid"] == told["event_id"]
    assert (told["event_id"] != first.json["EventId"]) is new_id
    assert second.json | {"EventId": ""} == first.json | {"EventId": ""}
    assert second.headers["x-superoffice-signature"] == signature(SECRET, second.body)


def test_what_was_never_sent_is_not_sent_again(application: Application) -> None:
    order(application, "deliveries/7d0c6c1e-6f4b-4a56-9f0e-2f1c1a5f2b11", 404)


# When the sandbox itself is wrong


def test_a_message_that_cannot_be_sent_does_not_stop_the_others(
    alice: Caller, receiver: Receiver, hook: dict[str, Any]
) -> None:
    broken = create(alice, receiver, Name="broken")["WebhookId"]
    stored(alice, broken)["headers"] = {"X-Broken": 17}
    rename(alice)
    receiver.waits_for(2)
    until(lambda: not alice.world.deliveries)
    lost = next(one for one in alice.world.delivered if one.webhook_id == broken)
    assert lost.outcome == "discarded"
    assert "could not send this" in lost.attempts[-1]["error"]
    rename(alice, "after")
    receiver.waits_for(3)


@pytest.mark.parametrize("changes", [{"Headers": {"X-Ours": "Ø"}}, {"TargetUrl": "http://[::1"}])
def test_what_is_no_header_or_address_is_told(alice: Caller, receiver: Receiver, changes: dict[str, Any]) -> None:
    create(alice, receiver, 400, **changes)


def test_the_carrier_is_the_documented_one(hook: dict[str, Any]) -> None:
    assert misfits(hook, "WebhookWithLinks") == []
    assert set(TYPES["Webhook"]) <= set(hook)


def test_webhooks_that_run_scripts_are_lacking(alice: Caller, receiver: Receiver) -> None:
    assert "crmscript" in create(alice, receiver, 501, Type="crmscript")["ErrorMessage"]
