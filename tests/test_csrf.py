"""Django's own tests of its CSRF protection, run against ours, in both colours.

They are not in Django's wheel; ``make test`` fetches them once. They run in a process of their own, on Django's own
settings.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unittest
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import django
import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import HttpRequest
from django.middleware import csrf
from django.test.utils import setup_test_environment
from django.utils.functional import empty

from panel.middleware import Csrf

ROOT = Path(__file__).resolve().parent.parent
TESTS = Path(sys.prefix) / "django-tests"
COUNT = 119
"""Of Django 6.1; those for ``CSRF_USE_SESSIONS``, which we do not use, among them."""


class Awaited:
    """Ours as a panel's request meets it: built around an awaited view, every call awaited."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        async def awaited(request: HttpRequest) -> Any:
            return get_response(request)

        self.ours = Csrf(awaited)

    def __call__(self, request: HttpRequest) -> Any:
        return async_to_sync(self.ours.__acall__)(request)

    def process_view(self, *request_and_view: Any) -> Any:
        return async_to_sync(self.ours.process_view)(*request_and_view)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_is_coroutine"):
            raise AttributeError(name)  # ours is marked as one
        return getattr(self.ours, name)


class Careless(Awaited):
    """Asks everybody in without a look: an awaited protection whose answer nobody waits for."""

    def process_view(self, *request_and_view: Any) -> None:
        async_to_sync(self.ours.process_view)(*request_and_view)


def run(protection: type) -> bool:
    """Django's tests with ``protection`` in place of Django's."""
    settings._wrapped = empty  # importing the application has loaded ours
    settings.configure(
        SECRET_KEY="of tests only",
        ROOT_URLCONF="csrf_tests.csrf_token_error_handler_urls",
        MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    )
    django.setup()
    setup_test_environment()
    import_module("django.views.decorators.csrf")  # these are Django's also here, so they are made of Django's own
    csrf.CsrfViewMiddleware = protection  # type: ignore[misc]
    sys.path.insert(0, str(TESTS))
    names = ["csrf_tests.tests", "csrf_tests.test_context_processor"]
    return unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromNames(names)).wasSuccessful()


def outcome(protection: type) -> tuple[int, int, str]:
    """Exit status, how many tests ran, and what the runner said."""
    if not TESTS.exists():
        give_up = pytest.fail if os.environ.get("REQUIRE_SERVICES") == "1" else pytest.skip
        give_up("Django's own tests are not here: `make test` fetches them")
    command = [sys.executable, "-m", "tests.test_csrf", protection.__name__]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    count = re.search(r"Ran (\d+) tests", done.stderr)
    return done.returncode, int(count[1]) if count else 0, done.stderr


@pytest.mark.parametrize("protection", [Csrf, Awaited])
def test_ours_passes_what_django_demands_of_its_own(protection: type) -> None:
    status, count, said = outcome(protection)

    assert status == 0, said
    assert count == COUNT
    assert "skipped" not in said


def test_these_tests_see_a_protection_that_is_none() -> None:
    status, count, said = outcome(Careless)

    assert (status, count) == (1, COUNT)
    assert " test_csrf_cookie_bad_or_missing_token" in said


if __name__ == "__main__":
    sys.exit(not run({"Csrf": Csrf, "Awaited": Awaited, "Careless": Careless}[sys.argv[1]]))
