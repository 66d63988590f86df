"""What the project panel shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_client import projects
from crm_client.activities import activities_of
from crm_client.clients import AsyncCrm
from crm_client.sales import open_sales_of_project, sums
from crm_client.udef import UdefField, udef_fields
from panel.panels.contract import Card, Panel, Place, Section, section
from panel.panels.day import base_zone
from panel.panels.editing import Log, Plan
from panel.panels.own_fields import own_fields
from panel.panels.project.edit import EditFacts, SetStatus
from panel.panels.project.members import AddMember, ChangeMember, RemoveMember
from panel.panels.timeline import timeline, timeline_of


class Project(Panel):
    """How it stands and who takes part."""

    title = _("Project")
    places = [Place.PROJECT_TAB, Place.PROJECT_CARD]
    needs = "project_id"
    quiet = _("Save the project first; then this panel has something to show.")
    gone = _("This project no longer exists.")
    parts = ("facts", "activities", "members", "sales")
    actions = {
        "edit": EditFacts(),
        "status": SetStatus(),
        "member": AddMember(),
        "role": ChangeMember(),
        "remove": RemoveMember(),
        "log": Log("project_id"),
        "plan": Plan("project_id"),
    }

    async def load(self, crm: AsyncCrm, card: Card) -> Mapping[str, Any]:
        """Four questions side by side, and two that are remembered: the time zone and the fields he added."""
        which = card.project_id
        project, own, members, sales, zone, activities = await crm.all(
            projects.project(which),
            section(udef_fields("Project")),
            section(projects.members_of(which)),
            section(open_sales_of_project(which)),
            section(base_zone()),
            section(activities_of("Project", which)),
        )
        found = {**_facts(project, own), **_sales(sales), "members": members}
        return {**found, **timeline(zone, activities)}

    async def load_part(self, crm: AsyncCrm, card: Card, part: str) -> Mapping[str, Any]:
        """One section costs only its own calls; who takes part also the project's, whose rights say who decides it."""
        which = card.project_id
        match part:
            case "facts":
                return _facts(*await crm.all(projects.project(which), section(udef_fields("Project"))))
            case "members":
                project, members = await crm.all(projects.project(which), section(projects.members_of(which)))
                return {"project": project, "members": members}
            case "sales":
                return _sales(await crm(section(open_sales_of_project(which))))
            case _:
                return await timeline_of(crm, "Project", which)


def _facts(project: projects.Project, own: Section[list[UdefField]]) -> dict[str, Any]:
    """It is late from the day after its planned end on, unless it is over."""
    today = datetime.now(UTC).date()
    is_late = not project.is_completed and project.end is not None and project.end < today
    return {"project": project, "is_late": is_late, "own": own_fields(project, own)}


def _sales(sales: Section[Any]) -> dict[str, Any]:
    return {"sales": sales, "sums": sums(sales.data or ())}
