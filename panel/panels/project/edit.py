"""Correcting a project's facts, and saying how it stands."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm_client.projects import PROJECTS
from panel.panels.editing import EditRecord


class EditFacts(EditRecord):
    """All but the status, which has a form of its own."""

    kind = PROJECTS
    card_id = "project_id"
    labels = {
        "name": _("Project name"),
        "number": _("Number"),
        "project_type": _("Project type"),
        "owner": _("Project manager"),
        "end": _("End date"),
        "description": _("Description"),
    }
    lists = {"project_type": "projecttype", "owner": "associate"}
    long = ("description",)
    own = "Project"


class SetStatus(EditRecord):
    """A project is not over by its status: SuperOffice has a tick of its own for that."""

    kind = PROJECTS
    card_id = "project_id"
    labels = {"status": _("Status"), "is_completed": _("Completed")}
    lists = {"status": "projectstatus"}
    part = "status"
