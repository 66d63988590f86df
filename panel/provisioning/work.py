"""Working at a customer's set-up until it is as it should be, or gone; broken off anywhere, the next one goes on.

Whoever works holds the lease of the setup's row. What is there is asked anew at each attempt, so nothing depends on
what an attempt before remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
import structlog
from django.db import transaction
from django.db.models import QuerySet

from crm_client.clients import Crm
from crm_client.errors import CrmError, NotSignedIn, OutcomeUnknown, Passing
from panel.provisioning.kinds import KINDS, settle, survey
from panel.provisioning.models import Setup, Thing
from panel.provisioning.plan import Step, Verb, plan
from panel.provisioning.wanted import Wanted, wanted
from panel.tenants import doors, known
from panel.tenants.diary import Happening
from panel.tenants.models import Tenant
from panel.webhooks.models import Hook

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 3.0, 300.0
"""Seconds until another attempt after trouble that may pass; doubled each time."""


class TakenOver(Exception):
    """Somebody else has the lease, or something else is wanted by now."""


def work_at(setup: Setup, http: httpx.Client) -> None:
    """Bring a claimed setup as far as it goes now; what happens is in its row and those of its things."""
    names = {"ctx": setup.tenant.ctx, "goal": setup.goal}
    try:
        Attempt(setup, doors.as_system_user(setup.tenant, http)).carry_out()
    except TakenOver:
        log.info("set-up taken over", **names)
        setup.let_go()
    except (Passing, OutcomeUnknown) as error:
        pause = max(min(FIRST_PAUSE * 2**setup.attempts, LONGEST_PAUSE), error.retry_after or 0)
        log.warning("set-up postponed", error=type(error).__name__, seconds=pause, **names)
        setup.postpone(pause, told(error))
    except CrmError as error:
        log.error("set-up stuck", error=type(error).__name__, **names)
        _stuck(setup, error)


@transaction.atomic
def _stuck(setup: Setup, error: CrmError) -> None:
    if setup.end(Setup.State.STUCK, told(error)):
        Happening.note(setup.tenant, Happening.What.STUCK, type(error).__name__)
        if isinstance(error, NotSignedIn) and setup.goal == Setup.Goal.GONE:
            _left(setup, Tenant.Status.REVOKED)


def told(error: CrmError) -> str:
    """What happened, to be put into the words of whoever reads it (``panel.appstore.words``)."""
    return f"{type(error).__name__}: {error.message}"[:500]


class Attempt:
    """One go at a setup."""

    def __init__(self, setup: Setup, crm: Crm) -> None:
        self.setup, self.tenant, self.crm = setup, setup.tenant, crm
        self.things = {thing.key: thing for thing in Thing.objects.of(self.tenant)}
        self.troubles: list[str] = []

    @property
    def ids(self) -> dict[str, str]:
        return {key: thing.remote_id for key, thing in self.things.items() if thing.remote_id}

    def planned(self) -> list[Step]:
        """What is to be done, asked of SuperOffice now."""
        owned = [thing.owned for thing in self.things.values()]
        should = self._wanted()
        return plan(should, owned, self.crm(survey(should, owned)))

    def _wanted(self) -> Sequence[Wanted]:
        if self.setup.goal == Setup.Goal.GONE:
            return ()
        return wanted(self.setup.choice, Hook.of(self.tenant).properties)

    def carry_out(self) -> None:
        self._hold()
        self._now(Tenant.Status.PROVISIONING, Tenant.Status.AUTHORISED)
        if self._goes_on():
            self._settle()
        steps = self.planned()
        self._hold(plan=[step.told for step in steps])
        for number, step in enumerate(steps):
            self._hold(passed=number)
            if step.verb == Verb.FOREIGN:
                self.troubles.append(f"Foreign: {step.label}")
            elif step.is_work:
                self._try(step)
            elif step.key in self.things:
                self._note(self.things[step.key])
        self._hold(passed=len(steps))
        self._end()

    def _goes_on(self) -> bool:
        """Another attempt may have ended in the middle of something."""
        return self.setup.broke_off or self.setup.attempts > 0 or any(thing.trouble for thing in self.things.values())

    def _settle(self) -> None:
        try:
            self.crm(settle())
        except (Passing, OutcomeUnknown, NotSignedIn):
            raise
        except CrmError as error:
            self.troubles.append(told(error))

    def _try(self, step: Step) -> None:
        """What SuperOffice refuses must not stop the rest."""
        try:
            self._do(step)
        except (Passing, OutcomeUnknown, NotSignedIn) as error:
            self._note(self.things.get(step.key), told(error))
            raise
        except CrmError as error:
            log.warning("step refused", verb=step.verb, key=step.key, ctx=self.tenant.ctx, error=type(error).__name__)
            self.troubles.append(told(error))
            self._note(self.things.get(step.key), told(error))

    def _do(self, step: Step) -> None:
        kind = KINDS[step.kind]
        log.info("step", verb=step.verb, key=step.key, ctx=self.tenant.ctx)
        if step.wanted is not None:
            thing = self._intended(step)
            if step.found is None:
                remote_id = self.crm(kind.create(step.wanted, self.ids))
            else:
                remote_id = self.crm(kind.change(step.wanted, step.found, self.ids))
            self._note(thing, remote_id=remote_id, made_at=thing.made_at or datetime.now(UTC))
        else:
            if step.found is not None:
                self.crm(kind.remove(step.found, self.ids))
            if step.key in self.things:
                self._rows().filter(key=step.key).delete()
                del self.things[step.key]

    def _intended(self, step: Step) -> Thing:
        """The row is there before SuperOffice is asked: see ``models``."""
        if step.key not in self.things:
            row, _ = self._rows().get_or_create(tenant=self.tenant, key=step.key, defaults={"kind": step.kind})
            self.things[step.key] = row
        thing = self.things[step.key]
        self._note(thing, label=step.label[:255])
        return thing

    def _note(self, thing: Thing | None, trouble: str = "", **columns: object) -> None:
        if thing is not None and (columns or thing.trouble != trouble):
            for name, value in {"trouble": trouble, **columns}.items():
                setattr(thing, name, value)
            self._rows().filter(pk=thing.pk).update(trouble=trouble, **columns)

    def _rows(self) -> QuerySet[Thing]:
        return Thing.objects.of(self.tenant)

    def _hold(self, **columns: object) -> None:
        if not self.setup.hold(**columns):
            raise TakenOver

    @transaction.atomic
    def _end(self) -> None:
        if self.troubles:
            state, trouble = Setup.State.STUCK, "\n".join(dict.fromkeys(self.troubles))[:500]
        else:
            state, trouble = Setup.State.DONE, ""
        if not self.setup.end(state, trouble):
            raise TakenOver
        Tenant.objects.filter(pk=self.tenant.pk).update(answered_at=datetime.now(UTC))
        self._now(Tenant.Status.ACTIVE, Tenant.Status.AUTHORISED, Tenant.Status.PROVISIONING)
        if self.troubles:
            Happening.note(self.tenant, Happening.What.STUCK)
        elif self.setup.goal == Setup.Goal.PRESENT:
            Happening.note(self.tenant, Happening.What.SET_UP)
        else:
            _left(self.setup, Tenant.Status.REMOVED)

    def _now(self, status: Tenant.Status, *before: Tenant.Status) -> None:
        """Not for who was suspended or closed meanwhile."""
        rows = Tenant.objects.filter(pk=self.tenant.pk, status__in=before)
        if self.setup.goal == Setup.Goal.PRESENT and rows.update(status=status):
            known.changed(self.tenant)


def _left(setup: Setup, status: Tenant.Status) -> None:
    """Nothing of ours is there any more, or nothing lets us in to remove it: every token goes. In one transaction with
    the end of the setup, for nobody would come back for it.
    """
    Hook.objects.of(setup.tenant).delete()
    setup.tenant.close(status)
    is_removed = status == Tenant.Status.REMOVED
    Happening.note(setup.tenant, Happening.What.REMOVED if is_removed else Happening.What.REVOKED)
    log.info("tenant left", ctx=setup.tenant.ctx, status=status)
