"""``dataclass(frozen=True)`` for the many classes of this package.

It is the standard library's, but for one thing: creating, comparing, hashing and printing are done by four functions
that all classes share. Compiling four of its own for each class took most of the time of importing this package. A
class of yours may inherit from these by the standard library's ``dataclass(frozen=True)``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass[T](*, frozen: bool) -> Callable[[type[T]], type[T]]:
        """As in the standard library; only frozen ones."""

        def made(cls: type[T]) -> type[T]:
            cls.__init__, cls.__repr__, cls.__eq__, cls.__hash__ = _init, _repr, _eq, _hash
            return dataclasses.dataclass(frozen=frozen, init=False, repr=False, eq=False)(cls)

        return made


def filled[T](cls: type[T], values: dict[str, Any]) -> T:
    """``cls(**values)`` where every field is given: no default is sought, which takes two thirds of the time."""
    if cls.__init__ is not _init or values.keys() != _plan(cls)[3]:
        return cls(**values)
    made = object.__new__(cls)
    vars(made).update(values)
    return made


def replace[T](one: T, **values: Any) -> T:
    """As in the standard library, in a third of the time: what is not given is not sought."""
    return filled(type(one), vars(one) | values)


def _init(self: Any, *placed: Any, **named: Any) -> None:
    order, constants, factories, names = _plan(type(self))
    given = dict(zip(order, placed, strict=False)) | named
    values = constants | given
    for name, factory in factories.items():
        if name not in values:
            values[name] = factory()
    if values.keys() != names or len(given) < len(placed) + len(named):
        raise TypeError(f"{type(self).__name__} takes {', '.join(sorted(names))}, each once")
    vars(self).update(values)


def _repr(self: Any) -> str:
    shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({shown})"


def _eq(self: Any, other: object) -> bool:
    return _compared(self) == _compared(other) if type(self) is type(other) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_compared(self))


def _compared(one: Any) -> tuple[Any, ...]:
    return tuple([getattr(one, field.name) for field in fields(one) if field.compare])


type Plan = tuple[list[str], dict[str, Any], dict[str, Callable[[], Any]], frozenset[str]]
"""How to fill an object: names in the order of arguments, constant defaults, defaults that are made, all names."""

_plans: dict[type[Any], Plan] = {}


def _plan(cls: type[Any]) -> Plan:
    if cls not in _plans:
        every = fields(cls)
        order = [one.name for one in every if not one.kw_only]
        constants = {one.name: one.default for one in every if one.default is not MISSING}
        factories = {one.name: one.default_factory for one in every if one.default_factory is not MISSING}
        _plans[cls] = order, constants, factories, frozenset(one.name for one in every)
    return _plans[cls]
