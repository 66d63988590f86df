"""Misconfiguration is told at start."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from panel.tenants.checks import no_sandbox_in_production, seal_keys_are_well_formed


def test_it_works() -> None:
    assert seal_keys_are_well_formed(None) == []


@pytest.mark.parametrize("bad", ["", "c2hvcnQ=", "not base64!"])
def test_every_seal_key_is_looked_at_and_none_is_shown(settings: Settings, bad: str) -> None:
    settings.SIDECARD_SEAL_KEYS = [*settings.SIDECARD_SEAL_KEYS, bad]
    (message,) = seal_keys_are_well_formed(None)
    assert message.id == "tenants.E001"
    assert "number 2" in message.msg
    assert not bad or bad not in message.msg


def test_a_sandbox_is_no_production(settings: Settings) -> None:
    settings.SANDBOXED = True
    (message,) = no_sandbox_in_production(None)
    assert message.id == "tenants.E002"
    settings.SANDBOXED = False
    assert no_sandbox_in_production(None) == []
