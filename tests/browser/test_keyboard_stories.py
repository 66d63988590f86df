"""Everything a person can do in a panel, with Tab, Enter, arrows and letters alone; the focus is where he expects it.

One way through each panel, as somebody works through his day; what all comes of an action, each panel's own test tells.
"""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.people import ACME, Desk, wait_until_loaded
from tests.sandbox.world import Row

FAR = 80
"""Tabs after which something counts as out of reach."""
IS_FOCUSED = "one => one === document.activeElement"

LIES_BEFORE = """one => document.activeElement !== document.body
  && one.compareDocumentPosition(document.activeElement) === Node.DOCUMENT_POSITION_FOLLOWING"""


class Keys:
    """A page and its keyboard; there is no mouse."""

    def __init__(self, desk: Desk, address: str) -> None:
        self.desk = desk
        self.page = desk.open(f"/panels/{address}")
        self.is_new = True
        self.press = self.page.keyboard.press
        self.to(self.page.get_by_role("link", name="Sign in", exact=True))
        self.press("Enter")
        self.is_new = True
        self.to(self.page.get_by_role("button", name="Sign in with SuperOffice"))
        self.press("Enter")
        desk.sign_in_at_superid(self.page, "alice")
        self.arrived()

    def go(self, address: str) -> None:
        self.page.goto(f"{self.desk.app_url}/panels/{address}")
        self.arrived()

    def arrived(self) -> None:
        self.is_new = True
        expect(self.page.locator("main .card").first).to_be_visible()
        wait_until_loaded(self.page)

    def to(self, target: Locator) -> None:
        """Tab until it has the focus, back if it lies before; only a new page may leave one nowhere."""
        target.wait_for()
        if not self.is_new:
            expect(self.page.locator("body")).not_to_be_focused()
        self.is_new = False
        key = "Shift+Tab" if target.evaluate(LIES_BEFORE) else "Tab"
        for _ in range(FAR):
            self.press(key)
            if target.evaluate(IS_FOCUSED):
                return
        raise AssertionError(f"no Tab leads to {target}")

    def enter(self, name: str, role: str = "link", exact: bool = True) -> Locator:
        """Tab to a link, button … of this name, and press Enter."""
        target = self.page.get_by_role(role, name=name, exact=exact)  # type: ignore[arg-type]
        self.to(target)
        self.press("Enter")
        return target

    def type(self, label: str, text: str) -> None:
        """Into the field of this label, which has the focus or is reached by Tab; over what is there."""
        field = self.page.locator("#editing").get_by_label(label, exact=True)
        field.wait_for()
        if not field.evaluate(IS_FOCUSED):
            self.to(field)
        if not field.evaluate("one => one.matches('select, [type=date]')"):
            self.press("ControlOrMeta+A")
        self.page.keyboard.type(text)

    def open(self, name: str, first: str) -> None:
        """A form whose first field then has the focus."""
        self.enter(name)
        expect(self.page.locator("#editing").get_by_label(first, exact=True)).to_be_focused()

    def save(self, opened_by: str) -> None:
        """Press the form's button; the focus is where the form was opened, and nothing is lost."""
        self.enter("Save", "button")
        expect(self.page.get_by_role("link", name=opened_by, exact=True)).to_be_focused()


def panel(slug: str, **record: int) -> str:
    said = "".join(f"&{name}={key}" for name, key in record.items())
    return f"{slug}/?uctx=Cust12345&usid=5&lang=en-US{said}"


def found(desk: Desk, table: str, **said: object) -> list[tuple[int, Row]]:
    return [(key, row) for key, row in desk.tenant().table(table).items() if said.items() <= row.items()]


def follow_ups(keys: Keys, title: str, **said: object) -> None:
    """One logged, one planned; both are there and the focus is back at their links."""
    keys.open("Log", "Type")
    keys.type("What was it about?", f"Asked: {title}")
    keys.save("Log")
    keys.open("Plan", "Type")
    keys.type("What is to be done?", f"Offer: {title}")
    keys.save("Plan")
    [(_, logged)], [(_, planned)] = (
        found(keys.desk, "appointment", title=f"{word}: {title}", **said) for word in ("Asked", "Offer")
    )
    assert (logged["completed"], planned["completed"]) == (True, False)


def test_a_company_and_its_contact(strict_desk: Desk) -> None:
    keys = Keys(strict_desk, panel("company", contact_id=ACME))
    page = keys.page
    keys.open("Edit the facts", "Name")
    keys.type("Name", "Acme Nord")
    keys.save("Edit the facts")
    expect(page.locator("#company-name")).to_contain_text("Acme Nord")
    follow_ups(keys, "pumps", contact=ACME)
    keys.open("Create a sale", "Sale")
    keys.type("Sale", "Pumps")
    keys.type("Amount", "1000")
    keys.type("Sale date", "01202027")
    keys.save("Create a sale")
    assert [row["date"][:10] for _, row in found(strict_desk, "sale", heading="Pumps")] == ["2027-01-20"]
    keys.open("Add a contact", "First name")
    keys.type("First name", "Kari")
    keys.type("Last name", "Nygård")
    keys.enter("Save", "button")
    expect(page.locator("#editing").get_by_role("alert")).to_be_focused()
    keys.enter("Create all the same", "button")
    expect(page.get_by_role("link", name="Add a contact")).to_be_focused()
    person, row = found(strict_desk, "person", last_name="Nygård", contact=ACME)[-1]
    keys.enter("Create a request")
    whom = page.locator("#editing").get_by_role("combobox", name="Contact")
    expect(whom).to_be_focused()
    page.keyboard.type("kar")
    expect(page.get_by_role("option", name="Kari").first).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(whom).to_be_focused()
    keys.type("Title", "It hums")
    keys.type("Message", "At night.")
    keys.save("Create a request")
    assert found(strict_desk, "ticket", title="It hums")

    keys.to(page.locator(f"main a[href*='person_id={person}']").first)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kari Nygård")
    keys.arrived()
    keys.open("Edit the facts", "First name")
    keys.type("First name", "Adele")
    keys.save("Edit the facts")
    assert row["first_name"] == "Adele"
    follow_ups(keys, "valves", person=person)
    keys.open("Create a request", "Title")
    keys.type("Title", "It leaks")
    keys.type("Message", "Since Monday.")
    keys.save("Create a request")
    assert found(strict_desk, "ticket", title="It leaks", person=person)


def test_sales_and_a_project(strict_desk: Desk) -> None:
    key, row = next(one for one in found(strict_desk, "sale", contact=ACME) if one[1]["heading"].startswith("Upgrade"))
    keys = Keys(strict_desk, panel("sale", sale_id=key))
    page = keys.page
    now = page.locator("[aria-current=step]")
    keys.enter("Move to Quote sent 50%", "button")
    expect(now).to_be_focused()
    expect(now).to_have_text("Now Quote sent 50%")
    due = row["date"]
    button = keys.enter("Postpone: A month", "button", exact=False)
    expect(page.locator("#facts dl time").first).not_to_have_attribute("datetime", due[:10])
    expect(button).to_be_focused()
    keys.open("Edit the facts", "Sale")
    keys.type("Sale", "Pumps")
    keys.save("Edit the facts")
    follow_ups(keys, "pipes", sale=key)
    keys.open("Mark as lost", "Reason")
    keys.enter("Cancel")
    expect(page.get_by_role("link", name="Mark as lost")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_label("Reason")).to_be_focused()
    keys.type("Reason", "Pri")
    keys.enter("Save", "button")
    expect(page.get_by_role("link", name="Edit the facts")).to_be_focused()
    assert row["status"] == "Lost"

    [(other, row), *_] = found(strict_desk, "sale", status="Open")
    keys.go(panel("sale", sale_id=other))
    keys.enter("Mark as sold")
    keys.enter("Save", "button")
    expect(page.get_by_role("link", name="Edit the facts")).to_be_focused()
    assert row["status"] == "Sold"

    [(project, row)] = found(strict_desk, "project", name="Harbour pilot")
    [(joins, person), *_] = found(strict_desk, "person", contact=ACME)
    keys.go(panel("project", project_id=project))
    keys.open("Change the status", "Status")
    keys.type("Status", "Under")
    keys.save("Change the status")
    keys.open("Edit the facts", "Project name")
    keys.type("Project name", "Harbour master")
    keys.save("Edit the facts")
    assert (row["name"], row["status"]) == ("Harbour master", 2)
    follow_ups(keys, "quays", project=project)
    keys.enter("Add a member")
    expect(page.get_by_role("combobox", name="Contact")).to_be_focused()
    page.keyboard.type(person["last_name"][:4])
    expect(page.get_by_role("option", name=person["last_name"]).first).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    keys.save("Add a member")
    [(_, member)] = found(strict_desk, "project_member", project=project, person=joins)
    whom = f"{person['first_name']} {person['last_name']}"
    keys.open(f"Change the function: {whom}", "Function")
    keys.type("Comment", "Knows the cranes")
    keys.save(f"Change the function: {whom}")
    keys.enter(f"Remove: {whom}")
    keys.enter("Remove", "button")
    expect(page.get_by_role("heading", name="Members")).to_be_focused()
    assert (member["comment"], member["deleted"]) == ("Knows the cranes", True)


def test_a_day_its_requests_and_the_pipeline(diary: Desk) -> None:
    [(key, row)] = found(diary, "ticket", title="Alarm at night")
    row["owner"] = 6
    keys = Keys(diary, panel("request", ticket_id=key))
    page = keys.page
    keys.enter("Assign to me", "button")
    expect(page.locator("#facts b", has_text="Alice Berg")).to_be_focused()
    keys.enter("Set to Closed", "button")
    expect(page.locator("[aria-current=step]")).to_be_focused()
    keys.enter("Postpone")
    expect(page.locator("#editing").get_by_label("Status", exact=True)).to_be_focused()
    keys.type("Date", "03012027")
    keys.save("Postpone")
    assert row["status"] == 3
    keys.open("Assign", "Owner")
    keys.type("Owner", "Kim")
    keys.save("Assign")
    keys.open("Edit the facts", "Title")
    keys.type("Title", "Alarm at noon")
    keys.save("Edit the facts")
    keys.open("Add a note", "Note")
    keys.type("Note", "The sensor is wet.")
    keys.save("Add a note")
    assert (row["title"], row["owner"], row["status"]) == ("Alarm at noon", 7, 3)

    keys.go(panel("my-day"))
    for row_title, button, said in (
        ("Send contract", "Complete: Send contract", "Completed"),
        ("Call the board", "Next week", "Moved"),
        ("Lunch", "Tomorrow", "Moved"),
    ):
        line = page.get_by_role("listitem").filter(has=page.get_by_text(row_title, exact=True))
        keys.to(line.get_by_role("button", name=button))
        keys.press("Enter")
        expect(line).to_contain_text(said)
        expect(line).to_be_focused()
    keys.to(line.get_by_role("button", name="Undo"))
    keys.press("Enter")
    expect(line.get_by_role("button", name="Complete: Lunch")).to_be_visible()
    expect(line).to_be_focused()
    keys.to(line.locator("summary"))
    keys.press("Enter")
    keys.to(line.get_by_label("New date: Lunch"))
    page.keyboard.type("03012027")
    keys.press("Enter")
    expect(line).to_contain_text("Moved")
    expect(line).to_be_focused()
    [(_, lunch)] = found(diary, "appointment", title="Lunch")
    assert lunch["start"].startswith("2027-03-01T")

    keys.go(panel("pipeline"))
    keys.enter("All")
    expect(page.get_by_role("link", name="All", exact=True)).to_have_attribute("aria-current", "page")
    keys.arrived()
    keys.enter("My group")
    expect(page.get_by_role("link", name="My group", exact=True)).to_have_attribute("aria-current", "page")

    keys.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("bjørkeli")
    hit = page.get_by_role("link", name="Bjørkeli Møbler AS")
    expect(hit).to_be_visible()
    keys.press("ArrowDown")
    expect(hit).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bjørkeli Møbler AS")
