"""Grants kept in memory: who may renew, and what is forgotten; the same in both colours."""

from __future__ import annotations

import asyncio
import inspect
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_client.errors import NotSignedIn
from crm_client.stores import AsyncMemoryStore, MemoryStore

from .conftest import grant


class Either:
    """A store, asked as if it were blocking."""

    def __init__(self, store: Any) -> None:
        self.store = store

    def __getattr__(self, name: str) -> Any:
        def ask(*args: Any) -> Any:
            answer = getattr(self.store, name)(*args)
            return asyncio.run(answer) if inspect.iscoroutine(answer) else answer

        return ask


@pytest.fixture(params=[MemoryStore, AsyncMemoryStore])
def store(request: pytest.FixtureRequest) -> Either:
    return Either(request.param(grant("first")))


def test_one_claims(store: Either) -> None:
    assert [store.claim(grant("first"), 20) for _ in range(2)] == [True, False]
    store.release()
    assert store.claim(grant("first"), 20)


def test_a_claim_runs_out(store: Either) -> None:
    assert [store.claim(grant("first"), -1) for _ in range(2)] == [True, True]


def test_nobody_claims_what_was_renewed(store: Either) -> None:
    store.save(grant("second"))
    assert not store.claim(grant("first"), 20)
    assert store.claim(grant("second", seconds=5), 20)


def test_saving_ends_the_claim(store: Either) -> None:
    store.claim(grant("first"), 20)
    store.save(grant("second"))
    assert store.load().access_token == "second"
    assert store.claim(grant("second"), 20)


def test_a_use_is_noted_of_the_ticket_that_is_kept(store: Either) -> None:
    later = datetime.now(UTC) + timedelta(hours=6)
    store.extend(grant("another"), later)
    assert store.load().expires_at < later
    store.extend(grant("first", seconds=5), later)
    assert (store.load().access_token, store.load().expires_at) == ("first", later)


def test_what_was_refused_is_forgotten(store: Either) -> None:
    store.claim(grant("first"), 20)
    store.lost()
    with pytest.raises(NotSignedIn):
        store.load()
    assert not store.claim(grant("first"), 20)
    store.save(grant("signed-in-anew"))
    assert store.claim(grant("signed-in-anew"), 20)
