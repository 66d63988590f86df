"""Template variables of web panels: ``<cuid>`` in a panel's URL becomes the current company's id.

The names and meanings are those of SuperOffice's documentation (customization, template variables); what is unknown or
has no value becomes empty, and ``<usec>`` is always empty because it is forbidden online.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from .web_names import ENGLISH, Desk, first, full_name, spoken, street_line
from .world import Row

Values = dict[str, Callable[[], object]]
_TAG = re.compile(r"<(ati|[a-z0-9]{3}[a-z0-9?#.])>", re.IGNORECASE)


@dataclass(frozen=True)
class Current:
    """The ids of the records the user looks at; 0 for none and for a record not saved yet."""

    contact_id: int = 0
    person_id: int = 0
    sale_id: int = 0
    project_id: int = 0
    ticket_id: int = 0
    new: bool = False
    """A record not saved yet is open: its id is written as ``0`` instead of nothing."""


def panel_url(panel: Row, desk: Desk, current: Current) -> str:
    """The address of a ``webpanel`` row with its variables filled in."""
    return filled(str(panel["url"]), panel.get("url_encoding") or "None", desk, current)


def filled(url: str, rule: str, desk: Desk, current: Current) -> str:
    """An address with its variables filled in, each value encoded as the rule says."""
    values = _values(desk, current)

    def fill(tag: re.Match[str]) -> str:
        value = values.get(tag[1].lower())
        return encode(_text(value()), rule) if value else ""

    return _TAG.sub(fill, url)


def encode(text: str, rule: str) -> str:
    """A value by the panel's "URL encoding".

    ``ANSI``: a space is ``%20`` and one-byte characters above 0x7F are ``%XX``; ``Unicode``: UTF-8, every character
    percent-encoded; ``None`` (and ``Unknown``): as it is.
    """
    if rule == "Unicode":
        return "".join(f"%{byte:02X}" for byte in text.encode())
    if rule == "ANSI":
        return "".join(_ansi(character) for character in text)
    return text


def _ansi(character: str) -> str:
    if character.isascii():
        return "%20" if character == " " else character
    return "".join(f"%{byte:02X}" for byte in character.encode("cp1252", "replace"))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _fields(record: Row) -> Values:
    """User-defined fields, by the template variable each has (``cs01``)."""
    return {tag: lambda value=value: value for tag, value in record.get("udef", {}).items()}


def _values(desk: Desk, current: Current) -> Values:
    contact = desk.row("contact", current.contact_id) or {}
    person = desk.row("person", current.person_id) or {}
    sale = desk.row("sale", current.sale_id) or {}
    project = desk.row("project", current.project_id) or {}
    values = _system(desk) | _user(desk) | _company(desk, contact, person) | _person(desk, person, contact)
    values |= _sale(desk, sale) | _project(desk, project) | _ids(current)
    for record in (contact, person, sale, project):
        values |= _fields(record)
    return values


def _ids(current: Current) -> Values:
    nothing = "0" if current.new else ""
    return {
        "cuid": lambda: current.contact_id or nothing,
        "atid": lambda: current.person_id or "",
        "said": lambda: current.sale_id or "",
        "prid": lambda: current.project_id or "",
        "tiid": lambda: current.ticket_id or "",
    }


def _system(desk: Desk) -> Values:
    now = desk.world.now()
    return {
        "uctx": lambda: desk.tenant.ctx,
        "ser#": lambda: desk.tenant.serial,
        "iocn": lambda: desk.tenant.company_name,
        "clie": lambda: "pocket" if desk.client == "mobile" else desk.client,
        "pltf": lambda: "web",
        "lang": lambda: desk.language.name,
        "lanc": lambda: desk.associate.language,
        "lani": lambda: desk.language.iso,
        "lanx": lambda: desk.language.superoffice,
        "btod": lambda: f"{now:%Y%m%d}",
        "btot": lambda: f"{now:%H%M%S}",
        "btzt": lambda: _zone(desk.now),
        "date": lambda: desk.now.strftime(desk.language.date),
        "time": lambda: desk.now.strftime(desk.language.time),
        "usec": lambda: "",
    }


def _zone(local: datetime) -> str:
    offset = f"{local:%z}"
    return f"(GMT{offset[:3]}.{offset[3:5]})"


def _user(desk: Desk) -> Values:
    associate, human = desk.associate, desk.world.humans[desk.associate.human]
    person = desk.row("person", associate.person_id) or {}
    return {
        "usid": lambda: associate.associate_id,
        "user": lambda: associate.initials,
        "alun": lambda: associate.initials,
        "usfn": lambda: human.first_name,
        "usmn": lambda: person.get("middle_name"),
        "usln": lambda: human.last_name,
        "usem": lambda: human.email,
        "adm?": lambda: str(associate.administrator),
        "auid": lambda: associate.person_id,
        "aaid": lambda: associate.associate_id,
        "auth": lambda: f"{human.first_name} {human.last_name}",
        "auem": lambda: human.email,
        "atit": lambda: person.get("title"),
        "auph": lambda: first(person.get("direct_phones")),
        "aupc": lambda: first(person.get("mobile_phones")),
        "owid": lambda: desk.tenant.owner_contact_id,
        "onam": lambda: desk.company(desk.tenant.owner_contact_id),
    }


def _company(desk: Desk, contact: Row, person: Row) -> Values:
    postal, street = contact.get("postal") or {}, contact.get("street") or {}
    return {
        "name": lambda: contact.get("name"),
        "dept": lambda: contact.get("department"),
        "ndep": lambda: ", ".join(filter(None, (contact.get("name"), contact.get("department")))),
        "numb": lambda: contact.get("number"),
        "code": lambda: contact.get("code"),
        "orgn": lambda: contact.get("orgnr"),
        "cont": lambda: desk.user(contact.get("associate")),
        "cate": lambda: desk.item("category", contact.get("category")),
        "busi": lambda: desk.item("business", contact.get("business")),
        "cntr": lambda: desk.item("country", contact.get("country")),
        "cicn": lambda: spoken(str(_country(desk, contact).get("name", "")), ENGLISH),
        "ccid": lambda: _country(desk, contact).get("iso2"),
        "cnt?": lambda: _foreign(desk, contact),
        "cspi": lambda: contact.get("support_person") or "",
        **_channels(contact, person),
        "addr": lambda: postal.get("line1") or street.get("line1"),
        "padr": lambda: postal.get("line1"),
        "pad2": lambda: postal.get("line2"),
        "pad3": lambda: postal.get("line3"),
        "zipc": lambda: postal.get("zip") or street.get("zip"),
        "city": lambda: postal.get("city") or street.get("city"),
        "cszc": lambda: street_line(postal or street),
        "stat": lambda: postal.get("state") or street.get("state"),
        "sadr": lambda: street.get("line1"),
        "sad2": lambda: street.get("line2"),
        "sad3": lambda: street.get("line3"),
        "szip": lambda: street.get("zip"),
        "scit": lambda: street.get("city"),
        "ssta": lambda: street.get("state"),
    }


def _country(desk: Desk, row: Row) -> Row:
    return desk.tenant.lists.get("country", {}).get(row.get("country", 0), {})


def _foreign(desk: Desk, contact: Row) -> str:
    """The country, when it is another one than the owner company's."""
    own = desk.row("contact", desk.tenant.owner_contact_id) or {}
    same = own.get("country") == contact.get("country")
    return "" if same else desk.item("country", contact.get("country"))


def _channels(contact: Row, person: Row) -> Values:
    phones, urls = contact.get("phones"), contact.get("urls")
    mine = person.get("direct_phones") or phones
    return {
        "cpho": lambda: first(phones),
        "cphi": lambda: _entry_id(phones),
        "cpht": lambda: first(phones),
        "phon": lambda: first(mine),
        "phoi": lambda: _entry_id(mine),
        "phot": lambda: first(mine),
        "faxn": lambda: first(contact.get("faxes")),
        "faxi": lambda: _entry_id(contact.get("faxes")),
        "mail": lambda: first(contact.get("emails")),
        "maii": lambda: _entry_id(contact.get("emails")),
        "cwww": lambda: first(urls),
        "cwwi": lambda: _entry_id(urls),
        "cwnp": lambda: first(urls).removeprefix("https://").removeprefix("http://"),
    }


def _entry_id(entries: list[Row] | None) -> object:
    return entries[0].get("id", "") if entries else ""


def _person(desk: Desk, person: Row, contact: Row) -> Values:
    birth = person.get("birth")
    return {
        "attn": lambda: full_name(person),
        "atfn": lambda: person.get("first_name"),
        "atmn": lambda: person.get("middle_name"),
        "atln": lambda: person.get("last_name"),
        "atin": lambda: _initials(person),
        "ati.": lambda: _initials(person),
        "ati": lambda: _initials(person),
        "atmr": lambda: _list_or_text(desk, "mrmrs", person.get("mrmrs")),
        "atti": lambda: person.get("title"),
        "atpo": lambda: desk.item("perspos", person.get("position")),
        "abdt": lambda: date(*birth).strftime(desk.language.date) if birth else "",
        "anum": lambda: person.get("number"),
        "aret": lambda: str(bool(person.get("retired"))) if person else "",
        "amai": lambda: first(person.get("emails")),
        "amid": lambda: _entry_id(person.get("emails")),
        "atem": lambda: first(person.get("emails") or contact.get("emails")),
        "atei": lambda: _entry_id(person.get("emails") or contact.get("emails")),
        **_person_phones(person),
        "awww": lambda: first(person.get("urls")),
        "awwi": lambda: _entry_id(person.get("urls")),
        "awnp": lambda: first(person.get("urls")).removeprefix("https://").removeprefix("http://"),
        "acnt": lambda: desk.item("country", person.get("country")),
        "actr": lambda: desk.item("country", person.get("country")),
    }


def _person_phones(person: Row) -> Values:
    kinds = {"apho": ("aphi", "direct_phones"), "atph": ("atpj", "private_phones"), "atpc": ("atpi", "mobile_phones")}
    values: Values = {}
    for tag, (id_tag, field) in kinds.items():
        values[tag] = lambda field=field: first(person.get(field))
        values[id_tag] = lambda field=field: _entry_id(person.get(field))
    return values


def _initials(person: Row) -> str:
    return "".join(part[:1] for part in full_name(person).split())


def _list_or_text(desk: Desk, list_name: str, value: object) -> object:
    return desk.item(list_name, value) if isinstance(value, int) else value


def _sale(desk: Desk, sale: Row) -> Values:
    return {
        "sati": lambda: sale.get("heading"),
        "sanu": lambda: sale.get("number"),
        "saam": lambda: desk.amount(sale["amount"]) if sale else "",
        "sacu": lambda: _list_or_text(desk, "currency", sale.get("currency")),
        "sapr": lambda: sale.get("probability"),
        "sast": lambda: desk.item("prob", sale.get("stage")),
        "satu": lambda: sale.get("status"),
        "saty": lambda: desk.item("saletype", sale.get("sale_type")),
        "saso": lambda: desk.item("source", sale.get("source")),
        "sada": lambda: desk.date(sale.get("date")),
        "sadu": lambda: desk.date(sale.get("next_due")),
        "saau": lambda: desk.user(sale.get("associate")),
    }


def _project(desk: Desk, project: Row) -> Values:
    return {
        "pnam": lambda: project.get("name"),
        "pnum": lambda: project.get("number"),
        "plea": lambda: desk.user(project.get("associate")),
    }
