"""A follow-up as the person saw it: carried along, signed, in its own form, so that no CRM is needed to show it again.

Beside what was seen, a row that was just changed carries what was there before, to undo it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.core import signing

from crm_client.appointments import Appointment, FollowUp
from panel.panels.contract import Card
from panel.panels.day import Day, is_all_day, on_clock

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Row:
    """What a row shows, and what was seen of it."""

    id: int
    start: str
    end: str
    zone: str
    """Whose days these are."""
    today: str
    """When it was shown."""
    text: str
    task: str
    company_id: int = 0
    company: str = ""
    person_id: int = 0
    person: str = ""
    is_completed: bool = False
    is_all_day: bool = False

    @classmethod
    def of_line(cls, line: FollowUp, day: Day) -> Row | None:
        """None for one without a date, which is no day's."""
        if line.start is None:
            return None
        end = max(line.end or line.start, line.start)
        return cls(
            id=line.appointment_id,
            start=line.start.isoformat(),
            end=end.isoformat(),
            zone=day.zone.key,
            today=day.today.isoformat(),
            text=line.text or line.task,
            task=line.task if line.text else "",
            company_id=line.company_id,
            company=line.company,
            person_id=line.person_id,
            person=line.person,
            is_completed=line.is_completed,
            is_all_day=is_all_day(line.start, end),
        )

    def now(self, found: Appointment) -> Row:
        """The same row as SuperOffice has it now; the record's own words where somebody changed them."""
        start = found.start or self.begins
        return replace(
            self,
            start=start.isoformat(),
            end=max(found.end or start, start).isoformat(),
            text=found.title or found.text or self.text,
            company_id=found.company.id if found.company else 0,
            company=self.company if found.company and found.company.id == self.company_id else _name(found.company),
            person_id=found.person.id if found.person else 0,
            person=self.person if found.person and found.person.id == self.person_id else _name(found.person),
            is_completed=found.is_completed,
            is_all_day=found.is_all_day,
        )

    @cached_property
    def begins(self) -> datetime:
        return datetime.fromisoformat(self.start)

    @cached_property
    def ends(self) -> datetime:
        return datetime.fromisoformat(self.end)

    @cached_property
    def local(self) -> datetime:
        """The beginning on the reader's clock."""
        return on_clock(self.begins, ZoneInfo(self.zone), self.is_all_day)

    @property
    def day(self) -> date:
        return self.local.date()

    @property
    def is_today(self) -> bool:
        return self.day.isoformat() == self.today

    @property
    def is_overdue(self) -> bool:
        return self.day.isoformat() < self.today

    @property
    def choices(self) -> dict[str, date]:
        """Where one click moves it: to the day after today and to the same weekday a week from now."""
        today = date.fromisoformat(self.today)
        offered = {"tomorrow": today + A_DAY, "week": today + 7 * A_DAY}
        return {name: target for name, target in offered.items() if target != self.day}

    def is_overtaken(self, found: Appointment) -> bool:
        """Somebody completed, reopened or moved it since it was seen. Of all-day ones only the day counts, and lists
        and records may write its midnight in different zones.
        """
        if found.start is None or found.is_completed is not self.is_completed:
            return True
        if found.is_all_day:
            return abs(found.start - self.begins) >= A_DAY
        return found.start != self.begins or (found.end or found.start) != self.ends

    # Signed, so that one person's rows are not another's, and nobody's words are shown as SuperOffice's.

    def signed(self, card: Card, **more: Any) -> str:
        return signing.dumps({"row": asdict(self), **more}, salt=_salt(card), compress=True)


def opened(token: str, card: Card) -> tuple[Row, Mapping[str, Any]] | None:
    """The row in a token and what came with it; None if it is not ours for this person."""
    try:
        whole = signing.loads(token, salt=_salt(card))
        return Row(**whole["row"]), whole
    except (signing.BadSignature, TypeError):  # the latter for a row of an older release
        return None


def _salt(card: Card) -> str:
    return f"my-day/{card.ctx}/{card.associate_id}".lower()


def _name(item: Any) -> str:
    return item.name if item else ""


@dataclass(frozen=True)
class Item:
    """A row with what can be done about it."""

    row: Row
    token: str
    undo: str = ""
    """The token that takes back what was just done."""
    done: str = ""
    """What that was: ``completed`` or ``moved``."""

    @classmethod
    def open(cls, row: Row, card: Card) -> Item:
        return cls(row, row.signed(card))

    @classmethod
    def settled(cls, row: Row, card: Card, done: str, before: Mapping[str, str]) -> Item:
        token = row.signed(card, done=done, before=dict(before))
        return cls(row, token, token, done)
