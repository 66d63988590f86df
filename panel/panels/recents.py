"""What a person opened last on our own pages, to go back to: ids alone, the names are asked for anew.

So nothing of the CRM is kept, and what somebody may not see any more is no longer shown to him.
"""

from __future__ import annotations

from django.core.cache import cache

from panel.panels.contract import RECORDS, Card
from panel.tenants.models import Membership

LASTS = 30 * 24 * 3600.0
"""Seconds since the last one was opened."""
MOST = 8

type Opened = list[tuple[str, int]]
"""Records by their names in a card, the last one first: ``("contact_id", 17)``."""


async def opened(membership: Membership) -> Opened:
    """What this user of this customer opened."""
    return [(str(name), int(key)) for name, key in await cache.aget(_key(membership), [])]


async def note(membership: Membership, card: Card) -> None:
    """He opened the record of this card."""
    record = next(((name, key) for name in RECORDS if (key := getattr(card, name))), None)
    before = await opened(membership)
    if record is not None and before[:1] != [record]:
        kept = [record, *(one for one in before if one != record)][:MOST]
        await cache.aset(_key(membership), kept, LASTS)


def _key(membership: Membership) -> str:
    return f"opened:{membership.pk}"
