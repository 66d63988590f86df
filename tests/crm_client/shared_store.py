"""A token store that processes share, in a file of SQLite; and a program that calls with it, for ``test_processes``.

A claim is one conditional update, as ``crm_client.auth.TokenStore`` asks for.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from datetime import UTC, datetime

from crm_client.address import AsyncFixedAddress
from crm_client.auth import Grant, UserToken
from crm_client.clients import AsyncCrm, async_http
from crm_client.contacts import contact

TABLE = "CREATE TABLE grants (access TEXT, refresh TEXT, expires REAL, claimed_until REAL, saved INTEGER)"


class SharedStore:
    def __init__(self, path: str) -> None:
        self.database = sqlite3.connect(path, isolation_level=None, timeout=20)

    @classmethod
    def create(cls, path: str, grant: Grant) -> SharedStore:
        store = cls(path)
        store.database.execute("PRAGMA journal_mode=WAL")
        store.database.execute(TABLE)
        row = grant.access_token, grant.refresh_token, grant.expires_at.timestamp()
        store.database.execute("INSERT INTO grants VALUES (?, ?, ?, 0, 0)", row)
        return store

    async def load(self) -> Grant:
        access, refresh, expires = self.database.execute("SELECT access, refresh, expires FROM grants").fetchone()
        return Grant(access, refresh, datetime.fromtimestamp(expires, UTC))

    async def claim(self, stale: Grant, seconds: float) -> bool:
        now = time.time()
        changed = self.database.execute(
            "UPDATE grants SET claimed_until = ? WHERE access = ? AND claimed_until < ?",
            (now + seconds, stale.access_token, now),
        )
        return changed.rowcount == 1

    async def save(self, grant: Grant) -> None:
        self.database.execute(
            "UPDATE grants SET access = ?, refresh = ?, expires = ?, claimed_until = 0, saved = saved + 1",
            (grant.access_token, grant.refresh_token, grant.expires_at.timestamp()),
        )

    async def release(self) -> None:
        self.database.execute("UPDATE grants SET claimed_until = 0")

    async def lost(self) -> None:
        self.database.execute("DELETE FROM grants")

    @property
    def saved(self) -> int:
        number: int = self.database.execute("SELECT saved FROM grants").fetchone()[0]
        return number


async def call(path: str, token_url: str, base: str, calls: int) -> None:
    """Wait for a line on standard input, then call side by side; each with an auth of its own."""
    store = SharedStore(path)
    async with async_http() as http:

        def crm() -> AsyncCrm:
            auth = UserToken(token_url, "sidecard-sandbox", "sandbox-secret", store, "alice")
            return AsyncCrm(http, AsyncFixedAddress(base), auth)

        print("ready", flush=True)
        sys.stdin.readline()
        companies = await asyncio.gather(*[crm()(contact(17)) for _ in range(calls)])
    print(len([company for company in companies if company.contact_id == 17]), flush=True)


if __name__ == "__main__":
    path, token_url, base, calls = sys.argv[1:]
    asyncio.run(call(path, token_url, base, int(calls)))
