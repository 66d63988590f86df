"""What went wrong in the background, in the words of whoever reads it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm_client import errors
from crm_client.errors import CrmError
from panel.panels.troubles import explain


def of_trouble(told: str) -> list[str]:
    """From ``panel.provisioning.work``: one line for each kind of trouble."""
    return list(dict.fromkeys(_line(line) for line in told.splitlines() if line))


def _line(line: str) -> str:
    name, _colon, message = line.partition(": ")
    if name == "Foreign":
        text = _("“%(name)s” is there already, and Sidecard did not make it. Remove or rename it, then try again.")
        return text % {"name": message}
    kind = getattr(errors, name, None)
    if not (isinstance(kind, type) and issubclass(kind, CrmError)):
        return line
    if kind is errors.NotSignedIn:
        return _not_let_in(message)
    trouble = explain(kind("", message=message))
    return f"{trouble.title}: {trouble.text}"


def _not_let_in(message: str) -> str:
    text = _("SuperOffice does not let Sidecard in. An administrator has to approve it, by installing it again.")
    return f"{text} ({message})" if message else text
