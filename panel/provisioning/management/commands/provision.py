"""``manage.py provision``: a customer's set-up from the operator's side, and the list of what Sidecard sets up."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from crm_client.clients import sync_http
from crm_client.errors import CrmError
from panel.provisioning.models import Setup
from panel.provisioning.wanted import Choice, wanted
from panel.provisioning.work import Attempt, work_at
from panel.tenants import doors
from panel.tenants.models import Tenant

NO_HOOK = {"target_url": f"{settings.SIDECARD_BASE_URL}/webhooks/…/", "secret": ""}


class Command(BaseCommand):
    help = "Set up what Sidecard needs in a customer's SuperOffice; safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ctx", nargs="?", help="the customer, e.g. Cust12345; without one, list what is set up")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *_args: Any, ctx: str | None, dry_run: bool, **_options: Any) -> None:
        if ctx is None:
            self.manifest()
            return
        tenant = Tenant.objects.filter(environment=settings.SUPEROFFICE["environment"], ctx__iexact=ctx).first()
        if tenant is None:
            raise CommandError(f"No customer {ctx} is known: an administrator of theirs has to install Sidecard first.")
        self.preview(tenant) if dry_run else self.set_up(tenant)

    def manifest(self) -> None:
        """Everything that is set up at a customer's, for SuperOffice's certification [CERT-56]."""
        for one in wanted(Choice(), NO_HOOK):
            where = one.properties.get("visible_in") or one.properties.get("type") or one.properties.get("of") or ""
            self.stdout.write("\t".join([one.kind, one.key, str(one.label), where]))

    def preview(self, tenant: Tenant) -> None:
        setup = Setup.objects.of(tenant).select_related("tenant").first() or Setup(tenant=tenant)
        try:
            with sync_http() as http:
                for step in Attempt(setup, doors.as_system_user(tenant, http)).planned():
                    differs = ", ".join(step.found.differs) if step.found else ""
                    self.stdout.write("\t".join(filter(None, [step.verb, step.kind, step.key, differs])))
        except CrmError as error:
            raise CommandError(f"SuperOffice: {error}") from error

    def set_up(self, tenant: Tenant) -> None:
        setup = Setup.ask(tenant, Setup.Goal.PRESENT, by="operator")
        if not setup.claim():
            raise CommandError("Somebody is working at it just now.")
        with sync_http() as http:
            work_at(setup, http)
        setup.refresh_from_db()
        self.stdout.write(f"{tenant.ctx}: {setup.state}{', ' + setup.trouble if setup.trouble else ''}")
        if setup.state != Setup.State.DONE:
            raise CommandError("It is not all there. The sweep goes on with what may pass.")
