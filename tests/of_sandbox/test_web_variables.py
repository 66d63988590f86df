"""Template variables, URL encoding, multi-language texts and SoProtocol places (documentation: customization)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.seed import seed
from tests.sandbox.server import Sandbox
from tests.sandbox.variables import Current, encode, panel_url
from tests.sandbox.web_names import LANGUAGES, Desk, language_of, spoken
from tests.sandbox.web_place import Place, parse
from tests.sandbox.world import World

from .web_user import WebUser, panel_urls


@pytest.fixture(scope="module")
def seeded() -> World:
    world = World()
    seed(world)
    return world


@pytest.fixture
def desk(seeded: World) -> Desk:
    tenant = seeded.tenants["Cust12345"]
    return Desk(seeded, tenant, tenant.associates["bob"])


def filled(desk: Desk, url: str, current: Current | None = None, rule: str = "None") -> str:
    return panel_url({"url": url, "url_encoding": rule}, desk, current or Current(contact_id=17))


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("uctx", "Cust12345"),
        ("usid", "6"),
        ("usfn", "Bob"),
        ("usln", "Nygård"),
        ("usem", "bob@acme.example"),
        ("adm?", "False"),
        ("lang", "Norsk"),
        ("lanc", "nb-NO"),
        ("lani", "no"),
        ("lanx", "NO"),
        ("clie", "web"),
        ("ser#", "1234567890"),
        ("cuid", "17"),
        ("CUID", "17"),
        ("name", "Acme"),
        ("ndep", "Acme, Oslo"),
        ("numb", "10017"),
        ("cate", "Kunde"),
        ("cntr", "Norge"),
        ("cicn", "Norway"),
        ("ccid", "NO"),
        ("cnt?", ""),
        ("cwnp", "www.acme-norge.example"),
        ("atid", ""),
        ("usec", ""),
        ("zzzz", ""),
        ("tiid", ""),
    ],
)
def test_a_variable(desk: Desk, tag: str, value: str) -> None:
    assert filled(desk, f"https://x.example/?v=<{tag}>&end") == f"https://x.example/?v={value}&end"


def test_person_variables_follow_the_current_person(desk: Desk) -> None:
    key = desk.tenant.rows["contact"][17]["person"]
    row = desk.tenant.rows["person"][key]
    current = Current(contact_id=17, person_id=key)
    assert filled(desk, "<atid>|<attn>|<aret>", current) == f"{key}|{row['first_name']} {row['last_name']}|False"
    assert filled(desk, "<phon>", current) == row["direct_phones"][0]["value"]
    assert filled(desk, "<phon>") == desk.tenant.rows["contact"][17]["phones"][0]["value"]


def test_a_new_company_has_id_0_and_empty_variables(desk: Desk) -> None:
    assert filled(desk, "<cuid>|<name>|<cate>|<uctx>", Current(new=True)) == "0|||Cust12345"
    assert filled(desk, "<cuid>|<name>", Current()) == "|"


@pytest.mark.parametrize(
    ("rule", "value"),
    [("None", "Å b&c"), ("Unknown", "Å b&c"), ("ANSI", "%C5%20b&c"), ("Unicode", "%C3%85%20%62%26%63")],
)
def test_url_encoding(rule: str, value: str) -> None:
    assert encode("Å b&c", rule) == value


def test_a_company_name_cannot_add_parameters_under_unicode(desk: Desk) -> None:
    key = next(key for key, row in desk.tenant.rows["contact"].items() if row["name"].startswith("<script>"))
    url = filled(desk, "https://x.example/?n=<name>&c=<cuid>", Current(contact_id=key), "Unicode")
    assert parse_qs(urlsplit(url).query) == {"n": ["<script>alert(1)</script>"], "c": [str(key)]}


def test_a_value_that_looks_like_a_variable_is_not_filled_again(desk: Desk) -> None:
    tenant = replace(desk.tenant, rows={"contact": {1: {"name": "<usid>", "deleted": False}}})
    assert filled(replace(desk, tenant=tenant), "<name>", Current(contact_id=1)) == "<usid>"


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ('US:"Car";NO:"Bil"', "nb-NO", "Bil"),
        ('NO: "Bil", US: "Car";', "en-US", "Car"),
        ('US:"Car";NO:"Bil"', "de-DE", "Car"),
        ('SW:"Bil"', "en-US", "Bil"),
        ("Plain", "en-US", "Plain"),
        ('Say US:"Car"', "en-US", 'Say US:"Car"'),
    ],
)
def test_multi_language_texts(text: str, code: str, said: str) -> None:
    assert spoken(text, LANGUAGES[code]) == said


def test_languages_are_known_with_and_without_region() -> None:
    assert language_of("sv") is language_of("sv-SE") is language_of("sv_se")
    assert language_of("xx") is LANGUAGES["en-US"]


def test_a_place_is_read_and_written() -> None:
    place = parse("contact.main%5Bnew=true%5D.salearchive?contact_id=0&a=b%20c")
    assert place == Place("contact", ("main", "salearchive"), {"new": "true"}, {"contact_id": "0", "a": "b c"})
    assert parse(str(place)) == place
    assert parse("") == parse("?") == Place()
    assert parse("contact.main[mode=edit&new=true]").flags == {"mode": "edit", "new": "true"}
    assert parse("contact.main?contact_id=١").number("contact_id") == 0


def test_the_pages_follow_the_current_record(sandbox: Sandbox) -> None:
    alice = WebUser(sandbox, "alice")
    try:
        side = [current_company(alice, place) for place in ("contact.main?contact_id=17", "person.main?person_id=5")]
        assert side == ["17", str(sandbox.world.tenants["Cust12345"].rows["person"][5]["contact"])]
        assert current_company(alice, "diary") == side[1]
        assert current_company(alice, "contact.main[new=true]?contact_id=0") == "0"
        assert current_company(alice, "contact") == ""
    finally:
        alice.close()


def current_company(user: WebUser, place: str) -> str:
    url = panel_urls(user.open(place))["sidecard.company.side"]
    return parse_qs(urlsplit(url).query, keep_blank_values=True)["contact_id"][0]


def test_user_defined_fields_of_the_current_records(desk: Desk) -> None:
    url = "https://x/?employees=<cl01>&discount=<cf01>&decides=<al01>&licences=<sl03>&empty=<cs49>"
    current = Current(contact_id=17, person_id=2, sale_id=1)
    assert filled(desk, url, current) == "https://x/?employees=119&discount=2.5&decides=False&licences=1&empty="
