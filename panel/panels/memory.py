"""What a person saw on a card a moment ago, so that a card opened again is painted at once.

The answers of one visit are kept together for a minute, sealed, for the same sign-in of the same person only. The next
visit is painted from them with their age, and asks NetServer afterwards (see ``crm_client.cache`` for what it asks).
They count no more as soon as the record changed, by anybody, or the person changed anything: ``forget`` says so.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from dataclasses import dataclass, field
from functools import cached_property

from django.core.cache import cache

from crm_client.cache import RECORDS_LAST, Kept
from panel.panels.contract import RECORDS, Card
from panel.tenants.models import Membership, Tenant
from panel.tenants.sealing import BrokenSeal, seal_bytes, unseal_bytes

EDITION_LASTS = 2 * RECORDS_LAST
"""Seconds: longer than anything kept before it."""


@dataclass
class Recollection:
    """The answers of one visit, by the client's own keys: an ``AsyncCache`` for its records and rows."""

    place: Place
    edition: str
    """Of the record and the person, when the visit began: what is kept is good for no other."""
    answers: dict[str, bytes] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    """What this visit asked for; only this is kept on."""
    is_new: bool = False
    """Something was kept since it was recalled."""

    async def aget(self, key: str) -> bytes | None:
        self.used.add(key)
        return self.answers.get(key)

    async def aset(self, key: str, value: bytes, _seconds: float) -> None:
        self.is_new = True
        self.answers[key] = value

    @property
    def age(self) -> int:
        """Seconds since NetServer gave or confirmed the oldest answer, at least one."""
        kept = (Kept.parse(answer) for answer in self.answers.values())
        return max(1, round(time.time() - min(one.at for one in kept if one is not None)))

    @property
    def word(self) -> str:
        """Names what the answers say: the same word, the same page."""
        told = hashlib.sha256()
        for key in sorted(self.answers):
            told.update(key.encode() + hashlib.sha256(self.answers[key].partition(b"\n")[2]).digest())
        return told.hexdigest()[:16]

    async def keep(self) -> None:
        """For the next visit, if there is anything new."""
        if self.is_new:
            asked_for = {key: self.answers[key] for key in self.used & self.answers.keys()}
            await cache.aset(self.place.key, self.place.sealed(self.edition, asked_for), RECORDS_LAST)


@dataclass(frozen=True)
class Place:
    """Where the answers of a visit are kept: whose, of which panel and card."""

    membership: Membership
    slug: str
    card: Card

    @cached_property
    def key(self) -> str:
        """A sign-out counts the generation up, so nothing of before is found."""
        shown = json.dumps([self.slug, self.card.view, [getattr(self.card, name) for name in RECORDS]])
        digest = hashlib.sha256(shown.encode()).hexdigest()[:32]
        return f"visit:{self.membership.pk}:{self.membership.generation}:{digest}"

    @property
    def editions(self) -> list[str]:
        """Keys of the words that whoever changes something replaces."""
        records = [(name, key) for name in RECORDS if (key := getattr(self.card, name))]
        return [_of_person(self.membership), *(_of_record(self.membership.tenant, *record) for record in records)]

    def sealed(self, edition: str, answers: dict[str, bytes]) -> bytes:
        head = json.dumps([edition, {key: len(body) for key, body in answers.items()}]).encode()
        return seal_bytes(head + b"\n" + b"".join(answers.values()), **self._seal)

    def opened(self, sealed: bytes, edition: str) -> dict[str, bytes]:
        """Empty if it was kept under another edition, or does not open here."""
        try:
            head, _, bodies = unseal_bytes(sealed, **self._seal).partition(b"\n")
        except BrokenSeal:
            return {}
        kept_under, lengths = json.loads(head)
        if kept_under != edition:
            return {}
        answers, start = {}, 0
        for key, length in lengths.items():
            answers[key] = bodies[start : start + length]
            start += length
        return answers

    @property
    def _seal(self) -> dict[str, str]:
        owner = f"associate {self.membership.associate_id}"
        return {"tenant": self.membership.tenant.seal_name, "owner": owner, "kind": self.key}


async def recalled(membership: Membership, slug: str, card: Card) -> Recollection:
    """The answers of the last visit, if they still count; else none."""
    place = Place(membership, slug, card)
    found = await cache.aget_many([place.key, *place.editions])
    edition = " ".join(str(found.get(key, "")) for key in place.editions)
    sealed = found.get(place.key)
    return Recollection(place, edition, place.opened(sealed, edition) if sealed else {})


async def forget(membership: Membership, card: Card) -> None:
    """This person changed something on this card: what he saw anywhere counts no more, nor what others saw of it."""
    await cache.aset(_of_person(membership), uuid.uuid4().hex, EDITION_LASTS)
    for name in RECORDS:
        if key := getattr(card, name):
            await forget_record(membership.tenant, name, key)


def record_changed(tenant: Tenant, name: str, key: int) -> None:
    """The same as ``forget_record``, for work in the background."""
    cache.set(_of_record(tenant, name, key), uuid.uuid4().hex, EDITION_LASTS)


def forget_everything(tenant: Tenant) -> None:
    """Any record may be another one now, as after a backup was restored."""
    for membership in Membership.objects.of(tenant):
        cache.set(_of_person(membership), uuid.uuid4().hex, EDITION_LASTS)


async def forget_record(tenant: Tenant, name: str, key: int) -> None:
    """A record changed, as a webhook tells: ``name`` is as in a card, e.g. ``contact_id``."""
    await cache.aset(_of_record(tenant, name, key), uuid.uuid4().hex, EDITION_LASTS)


def _of_person(membership: Membership) -> str:
    return f"changed:{membership.pk}"


def _of_record(tenant: Tenant, name: str, key: int) -> str:
    return f"changed:{tenant.pk}:{name}:{key}"
