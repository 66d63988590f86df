"""Webhooks: the signature over raw bytes, then the event."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_client.errors import BadAnswer, Forged
from crm_client.webhooks import Event, check, signature

SECRET = "correct horse battery staple"
BODY = (
    b'{"EventId":"7d0c6c1e-6f4b-4a56-9f0e-2f1c1a5f2b11","Timestamp":"2026-07-01T08:00:00.0000000Z",'
    b'"Changes":["contact_id","name","updated"],"Event":"contact.changed","PrimaryKey":42,"Entity":"contact",'
    b'"ContextIdentifier":"Cust12345","ChangedByAssociateId":5,"WebhookName":"acme-contact"}'
)
SIGNATURE = "3uKvso97LD1MgAw2hxJCjnyzidCOnpZ4VTpFFiCQ5XA="
HEADERS = {"X-SuperOffice-Signature": SIGNATURE, "X-SuperOffice-Retry": "1"}


def signed(told: Any, **headers: str) -> tuple[dict[str, str], bytes]:
    body = json.dumps(told).encode()
    return {"x-superoffice-signature": signature(body, SECRET)} | headers, body


def test_a_known_signature() -> None:
    assert signature(BODY, SECRET) == SIGNATURE


def test_a_secret_is_utf_8() -> None:
    body = b'{"Event":"test","Entity":"test","PrimaryKey":0}'
    assert signature(body, "s3cr3t-Ø") == "3ZSC6rs0j7WbFXyiN6MEl9Qje37ljh85rjJZjFOshKg="


def test_it_reads_an_event() -> None:
    event = Event.from_http(HEADERS, BODY, SECRET)
    assert (event.name, event.entity, event.primary_key, event.ctx) == ("contact.changed", "contact", 42, "Cust12345")
    assert event.event_id == "7d0c6c1e-6f4b-4a56-9f0e-2f1c1a5f2b11"
    assert event.at == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert event.changes == {"contact_id", "name", "updated"}
    assert (event.changed_by, event.webhook_name, event.retries, event.is_test) == (5, "acme-contact", 1, False)
    assert (event.field_values, event.values) == ({}, {})


def test_the_bytes_count_not_their_meaning() -> None:
    """The same JSON, written differently, is not what was signed."""
    with pytest.raises(Forged):
        Event.from_http(HEADERS, json.dumps(json.loads(BODY)).encode(), SECRET)


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-SuperOffice-Signature": ""}, {"X-SuperOffice-Signature": SIGNATURE[:-1]}]
    + [{"X-SuperOffice-Signature": given} for given in (f" {SIGNATURE}", SIGNATURE.lower(), "Ø" * 44, "\udcff")],
)
def test_a_missing_or_wrong_signature(headers: dict[str, str]) -> None:
    with pytest.raises(Forged):
        Event.from_http(headers, BODY, SECRET)


@pytest.mark.parametrize("body", [b"", b"?", b"[]", b'{"Event": 5}'])
def test_nothing_is_read_before_the_signature(body: bytes) -> None:
    """Whoever cannot sign learns nothing of what we make of bodies."""
    with pytest.raises(Forged):
        Event.from_http({"X-SuperOffice-Signature": SIGNATURE}, body, SECRET)


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    monkeypatch.setattr("hmac.compare_digest", lambda *both: not compared.append(both))
    check("anything", BODY, SECRET)
    assert compared == [(SIGNATURE.encode(), b"anything")]


def test_without_a_secret_nobody_is_believed() -> None:
    """An empty key would let anybody sign."""
    with pytest.raises(ValueError, match="secret"):
        Event.from_http({"X-SuperOffice-Signature": signature(BODY, "")}, BODY, "")


@given(body=st.binary(), other=st.binary(), secret=st.text(min_size=1), wrong=st.text(min_size=1))
def test_a_signature_belongs_to_one_body_and_one_secret(body: bytes, other: bytes, secret: str, wrong: str) -> None:
    secret, wrong = (text.encode(errors="replace").decode() for text in (secret, wrong))
    check(signature(body, secret), body, secret)
    for one, key in ((other, secret), (body, wrong)):
        if (one, key) != (body, secret):
            with pytest.raises(Forged):
                check(signature(body, secret), one, key)


@given(given=st.text(), body=st.binary())
def test_nobody_guesses(given: str, body: bytes) -> None:
    right = base64.b64decode(signature(body, SECRET))
    if given != signature(body, SECRET):
        with pytest.raises(Forged):
            check(given, body, SECRET)
    assert len(right) == 32


@pytest.mark.parametrize("told", [None, [], 5, {}, {"Event": None}, {"Event": 7}, {"PrimaryKey": 5}])
def test_what_is_signed_but_no_event(told: Any) -> None:
    with pytest.raises(BadAnswer):
        Event.from_http(*signed(told), SECRET)


def test_a_body_that_is_not_json() -> None:
    with pytest.raises(BadAnswer):
        Event.from_http({"x-superoffice-signature": signature(b"\xff", SECRET)}, b"\xff", SECRET)


@pytest.mark.parametrize("how", [({"Event": "test"}, {}), ({"Event": "contact.created"}, {"X-Hook-Test": "true"})])
def test_a_test_event(how: tuple[dict[str, Any], dict[str, str]]) -> None:
    told, headers = how
    assert Event.from_http(*signed(told, **headers), SECRET).is_test


def test_an_event_nobody_has_heard_of() -> None:
    """SuperOffice adds events without asking us, and lists and webhooks have three-part names."""
    event = Event.from_http(*signed({"Event": "list.category.changed", "FieldValues": None, "Mood": "new"}), SECRET)
    assert (event.name, event.entity, event.changes) == ("list.category.changed", "list.category", frozenset())
    assert event.raw["Mood"] == "new"


def test_columns_are_compared_in_lower_case() -> None:
    assert Event.from_http(*signed({"Event": "x", "Changes": ["Contact_Id"]}), SECRET).changes == {"contact_id"}


def test_what_is_told_strangely_is_not_told() -> None:
    event = Event.from_http(*signed({"Event": "x", "PrimaryKey": float("inf"), "Changes": 5, "Values": []}), SECRET)
    assert (event.primary_key, event.changes, event.values) == (0, frozenset(), {})


def test_a_deletion_tells_the_ids_that_went() -> None:
    told = {"Event": "sale.deleted", "PrimaryKey": 7, "Changes": [], "Values": {"contact_id": 17}}
    assert Event.from_http(*signed(told), SECRET).values == {"contact_id": 17}
