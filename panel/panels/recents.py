"""What a person opened last on our own pages, to go back to: ids alone, the names are asked for anew.

So nothing of the CRM is kept, and what somebody may not see any more is no longer shown to him.
"""

from __future__ import annotations

from django.core.cache import cache

from panel.tenants.models import Membership

LASTS = 30 * 24 * 3600.0
"""Seconds since the last one was opened."""
MOST = 8

KINDS = ("contact_id", "person_id", "sale_id")
"""What the search finds."""

type Opened = list[tuple[str, int]]
"""Records by their names in a card, the last one first: ``("contact_id", 17)``."""


async def opened(membership: Membership) -> Opened:
    """What this user of this customer opened."""
    return [(str(name), int(key)) for name, key in await cache.aget(_key(membership), [])]


async def note(membership: Membership, name: str, key: int) -> None:
    """He opened this record, named as in a card."""
    record = name, key
    before = await opened(membership)
    if name in KINDS and key and before[:1] != [record]:
        kept = [record, *(one for one in before if one != record)][:MOST]
        await cache.aset(_key(membership), kept, LASTS)


def _key(membership: Membership) -> str:
    return f"opened:{membership.pk}"
