"""Customers, who of their people signed in to us, and sign-ins under way.

Workers remember tenants and memberships: whoever writes one of these rows tells ``known``.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC, datetime, timedelta

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Lower

from crm_client.auth import Grant
from panel.database import briefly
from panel.tenants import known, sealing
from panel.tenants.owned import TenantOwned

SIGN_IN_LASTS = timedelta(minutes=10)
TOUCHED_AT_MOST_EVERY = timedelta(minutes=10)


class Tenant(models.Model):
    """One customer's SuperOffice; made by the first id token that proves it exists, never from a URL."""

    class Status(models.TextChoices):
        """The life of a customer with us: authorised → provisioning → active ⇄ … → revoked → removed."""

        AUTHORISED = "authorised"
        PROVISIONING = "provisioning"
        ACTIVE = "active"
        SUSPENDED = "suspended"
        MAINTENANCE = "maintenance"
        REVOKED = "revoked"
        REMOVED = "removed"

    environment = models.CharField(max_length=16)
    ctx = models.CharField(max_length=64)
    """SuperOffice's context identifier as given (``Cust12345``); its case does not matter in comparisons."""
    company_name = models.CharField(max_length=255, blank=True)
    serial = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=16, choices=Status, default=Status.AUTHORISED)
    api_address = models.CharField(max_length=255, blank=True)
    """Where NetServer answers for it now, ending in ``/api/``; it moves, so it is asked again when its time is up."""
    api_valid_until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=32, blank=True)
    """As the state API said last: ``Running``, ``Suspended`` … [dp/best-practices/tenant-status/check-status]."""
    sealed_system_token = models.TextField(blank=True)
    sealed_ticket = models.TextField(blank=True)
    ticket_expires_at = models.DateTimeField(null=True, blank=True)
    ticket_renewing_until = models.DateTimeField(null=True, blank=True)
    """A lease: somebody is exchanging the system token until then."""
    answered_at = models.DateTimeField(null=True, blank=True)
    """When background work was last let in."""
    refused_at = models.DateTimeField(null=True, blank=True)
    """Since when background work is not let in; empty while it is."""
    paused_at = models.DateTimeField(null=True, blank=True)
    """Since when the customer's administrator has us rest."""
    left_at = models.DateTimeField(null=True, blank=True)
    """When the customer left us, or took our access away; his rows go some time after."""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    SEALED = {"sealed_system_token": "system token", "sealed_ticket": "ticket"}
    """Columns that hold secrets, and the kind each is sealed as: ``manage.py reseal`` looks for it in every model."""
    seal_owner = "tenant"

    class Meta:
        constraints = [models.UniqueConstraint("environment", Lower("ctx"), name="one_tenant_a_ctx")]

    def __str__(self) -> str:
        return f"{self.company_name} ({self.ctx})"

    @property
    def seal_name(self) -> str:
        """What seals are bound to: lasts as long as the customer, whatever the row's number."""
        return f"{self.environment}/{self.ctx}".lower()

    @property
    def system_token(self) -> str:
        """The constant token that background work exchanges for a ticket; empty when SuperOffice gave none."""
        if not self.sealed_system_token:
            return ""
        return sealing.unseal(self.sealed_system_token, tenant=self.seal_name, owner="tenant", kind="system token")

    def seal_system_token(self, clear: str) -> str:
        """The value of ``sealed_system_token`` that keeps ``clear`` in this row."""
        return sealing.seal(clear, tenant=self.seal_name, owner="tenant", kind="system token")

    @property
    def ticket(self) -> str:
        """The system user's ticket; empty when there is none."""
        if not self.sealed_ticket:
            return ""
        return sealing.unseal(self.sealed_ticket, tenant=self.seal_name, owner="tenant", kind="ticket")

    def seal_ticket(self, clear: str) -> str:
        """The value of ``sealed_ticket`` that keeps ``clear`` in this row."""
        return sealing.seal(clear, tenant=self.seal_name, owner="tenant", kind="ticket")

    def close(self, status: Status) -> None:
        """Every token of this tenant goes and everybody is signed out; his rows stay until the retention is over."""
        with transaction.atomic():
            Membership.objects.of(self).update(**SIGNED_OUT)
            Tenant.objects.filter(pk=self.pk).update(
                status=status,
                sealed_system_token="",
                sealed_ticket="",
                ticket_expires_at=None,
                ticket_renewing_until=None,
                left_at=Coalesce("left_at", datetime.now(UTC)),
            )
            known.changed(self)


class Membership(TenantOwned):
    """A user (associate) of a tenant who signed in to us, with what lets us ask as him."""

    associate_id = models.PositiveIntegerField()
    name = models.CharField(max_length=255, blank=True)
    email = models.CharField(max_length=255, blank=True)
    is_administrator = models.BooleanField(default=False)
    language = models.CharField(max_length=16, blank=True)
    """Of his SuperOffice (``nb-NO``), as it said when it last showed him a panel: pages of our own speak it too."""
    generation = models.PositiveIntegerField(default=1)
    """Sessions carry the generation they signed in at; counting up ends all of them, in every process."""
    sealed_grant = models.TextField(blank=True)
    grant_expires_at = models.DateTimeField(null=True, blank=True)
    renewing_until = models.DateTimeField(null=True, blank=True)
    """A lease: somebody is renewing the grant until then."""
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    SEALED = {"sealed_grant": "grant"}

    _opened: tuple[tuple[str, datetime], Grant] | None = None
    """The columns that were unsealed last, and what they held: every call asks for it."""

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint("tenant", "associate_id", name="one_membership_an_associate")]
        indexes = [models.Index("grant_expires_at", name="memberships_by_expiry")]

    def __str__(self) -> str:
        return f"{self.name or self.email} in {self.tenant.ctx}"

    @property
    def seal_owner(self) -> str:
        return f"associate {self.associate_id}"

    def open_grant(self) -> Grant | None:
        """The tokens to call the CRM with as this person; None after signing out."""
        if not self.sealed_grant or self.grant_expires_at is None:
            return None
        columns = self.sealed_grant, self.grant_expires_at
        if self._opened is None or self._opened[0] != columns:
            self._opened = columns, self._unsealed(*columns)
        return self._opened[1]

    def _unsealed(self, sealed_grant: str, expires_at: datetime) -> Grant:
        clear = sealing.unseal(sealed_grant, tenant=self.tenant.seal_name, owner=self.seal_owner, kind="grant")
        access_token, refresh_token = json.loads(clear)
        return Grant(access_token, refresh_token, expires_at)

    def sealed(self, grant: Grant) -> dict[str, object]:
        """The columns that keep ``grant``, for an update; they end the lease."""
        clear = json.dumps([grant.access_token, grant.refresh_token])
        sealed = sealing.seal(clear, tenant=self.tenant.seal_name, owner=self.seal_owner, kind="grant")
        return {"sealed_grant": sealed, "grant_expires_at": grant.expires_at, "renewing_until": None}

    def sign_out(self) -> None:
        """End every session of this person with this tenant, in every frame and process, and forget his tokens."""
        Membership.objects.of(self.tenant).filter(pk=self.pk).update(**SIGNED_OUT)
        known.changed(self.tenant)

    async def speak(self, language: str) -> None:
        """Note the language of his SuperOffice; empty tells nothing. Other processes may know the old one for some
        minutes: nothing hangs on it that would be worth reading all the customer's rows anew.
        """
        if language and language != self.language and len(language) <= 16:
            self.language = language
            mine = Membership.objects.of(self.tenant).filter(pk=self.pk)
            await briefly(lambda: mine.update(language=language))

    async def touch(self) -> None:
        """Note that he was here, at most once in ten minutes."""
        now = datetime.now(UTC)
        if self.last_used_at is None or now - self.last_used_at > TOUCHED_AT_MOST_EVERY:
            self.last_used_at = now
            mine = Membership.objects.of(self.tenant).filter(pk=self.pk)
            await briefly(lambda: mine.update(last_used_at=now))


SIGNED_OUT: dict[str, object] = {
    "generation": F("generation") + 1,
    "sealed_grant": "",
    "grant_expires_at": None,
    "renewing_until": None,
}


class Handoff(models.Model):
    """A sign-in that a frame waits for while it happens in a pop-up.

    Only the frame's session that began it is ever signed in by it, so nothing worth stealing passes through the
    pop-up. Each step is one conditional update: of two who try it at once, one succeeds.
    """

    class State(models.TextChoices):
        NEW = "new"
        BOUND = "bound"
        DONE = "done"
        USED = "used"

    verifier_sha256 = models.CharField(max_length=64, unique=True)
    frame_sha256 = models.CharField(max_length=64)
    """Of a secret in the session of the frame that waits. Not of the session's key: that one changes when a sibling
    frame in the same session is signed in first."""
    ctx = models.CharField(max_length=64)
    """The tenant the panel belongs to; the sign-in must prove the same one."""
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    expires_at = models.DateTimeField()
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.state} hand-off to {self.ctx}"

    @classmethod
    def begin(cls, frame: str, ctx: str) -> str:
        """Start one for the session that holds the secret ``frame``; returns the verifier, for that frame only."""
        now = datetime.now(UTC)
        cls.objects.filter(expires_at__lte=now).delete()
        verifier = secrets.token_urlsafe(32)
        cls.objects.create(
            verifier_sha256=digest(verifier),
            frame_sha256=digest(frame),
            ctx=ctx,
            expires_at=now + SIGN_IN_LASTS,
        )
        return verifier

    @classmethod
    def bind(cls, verifier: str) -> Handoff | None:
        """Tie the pop-up to the frame, once, before it leaves for SuperOffice; None when it cannot be."""
        found = cls.objects.filter(verifier_sha256=digest(verifier)).first()
        return found if found is not None and found.step(cls.State.NEW, cls.State.BOUND) else None

    def finish(self, membership: Membership) -> bool:
        """Record who signed in; False when it is too late."""
        return self.step(self.State.BOUND, self.State.DONE, membership=membership)

    @classmethod
    def use(cls, verifier: str, frame: str) -> Membership | None:
        """Who signed in, for the frame that began it and only once; None while it waits and for anybody else."""
        waiting = cls.objects.filter(verifier_sha256=digest(verifier), frame_sha256=digest(frame))
        found = waiting.select_related("membership__tenant").first()
        return found.membership if found is not None and found.step(cls.State.DONE, cls.State.USED) else None

    def step(self, old: State, new: State, **also: object) -> bool:
        """Move from ``old`` to ``new`` if nobody else did and there is still time."""
        still_there = Handoff.objects.filter(Q(pk=self.pk, state=old, expires_at__gt=datetime.now(UTC)))
        return still_there.update(state=new, **also) == 1


def digest(secret: str) -> str:
    """SHA-256 in hex: enough for values that are long and random."""
    return hashlib.sha256(secret.encode()).hexdigest()
