"""The wire rules, tested with literals."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_client.calls import NEXT_LINK, Call, decipher, follow, http_date, is_relative, retry_after
from crm_client.errors import (
    BadAnswer,
    BadRequest,
    Changed,
    Conflict,
    CrmError,
    Denied,
    Misdirected,
    NotFound,
    NotSignedIn,
    Throttled,
    Unavailable,
)

BASE = "https://online2.superoffice.com/Cust12345/api/"
GET = Call("GET", "v1/Contact/17")


def test_it_decodes_an_answer() -> None:
    assert decipher(GET, 200, {}, b'{"ContactId": 17, "Amount": 0.10}') == {"ContactId": 17, "Amount": Decimal("0.10")}


@pytest.mark.parametrize("body", [b"", b"  \n"])
def test_an_empty_answer_is_none(body: bytes) -> None:
    """DELETE answers 204 with nothing."""
    assert decipher(Call("DELETE", "v1/Contact/17"), 204, {}, body) is None


@pytest.mark.parametrize("body", [b"<html>proxy</html>", b"{", b"\xff\xfe", b'{"Amount": NaN}', b"[" * 200_000])
def test_an_answer_that_is_not_json_says_so(body: bytes) -> None:
    with pytest.raises(BadAnswer, match="GET v1/Contact/17: 200"):
        decipher(GET, 200, {}, body)


@pytest.mark.parametrize(
    ("status", "error", "permanent"),
    [
        (400, BadRequest, True),
        (401, NotSignedIn, True),
        (403, Denied, True),
        (404, NotFound, True),
        (409, BadRequest, True),
        (412, Changed, True),
        (421, Misdirected, False),
        (429, Throttled, False),
        (500, Unavailable, False),
        (503, Unavailable, False),
        (302, BadAnswer, True),
    ],
)
def test_each_status_has_its_error(status: int, error: type[CrmError], permanent: bool) -> None:
    with pytest.raises(error) as caught:
        decipher(GET, status, {}, b"")
    assert (caught.value.status, caught.value.permanent, caught.value.sent) == (status, permanent, True)


@pytest.mark.parametrize("key", ["ErrorMessage", "Message", "MessageDetail"])
def test_an_error_speaks_in_superoffices_words(key: str) -> None:
    """Documentation and real servers disagree on the key."""
    told = {"Error": True, "ErrorType": "ArgumentException", key: "Feltet mangler", "ErrorSource": "SoDataBase"}
    with pytest.raises(BadRequest) as caught:
        decipher(GET, 400, {}, json.dumps(told).encode())
    error = caught.value
    assert (error.message, error.error_type, error.source) == ("Feltet mangler", "ArgumentException", "SoDataBase")
    assert str(error) == "GET v1/Contact/17: 400 ArgumentException"


@pytest.mark.parametrize(
    "body", [b"Wrong subdomain", b"[1]", b'{"ErrorMessage": {"a": 1}}', b"null", b"\x00", b"[" * 200_000]
)
def test_an_error_body_may_be_anything(body: bytes) -> None:
    with pytest.raises(Unavailable) as caught:
        decipher(GET, 500, {}, body)
    assert caught.value.message == ""


def test_an_agent_reports_failure_with_status_200() -> None:
    call = Call("POST", "v1/Agents/Contact/GetContactEntity")
    with pytest.raises(BadRequest) as caught:
        decipher(call, 200, {}, b'{"Message": "No", "MessageDetail": "Not that way"}')
    assert caught.value.message == "No"


@pytest.mark.parametrize("path", ["v1/Contact/17", "v1/Agents/Contact/GetContactEntity"])
def test_an_error_object_is_one_whatever_its_status(path: str) -> None:
    with pytest.raises(BadRequest) as caught:
        decipher(Call("GET", path), 200, {}, b'{"Error": true, "ErrorMessage": "No", "ErrorType": "SoSentry"}')
    assert (caught.value.message, caught.value.error_type) == ("No", "SoSentry")


def test_a_record_with_a_message_is_not_an_error() -> None:
    body = b'{"Message": "Hi", "MessageDetail": "there", "Id": 5}'
    assert decipher(Call("POST", "v1/Agents/Messaging/Get"), 200, {}, body)["Id"] == 5


def test_a_token_in_an_error_text_is_masked() -> None:
    told = {"ErrorMessage": "Token 8A:Cust12345.abc-def is no good, nor Bearer xyz, nor 7T:ticket", "ErrorType": "7T:x"}
    with pytest.raises(NotSignedIn) as caught:
        decipher(GET, 401, {}, json.dumps(told).encode())
    assert caught.value.message == "Token *** is no good, nor *** nor ***"


@given(secret=st.text(min_size=6), before=st.text(), after=st.text(), status=st.integers(300, 599))
def test_no_error_repeats_a_secret(secret: str, before: str, after: str, status: int) -> None:
    """Whatever a token looks like and wherever SuperOffice repeats it."""
    told = dict.fromkeys(("ErrorMessage", "ErrorType", "ErrorSource"), before + secret + after)
    with pytest.raises(CrmError) as caught:
        decipher(GET, status, {}, json.dumps(told).encode(), secrets=(secret,))
    error = caught.value
    shown = f"{error.message}{error.error_type}{error.source}"
    assert secret not in shown.replace("***", "\0")
    assert secret not in repr(error.args) or secret in f"GET v1/Contact/17: {status} ***"


NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30.0),
        ({"retry-after": http_date(NOW + timedelta(seconds=90)), "date": http_date(NOW)}, 90.0),
        ({"retry-after": http_date(NOW - timedelta(hours=1)), "date": http_date(NOW)}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "Sun, 01 Mar 99999999999999999999 12:00:00 GMT"}, None),
        ({"retry-after": "Sun, 01 Mar 2026 12:00:00 +99999999999999999999"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_retry_after_by_our_own_clock_where_the_server_tells_none() -> None:
    later = datetime.now(UTC) + timedelta(seconds=90)
    assert 85 < (retry_after({"retry-after": http_date(later)}) or 0) <= 90


def test_a_date_is_in_utc_and_in_english() -> None:
    assert http_date(datetime(2026, 3, 1, 13, tzinfo=timezone(timedelta(hours=1)))) == "Sun, 01 Mar 2026 12:00:00 GMT"
    with pytest.raises(ValueError, match="time zone"):
        http_date(datetime(2026, 3, 1))  # noqa: DTZ001


@pytest.mark.parametrize("body", [b'{"Amount": 1e99999999999999999999}', b'{"Amount": NaN}', b"[" * 100_000, b"\xff"])
def test_what_no_json_of_netservers_holds_is_a_bad_answer(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        decipher(GET, 200, {}, body)


def test_a_throttled_call_says_how_long_to_wait() -> None:
    with pytest.raises(Throttled) as caught:
        decipher(GET, 429, {"retry-after": "7"}, b"")
    assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/v1/Contact",
        "//evil.example/v1/Contact",
        "/v1/Contact",
        "v1//Contact",
        "../v1/Contact",
        "v1/../../Cust67890/api/v1/Contact",
        "v1/%2e%2e/x",
        "v1\\Contact",
        "v1/Contact?x=1",
        "v1/Contact#x",
        "javascript:alert(1)",
        " v1/Contact",
        "v1/Contact\n",
        "",
    ],
)
def test_a_path_that_leaves_the_tenant_is_refused(path: str) -> None:
    """An absolute URL would carry the person's token to a stranger."""
    with pytest.raises(ValueError, match="relative"):
        Call("GET", path)


def test_a_path_may_hold_what_superoffice_puts_there() -> None:
    assert is_relative("v1/Contact/CustomField/SuperOffice:1")
    assert is_relative("v1/Contact/Duplicates/AT%26T")


@pytest.mark.parametrize(
    "link",
    [
        "https://online2.superoffice.com/Cust12345/api/v1/Contact?$skip=2&$select=name",
        "https://online2.superoffice.com:443/Cust12345/api/v1/Contact?$skip=2&$select=name",
        "https://ONLINE2.superoffice.com/cust12345/API/v1/Contact?$skip=2&$select=name",
    ],
)
def test_a_link_to_the_next_page_becomes_relative(link: str) -> None:
    answer = decipher(GET, 200, {}, json.dumps({"value": [], NEXT_LINK: link}).encode(), base=BASE)
    assert follow(answer[NEXT_LINK]) == Call("GET", "v1/Contact", query={"$skip": "2", "$select": "name"})


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/Cust12345/api/v1/Contact",
        "https://online2.superoffice.com.evil.example/Cust12345/api/v1/Contact",
        "https://online2.superoffice.com@evil.example/Cust12345/api/v1/Contact",
        "http://online2.superoffice.com/Cust12345/api/v1/Contact",
        "https://online2.superoffice.com:8443/Cust12345/api/v1/Contact",
        "https://online2.superoffice.com:99999/Cust12345/api/v1/Contact",
        "https://online2.superoffice.com/Cust67890/api/v1/Contact",
        "https://online2.superoffice.com/Cust12345/api/../../Cust67890/api/v1/Contact",
        "https://online2.superoffice.com/Cust12345/api/%2e%2e/%2e%2e/Cust67890/api/v1/Contact",
        "https://online2.superoffice.com/Cust12345/api/",
        "//evil.example/v1/Contact",
        "https://[",
    ],
)
def test_a_link_that_leads_away_is_refused(link: str) -> None:
    with pytest.raises(BadAnswer, match="next page"):
        decipher(GET, 200, {}, json.dumps({"value": [], NEXT_LINK: link}).encode(), base=BASE)


@given(st.text())
def test_any_link_leads_below_the_tenants_address_or_nowhere(link: str) -> None:
    body = json.dumps({"value": [], NEXT_LINK: link}).encode()
    try:
        answer = decipher(GET, 200, {}, body, base=BASE)
    except BadAnswer:
        return
    assert not answer[NEXT_LINK] or is_relative(follow(answer[NEXT_LINK]).path)


def test_a_body_may_hold_exact_amounts() -> None:
    assert Call("POST", "v1/Sale", json={"Amount": Decimal("0.1")}).body == b'{"Amount": 0.1}'


def test_a_body_of_something_else_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="datetime"):
        assert Call("POST", "v1/Sale", json={"Date": NOW}).body


@pytest.mark.parametrize(
    ("call", "changes"),
    [
        (GET, False),
        (Call("POST", "v1/Contact"), True),
        (Call("PATCH", "v1/Contact/1"), True),
        (Call("POST", "v1/Agents/List/GetAll", reads=True), False),
    ],
)
def test_it_knows_which_calls_change_something(call: Call, changes: bool) -> None:
    assert call.changes is changes


def test_errors_survive_a_task_queue() -> None:
    """Celery pickles what a task raises."""
    errors: list[Any] = [Throttled("x", status=429, retry_after=3.0), Conflict("y", current={"a": 1}, paths=("/Name",))]
    for error in errors:
        copy = pickle.loads(pickle.dumps(error))
        assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


def test_no_number_is_sent_as_one() -> None:
    for odd in (Decimal("NaN"), Decimal("Infinity"), float("nan")):
        with pytest.raises(ValueError, match="not JSON"):
            _ = Call("POST", "v1/Sale", json={"Amount": odd}).body
