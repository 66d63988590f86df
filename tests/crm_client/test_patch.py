"""Guarded changes: nobody's work is overwritten, nobody is bothered without need."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_client.calls import Call
from crm_client.errors import (
    BadRequest,
    Changed,
    Conflict,
    CrmError,
    Denied,
    NotFound,
    NotSignedIn,
    OutcomeUnknown,
    Throttled,
    Unavailable,
)
from crm_client.patch import MISSING, Change, alike, applied, guarded, json_patch, value_at

from .conftest import answered

Record = dict[str, Any]
PATH = "v1/Contact/17"
RENAME = Change("/Name", seen="Acme", value="Acme AS")


class Server:
    """Takes JSON Patch as RFC 6902 has it and refuses a failed ``test`` with 400."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.calls: list[Call] = []
        self.refuse: Callable[[Call], CrmError | None] = lambda call: None

    def answer(self, call: Call) -> Any:
        self.calls.append(call)
        refusal = self.refuse(call)
        if refusal:
            raise refusal
        if call.method == "PATCH":
            self.record = patched(self.record, call.json)
        return copy.deepcopy(self.record)

    def run(self, *changes: Change, **rest: Any) -> Any:
        operation = guarded(PATH, changes, lambda record: record, **rest)
        try:
            call = next(operation)
            while True:
                try:
                    answer = self.answer(call)
                except CrmError as error:
                    call = operation.throw(error)
                else:
                    call = operation.send(answer)
        except StopIteration as done:
            return done.value

    @property
    def log(self) -> list[str]:
        return [call.method for call in self.calls]


def patched(record: Record, steps: list[dict[str, Any]]) -> Record:
    changed = copy.deepcopy(record)
    for step in steps:
        *parents, last = [
            key.replace("~1", "/").replace("~0", "~") for key in step["path"].removeprefix("/").split("/")
        ]
        holder: Any = changed
        for key in parents:
            holder = holder[int(key)] if isinstance(holder, list) else holder[key]
        place: Any = int(last) if isinstance(holder, list) and last != "-" else last
        if step["op"] == "test" and holder[place] != step["value"]:
            raise BadRequest("test failed", status=400)
        if step["op"] == "remove":
            del holder[place]
        elif step["op"] == "add" and place == "-":
            holder.append(step["value"])
        elif step["op"] != "test":
            holder[place] = step["value"]
    return changed


def acme(**more: Any) -> Record:
    return {"ContactId": 17, "Name": "Acme", "Phones": [{"Value": "1"}, {"Value": "2"}], **more}


def test_it_works() -> None:
    server = Server(acme())
    assert server.run(RENAME)["Name"] == "Acme AS"
    assert server.log == ["PATCH"]
    assert server.calls[0].json == [
        {"op": "test", "path": "/Name", "value": "Acme"},
        {"op": "replace", "path": "/Name", "value": "Acme AS"},
    ]


def test_it_adds_and_removes() -> None:
    add = Change("/Phones/-", seen=MISSING, value={"Value": "3"})
    remove = Change("/Phones/0", seen="1", value=MISSING, guard="/Phones/0/Value")
    assert json_patch([remove, add]) == [
        {"op": "test", "path": "/Phones/0/Value", "value": "1"},
        {"op": "remove", "path": "/Phones/0"},
        {"op": "add", "path": "/Phones/-", "value": {"Value": "3"}},
    ]
    assert Server(acme()).run(remove, add)["Phones"] == [{"Value": "2"}, {"Value": "3"}]


def test_somebody_elses_change_is_a_conflict() -> None:
    server = Server(acme(Name="Acme Norge"))
    with pytest.raises(Conflict) as caught:
        server.run(RENAME)
    assert caught.value.current["Name"] == "Acme Norge"
    assert caught.value.paths == ("/Name",)
    assert server.record["Name"] == "Acme Norge"


def test_somebody_elses_change_of_another_field_is_none() -> None:
    assert Server(acme(Department="Oslo")).run(RENAME)["Name"] == "Acme AS"


def test_what_is_wanted_and_there_is_done() -> None:
    """Two people make the same correction, or one of them twice."""
    assert Server(acme(Name="Acme AS")).run(RENAME)["Name"] == "Acme AS"


@pytest.mark.parametrize(
    ("change", "there"),
    [
        (Change("/Phones/-", MISSING, {"Value": "2"}), True),
        (Change("/Phones/-", MISSING, {"Value": "3"}), False),
        (Change("/Phones/0", "9", MISSING, guard="/Phones/0/Value"), True),
        (Change("/Phones/0", "2", MISSING, guard="/Phones/0/Value"), False),
        (Change("/Category", None, {"Id": 3}), True),
        (Change("/Category", None, {"Id": 4}), False),
        (Change("/category/id", 1, 3), True),
        (Change("/Gone", "x", MISSING), True),
        (Change("/Department", "x", ""), True),
    ],
)
def test_it_knows_what_is_there(change: Change, there: bool) -> None:
    assert change.is_done(acme(Category={"Id": 3, "Value": "Customer"}, Department=None)) is there


@pytest.mark.parametrize("refusal", [BadRequest("", status=400), Denied("", status=403), BadRequest("", status=409)])
def test_a_refusal_for_another_reason_stays_what_it_is(refusal: CrmError) -> None:
    server = Server(acme())
    server.refuse = lambda call: refusal if call.method == "PATCH" else None
    with pytest.raises(type(refusal)) as caught:
        server.run(RENAME)
    assert caught.value is refusal
    assert server.log == ["PATCH", "GET"]


@pytest.mark.parametrize("refusal", [NotSignedIn(""), Throttled(""), Unavailable("")])
def test_who_was_not_heard_does_not_ask_again(refusal: CrmError) -> None:
    server = Server(acme())
    server.refuse = lambda call: refusal
    with pytest.raises(type(refusal)):
        server.run(RENAME)
    assert server.log == ["PATCH"]


def test_a_record_that_is_gone() -> None:
    server = Server(acme())
    server.refuse = lambda call: NotFound("", status=404)
    with pytest.raises(NotFound):
        server.run(RENAME)


def test_null_and_an_empty_text_are_the_same_to_a_person() -> None:
    """A form shows both as empty, ``test`` does not."""
    server = Server(acme(Department=None))
    assert server.run(Change("/Department", seen="", value="Oslo"))["Department"] == "Oslo"
    assert server.log == ["PATCH", "GET", "PATCH"]


def test_a_later_refusal_is_final() -> None:
    """Refused as seen, and refused as stored: no third try."""
    server = Server(acme(Department=None))
    server.refuse = lambda call: BadRequest("", status=400) if call.method == "PATCH" else None
    with pytest.raises(BadRequest):
        server.run(Change("/Department", seen="", value="Oslo"))
    assert server.log == ["PATCH", "GET", "PATCH"]


SEEN_AT = datetime(2026, 3, 1, 14, 52, tzinfo=UTC)


def test_the_date_seen_is_sent_too() -> None:
    server = Server(acme())
    server.run(RENAME, unmodified_since=SEEN_AT)
    assert server.calls[0].headers == {"If-Unmodified-Since": "Sun, 01 Mar 2026 14:52:00 GMT"}


def test_a_change_of_something_else_does_not_stop_anybody() -> None:
    """The header knows only the record as a whole."""
    server = Server(acme(Department="new"))
    server.refuse = lambda call: Changed("", status=412) if call.headers else None
    assert server.run(RENAME, unmodified_since=SEEN_AT)["Name"] == "Acme AS"
    assert server.log == ["PATCH", "GET", "PATCH"]


def _after_the_work(server: Server) -> Callable[[Call], CrmError | None]:
    def lose(call: Call) -> CrmError | None:
        if call.method != "PATCH":
            return None
        server.record = patched(server.record, call.json)
        return OutcomeUnknown("", sent=None)

    return lose


def test_a_lost_answer_is_found_by_reading() -> None:
    server = Server(acme())
    server.refuse = _after_the_work(server)
    assert server.run(RENAME)["Name"] == "Acme AS"
    assert server.log == ["PATCH", "GET"]


def test_a_lost_answer_that_left_no_trace_stays_unknown() -> None:
    """It may still be under way, so it is not sent again."""
    server = Server(acme())
    server.refuse = lambda call: OutcomeUnknown("", sent=None) if call.method == "PATCH" else None
    with pytest.raises(OutcomeUnknown):
        server.run(RENAME)
    assert server.log == ["PATCH", "GET"]


@pytest.mark.parametrize("empty", [None, {}])
def test_a_patch_that_answers_nothing_is_read(empty: Any) -> None:
    operation = guarded(PATH, [RENAME], lambda record: record["Name"])
    assert answered(operation, empty, {"Name": "Acme AS"}) == "Acme AS"


texts = st.text(max_size=8)
records = st.dictionaries(texts.filter(bool), texts, min_size=1, max_size=5)


@st.composite
def edits(draw: st.DrawFn) -> tuple[Record, str, str]:
    record = draw(records)
    return record, draw(st.sampled_from(sorted(record))), draw(texts)


def escaped(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


@given(edits())
def test_any_edit_arrives_exactly(edit: tuple[Record, str, str]) -> None:
    """Whatever the key and the text hold, and nothing else changes."""
    record, key, value = edit
    changed = patched(record, json_patch([Change(escaped(key), record[key], value)]))
    assert changed == record | {key: value}


@given(edits(), texts)
def test_any_overtaken_edit_changes_nothing(edit: tuple[Record, str, str], theirs: str) -> None:
    record, key, value = edit
    server = Server(record | {key: theirs})
    change = Change(escaped(key), record[key], value)
    unique = sum(name.lower() == key.lower() for name in record) == 1
    if not unique or theirs in (record[key], value):
        return
    with pytest.raises(Conflict):
        server.run(change)
    assert server.record == record | {key: theirs}


@given(records)
def test_every_value_is_found(record: Record) -> None:
    for key, value in record.items():
        if sum(name.lower() == key.lower() for name in record) == 1:
            assert value_at({"Outer": [record]}, f"outer/0{escaped(key)}") == value


@pytest.mark.parametrize("path", ["/Nowhere", "/Phones/7", "/Phones/x", "/Phones/-", "/Name/0", "/Phones/-1"])
def test_a_path_to_nowhere(path: str) -> None:
    assert value_at(acme(), path) is MISSING


@pytest.mark.parametrize(
    ("there", "meant", "same"),
    [
        (None, "", True),
        (MISSING, None, True),
        ("", None, True),
        (0, None, False),
        ({"Id": 3, "Value": "x"}, {"Id": 3}, True),
        ([{"Id": 3, "x": 1}], [{"Id": 3}], True),
        ([1, 2], [1], False),
        (None, {"Id": 3}, False),
        (None, [], False),
    ],
)
def test_alike(there: Any, meant: Any, same: bool) -> None:
    assert alike(there, meant) is same


@pytest.mark.parametrize(
    ("there", "meant"),
    [
        ("2026-03-01T14:00:00+0100", "2026-03-01T13:00:00Z"),
        ("2026-03-01T13:00:00.0000000Z", "2026-03-01T13:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00"),
    ],
)
def test_a_moment_is_the_same_in_any_zone(there: str, meant: str) -> None:
    assert alike(there, meant)
    assert not alike(there, "2026-03-01T13:00:01Z")
    assert not alike(f"at {there}", f"at {meant}")


def test_a_change_of_nothing_there_cannot_be_applied() -> None:
    with pytest.raises(ValueError, match="nothing at /Address/City"):
        applied({"Address": None}, [Change("/Address/City", None, "Oslo")])


def test_applying_leaves_the_record_alone() -> None:
    record = acme()
    remove = Change("/Phones/0", "1", MISSING, guard="/Phones/0/Value")
    add = Change("/Phones/-", MISSING, {"Value": "3"})
    assert applied(record, [remove, add])["Phones"] == [{"Value": "2"}, {"Value": "3"}]
    assert record == acme()
    assert applied({"name": "a", "_Links": {}}, [Change("/Name", "a", "b")]) == {"name": "b"}
