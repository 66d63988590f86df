"""Where a tenant's API is. Addresses move between hosts, so nobody writes one down for long.

A client asks its ``Address`` before each call and, when NetServer answers 421 (wrong host), once more with
``refresh``. Hosts are found through the state API (see ``state``) and never stored for good
[dp/best-practices/tenant-status/check-status].
"""

from __future__ import annotations

from typing import Protocol


class Address(Protocol):
    """A tenant's API address, for ``Crm``: ``https://online2.superoffice.com/Cust12345/api/``."""

    def get(self) -> str:
        """The address as known now."""

    def refresh(self) -> str:
        """The address after asking the state API again: the known one just answered 421."""


class AsyncAddress(Protocol):
    """The same for ``AsyncCrm``."""

    async def get(self) -> str: ...

    async def refresh(self) -> str: ...


class FixedAddress:
    """An address that does not move, for scripts and tests."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self) -> str:
        return self.url

    def refresh(self) -> str:
        return self.url


class AsyncFixedAddress:
    """An address that does not move, for ``AsyncCrm``."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def get(self) -> str:
        return self.url

    async def refresh(self) -> str:
        return self.url
