"""What a tenant is born with besides companies, people, sales and activities. Rows, by table:

project
    name, number, description, postit, status, type (list ids), associate, start, end (days), urls, completed
project_member
    project, contact, person, function (list id of ``pmembtype``), comment
sale_stakeholder
    sale, contact, person, role (list id of ``stakeholderrole``), comment, rank
document
    header, name (of the file), attention, our_ref, your_ref, description, template (list id of ``doctmpl``), contact,
    person, project, sale, associate, date, completed, content (base64)
ticket
    title, author, owner (associate id, 0 for nobody), category, priority, status, type (list ids), slevel, origin,
    read_status, person, sale, project, read_by_owner, closed, replied, deadline (moments or empty)
ticket_message
    ticket, author, slevel, body, html, person, important, badge
relation
    source_contact, source_person, target_contact, target_person, definition (list id), comment
selection
    name, description, target (``contact``, ``person``, ``sale`` or ``project``), kind, category, associate,
    members (ids of the target's)
consent
    person, purpose, legal_base, source (list ids), comment
"""

from __future__ import annotations

import base64
from datetime import timedelta
from random import Random

from .world import Row, Tenant, World

PROJECTS = [
    # Name, description, type, status, days until it ends
    ("Control system 2027", "New control system at all sites.", 1, 2, 200),
    ("Harbour pilot", "Pilot with three users before the rollout.", 1, 1, -18),
    ("Customer days in Bergen", "Two days, 120 guests.", 2, 2, 200),
    ("New price list", "", 1, 3, -30),
]

TICKETS = [
    ("Cannot open the invoice", 2, 1, 2, "The link in the mail says *expired*."),
    ("Alarm at night", 1, 2, 3, "The control unit sends an alarm every night at 03:00."),
    ("Change of delivery address", 3, 1, 1, "Please send the next order to the warehouse."),
    ("How do we add a user?", 1, 1, 2, "Two new colleagues start on Monday."),
]


def sow_more(world: World, tenant: Tenant) -> None:
    """Fill the rows of a tenant that has its lists and companies already."""
    Sower(world, tenant).sow()


class Sower:
    """Always the same rows apart from dates, which hang on today."""

    def __init__(self, world: World, tenant: Tenant) -> None:
        self.tenant = tenant
        self.random = Random(f"{tenant.ctx} more")
        self.today = world.now().replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        self.users = [a.associate_id for a in tenant.associates.values()]
        self.customers = [key for key in tenant.table("contact") if key != tenant.owner_contact_id]

    def sow(self) -> None:
        self._consents()
        for name, description, kind, status, days in PROJECTS:
            self._project(name, description, kind, status, days)
        for contact in self.customers[:12]:
            self._document(contact, "Minutes of the yearly review", 4, 60)
            self._document(contact, "Quote", 2, 90)
        for number, (title, category, kind, priority, text) in enumerate(TICKETS):
            self._ticket(self.customers[-1 - number], title, category, kind, priority, text)
        self._relations()
        self._selections()

    def _consents(self) -> None:
        for person in self.tenant.table("person"):
            row = {"person": person, "purpose": 1, "legal_base": 6, "source": 1, "comment": ""}
            self._save("consent", row, 500)
            if self.random.random() < 0.3:
                self._save("consent", row | {"purpose": 2, "legal_base": 1, "source": 5}, 200)

    def _project(self, name: str, description: str, kind: int, status: int, days: int) -> None:
        row = {
            "name": name,
            "number": str(3000 + self.tenant.next_id("project")),
            "description": description,
            "postit": "",
            "status": status,
            "type": kind,
            "associate": self._somebody(),
            "start": self._day(-40),
            "end": self._day(days),
            "urls": [],
            "completed": status == 3,
        }
        project = self._save("project", row, 60)
        for function, contact in enumerate(self.random.sample(self.customers, 3), 1):
            self._member(project, contact, function)
            self._sell(project, contact)
        self._milestone(project, f"Milestone: {name}")

    def _member(self, project: int, contact: int, function: int) -> None:
        person = self._person_of(contact)
        self._save(
            "project_member",
            {"project": project, "contact": contact, "person": person, "function": function, "comment": ""},
            50,
        )

    def _sell(self, project: int, contact: int) -> None:
        """One open sale of a member company is about the project."""
        rows = self.tenant.table("sale").values()
        free = (row for row in rows if (row["contact"], row["status"], row["project"]) == (contact, "Open", 0))
        if (row := next(free, None)) is not None:
            row["project"] = project

    def _milestone(self, project: int, title: str) -> None:
        start = self.today + timedelta(days=self.random.randint(20, 90), hours=9)
        row = {
            "contact": self.tenant.owner_contact_id,
            "person": self._person_of(self.tenant.owner_contact_id),
            "sale": 0,
            "project": project,
            "associate": self._somebody(),
            "task": 3,
            "title": title,
            "agenda": "",
            "text": "",
            "start": start.isoformat(timespec="seconds"),
            "end": (start + timedelta(hours=1)).isoformat(timespec="seconds"),
            "all_day": False,
            "completed": False,
            "priority": 2,
            "location": "",
            "milestone": True,
        }
        self._save("appointment", row, 40)

    def _document(self, contact: int, header: str, template: int, days: int) -> None:
        person = self._person_of(contact)
        row = {
            "header": header,
            "name": f"{header.lower().replace(' ', '-')}-{contact}.txt",
            "attention": "",
            "our_ref": str(700 + contact),
            "your_ref": "",
            "description": "",
            "template": template,
            "contact": contact,
            "person": person,
            "project": 0,
            "sale": 0,
            "associate": self._somebody(),
            "date": self._day(-days - contact),
            "completed": True,
            "content": base64.b64encode(f"{header}\n\nWritten for company {contact}.\n".encode()).decode(),
        }
        self._save("document", row, days)

    def _ticket(self, contact: int, title: str, category: int, kind: int, priority: int, text: str) -> None:
        person = self._person_of(contact)
        email = self.tenant.table("person")[person]["emails"][0]["value"]
        row = {
            "title": title,
            "author": email,
            "owner": self._somebody(),
            "category": category,
            "priority": priority,
            "status": 1,
            "type": kind,
            "slevel": "External",
            "origin": "Email",
            "read_status": "Yellow",
            "person": person,
            **dict.fromkeys(("sale", "project"), 0),
            **dict.fromkeys(("read_by_owner", "closed", "replied"), ""),
            "deadline": self._day(3),
        }
        ticket = self._save("ticket", row, 5)
        message = {
            "ticket": ticket,
            "author": email,
            "slevel": "External",
            "body": text,
            "html": "",
            "person": person,
            "important": False,
            "badge": "Incoming",
        }
        key = self._save("ticket_message", message, 4)
        opened = self.tenant.table("ticket")[ticket]
        self.tenant.table("ticket_message")[key] |= {name: opened[name] for name in ("registered", "updated")}

    def _relations(self) -> None:
        for definition, (source, target) in enumerate(zip(self.customers[:3], self.customers[3:6], strict=True), 1):
            row = {
                "source_contact": source,
                "source_person": 0,
                "target_contact": target,
                "target_person": 0,
                "definition": definition,
                "comment": "",
            }
            self._save("relation", row, 300)

    def _selections(self) -> None:
        for name, target, members in (
            ("Customers in the north", "contact", self.customers[:5]),
            ("Open sales of the quarter", "sale", sorted(self.tenant.table("sale"))[:6]),
        ):
            row = {
                "name": name,
                "description": "",
                "postit": "",
                "target": target,
                "kind": "Static",
                "category": 1,
                "associate": self._somebody(),
                "members": members,
                "completed": False,
            }
            self._save("selection", row, 100)

    def _person_of(self, contact: int) -> int:
        return next(key for key, row in self.tenant.table("person").items() if row["contact"] == contact)

    def _somebody(self) -> int:
        return self.random.choice(self.users)

    def _save(self, table: str, row: Row, most_days: int) -> int:
        stamp = self._stamp(most_days)
        who = self._somebody()
        key = self.tenant.next_id(table)
        stamps = {"registered": stamp, "registered_by": who, "updated": stamp, "updated_by": who, "deleted": False}
        self.tenant.table(table)[key] = row | stamps
        return key

    def _stamp(self, most_days: int) -> str:
        moment = self.today - timedelta(days=self.random.randint(1, most_days), minutes=self.random.randint(1, 600))
        return moment.isoformat(timespec="seconds")

    def _day(self, days: int) -> str:
        return (self.today + timedelta(days=days)).isoformat(timespec="seconds")
