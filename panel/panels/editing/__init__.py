"""Changing and creating records in a panel, by SuperOffice's own rights, without losing or doubling anything.

To let people correct a record, name its ``Kind``, the fields in the order of the form, and the list behind each list
field::

    class EditFacts(EditRecord):
        kind = CONTACTS
        labels = {"name": _("Name"), "phones": _("Phone"), "category": _("Category")}
        lists = {"category": "category"}

    class Company(Panel):
        actions = {"edit": EditFacts()}

and put the form into the panel's template::

    {% partialdef edit %}{% include "panels/action_form.html" with heading=_("Edit company") %}{% endpartialdef %}

How a field is asked for follows from the record's class: texts, phones and e-mails, choices, days, numbers, amounts,
yes or no, as the reader's language writes them. What SuperOffice locks is locked and says why; what somebody else
changed meanwhile is shown beside one's own and the person chooses. ``sheet`` has the rest of what can be said.

``Log`` and ``Plan`` (``follow_ups``) note what was done and plan what comes next; ``once`` is how such a record is
created once, whatever happens to the answer.
"""

from panel.panels.editing.edit import EditRecord
from panel.panels.editing.follow_ups import Log, Plan
from panel.panels.editing.sheet import Sheet

__all__ = ["EditRecord", "Log", "Plan", "Sheet"]
