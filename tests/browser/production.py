"""Sidecard as in production: its real settings, https, SuperOffice's own host names and README.md's own commands.

The sandbox stands in for SuperOffice. A TLS proxy of ours answers for all hosts; browsers and Sidecard's processes are
told that these are there, and nothing else anywhere.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import uvicorn
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from redis import Redis
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests import deployment_check
from tests.demo import is_up
from tests.readme import blocks
from tests.sandbox.server import listen

ROOT = Path(__file__).resolve().parent.parent.parent
SUPEROFFICE = {
    "login": "https://sod.superoffice.com",
    "online2": "https://sod2.superoffice.com",
    "app": "https://app-sod.superoffice.com",
}
"""SuperOffice's development environment: the login host and two hosts of tenants."""
SIDECARD = "https://sidecard.example.com"
HOSTS = [urlsplit(origin).hostname or "" for origin in (*SUPEROFFICE.values(), SIDECARD)]
PATIENCE = 60.0
"""Seconds for all processes to come up."""


@dataclass(frozen=True)
class Certificate:
    """A server's, for all hosts, by an authority of its own. Both are made for a few minutes."""

    authority: Path
    chain: Path
    key: Path
    pin: str
    """What Chromium knows the server's key by."""

    @classmethod
    def made(cls, folder: Path) -> Certificate:
        authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nobody's authority")])
        certifies = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        authority = (
            _begun(authority_name, authority_name, authority_key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(certifies, critical=True)
            .sign(authority_key, hashes.SHA256())
        )
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
        server = (
            _begun(x509.Name([]), authority_name, key.public_key())
            .add_extension(names, critical=True)
            .add_extension(issuer, critical=False)
            .sign(authority_key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        made = cls(folder / "authority.pem", folder / "server.pem", folder / "server.key", _pin(key.public_key()))
        made.authority.write_bytes(authority.public_bytes(pem))
        made.chain.write_bytes(server.public_bytes(pem))
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        made.key.write_bytes(key.private_bytes(pem, *form))
        return made


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=2))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _pin(key: ec.EllipticCurvePublicKey) -> str:
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()


class Proxy:
    """Answers https and http for all hosts, and does what README.md asks of a proxy: the ``Host`` is passed on, and
    ``X-Forwarded-Proto`` says how it was asked.
    """

    def __init__(self, ports: dict[str, int], certificate: Certificate) -> None:
        self.ports = ports
        """Where each host really is, by its name."""
        self._transport = httpx.AsyncHTTPTransport()
        self._sockets = listen("127.0.0.1", 0, 2)
        self.https, self.http = (one.getsockname()[1] for one in self._sockets)
        plain = {"lifespan": "off", "ws": "none", "log_config": None, "server_header": False, "date_header": False}
        tls = {"ssl_certfile": certificate.chain, "ssl_keyfile": certificate.key}
        self._servers = [uvicorn.Server(uvicorn.Config(self, **plain, **more)) for more in (tls, {})]
        self._thread = threading.Thread(target=self._serve, name="proxy", daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.should_exit = True
        self._thread.join()

    def _serve(self) -> None:
        asyncio.run(self._serve_both(), loop_factory=uvloop.new_event_loop)

    async def _serve_both(self) -> None:
        async with self._transport:
            await asyncio.gather(
                *(server.serve(sockets=[one]) for server, one in zip(self._servers, self._sockets, strict=True))
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self.answer(Request(scope, receive)))(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        port = self.ports.get(request.url.hostname or "")
        if port is None:
            return Response("Nobody is here", 421)
        headers = [*request.headers.raw, (b"x-forwarded-proto", request.url.scheme.encode())]
        # As it came: httpx would write some characters of an address otherwise.
        target = b"?".join(filter(None, (request.scope["raw_path"], request.scope["query_string"])))
        asked = httpx.Request(
            request.method,
            f"http://127.0.0.1:{port}/",
            headers=headers,
            content=await request.body(),
            extensions={"target": target},
        )
        answered = await self._transport.handle_async_request(asked)
        body = b"".join([piece async for piece in answered.aiter_raw()])
        await answered.aclose()
        response = Response(body, answered.status_code)
        per_hop = ("transfer-encoding", "connection")
        response.raw_headers = [one for one in answered.headers.raw if one[0].decode().lower() not in per_hop]
        return response


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """An empty one on a PostgreSQL server, for as long as the block lasts; gives its address."""
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def emptied(redis: str) -> Iterator[str]:
    """A Redis database without what others left in it, and then without what is left by us."""
    with Redis.from_url(redis) as server:
        server.flushdb()
        yield redis
        server.flushdb()


class Production:
    """Sidecard's processes, by the commands of README.md's chapter on production."""

    def __init__(self, var: Path, proxy: Proxy, certificate: Certificate, postgres: str, redis: str) -> None:
        self.log = var / "log"
        """What all processes say."""
        self.port = proxy.ports[HOSTS[-1]]
        self.env = deployment_check.environment(str(var)) | {
            "SIDECARD_BASE_URL": SIDECARD,
            "DATABASE_URL": postgres,
            "REDIS_URL": redis,
            "SUPEROFFICE_CLIENT_ID": "sidecard-sandbox",
            "SUPEROFFICE_CLIENT_SECRET": "sandbox-secret",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(Path(__file__).parent / "stand_in"),
            "STAND_IN_HOSTS": ",".join(HOSTS),
            "STAND_IN_PORT": str(proxy.https),
            "STAND_IN_AUTHORITY": str(certificate.authority),
        }
        self._running: list[subprocess.Popen[bytes]] = []

    def run(self, command: str) -> str:
        """A command to its end; gives what it said. Raises ``CalledProcessError``."""
        done = subprocess.run(
            command, shell=True, cwd=ROOT, env=self.env, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    def start(self) -> None:
        prepare, *commands = next(block for block in blocks("sh") if "migrate" in block).splitlines()
        self.run(prepare)
        with self.log.open("wb") as log:
            for command in commands:
                where = ["--port", str(self.port)] if command.startswith("uvicorn") else []
                process = subprocess.Popen(
                    shlex.split(command) + where,
                    cwd=ROOT,
                    env=self.env,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                self._running.append(process)
        until = time.monotonic() + PATIENCE
        while not is_up(f"http://127.0.0.1:{self.port}/readyz"):
            if time.monotonic() > until or any(process.poll() is not None for process in self._running):
                raise RuntimeError(f"Sidecard did not come up:\n{self.log.read_text()}")
            time.sleep(0.2)

    def stop(self) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
