"""The state API's answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from crm_client.errors import BadAnswer
from crm_client.state import TenantState, state_url

ANSWER = {
    "ContextIdentifier": "Cust12345",
    "Endpoint": "https://online2.superoffice.com/Cust12345",
    "State": "Running",
    "IsRunning": True,
    "ValidUntil": "2026-03-01T14:52:00.1234567Z",
    "Api": "https://online2.superoffice.com/Cust12345/api",
    "Version": "Release_11.10_2026.02.24-02",
}


def test_it_reads_where_a_tenant_lives() -> None:
    state = TenantState.parse(ANSWER)
    assert state.api == "https://online2.superoffice.com/Cust12345/api/"
    assert state.valid_until == datetime(2026, 3, 1, 14, 52, 0, 123456, tzinfo=UTC)
    assert (state.ctx, state.state, state.is_running) == ("Cust12345", "Running", True)


@pytest.mark.parametrize(
    ("sent", "read"), [(6, "OfflineMaintenance"), (7, "Unknown"), ("Deleting", "Deleting"), (None, "Unknown")]
)
def test_a_state_is_a_word_or_a_number(sent: Any, read: str) -> None:
    assert TenantState.parse(ANSWER | {"State": sent}).state == read


def test_the_api_lies_below_the_endpoint() -> None:
    assert TenantState.parse(ANSWER | {"Api": None}).api == "https://online2.superoffice.com/Cust12345/api/"
    assert TenantState.parse(ANSWER | {"Api": None, "Endpoint": None}).api == ""


@pytest.mark.parametrize("answer", [None, [], {}, {"State": "Running"}])
def test_an_answer_without_a_tenant_is_no_answer(answer: Any) -> None:
    with pytest.raises(BadAnswer):
        TenantState.parse(answer)


def test_the_question_names_one_tenant() -> None:
    assert (
        state_url("https://online.superoffice.com/", "a/../b") == "https://online.superoffice.com/api/state/a%2F..%2Fb"
    )
