"""What we know of a customer's set-up: its one row, with a lease for whoever works at it, and the things that are ours.

A thing's row is written before SuperOffice is asked to make it. So whatever happens in between, what is found later
under its key is ours; and what is found without a row is somebody else's.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from panel.provisioning.plan import Owned
from panel.provisioning.wanted import Choice
from panel.tenants.models import Tenant
from panel.tenants.owned import TenantOwned

LEASE = timedelta(seconds=60)
"""Longer than the deadline of one call; each step takes it anew."""


class Setup(TenantOwned):
    """One customer's set-up, and what is to become of it."""

    class Goal(models.TextChoices):
        PRESENT = "present"
        GONE = "gone"

    class State(models.TextChoices):
        DUE = "due"
        """Somebody should work at it, from ``due_at`` on."""
        DONE = "done"
        STUCK = "stuck"
        """Some things could not be done and trying the same again would not help: an administrator must look."""

    goal = models.CharField(max_length=8, choices=Goal, default=Goal.PRESENT)
    state = models.CharField(max_length=8, choices=State, default=State.DUE)
    off = models.JSONField(default=list, blank=True)
    groups = models.JSONField(default=dict, blank=True)
    """User groups by panel, as ``Choice`` has them."""
    due_at = models.DateTimeField(default=now)
    attempts = models.PositiveIntegerField(default=0)
    """In a row, that ended in trouble which may pass."""
    trouble = models.CharField(max_length=500, blank=True)
    """Why the last attempt stopped, for the administrator."""
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_word = models.CharField(max_length=32, blank=True)
    plan = models.JSONField(default=list, blank=True)
    """What the last attempt found to do, or to leave: ``Step.told`` each; empty until SuperOffice was looked at."""
    passed = models.PositiveIntegerField(default=0)
    """Steps of the plan that are behind it, done or refused."""
    asked_by = models.CharField(max_length=255, blank=True)
    begun_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    """When it was last compared with what is wanted."""
    drift = models.JSONField(default=list, blank=True)
    """What differed then: ``[verb, label]`` each."""

    broke_off = False
    """Of a claimed one: whoever had it before never came to an end."""

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint("tenant", name="one_setup_a_tenant")]
        indexes = [models.Index("state", "due_at", name="setups_by_due")]

    def __str__(self) -> str:
        return f"{self.goal}, {self.state}"

    @property
    def choice(self) -> Choice:
        return Choice(frozenset(self.off), {slug: tuple(groups) for slug, groups in self.groups.items()})

    @property
    def is_under_way(self) -> bool:
        return self.state == self.State.DUE

    @classmethod
    def ask(cls, tenant: Tenant, goal: Goal, by: str, choice: Choice | None = None) -> Setup:
        """Have it worked at until ``goal`` is reached, by another ``choice`` if one is given. Two who ask at once get
        the same row.
        """
        columns: dict[str, object] = {
            "goal": goal,
            "state": cls.State.DUE,
            "due_at": now(),
            "attempts": 0,
            "trouble": "",
            "plan": [],
            "passed": 0,
            "asked_by": by,
            "begun_at": now(),
            "ended_at": None,
        }
        if choice is not None:
            columns |= {"off": sorted(choice.off), "groups": dict(choice.groups)}
        row, is_new = cls.objects.of(tenant).get_or_create(tenant=tenant, defaults=columns)
        mine = cls.objects.of(tenant).filter(pk=row.pk)
        same = mine.filter(state=cls.State.DUE, goal=goal)
        # Who asks for what is being done already only has it tried again at once.
        if not is_new and (choice is not None or not same.update(due_at=now())):
            mine.update(**columns)
        return mine.select_related("tenant").get()

    @classmethod
    def due(cls) -> models.QuerySet[Setup]:
        """Of all customers, what somebody should work at and nobody does."""
        free = Q(lease_until=None) | Q(lease_until__lt=now())
        running = cls.across_tenants.exclude(tenant__status__in=[Tenant.Status.SUSPENDED, Tenant.Status.MAINTENANCE])
        return running.filter(free, state=cls.State.DUE, due_at__lte=now()).select_related("tenant")

    def claim(self) -> bool:
        """Take it; of several who try at once one succeeds."""
        word = uuid.uuid4().hex
        self.broke_off = self.lease_word != ""
        claimed = Setup.due().filter(pk=self.pk).update(lease_until=now() + LEASE, lease_word=word)
        self.lease_word = word
        return claimed == 1

    def hold(self, **columns: object) -> bool:
        """Take the lease anew, and write down how far it is; False if somebody else has it, or something else was
        asked for meanwhile.
        """
        return self._held().filter(begun_at=self.begun_at).update(lease_until=now() + LEASE, **columns) == 1

    def end(self, state: State, trouble: str = "", drift: list[list[str]] | None = None) -> bool:
        """Done, or stuck; False if that does not count any more."""
        return self._leave(state=state, trouble=trouble, ended_at=now(), looked_at=now(), attempts=0, drift=drift or [])

    def postpone(self, seconds: float, trouble: str) -> bool:
        """Trouble that may pass: try again later."""
        due_at = now() + timedelta(seconds=seconds)
        return self._leave(due_at=due_at, trouble=trouble, attempts=self.attempts + 1)

    def let_go(self) -> bool:
        """Leave it to others as it is; they need not wait for the lease to run out."""
        return self._held().update(lease_until=None, lease_word="") == 1

    def _leave(self, **columns: object) -> bool:
        counts = self._held().filter(begun_at=self.begun_at).update(lease_until=None, lease_word="", **columns) == 1
        if not counts:
            self.let_go()
        return counts

    def _held(self) -> models.QuerySet[Setup]:
        return Setup.objects.of(self.tenant).filter(pk=self.pk, lease_word=self.lease_word)


class Thing(TenantOwned):
    """Something of ours in a customer's SuperOffice: a panel, a list, one of its items, a field or a webhook."""

    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=128)
    label = models.CharField(max_length=255)
    remote_id = models.CharField(max_length=64, blank=True)
    """SuperOffice's id; empty until its making is known to have succeeded."""
    trouble = models.CharField(max_length=500, blank=True)
    """Why the last attempt to make, change or remove it failed."""
    made_at = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(default=now)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint("tenant", "key", name="one_thing_a_key")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def owned(self) -> Owned:
        return Owned(self.kind, self.key, self.label, self.remote_id)
