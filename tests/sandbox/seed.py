"""The data a sandbox is born with: two tenants with believable Nordic companies.

Rows are what a database would hold, kept apart from how NetServer shows them (``entities.py``, ``archives.py``).
Dates are ISO texts in UTC without offset. Every row has ``registered``, ``registered_by``, ``updated``,
``updated_by`` (associate ids, 0 for nobody) and ``deleted``. Other keys, by table:

contact
    name, department, number, code, orgnr, category, business, country (list ids), associate (associate id),
    person (main contact, 0 for none), postal and street ({line1, line2, line3, zip, city, county, state}),
    phones, faxes, emails, urls (lists of {id, value, description}), stop, no_mailing, note, source (list id)
person
    contact, first_name, middle_name, last_name, mrmrs (text), title, position (list id), rank, direct_phones,
    mobile_phones, private_phones, emails, urls, retired, number, country, birth ([y, m, d] or None), note,
    no_mailing, source
sale
    contact, person, project, associate, heading, amount (float), currency, stage (list ids), probability,
    status (Open, Sold, Lost, Stalled), sale_type, source, date, next_due, number, description
appointment
    contact, person, associate, project, sale, task (list id), title, agenda, text, start, end, all_day, completed,
    priority (list id), location
webpanel
    name, tooltip, url, window_name, visible_in (a name of [cust/web-panels/admin]), prog_id, icon, rank, url_encoding,
    always_reload, never_reload_on_current_change
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from . import seed_crm, seed_fields, seed_lists_own, seed_names, seed_settings
from .roles import roles
from .seed_lists import STAGE_PROBABILITY, lists
from .seed_roles import NEWCOMERS, Newcomer
from .world import ADMINISTRATOR, APP_LINKS, Associate, Client, Human, Row, Tenant, World

APP_URL = "http://127.0.0.1:8000"

PANEL_QUERY = "?uctx=<uctx>&usid=<usid>&lang=<lanc>"
PANELS = (
    # Its word in addresses, where it is shown and what we call that place, its record, its name.
    ("company", "CompanyMinicard", "side", "&contact_id=<cuid>", 'US:"Sidecard (side)";NO:"Sidecard (side)"'),
    ("company", "ContactArchive", "tab", "&contact_id=<cuid>", 'US:"Sidecard (tab)";NO:"Sidecard (tab)"'),
    ("company", "ContactCard", "card", "&contact_id=<cuid>", 'US:"Sidecard (card)";NO:"Sidecard (card)"'),
    ("person", "PersonArchive", "tab", "&person_id=<atid>", 'US:"Sidecard (contact)";NO:"Sidecard (kontakt)"'),
    ("my-day", "NavigatorButton", "button", "", 'US:"My day";NO:"Min dag"'),
    ("sale", "SaleArchive", "tab", "&sale_id=<said>", 'US:"Sidecard (sale)";NO:"Sidecard (salg)"'),
    ("project", "ProjectArchive", "tab", "&project_id=<prid>", 'US:"Sidecard (project)";NO:"Sidecard (prosjekt)"'),
    ("pipeline", "Dashboard", "tile", "", 'US:"Pipeline";NO:"Salgstrakt"'),
    ("request", "TicketCard", "card", "&ticket_id=<tiid>", 'US:"Sidecard (request)";NO:"Sidecard (sak)"'),
)
"""Ours, as an administrator would put them."""


def seed(world: World, app_url: str = APP_URL) -> None:
    """Fill humans, clients, tenants, rows and lists of an empty world; ``app_url`` is where our panels live."""
    world.humans = {human.key: human for human in _humans()}
    world.clients = {"sidecard-sandbox": _client(app_url)}
    world.tenants = {"Cust12345": _nordlys(), "Cust67890": _oresund()}
    world.approve(world.tenants["Cust12345"], world.humans["alice"].email)
    for tenant in world.tenants.values():
        roles(tenant)
        Sower(world, tenant).sow(seed_names.companies(tenant.ctx))
        seed_crm.sow_more(world, tenant)
        seed_fields.sow(tenant)
        seed_settings.sow(tenant, world.stamp())
        for newcomer in NEWCOMERS[tenant.ctx]:
            Sower(world, tenant).hire(newcomer)
    add_panels(world.tenants["Cust12345"], world.stamp(), app_url)


def add_panels(tenant: Tenant, stamp: str, app_url: str = APP_URL) -> None:
    """Put our panels on the cards and into the navigator."""
    for rank in range(1, len(PANELS) + 1):
        tenant.table("webpanel")[tenant.next_id("webpanel")] = _panel(rank, app_url) | _stamps(stamp, 0)


def _panel(rank: int, app_url: str) -> Row:
    slug, visible_in, place, record, name = PANELS[rank - 1]
    return {
        "name": name,
        "tooltip": "Sidecard",
        "url": f"{app_url}/panels/{slug}/{PANEL_QUERY}{record}",
        "window_name": f"sidecard.{slug}.{place}",
        "visible_in": visible_in,
        "prog_id": f"Sidecard.{slug.title().replace('-', '')}.{place.title()}",
        "icon": 0,
        "rank": rank,
        "url_encoding": "Unicode",
        "always_reload": False,
        "never_reload_on_current_change": False,
    }


def _humans() -> list[Human]:
    names = {"alice": "Berg", "bob": "Nygård", "kim": "Åkesson", "charlie": "Kjær", "dora": "Østergaard"}
    names |= {"eva": "Lund", "gus": "Haugen", "freja": "Madsen", "hugo": "Sjöberg"}
    firms = {**dict.fromkeys(("charlie", "dora", "freja", "hugo"), "oresund"), "kim": "consult"}
    return [
        Human(key, key.title(), last, f"{key}@{firms.get(key, 'acme')}.example", f"{key}-secret")
        for key, last in names.items()
    ]


def _client(app_url: str) -> Client:
    redirects = [r"http://127\.0\.0\.1:\d+/.*", r"http://localhost:\d+/.*"]
    links = {name: app_url + path for name, path in APP_LINKS.items()}
    return Client("sidecard-sandbox", "sandbox-secret", "Sidecard", redirects, **links)


def _nordlys() -> Tenant:
    users = [
        Associate(5, "alice", "AB", 1, role=ADMINISTRATOR),
        Associate(6, "bob", "BN", 2, language="nb-NO"),
        Associate(7, "kim", "KÅ", 3, language="sv"),
    ]
    return Tenant("Cust12345", "1234567890", "Nordlys Systemer AS", 1, associates=_by_human(users))


def _oresund() -> Tenant:
    users = [
        Associate(5, "charlie", "CK", 1, role=ADMINISTRATOR),
        Associate(8, "dora", "DØ", 2, language="da"),
        Associate(9, "kim", "KÅ", 3, language="sv"),
    ]
    zone = "Europe/Copenhagen"
    return Tenant("Cust67890", "9876543210", "Øresund Partners ApS", 1, base_zone=zone, associates=_by_human(users))


def _by_human(associates: list[Associate]) -> dict[str, Associate]:
    return {associate.human: associate for associate in associates}


def _stamps(stamp: str, associate_id: int) -> Row:
    return {
        "registered": stamp,
        "registered_by": associate_id,
        "updated": stamp,
        "updated_by": associate_id,
        "deleted": False,
    }


class Sower:
    """Fills one tenant, always with the same rows apart from dates, which hang on today."""

    def __init__(self, world: World, tenant: Tenant) -> None:
        self.tenant = tenant
        self.humans = world.humans
        self.random = Random(tenant.ctx)
        self.today = world.now().replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        self.element = 0

    def sow(self, companies: list[list[str]]) -> None:
        """Write lists, companies, people, sales and activities."""
        self.tenant.lists = lists()
        seed_lists_own.sow(self.tenant)
        for parts in companies:
            self._company(parts)

    def hire(self, new: Newcomer) -> None:
        """One more user, and a company he looks after with its sales and follow-ups."""
        self.random = Random(f"{self.tenant.ctx} {new.human}")
        human, own = self.humans[new.human], self.tenant.owner_contact_id
        person = self._person(own, "NO", "", (human.first_name, human.last_name, human.email, ""))
        self.tenant.associates[new.human] = Associate(
            new.associate_id, new.human, new.initials, person, role=new.role, language=new.language
        )
        self.tenant.table("associate")[new.associate_id] = {"group": new.group, "other_groups": [], "note": []}
        if new.company:
            self._look_after(new)

    def _look_after(self, new: Newcomer) -> None:
        parts = new.company.split("|")
        key, land = self.tenant.next_id("contact"), parts[4]
        self._company(parts)
        person = self.tenant.table("contact")[key]["person"]
        self._sale(key, person, seed_names.CURRENCY_IDS[land], heading="Cold chain monitoring", stage=3, status="Open")
        self.tenant.table("contact")[key]["associate"] = new.associate_id
        for table in ("sale", "appointment"):
            for row in self.tenant.table(table).values():
                if row["contact"] == key:
                    row["associate"] = new.associate_id

    def _company(self, parts: list[str]) -> None:
        name, _, category, _, land, *_ = parts
        key = self._save("contact", self._contact(parts), self._ago(900))
        people = self._users(key, parts[9]) if category == "own" else self._people(key, land, parts[9])
        self.tenant.table("contact")[key]["person"] = people[0]
        if category == "own":
            return
        if name == "Acme":
            self._acme(key, people)
            return
        for _ in range(self.random.randint(0, 4)):
            self._sale(key, self.random.choice(people), seed_names.CURRENCY_IDS[land])
        for days in (-self.random.randint(2, 90), -self.random.randint(100, 400), self.random.randint(1, 40)):
            self._activity(key, self.random.choice(people), days)

    def _contact(self, parts: list[str]) -> Row:
        name, department, category, business, land, orgnr, street, zip_code, city, domain = parts
        key = self.tenant.next_id("contact")
        address = self._address(street, zip_code, city)
        return {
            "name": name,
            "department": department,
            "number": str(10000 + key),
            "code": name[:4].upper().strip(),
            "orgnr": orgnr,
            "category": seed_names.CATEGORIES[category],
            "business": seed_names.BUSINESSES[business],
            "country": seed_names.COUNTRY_IDS[land],
            "associate": self._somebody(),
            "person": 0,
            "postal": address,
            "street": dict(address),
            "phones": [self._phone(land, "Switchboard"), self._phone(land, "Support")],
            "faxes": [],
            "emails": [self._element(f"post@{domain}", "")],
            "urls": [self._element(f"https://www.{domain}", "")],
            "stop": False,
            "no_mailing": category == "lost",
            "note": "Invoices to be sent by EHF." if land == "NO" else "",
            "source": self.random.randint(1, 3),
        }

    @staticmethod
    def _address(street: str, zip_code: str, city: str) -> Row:
        return {"line1": street, "line2": "", "line3": "", "zip": zip_code, "city": city, "county": "", "state": ""}

    def _users(self, contact: int, domain: str) -> list[int]:
        return [
            self._person(contact, "NO", domain, (human.first_name, human.last_name, human.email, ""))
            for human in (self.humans[key] for key in self.tenant.associates)
        ]

    def _people(self, contact: int, land: str, domain: str) -> list[int]:
        return [self._person(contact, land, domain, self._name(land, domain)) for _ in range(self.random.randint(2, 3))]

    def _name(self, land: str, domain: str) -> tuple[str, str, str, str]:
        woman = self.random.random() < 0.5
        first = self.random.choice((seed_names.WOMEN if woman else seed_names.MEN)[land])
        last = self.random.choice(seed_names.SURNAMES[land])
        plain = str.maketrans("æøåäöé", "aoaaoe")
        email = f"{first}.{last}@{domain}".lower().translate(plain)
        return first, last, email, "Ms." if woman else "Mr."

    def _person(self, contact: int, land: str, domain: str, name: tuple[str, str, str, str]) -> int:
        first, last, email, mrmrs = name
        siblings = [p for p in self.tenant.table("person").values() if p["contact"] == contact]
        position = self.random.randint(1, 6)
        row = {
            "contact": contact,
            "first_name": first,
            "middle_name": "",
            "last_name": last,
            "mrmrs": mrmrs,
            "title": seed_names.TITLES[land][position - 1],
            "position": position,
            "rank": len(siblings) + 1,
            "direct_phones": [self._phone(land, "")],
            "mobile_phones": [self._phone(land, "")],
            "private_phones": [],
            "emails": [self._element(email, "")],
            "urls": [],
            "retired": len(siblings) == 2 and self.random.random() < 0.4,
            "number": "",
            "country": seed_names.COUNTRY_IDS[land],
            "birth": None,
            "note": "",
            "no_mailing": False,
            "source": 0,
        }
        return self._save("person", row, self._ago(800))

    def _acme(self, contact: int, people: list[int]) -> None:
        self.tenant.table("contact")[contact]["department"] = "Oslo"
        for heading, amount, currency, stage in (
            ("Upgrade of the control system", 485000.0, 1, 4),
            ("Service agreement 2027", 129900.5, 1, 3),
            ("Licences, 45 users", 38250.0, 3, 2),
        ):
            self._sale(contact, people[0], currency, heading=heading, amount=amount, stage=stage, status="Open")
        self._sale(contact, people[1], 1, status="Sold", stage=5)
        self._sale(contact, people[1], 3, status="Lost", stage=6)
        for days in (-3, -25, -140, 4, 30):
            self._activity(contact, people[0], days)

    def _sale(self, contact: int, person: int, currency: int, **given: object) -> None:
        status = str(given.get("status") or self.random.choice(("Open", "Open", "Open", "Sold", "Lost", "Stalled")))
        stage = {"Sold": 5, "Lost": 6}.get(status) or self.random.randint(1, 4)
        days = self.random.randint(5, 120) if status in ("Open", "Stalled") else -self.random.randint(5, 300)
        row = {
            "contact": contact,
            "person": person,
            "project": 0,
            "associate": self._somebody(),
            "heading": self.random.choice(seed_names.SALES),
            "amount": float(self.random.randint(4, 900) * 1000),
            "currency": currency,
            "stage": stage,
            "status": status,
            "sale_type": self.random.randint(1, 3),
            "source": self.random.randint(1, 3),
            "date": self._day(days),
            "next_due": self._day(days - 3) if days > 3 else "",
            "number": str(5000 + self.tenant.next_id("sale")),
            "description": "",
        } | given
        row["probability"] = STAGE_PROBABILITY[int(row["stage"])]
        self._save("sale", row, self._ago(120))

    def _activity(self, contact: int, person: int, days: int) -> None:
        task, title, text = self.random.choice(seed_names.ACTIVITIES)
        start = self.today + timedelta(days=days, hours=self.random.randint(7, 14))
        row = {
            "contact": contact,
            "person": person,
            "associate": self._somebody(),
            "project": 0,
            "sale": 0,
            "task": task,
            "title": title,
            "agenda": "",
            "text": text,
            "start": start.isoformat(timespec="seconds"),
            "end": (start + timedelta(minutes=60)).isoformat(timespec="seconds"),
            "all_day": False,
            "completed": days < 0,
            "priority": 2,
            "location": "",
        }
        self._save("appointment", row, self._ago(abs(days) + 20))

    def _save(self, table: str, row: Row, stamp: str) -> int:
        key = self.tenant.next_id(table)
        self.tenant.table(table)[key] = row | _stamps(stamp, self._somebody())
        return key

    def _somebody(self) -> int:
        return self.random.choice([a.associate_id for a in self.tenant.associates.values()])

    def _ago(self, most_days: int) -> str:
        moment = self.today - timedelta(days=self.random.randint(1, most_days), minutes=self.random.randint(1, 600))
        return moment.isoformat(timespec="seconds")

    def _day(self, days: int) -> str:
        return (self.today + timedelta(days=days)).isoformat(timespec="seconds")

    def _phone(self, land: str, description: str) -> Row:
        digits = "".join(str(self.random.randint(0, 9)) for _ in range(6))
        forms = {
            "NO": f"+47 22 {digits[:2]} {digits[2:4]} {digits[4:]}",
            "SE": f"+46 8 {digits[:3]} {digits[3:5]} {digits[5]}0",
            "DK": f"+45 33 {digits[:2]} {digits[2:4]} {digits[4:]}",
            "FI": f"+358 9 {digits[:3]} {digits[3:]}",
        }
        return self._element(forms[land], description)

    def _element(self, value: str, description: str) -> Row:
        self.element += 1
        return {"id": self.element, "value": value, "description": description}
