"""Creating something once: whatever happens to the answer, and however often the button is pressed.

SuperOffice creates a record at each POST, and an answer may be lost after the work is done. So each form that creates
carries a word of its own, and its first POST writes that word into the database before SuperOffice is asked. A second
POST of the same form, from a double click or after a lost answer, finds it there:

- the first one succeeded: so has the second;
- it is still under way: the second waits for it;
- nobody knows: SuperOffice is looked through for the record, and only if the first attempt must be over by now and
  nothing is there, it is tried again. Until then the person is told so (``NotKnownYet``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from crm_client.calls import Operation
from crm_client.clients import AsyncCrm
from crm_client.errors import CrmError, Misdirected, Refused, Throttled
from panel.panels.contract import Card
from panel.tenants.models import Tenant
from panel.tenants.owned import TenantOwned

UNDER_WAY = timedelta(minutes=2)
"""Longer than a request of ours lasts: whatever was begun before has ended without saying how."""
MAY_ARRIVE = timedelta(seconds=30)
"""After that a request whose answer was lost is not on its way to SuperOffice any more."""
LOOKS, PAUSE = 20, 0.25
"""How often, and after how many seconds, a POST looks whether the one before it has ended."""
REMEMBERED = timedelta(days=30)


class NotKnownYet(Exception):
    """Nobody knows whether it was done, and it is too early to try again."""


class Once(TenantOwned):
    """A form that creates something, from its first POST on."""

    class State(models.TextChoices):
        BEGUN = "begun"
        UNKNOWN = "unknown"
        DONE = "done"

    word = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.BEGUN)
    first_at = models.DateTimeField(default=now)
    tried_at = models.DateTimeField(default=now)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint("tenant", "word", name="one_creation_a_form")]
        indexes = [models.Index("first_at", name="creations_by_age")]

    def __str__(self) -> str:
        return f"{self.state} creation of {self.first_at}"

    @classmethod
    async def begin(cls, tenant: Tenant, word: str) -> tuple[Once, bool]:
        """The row of a form, and whether this is its first attempt. If not DONE, nobody else is at it."""
        ours = cls.objects.of(tenant)
        for _ in range(LOOKS):
            row, is_first = await ours.select_related("tenant").aget_or_create(tenant=tenant, word=word)
            if is_first:
                await ours.filter(first_at__lt=now() - REMEMBERED).adelete()
            if is_first or row.state == cls.State.DONE or await row._taken_over():
                return row, is_first
            await asyncio.sleep(PAUSE)
        raise NotKnownYet

    async def _taken_over(self) -> bool:
        """Of several who try it at once, one succeeds. This instance keeps the ``tried_at`` of the attempt before."""
        is_free = models.Q(state=self.State.UNKNOWN) | models.Q(tried_at__lt=now() - UNDER_WAY)
        free = Once.objects.of(self.tenant).filter(is_free, pk=self.pk).exclude(state=self.State.DONE)
        return await free.aupdate(state=self.State.BEGUN, tried_at=now()) == 1

    async def end(self, state: State) -> None:
        await Once.objects.of(self.tenant).filter(pk=self.pk).aupdate(state=state)

    @property
    def may_arrive(self) -> bool:
        """The attempt before this one may still reach SuperOffice."""
        return now() - self.tried_at < MAY_ARRIVE


async def create_once[R](
    crm: AsyncCrm,
    card: Card,
    word: str,
    made: Callable[[datetime], R],
    create: Callable[[R], Operation[Any]],
    find: Callable[[R], Operation[Any]],
) -> Any:
    """Create what ``made`` gives for the moment of the first attempt, unless ``find`` finds it after a lost answer.

    What one of them answered; None if the same form created it before. Raises ``NotKnownYet``, or the ``CrmError`` of
    creating.
    """
    tenant = await _tenant(card)
    attempt, is_first = await Once.begin(tenant, word)
    if attempt.state == Once.State.DONE:
        return None
    wanted = made(attempt.first_at)
    try:
        found = None if is_first else await _looked_for(crm, find(wanted), attempt)
        if found is None:
            found = await crm(create(wanted))
    except NotKnownYet:
        await attempt.end(Once.State.UNKNOWN)
        raise
    except CrmError as error:
        found = await _settled(crm, attempt, find(wanted), error)
    await attempt.end(Once.State.DONE)
    return found


async def first_attempt(card: Card, word: str) -> datetime | None:
    """When a form was first posted, so that SuperOffice may have done what it asked for since; None if it was not."""
    ours = Once.objects.of(await _tenant(card)).filter(word=word)
    return await ours.values_list("first_at", flat=True).afirst()


async def _tenant(card: Card) -> Tenant:
    return await Tenant.objects.aget(environment=settings.SUPEROFFICE["environment"], ctx__iexact=card.ctx)


async def _looked_for(crm: AsyncCrm, find: Operation[Any], attempt: Once) -> Any:
    found = await crm(find)
    if found is None and attempt.may_arrive:
        raise NotKnownYet
    return found


async def _settled(crm: AsyncCrm, attempt: Once, find: Operation[Any], error: CrmError) -> Any:
    """What was done all the same; else raise ``error``, and remember what is known."""
    if isinstance(error, Refused | Throttled | Misdirected) or error.sent is False:
        await attempt.adelete()
        raise error
    try:
        found = await crm(find)
    except CrmError:
        await attempt.end(Once.State.UNKNOWN)
        raise error from None
    if found is not None:
        return found
    # An answer that is an error ends the matter; without any answer it may still arrive.
    await (attempt.adelete() if error.sent else attempt.end(Once.State.UNKNOWN))
    raise error
