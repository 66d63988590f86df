"""Our ``dataclass`` is the standard library's, for all anybody can see."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from crm_client import frozen


def twins(dataclass: Any) -> tuple[type[Any], type[Any]]:
    """A class and its heir, made by one of the two."""

    @dataclass(frozen=True)
    class Row:
        """A row."""

        row_id: int
        name: str = "none"
        tags: list[str] = dataclasses.field(default_factory=list)
        raw: dict[str, Any] = dataclasses.field(default_factory=dict, repr=False, compare=False, kw_only=True)

    @dataclass(frozen=True)
    class SaleRow(Row):
        """Its heir."""

        amount: int = 0

    return Row, SaleRow


OURS, THEIRS = twins(frozen.dataclass), twins(dataclasses.dataclass)

WAYS: list[Callable[[type[Any], type[Any]], Any]] = [
    lambda row, heir: row(1),
    lambda row, heir: row(1, "x", ["a"], raw={"b": 2}),
    lambda row, heir: heir(1, name="x", amount=3),
    lambda row, heir: dataclasses.replace(heir(1, raw={"b": 2}), amount=9),
    lambda row, heir: copy.deepcopy(heir(1, tags=["a"])),
]


def shown(made: Any) -> str:
    return repr(made).replace("twins.<locals>.", "")


@pytest.mark.parametrize("way", WAYS)
def test_made_alike(way: Callable[..., Any]) -> None:
    ours, theirs = way(*OURS), way(*THEIRS)
    assert shown(ours) == shown(theirs)
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert ours == way(*OURS)


@pytest.mark.parametrize("kinds", [OURS, THEIRS], ids=["ours", "theirs"])
def test_compared_alike(kinds: tuple[type[Any], type[Any]]) -> None:
    row, heir = kinds
    assert row(1) == row(1, raw={"b": 2})
    assert row(1) != row(2)
    assert row(1) != heir(1)
    assert row(1) != 1
    assert hash(row(1, tags=())) == hash(row(1, tags=(), raw={"b": 2}))  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        hash(row(1))
    assert row(1).tags is not row(1).tags


@pytest.mark.parametrize("kinds", [OURS, THEIRS], ids=["ours", "theirs"])
@pytest.mark.parametrize(
    "wrong",
    [
        lambda row, heir: row(),
        lambda row, heir: row(1, row_id=2),
        lambda row, heir: row(1, colour="red"),
        lambda row, heir: row(1, "x", [], {}),
        lambda row, heir: setattr(row(1), "name", "y"),
        lambda row, heir: delattr(heir(1), "name"),
    ],
)
def test_refused_alike(kinds: tuple[type[Any], type[Any]], wrong: Callable[..., Any]) -> None:
    with pytest.raises((TypeError, dataclasses.FrozenInstanceError)):
        wrong(*kinds)


@frozen.dataclass(frozen=True)
class Known:
    """A class that pickle can find."""

    number: int


@dataclasses.dataclass(frozen=True)
class Heir(Known):
    """A partner's own, by the standard library."""

    colour: str = "red"


def test_a_partner_may_inherit_by_the_standard_library() -> None:
    assert repr(Heir(1)) == "Heir(number=1, colour='red')"
    assert Heir(1) == Heir(1)


def test_it_travels() -> None:
    assert pickle.loads(pickle.dumps(Known(17))) == Known(17)
