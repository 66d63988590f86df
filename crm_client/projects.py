"""Projects and who takes part in them [oas ProjectEntity, ProjectMember, arch FindProject]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from crm_client.archive import Archive
from crm_client.calls import Operation
from crm_client.duplicates import Duplicate, duplicates
from crm_client.errors import NotFound, OutcomeUnknown
from crm_client.fields import (
    associate_at,
    day_at,
    elements_at,
    flag_at,
    flat_item_at,
    item_at,
    moment_at,
    number_at,
    read_at,
    text_at,
)
from crm_client.frozen import dataclass
from crm_client.patch import Change
from crm_client.records import Custom, Kind, Record
from crm_client.rows import Line, column, key, lines
from crm_client.values import Element, Item, day, integer, text, yes


@dataclass(frozen=True)
class Project(Custom):
    """One project as the person may see it.

    Items are chosen from the MDO lists ``projectstatus``, ``projecttype`` and ``associate``.
    """

    project_id: int = read_at("ProjectId", integer)
    name: str = text_at("Name")
    number: str = text_at("ProjectNumber")
    description: str = text_at("Description")
    note: str = text_at("Postit")
    urls: tuple[Element, ...] = elements_at("Urls")
    owner: Item | None = associate_at("Associate")
    status: Item | None = item_at("ProjectStatus")
    project_type: Item | None = item_at("ProjectType")
    start: date | None = day_at("StartDate")
    end: date | None = day_at("EndDate")
    """Planned."""
    next_milestone: date | None = day_at("NextMilestoneDate", reads_only=True)
    is_completed: bool = flag_at("Completed")


@dataclass(frozen=True)
class Member(Record):
    """A company or person that takes part in a project."""

    member_id: int = read_at("ProjectmemberId", integer)
    project_id: int = number_at("ProjectId")
    company: Item | None = flat_item_at("ContactId", "ContactName")
    person: Item | None = flat_item_at("PersonId", "FullName")
    """Works at ``company``."""
    role: Item | None = flat_item_at("ProjectMemberTypeId", "ProjectMemberTypeName")
    """List ``pmembtype``."""
    comment: str = text_at("Comment")
    email: str = text_at("EmailAddress", reads_only=True)
    phone: str = text_at("Phone", reads_only=True)
    updated: datetime | None = moment_at("Updated", reads_only=True)


PROJECTS = Kind("Project", "ProjectId", Project)
MEMBERS = Kind("ProjectMember", "ProjectmemberId", Member)


def project(project_id: int) -> Operation[Project]:
    """One project. Raises ``NotFound``."""
    return PROJECTS.read(project_id)


def new_project() -> Operation[Project]:
    """A project as SuperOffice would start it, not saved."""
    return PROJECTS.new()


def create_project(start: Project, **wanted: Any) -> Operation[Project]:
    """Save a new project, begun by ``new_project``. Look for ``same_projects`` first [dp/best-practices]."""
    return PROJECTS.create(start, wanted)


def change_project(
    project_id: int, changes: Sequence[Change], unmodified_since: datetime | None = None
) -> Operation[Project]:
    """Change a project, guarded by what the person saw. Raises ``Conflict`` with ``current: Project``."""
    return PROJECTS.change(project_id, changes, unmodified_since)


def delete_project(project_id: int, unmodified_since: datetime | None = None) -> Operation[None]:
    """Delete a project. Raises ``Changed`` if it was changed after ``unmodified_since``."""
    return PROJECTS.delete(project_id, unmodified_since)


def same_projects(name: str) -> Operation[list[Duplicate]]:
    """Projects that may be the one somebody is about to create."""
    return duplicates("Project/GetDuplicates", Name=name)


def member(member_id: int) -> Operation[Member]:
    """One member. Raises ``NotFound``."""
    return MEMBERS.read(member_id)


def new_member() -> Operation[Member]:
    """A member not saved."""
    return MEMBERS.new()


def add_member(start: Member, **wanted: Any) -> Operation[Member]:
    """Add a member, begun by ``new_member``; ``project_id`` tells to which project."""
    return MEMBERS.create(start, wanted)


def change_member(member_id: int, changes: Sequence[Change]) -> Operation[Member]:
    """Change a member's role or comment."""
    return MEMBERS.change(member_id, changes)


def remove_member(member_id: int) -> Operation[None]:
    """Take a member out of a project; the person stays. One who is out already is out, also after a lost answer."""
    try:
        yield from MEMBERS.delete(member_id)
    except NotFound:
        return
    except OutcomeUnknown:
        try:
            yield from member(member_id)
        except NotFound:
            return
        raise


@dataclass(frozen=True)
class ProjectRow(Line):
    """A project in a list; type and status are the texts SuperOffice shows."""

    project_id: int = key("projectId")
    name: str = column("name", text)
    number: str = column("number", text)
    project_type: str = column("type", text)
    status: str = column("status", text)
    end: date | None = column("endDate", day)
    next_milestone: date | None = column("nextMilestone", day)
    is_completed: bool = column("completed", yes)


@dataclass(frozen=True)
class MemberRow(Line):
    """A member in a list."""

    member_id: int = key("projectMemberId")
    person_id: int = column("personId", integer)
    person: str = column("person/fullName", text)
    company_id: int = column("contactId", integer)
    company: str = column("contact/nameDepartment", text)
    role: str = column("function", text)


def same_member(wanted: Member) -> Operation[MemberRow | None]:
    """The row of a person who takes part in a project already."""
    rows = yield from members_of(wanted.project_id)
    return next((row for row in rows if wanted.person and row.person_id == wanted.person.id), None)


def projects_of(contact_id: int) -> Operation[list[ProjectRow]]:
    """Projects a company takes part in, by name."""
    return lines(ProjectRow, Archive(f"v1/Contact/{int(contact_id)}/Projects").entities("project").order_by("name"))


def members_of(project_id: int) -> Operation[list[MemberRow]]:
    """Who takes part in a project; former employees are left out."""
    query = Archive(f"v1/Project/{int(project_id)}/Members").entities("projectMember")
    return lines(MemberRow, query.order_by("person/fullName"))
