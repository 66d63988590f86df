"""The tree as its docstring draws it."""

from __future__ import annotations

import inspect

from crm_client import errors
from crm_client.errors import CrmError


def test_every_error_is_drawn() -> None:
    """One look at the docstring and you know what to catch."""
    drawn = errors.__doc__ or ""
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, CrmError):
            assert f"{name} " in drawn


def test_only_passing_trouble_is_worth_another_try() -> None:
    assert [kind.__name__ for kind in CrmError.__subclasses__() if not kind.permanent] == ["Passing"]
    assert not any(kind.permanent for kind in errors.Passing.__subclasses__())


FAULTS = {
    errors.APPLICATION: {errors.BadRequest, errors.Throttled},
    errors.PERSON: {
        errors.Refused,
        errors.NotSignedIn,
        errors.Denied,
        errors.NotFound,
        errors.Changed,
        errors.Conflict,
    },
    errors.SUPEROFFICE: {
        errors.CrmError,
        errors.Passing,
        errors.Misdirected,
        errors.Unavailable,
        errors.OutcomeUnknown,
        errors.BadAnswer,
        errors.Forged,
    },
}


def test_each_error_says_who_can_mend_it() -> None:
    kinds = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, CrmError)}
    assert {fault: {kind for kind in kinds if kind.fault == fault} for fault in FAULTS} == FAULTS
