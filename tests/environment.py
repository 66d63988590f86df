"""Loaded by pytest before Django's settings: where this run's sandbox, application, database and Redis are.

Ports are chosen per run, so that two runs side by side do not meet. PostgreSQL and Redis are used where they answer
(``DATABASE_URL`` and ``REDIS_URL`` name others); with ``REQUIRE_SERVICES=1`` a run without them fails.
"""

from __future__ import annotations

import os
import random
import re
import socket
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from tests.sandbox.application_keys import sandbox_key


def is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_ports(count: int) -> int:
    """The first of ``count`` free ports in a row, away from those that the system hands out itself."""
    while True:
        first = random.randrange(10_000, 30_000)
        if all(is_free(first + offset) for offset in range(count)):
            return first


def answers(url: str) -> bool:
    at = urlsplit(url)
    try:
        socket.create_connection((at.hostname or "", at.port or 0), timeout=2).close()
    except OSError:
        return False
    return True


POSTGRES = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
"""Which of the processes that share this run; each has a sandbox, a database and a Redis database of its own."""


def own_redis() -> str:
    """One of Redis' sixteen databases: clearing the cache empties the whole of it."""
    given = os.environ.get("REDIS_URL") or f"redis://127.0.0.1:6379/{random.randrange(0, 16, 2)}"
    server, number = re.fullmatch(r"(.*?)(?:/(\d+))?", given).groups(default="0")
    return f"{server}/{(int(number) + WORKER) % 16}"


REDIS = own_redis()
REQUIRED = os.environ.get("REQUIRE_SERVICES") == "1"
MISSING = [url for url in (POSTGRES, REDIS) if not url.startswith("sqlite") and not answers(url)]
if REQUIRED and (MISSING or POSTGRES.startswith("sqlite")):
    raise SystemExit(f"REQUIRE_SERVICES=1, but nothing answers at {MISSING or POSTGRES}")

CRM_PORT = free_ports(4)
APP_PORT = CRM_PORT + 3
VAR = Path(tempfile.mkdtemp(prefix="sidecard-tests-"))

for name in [name for name in os.environ if name.startswith(("SIDECARD_", "SUPEROFFICE_"))]:
    del os.environ[name]
os.environ["SIDECARD_VAR"] = str(VAR)
os.environ["SIDECARD_BASE_URL"] = f"http://127.0.0.1:{APP_PORT}"
os.environ["SUPEROFFICE_LOGIN_URL"] = f"http://localhost:{CRM_PORT}"
os.environ["SUPEROFFICE_PRIVATE_KEY"] = sandbox_key()
os.environ["DATABASE_URL"] = f"sqlite:///{VAR / 'tests.sqlite3'}" if POSTGRES in MISSING else POSTGRES
os.environ["REDIS_URL"] = "" if REDIS in MISSING else REDIS
