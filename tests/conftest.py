"""What every test may ask for: a SuperOffice that behaves, Sidecard itself on a port, and a cast."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator

import hypothesis
import pytest
import uvicorn
from django.core.cache import cache
from django.db import connections

from tests import environment
from tests.sandbox.server import Sandbox


def pytest_report_header() -> str:
    missing = ", ".join(environment.MISSING) or "none"
    return f"sandbox at {environment.CRM_PORT}, application at {environment.APP_PORT}, missing services: {missing}"


def pytest_configure() -> None:
    """No example has a deadline: other workers may hold the processor."""
    hypothesis.settings.register_profile("busy", deadline=None)
    hypothesis.settings.load_profile("busy")


def pytest_unconfigure() -> None:
    shutil.rmtree(environment.VAR, ignore_errors=True)


LONG = (
    "test_demo.py",
    "test_every_panel.py",
    "test_story.py",
    "test_netserver_trouble.py",
    "test_killed.py",
    "test_production.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long or waits much is begun first, so that no worker is left alone with it at the end; then browsers,
    beside which the others find a core that has nothing to do.
    """

    def turn(item: pytest.Item) -> tuple[int, bool]:
        name = item.path.name
        return LONG.index(name) if name in LONG else len(LONG), "browser" not in item.path.as_posix()

    items.sort(key=turn)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A database per run, so that two runs side by side do not empty each other's."""
    connections["default"].settings_dict["TEST"]["NAME"] = f"test_sidecard_{environment.CRM_PORT}"


@pytest.fixture(scope="session")
def the_sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(port=environment.CRM_PORT, app_url=f"http://127.0.0.1:{environment.APP_PORT}")
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(the_sandbox: Sandbox) -> Sandbox:
    """A SuperOffice Online as it was born: two tenants, nobody signed in, no faults."""
    the_sandbox.reset()
    return the_sandbox


class Application:
    """Sidecard served over ASGI by uvicorn in a thread of the test's process."""

    def __init__(self) -> None:
        self.url = f"http://127.0.0.1:{environment.APP_PORT}"
        config = uvicorn.Config(
            "panel.asgi:application",
            host="127.0.0.1",
            port=environment.APP_PORT,
            loop="uvloop",
            http="httptools",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, name="sidecard", daemon=True)

    def start(self) -> None:
        self.thread.start()
        for _ in range(300):
            if self.server.started:
                return
            self.thread.join(0.1)
        raise RuntimeError("Sidecard did not start within 30 s")

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)


@pytest.fixture(scope="session")
def the_application(django_db_setup: None) -> Iterator[Application]:
    application = Application()
    application.start()
    yield application
    application.stop()


@pytest.fixture
def app_url(the_application: Application, sandbox: Sandbox, transactional_db: None) -> str:
    """The address of a running Sidecard on an empty database."""
    cache.clear()
    return the_application.url
