"""Secrets at rest."""

from __future__ import annotations

import base64
import os

import hypothesis
import pytest
from hypothesis import strategies as st
from pytest_django import Settings

from panel.tenants import sealing
from panel.tenants.sealing import BadKey, BrokenSeal, is_sealed_by_newest, parse_key, seal, unseal

HERE = {"tenant": "online/cust12345", "owner": "associate 5", "kind": "grant"}


def fresh_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def test_it_works() -> None:
    sealed = seal("8A:Cust12345.secret", **HERE)
    assert "secret" not in sealed
    assert sealed.startswith("v1.")
    assert unseal(sealed, **HERE) == "8A:Cust12345.secret"


@hypothesis.settings(max_examples=50)
@hypothesis.given(st.text())
def test_any_text_comes_back(clear: str) -> None:
    assert unseal(seal(clear, **HERE), **HERE) == clear


def test_no_two_seals_are_alike() -> None:
    assert seal("same", **HERE) != seal("same", **HERE)


@pytest.mark.parametrize(
    "elsewhere", [{"tenant": "online/cust67890"}, {"owner": "associate 6"}, {"kind": "system token"}]
)
def test_a_value_copied_to_another_place_does_not_open(elsewhere: dict[str, str]) -> None:
    sealed = seal("secret", **HERE)
    with pytest.raises(BrokenSeal):
        unseal(sealed, **(HERE | elsewhere))


def test_places_do_not_run_into_each_other() -> None:
    sealed = seal("secret", tenant="a", owner="b", kind="c")
    with pytest.raises(BrokenSeal):
        unseal(sealed, tenant='a", "b', owner="c", kind="")


@pytest.mark.parametrize("place", range(4))
def test_a_changed_value_does_not_open(place: int) -> None:
    parts = seal("secret", **HERE).split(".")
    parts[place] = ("A" if parts[place][0] != "A" else "B") + parts[place][1:]
    with pytest.raises(BrokenSeal):
        unseal(".".join(parts), **HERE)


@pytest.mark.parametrize("sealed", ["", "v1", "v1.", "secret", "v1.x.y.z", "é.è.à.ù"])
def test_what_is_not_sealed_does_not_open(sealed: str) -> None:
    with pytest.raises(BrokenSeal):
        unseal(sealed, **HERE)


def test_older_keys_still_open(settings: Settings) -> None:
    old, new = fresh_key(), fresh_key()
    settings.SIDECARD_SEAL_KEYS = [old]
    sealed = seal("secret", **HERE)
    settings.SIDECARD_SEAL_KEYS = [new, old]
    assert unseal(sealed, **HERE) == "secret"
    assert not is_sealed_by_newest(sealed)
    assert is_sealed_by_newest(seal("secret", **HERE))
    settings.SIDECARD_SEAL_KEYS = [new]
    with pytest.raises(BrokenSeal):
        unseal(sealed, **HERE)


@pytest.mark.parametrize("text", ["", "short", "not base64!", "é", base64.urlsafe_b64encode(b"x" * 31).decode()])
def test_a_malformed_key_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        parse_key(text)


def test_a_key_id_tells_nothing_of_the_key() -> None:
    key = os.urandom(32)
    assert sealing.key_id(key) not in key.hex()
