"""Follow-ups: meetings, calls, tasks; what SuperOffice calls appointments [oas AppointmentEntity].

::

    call = crm(create_appointment(crm(new_appointment()), title="Call back", company=17, task=3, start=at, end=at))
    crm(complete(call))

Moments are in UTC; of all-day events only the day counts. Do not edit what is ``owned_externally``. Two things are
left to a ``Call`` of your own: a repeating follow-up is changed one by one here, a whole series needs the agent's
``Save`` with its ``UpdateMode``; and who takes part stands in ``raw["Participants"]``, but inviting and answering are
the agent's too [oas Appointment agent].
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from crm_client.activities import Activity
from crm_client.archive import Archive, associate_one_of, days, is_true, mine, until
from crm_client.calls import Operation
from crm_client.fields import Word, associate_at, flag_at, item_at, moment_at, read_at, text_at, word_at
from crm_client.frozen import dataclass
from crm_client.patch import Change
from crm_client.records import Custom, Kind, changes
from crm_client.rows import column, first_lines, lines
from crm_client.values import Item, integer, text, yes


class ActivityStatus(Word):
    """SuperOffice shows only done or not, unless the user prefers three states."""

    UNKNOWN = "Unknown"
    NOT_STARTED = "NotStarted"
    STARTED = "Started"
    COMPLETED = "Completed"


class AppointmentType(Word):
    UNKNOWN = "Unknown"
    IN_DIARY = "inDiary"
    IN_CHECKLIST = "inChecklist"
    """A task without a time of day."""
    NOTE = "Note"
    DOCUMENT = "Document"
    SAVED_REPORT = "SavedReport"
    BOOKING_FOR_DIARY = "BookingForDiary"
    BOOKING_FOR_CHECKLIST = "BookingForChecklist"
    MERGE_DRAFT = "MergeDraft"
    MERGE_FINAL = "MergeFinal"


@dataclass(frozen=True)
class Appointment(Custom):
    """One follow-up as the person may see it; of a private one perhaps only its time (``table_right`` FILTERING).

    Items are chosen from the MDO lists ``task``, ``priority`` and ``associate``.
    """

    appointment_id: int = read_at("AppointmentId", integer)
    title: str = text_at("Title")
    text: str = text_at("Description")
    """Plain text."""
    agenda: str = text_at("Agenda")
    """HTML, shown to those invited."""
    internal_notes: str = text_at("InternalNotes")
    """Not shown to them."""
    type: AppointmentType = word_at("Type", AppointmentType)
    task: Item | None = item_at("Task", "TaskListItemId", "Value")
    """Meeting, phone call …"""
    start: datetime | None = moment_at("StartDate")
    end: datetime | None = moment_at("EndDate")
    is_all_day: bool = flag_at("IsAlldayEvent")
    is_free: bool = flag_at("IsFree")
    status: ActivityStatus = word_at("Completed", ActivityStatus)
    owner: Item | None = associate_at("Associate")
    """In whose diary it is; changing it assigns the follow-up, for the other to accept."""
    company: Item | None = item_at("Contact", "ContactId", "Name")
    person: Item | None = item_at("Person", "PersonId", "FullName")
    project: Item | None = item_at("Project", "ProjectId", "Name")
    sale: Item | None = item_at("Sale", "SaleId", "Title")
    priority: Item | None = item_at("Priority")
    location: str = text_at("Location")
    video_url: str = text_at("JoinVideomeetUrl")
    has_alarm: bool = flag_at("HasAlarm")
    is_milestone: bool = flag_at("IsMileStone")
    is_repeating: bool = read_at("Recurrence/IsRecurrence", yes)
    owned_externally: str = text_at("OwnedExternally", reads_only=True)
    """``Outlook`` or ``Google`` where another calendar rules."""

    @property
    def is_completed(self) -> bool:
        return self.status is ActivityStatus.COMPLETED


@dataclass(frozen=True)
class FollowUp(Activity):
    """A follow-up in a list across companies."""

    company_id: int = column("contact/contactId", integer)
    company: str = column("contact/nameDepartment", text)


APPOINTMENTS = Kind("Appointment", "AppointmentId", Appointment)


def appointment(appointment_id: int) -> Operation[Appointment]:
    """One follow-up. Raises ``NotFound``."""
    return APPOINTMENTS.read(appointment_id)


def new_appointment() -> Operation[Appointment]:
    """A follow-up as SuperOffice would start it, in the person's own diary, not saved."""
    return APPOINTMENTS.new()


def create_appointment(start_from: Appointment, **wanted: Any) -> Operation[Appointment]:
    """Save a new follow-up, begun by ``new_appointment``."""
    return APPOINTMENTS.create(start_from, wanted)


def change_appointment(
    appointment_id: int, changes: Sequence[Change], unmodified_since: datetime | None = None
) -> Operation[Appointment]:
    """Change a follow-up, guarded by what the person saw. Raises ``Conflict`` with ``current: Appointment``."""
    return APPOINTMENTS.change(appointment_id, changes, unmodified_since)


def complete(seen: Appointment, done: bool = True) -> Operation[Appointment]:
    """Tick a follow-up as done, or untick it."""
    status = ActivityStatus.COMPLETED if done else ActivityStatus.NOT_STARTED
    return change_appointment(seen.appointment_id, changes(seen, status=status))


def delete_appointment(appointment_id: int, unmodified_since: datetime | None = None) -> Operation[None]:
    """Delete a follow-up."""
    return APPOINTMENTS.delete(appointment_id, unmodified_since)


def diary(associate_id: int, first: date, last: date) -> Operation[list[Activity]]:
    """Everything in somebody's diary from one day to another, both included, by time."""
    query = Archive("v1/Appointment").where(associate_one_of("associateId", [associate_id]), days("date", first, last))
    return lines(Activity, query.order_by("date"))


def same_appointment(wanted: Appointment) -> Operation[Appointment | None]:
    """The follow-up that says what one wanted to create, if it is there: for a look after ``OutcomeUnknown``.

    The same owner, type, time, texts, company and person make it the same.
    """
    if wanted.owner is None or wanted.start is None:
        return None
    day = timedelta(days=1)  # which day a moment is of depends on the zone
    rows = yield from diary(wanted.owner.id, (wanted.start - day).date(), (wanted.start + day).date())
    for row in rows:
        if row.start == wanted.start and row.appointment_id:
            found = yield from appointment(row.appointment_id)
            if _said(found) == _said(wanted):
                return found
    return None


def _said(one: Appointment) -> tuple[Any, ...]:
    """SuperOffice may write line ends in its own way."""
    links = (one.task, one.company, one.person)
    words = one.title.split(), one.text.split()
    return one.start, one.end, *words, *(link.id if link else 0 for link in links)


def my_open_follow_ups(last: date, top: int) -> Operation[list[FollowUp]]:
    """What the person who asks has not done, dated on a day or earlier: the latest ``top``, the latest first."""
    query = Archive("v1/Appointment").where(mine("associateId"), is_true("completed", False), until("date", last))
    return first_lines(FollowUp, query.order_by("date desc").top(top))
