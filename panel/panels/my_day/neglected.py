"""My companies that nobody thought of for a while.

The rule: I am "our contact", the company is not marked "stop", and it has no follow-up of anybody's, done or planned,
dated within the last sixty days or later.

No archive answers that by one question in documented words: SimpleContact has ``LastCompletedActivity`` and
``NumberOfNotCompletedActivities``, but neither their types nor operators are documented, and they are called expensive
[arch SimpleContact]. So two questions are asked side by side, for my companies and for the follow-ups at them.
Documents and e-mails are not looked at, and an overdue follow-up counts as planned: it is listed as overdue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crm_client.archive import Archive, after, is_true, mine
from crm_client.calls import Operation
from crm_client.rows import Line, column, first_lines, key
from crm_client.values import integer, moment, text
from panel.panels.contract import Section
from panel.panels.day import Day

DAYS = 60
SHOWN = 12
ASKED = 1000
"""Rows of each question at most, NetServer's own page: nobody reads on for a list of twelve."""


@dataclass(frozen=True)
class Company(Line):
    contact_id: int = key("contactId")
    name: str = column("nameDepartment", text)
    category: str = column("category", text)
    city: str = column("postAddress/city", text)


@dataclass(frozen=True)
class Sign(Line):
    """A follow-up, as far as it tells that a company is looked after."""

    appointment_id: int = key("appointmentId")
    start: datetime | None = column("date", moment)
    company_id: int = column("contact/contactId", integer)


@dataclass(frozen=True)
class Neglected:
    since: date
    """No follow-up since then."""
    companies: Sequence[Company]
    more: int = 0
    """Not shown."""


def my_companies() -> Operation[list[Company]]:
    """Those nobody changed for longest come first."""
    query = Archive("v1/Contact").where(mine("associateId"), is_true("stop", False))
    return first_lines(Company, query.order_by("updatedDate").top(ASKED))


def signs_since(first: date) -> Operation[list[Sign]]:
    """Follow-ups at my companies from a day on, the latest first."""
    query = Archive("v1/Appointment").where(mine("contact/associateId"), after("date", first - timedelta(days=1)))
    return first_lines(Sign, query.order_by("date desc").top(ASKED))


def neglected(companies: Section[list[Company]], signs: Section[list[Sign]], day: Day) -> Section[Neglected]:
    """What both answers say together. Where there are more follow-ups than were asked for, it looks back less far."""
    if trouble := companies.trouble or signs.trouble:
        return Section(trouble=trouble)
    seen = signs.data or []
    since = day.after(-DAYS)
    last = seen[-1].start if len(seen) >= ASKED else None
    if last is not None:
        since = max(since, last.astimezone(day.zone).date() + timedelta(days=1))
    looked_after = {sign.company_id for sign in seen}
    found = [company for company in companies.data or [] if company.contact_id not in looked_after]
    return Section(data=Neglected(since, found[:SHOWN], max(0, len(found) - SHOWN)))
