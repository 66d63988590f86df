"""Where SuperOffice tells a customer's events, what it told, and when which record changed."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.timezone import now

from crm_client.webhooks import Event
from panel.tenants import sealing
from panel.tenants.models import Tenant
from panel.tenants.owned import TenantOwned

LEASE = timedelta(seconds=60)


class Hook(TenantOwned):
    """A customer's own address for events, and the secret they are signed with. It is there before SuperOffice knows
    it, for a test event comes while the webhook is saved [wh/dev].
    """

    word = models.CharField(max_length=64, unique=True)
    """In the address: long and random, so that nobody learns from it who our customers are."""
    sealed_secret = models.TextField()
    heard_at = models.DateTimeField(null=True, blank=True)
    """When the last genuine event came."""
    caught_up_at = models.DateTimeField(default=now)
    """Everything that happened before is accounted for, whether it was told or not."""
    looked_at = models.DateTimeField(default=now)
    """When its state in SuperOffice was last looked at."""

    SEALED = {"sealed_secret": "webhook secret"}
    seal_owner = "tenant"

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint("tenant", name="one_hook_a_tenant")]

    def __str__(self) -> str:
        return f"events of {self.tenant.ctx}"

    @classmethod
    def of(cls, tenant: Tenant) -> Hook:
        """The customer's; made at the first time it is asked for."""
        defaults = {"word": secrets.token_urlsafe(24), "sealed_secret": sealed(tenant, secrets.token_urlsafe(32))}
        return cls.objects.of(tenant).select_related("tenant").get_or_create(tenant=tenant, defaults=defaults)[0]

    @property
    def secret(self) -> str:
        return sealing.unseal(self.sealed_secret, tenant=self.tenant.seal_name, owner="tenant", kind="webhook secret")

    @property
    def properties(self) -> dict[str, str]:
        """What SuperOffice has to know of it."""
        path = reverse("webhooks:hear", args=[self.word])
        return {"target_url": settings.SIDECARD_BASE_URL + path, "secret": self.secret}


def sealed(tenant: Tenant, secret: str) -> str:
    return sealing.seal(secret, tenant=tenant.seal_name, owner="tenant", kind="webhook secret")


class Delivery(TenantOwned):
    """An event, told once or more often. Ids, dates and flags only: SuperOffice tells no texts [wh/reference]."""

    fingerprint = models.CharField(max_length=64)
    """Of what happened, not of the message: an event that is told again under a new id is the same event."""
    event_id = models.CharField(max_length=64)
    name = models.CharField(max_length=100)
    entity = models.CharField(max_length=80)
    primary_key = models.BigIntegerField()
    changed_by = models.PositiveIntegerField()
    happened_at = models.DateTimeField()
    values = models.JSONField(default=dict)
    """Ids of the records it concerns."""
    received_at = models.DateTimeField(default=now)
    handled_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint("tenant", "fingerprint", name="one_delivery_an_event")]
        indexes = [
            models.Index("id", condition=models.Q(handled_at=None), name="deliveries_waiting"),
            models.Index("received_at", name="deliveries_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.primary_key}"

    @classmethod
    def of_event(cls, tenant: Tenant, event: Event) -> Delivery:
        """The row of an event, not saved."""
        ids = {**event.field_values, **event.values}
        return cls(
            tenant=tenant,
            fingerprint=fingerprint(event),
            event_id=event.event_id[:64],
            name=event.name[:100],
            entity=event.entity[:80],
            primary_key=event.primary_key,
            changed_by=max(event.changed_by, 0),
            happened_at=event.at or now(),
            values={name: value for name, value in ids.items() if name.endswith("_id") and isinstance(value, int)},
        )


def fingerprint(event: Event) -> str:
    """The same for every telling of one event: its time has seven decimals [wh/reference]."""
    told = [event.name, event.primary_key, event.raw.get("Timestamp"), event.changed_by, sorted(event.changes)]
    told.append(event.event_id if not event.raw.get("Timestamp") else "")
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


class RecordChange(TenantOwned):
    """When somebody changed a record last: what an open panel asks for. One row a person, for what somebody else did
    must still be told to whoever changed the record himself after that.
    """

    record = models.CharField(max_length=16)
    """As in a card: ``contact_id``, ``sale_id`` …"""
    record_id = models.BigIntegerField()
    changed_at = models.DateTimeField()
    changed_by = models.PositiveIntegerField()
    """0 if nobody knows."""

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint("tenant", "record", "record_id", "changed_by", name="one_change_a_person")
        ]
        indexes = [models.Index("changed_at", name="changes_by_age")]

    def __str__(self) -> str:
        return f"{self.record} {self.record_id}"
