"""What a person saw on a card a moment ago, so that a card opened again is painted at once.

The answers of one visit are kept together for a minute, sealed, for the same sign-in of the same person only. The next
visit is painted from them with their age, and asks NetServer afterwards (see ``crm_client.cache`` for what it asks).

They count no more as soon as any record they tell of changed, by anybody: whoever changes a record, or hears of it,
replaces the *word* of that record (``forget``), and a visit is good for as long as the words are those it was kept
under. Which records those are is in the answers themselves (``touched``). The words of a visit are read at its end,
when it is known what it tells of; so each change replaces a word of the whole customer too, and what was seen while
that happened is not kept. Words go after two minutes: where the customer has none, nothing changed, and no other is
read.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.core.cache import cache

from crm_client.cache import RECORDS_LAST, Kept
from panel.panels.contract import RECORDS, Card
from panel.panels.touched import EVERYTHING, RecordName, names, owner, told_of
from panel.tenants.models import Membership, Tenant
from panel.tenants.sealing import BrokenSeal, seal_bytes, unseal_bytes

WORDS_LAST = 2 * RECORDS_LAST
"""Seconds: longer than anything kept before it."""


@dataclass
class Recollection:
    """The answers of one visit, by the client's own keys: an ``AsyncCache`` for its records and rows."""

    place: Place
    moment: str
    """The customer's word when the visit began: any change since replaced it. Empty if nothing changed lately: then no
    record has a word either.
    """
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
        """For the next visit, if there is anything new, and unless somebody changed something meanwhile."""
        if not self.is_new:
            return
        asked_for = {key: self.answers[key] for key in self.used & self.answers.keys()}
        kept_under = {}
        if self.moment:
            records = self.place.records_in(asked_for)
            words = await _words(self.place.tenant, records | {ANY})
            if words[ANY] != self.moment:
                return
            kept_under = {record: words[record] for record in records}
        await cache.aset(self.place.key, self.place.sealed(kept_under, asked_for), RECORDS_LAST)


@dataclass(frozen=True)
class Place:
    """Where the answers of a visit are kept: whose, of which panel and card."""

    membership: Membership
    slug: str
    card: Card
    is_personal: bool = False
    """As the panel says of itself."""

    @cached_property
    def key(self) -> str:
        """A sign-out counts the generation up, so nothing of before is found."""
        shown = json.dumps([self.slug, self.card.view, [getattr(self.card, name) for name in RECORDS]])
        digest = hashlib.sha256(shown.encode()).hexdigest()[:32]
        return f"visit:{self.membership.pk}:{self.membership.generation}:{digest}"

    @property
    def tenant(self) -> Tenant:
        return self.membership.tenant

    @property
    def depends_on(self) -> set[RecordName]:
        """Beside the records its answers tell of. Where no record is shown, another one may come in any time: of what
        is the person's own, by whoever makes it his; else by any change.
        """
        records = of_card(self.card)
        if not records:
            records = {owner(self.membership.associate_id) if self.is_personal else ANY}
        return records | {EVERYTHING}

    def records_in(self, answers: Mapping[str, bytes]) -> set[RecordName]:
        """All records a visit with these answers depends on."""
        return self.depends_on.union(*[told_of(answer) for answer in answers.values()])

    def sealed(self, words: dict[RecordName, str], answers: dict[str, bytes]) -> bytes:
        head = json.dumps([words, {key: len(body) for key, body in answers.items()}]).encode()
        return seal_bytes(head + b"\n" + b"".join(answers.values()), **self._seal)

    def opened(self, sealed: bytes) -> tuple[dict[RecordName, str], dict[str, bytes]]:
        """The answers, and the words they were kept under; nothing if it does not open here."""
        try:
            head, _, bodies = unseal_bytes(sealed, **self._seal).partition(b"\n")
        except BrokenSeal:
            return {}, {}
        words, lengths = json.loads(head)
        answers, start = {}, 0
        for key, length in lengths.items():
            answers[key] = bodies[start : start + length]
            start += length
        return words, answers

    @property
    def _seal(self) -> dict[str, str]:
        owner = f"associate {self.membership.associate_id}"
        return {"tenant": self.membership.tenant.seal_name, "owner": owner, "kind": self.key}


async def recalled(membership: Membership, slug: str, card: Card, *, is_personal: bool = False) -> Recollection:
    """The answers of the last visit, if they still count; else none."""
    place = Place(membership, slug, card, is_personal)
    any_change = _key(place.tenant, ANY)
    found = await cache.aget_many([place.key, any_change])
    seen = Recollection(place, str(found.get(any_change, "")))
    if sealed := found.get(place.key):
        words, answers = place.opened(sealed)
        if await _stands(place, words, answers, seen.moment):
            seen.answers = answers
    return seen


async def _stands(place: Place, words: dict[RecordName, str], answers: dict[str, bytes], moment: str) -> bool:
    """Whether nothing of it changed since. What was kept while no record had a word, as at most times of most
    customers, costs no look at words as long as none has.
    """
    if not words:
        if not moment:
            return True
        words = dict.fromkeys(place.records_in(answers), "")
    return words == await _words(place.tenant, words)


async def forget(tenant: Tenant, records: Iterable[RecordName]) -> None:
    """These records changed: what anybody saw of them counts no more."""
    await cache.aset_many(_replaced(tenant, records), WORDS_LAST)


def records_changed(tenant: Tenant, records: Iterable[tuple[str, int]]) -> None:
    """The same for work in the background, as a webhook tells: a record's name is as in a card, e.g. ``contact_id``."""
    cache.set_many(_replaced(tenant, names(records)), WORDS_LAST)


def forget_everything(tenant: Tenant) -> None:
    """Any record may be another one now, as after a backup was restored."""
    cache.set_many(_replaced(tenant, [EVERYTHING]), WORDS_LAST)


def of_card(card: Card) -> set[RecordName]:
    return names((name, getattr(card, name)) for name in RECORDS)


ANY = "any"
"""The word that every change replaces."""


def _replaced(tenant: Tenant, records: Iterable[RecordName]) -> dict[str, str]:
    """The customer's word first, where they are written one after another."""
    word = uuid.uuid4().hex
    return {_key(tenant, record): word for record in (ANY, *records)}


async def _words(tenant: Tenant, records: Iterable[RecordName]) -> dict[RecordName, str]:
    keys = {record: _key(tenant, record) for record in records}
    found = await cache.aget_many(keys.values())
    return {record: str(found.get(key, "")) for record, key in keys.items()}


def _key(tenant: Tenant, record: RecordName) -> str:
    return f"changed:{tenant.pk}:{record}"
