"""What Sidecard leans on while it is measured: a fresh database, and a Redis nobody else empties.

PostgreSQL and Redis where ``tests.environment`` finds them, otherwise SQLite and none; ``described`` says which.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests import environment
from tests.bench.state import Person

DATABASE, REDIS = os.environ["DATABASE_URL"], os.environ["REDIS_URL"]

type Population = tuple[str, int, int, int]
"""The beginning of the tenants' names, how many, how many people each, how many of these have a session."""
type People = dict[str, list[Person]]


def described() -> str:
    database = "SQLite" if DATABASE.startswith("sqlite") else "PostgreSQL"
    return f"{database}, {'Redis' if REDIS else 'no Redis'}"


@contextmanager
def inhabited(upstream: str, *populations: Population) -> Iterator[tuple[Mapping[str, str], People]]:
    """The environment of an application whose database holds these people, and their sessions."""
    with tempfile.TemporaryDirectory() as var, database(var) as database_url, redis(var) as redis_url:
        env = {
            "SIDECARD_VAR": var,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SUPEROFFICE_LOGIN_URL": upstream,
            "BENCH_UPSTREAM": upstream,
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        }
        yield env, _people(env, upstream, populations)


def _people(env: Mapping[str, str], upstream: str, populations: Sequence[Population]) -> People:
    wanted = json.dumps({"upstream": upstream, "populations": populations})
    command = [sys.executable, "-m", "tests.bench.state", wanted]
    made = subprocess.run(command, env=os.environ | env, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(made.stdout)


@contextmanager
def database(var: str) -> Iterator[str]:
    if DATABASE.startswith("sqlite"):
        yield f"sqlite:///{Path(var) / 'bench.sqlite3'}"
        return
    name = f"sidecard_bench_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(DATABASE, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(DATABASE)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def redis(var: str) -> Iterator[str]:
    """A server of one's own where it is installed: tests beside us empty the databases of the shared one."""
    program = shutil.which("redis-server")
    if not REDIS or program is None:
        yield REDIS
        return
    port = environment.free_ports(1)
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", var]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not environment.answers(f"redis://127.0.0.1:{port}"):
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)
