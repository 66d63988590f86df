"""What stands beside records: consents, webhooks, preferences, foreign keys, contents of documents."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from crm_client import consents, contacts, documents, foreign_keys, persons, preferences, webhook_definitions
from crm_client.calls import Upload
from crm_client.consents import AGREED, API, EMARKETING
from crm_client.errors import BadRequest, Denied, NotFound
from crm_client.foreign_keys import KeyRing
from crm_client.preferences import Level
from crm_client.records import changes
from crm_client.users import current_principal
from crm_client.webhook_definitions import WebhookState
from tests.of_sandbox.receiver import Receiver

from .conftest import SignIn, User

RING = KeyRing("Acme.Erp", "customers", "oslo")


def test_a_consent_is_given_and_withdrawn(alice: User) -> None:
    alice.ask(consents.withdraw_consent(1, EMARKETING))
    assert not alice.ask(consents.has_consent(1, EMARKETING))
    alice.ask(consents.give_consent(1, EMARKETING, legal_base=AGREED, source=API, comment="on the phone"))
    assert alice.ask(consents.has_consent(1, EMARKETING))
    [given] = [one for one in alice.ask(consents.consents_of(1)) if one.purpose == EMARKETING and one.is_given]
    assert (given.legal_base, given.source, given.comment) == (AGREED, API, "on the phone")
    assert given in alice.ask(persons.person(1)).consents


def test_keys_of_an_application(alice: User) -> None:
    alice.ask(foreign_keys.open_ring(RING))
    alice.ask(foreign_keys.open_ring(RING))
    assert alice.ask(foreign_keys.read_key(RING, "number", "contact", 17)) is None
    written = alice.ask(foreign_keys.write_key(RING, "number", "contact", 17, "C-1042"))
    assert alice.ask(foreign_keys.read_key(RING, "number", "contact", 17)) == written
    assert alice.ask(foreign_keys.find_by_key(RING, "number", "contact", "C-1042")) == written
    alice.ask(foreign_keys.write_key(RING, "number", "contact", 17, "C-1043"))
    assert alice.ask(foreign_keys.find_by_key(RING, "number", "contact", "C-1042")) is None
    extra = alice.ask(contacts.contact(17, foreign_keys=True)).raw["ExtraFields"]
    assert "C-1043" in extra.values()
    alice.ask(foreign_keys.delete_key(RING, "number", "contact", 17))
    assert alice.ask(foreign_keys.read_key(RING, "number", "contact", 17)) is None
    alice.ask(foreign_keys.close_ring(RING))


def test_preferences_of_an_application(alice: User) -> None:
    assert alice.ask(preferences.preference("Acme.Panel", "Colour")) is None
    alice.ask(preferences.set_preference("Acme.Panel", "Colour", "blue / green?"))
    alice.ask(preferences.set_preference("Acme.Panel", "Sound", "1", Level.INDIVIDUAL))
    colour = alice.ask(preferences.preference("Acme.Panel", "Colour"))
    assert colour is not None
    assert (colour.value, colour.level) == ("blue / green?", Level.INDIVIDUAL)
    found = {one.key: one for one in alice.ask(preferences.section("Acme.Panel"))}
    assert set(found) == {"Colour", "Sound"}
    assert found["Sound"].is_on


def test_a_preference_for_everybody(sign_in: SignIn) -> None:
    """Which only administrators set, and anybody's own one wins over."""
    alice, bob = sign_in(), sign_in("bob")
    alice.ask(preferences.set_preferences([("Acme", "Colour", "blue"), ("Acme", "Size", "9")], Level.DATABASE))
    bob.ask(preferences.set_preference("Acme", "Size", "7"))
    found = {one.key: (one.value, one.level) for one in bob.ask(preferences.section("Acme"))}
    assert found == {"Colour": ("blue", Level.DATABASE), "Size": ("7", Level.INDIVIDUAL)}
    with pytest.raises(Denied):
        bob.ask(preferences.set_preference("Acme", "Colour", "red", Level.DATABASE))
    principal = bob.ask(current_principal())
    alice.ask(preferences.set_preference("Acme", "Size", "5", target_id=principal.associate_id))
    assert bob.ask(preferences.preference("Acme", "Size")).value == "5"
    alice.ask(preferences.set_preference("Acme", "Colour", "green", Level.GROUP, principal.group_id))
    assert bob.ask(preferences.preference("Acme", "Colour")).level is Level.GROUP
    with pytest.raises(ValueError, match="group's id"):
        alice.ask(preferences.set_preference("Acme", "Colour", "green", Level.GROUP))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def test_webhooks(alice: User, receiver: Receiver) -> None:
    start = alice.ask(webhook_definitions.new_webhook())
    made = alice.ask(
        webhook_definitions.create_webhook(
            start, name="Sidecard", target_url=receiver.url, secret="s3cret", events=("contact.changed",)
        )
    )
    assert made.state is WebhookState.ACTIVE
    assert "s3cret" not in repr(made)
    changed = alice.ask(webhook_definitions.change_webhook(made.webhook_id, changes(made, state=WebhookState.STOPPED)))
    assert [one.name for one in alice.ask(webhook_definitions.webhooks(state=WebhookState.STOPPED))] == ["Sidecard"]
    assert alice.ask(webhook_definitions.restart_webhook(changed)).state is WebhookState.ACTIVE
    assert alice.ask(webhook_definitions.try_webhook(made)).is_good
    assert alice.ask(webhook_definitions.last_error(made.webhook_id)) == ""
    alice.ask(webhook_definitions.signal("acme.ready", 17, {"colour": "blue"}))
    alice.ask(webhook_definitions.delete_webhook(made.webhook_id))
    with pytest.raises(NotFound):
        alice.ask(webhook_definitions.webhook(made.webhook_id))


def test_a_webhook_needs_a_secure_address(alice: User) -> None:
    start = alice.ask(webhook_definitions.new_webhook())
    with pytest.raises(BadRequest) as caught:
        alice.ask(webhook_definitions.create_webhook(start, name="x", target_url="http://example.com/"))
    assert "secure" in caught.value.message


def test_a_document_gets_its_content(alice: User) -> None:
    start = alice.ask(documents.new_document())
    made = alice.ask(documents.create_document(start, header="Offer", name="offer.txt", company=17))
    body = b"\x00\xffoffer" * 50_000
    alice.ask(documents.upload(made.document_id, Upload.file(io.BytesIO(body))))
    assert alice.ask(documents.size(made.document_id)) == len(body)
    assert alice.content(documents.content(made.document_id)) == body


def test_a_document_is_filled_from_its_template(alice: User) -> None:
    start = alice.ask(documents.new_document())
    made = alice.ask(documents.create_document(start, header="Letter", name="letter.txt", company=17, template=1))
    filled = alice.ask(documents.fill_from_template(made.document_id, {"greeting": "Dear Ada"}, contactId=17))
    assert filled.document_id == made.document_id
    assert alice.ask(documents.size(made.document_id))
