"""Each reader meets his own language: SuperOffice's in a panel, the browser's elsewhere, else English."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from tests.panels.conftest import ACME, address, text_of
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Tenant

EMBEDDED = {"Sec-Fetch-Dest": "iframe"}
HTMX = {"HX-Request": "true", "X-Sidecard-Shell": "embedded"}

PANELS = [
    ("en-US", "en", ["Our contact", "Open sales", "VAT No.", "Position", "Sign out"]),
    ("nb-NO", "nb", ["Vår kontakt", "Åpne salg", "Org.nr.", "Posisjon", "Logg ut"]),
    ("sv-SE", "sv", ["Vår kontakt", "Öppna försäljningar", "Org.nr.", "Befattning", "Logga ut"]),
    ("da-DK", "da", ["Vores kontakt", "Åbne salg", "Org.nr.", "Stilling", "Log ud"]),
    ("de", "de", ["Verantwortlich", "Offene Verkäufe", "USt. ID-Nr.", "Stufe", "Abmelden"]),
    ("nl-NL", "nl", ["Onze contactpersoon", "Open verkopen", "BTW-nr.", "Functie", "Afmelden"]),
]
"""SuperOffice's code of a language, ours, and SuperOffice's own words in it."""

CUSTOMS = [
    ("en-US", "129,900.50 NOK", "Mar 4, 2027"),
    ("nb-NO", "129\N{NO-BREAK SPACE}900,50 NOK", "4. mars 2027"),
    ("sv-SE", "129\N{NO-BREAK SPACE}900,50 NOK", "4 mars 2027"),
    ("da-DK", "129.900,50 NOK", "4. mar. 2027"),
    ("de", "129.900,50 NOK", "04.03.2027"),
    ("nl-NL", "129.900,50 NOK", "4 mrt 2027"),
]

SIGN_INS = [
    ("en-US", "en", "Sign in to see this panel"),
    ("nb-NO", "nb", "Logg inn for å se dette panelet"),
    ("sv-SE", "sv", "Logga in för att se den här panelen"),
    ("da-DK", "da", "Log ind for at se dette panel"),
    ("de", "de", "Melden Sie sich an, um dieses Panel zu sehen"),
    ("nl-NL", "nl", "Meld u aan om dit paneel te zien"),
]

PAGES = [
    ("en-GB,en;q=0.9", "en", "Sign in to Sidecard"),
    ("nb-NO,nb;q=0.9,en;q=0.8", "nb", "Logg inn på Sidecard"),
    ("sv,en;q=0.5", "sv", "Logga in på Sidecard"),
    ("da-DK,da;q=0.9", "da", "Log ind på Sidecard"),
    ("de-AT,de;q=0.9", "de", "Bei Sidecard anmelden"),
    ("nl-BE,nl;q=0.9", "nl", "Aanmelden bij Sidecard"),
    ("fi-FI,fi;q=0.9", "en", "Sign in to Sidecard"),
    ("fi-FI,fi;q=0.9,de;q=0.5", "de", "Bei Sidecard anmelden"),
]
"""What a browser asks for, the language it gets, and the page's heading."""


def is_in(language: str, page: str) -> bool:
    return page.count("<html ") == 1 and f'<html lang="{language}">' in page


@pytest.mark.parametrize(("lang", "language", "words"), PANELS)
def test_a_panel_speaks_the_language_of_superoffice(
    alice: Client, tenant: Tenant, lang: str, language: str, words: list[str]
) -> None:
    """Whatever the browser speaks."""
    response = alice.get(address(tenant, lang=lang), headers=EMBEDDED | {"Accept-Language": "fr"})

    page = text_of(response)
    assert response.status_code == 200
    assert response.headers["Content-Language"] == language
    assert is_in(language, page)
    assert [word for word in words if word not in page] == []


@pytest.mark.parametrize(("lang", "money", "day"), CUSTOMS)
def test_money_and_dates_are_written_by_its_custom(
    alice: Client, tenant: Tenant, lang: str, money: str, day: str
) -> None:
    sale = next(row for row in tenant.table("sale").values() if row["heading"] == "Service agreement 2027")
    sale["date"] = "2027-03-04"

    page = text_of(alice.get(address(tenant, lang=lang)))

    assert f">{money}<" in page
    assert f'<time datetime="2027-03-04">{day}</time>' in page


@pytest.mark.parametrize(("lang", "language", "heading"), SIGN_INS)
def test_it_speaks_it_before_anybody_signed_in(
    db: None, sandbox: Sandbox, tenant: Tenant, lang: str, language: str, heading: str
) -> None:
    """The page in the frame, and the fragment that htmx puts in place of a section."""
    page = Client().get(address(tenant, lang=lang), headers=EMBEDDED | {"Accept-Language": "fr"})
    fragment = Client().get(address(tenant, lang=lang, part="sales"), headers=HTMX | {"Accept-Language": "fr"})

    assert (page.status_code, fragment.status_code) == (401, 401)
    assert is_in(language, text_of(page))
    assert f"<h2>{heading}</h2>" in text_of(page)
    assert f"<h2>{heading}</h2>" in text_of(fragment)


def test_trouble_is_told_in_it(alice: Client, tenant: Tenant, fail: Callable[..., None]) -> None:
    fail("Contact", status=429, retry_after="7")

    page = text_of(alice.get(address(tenant, lang="nb-NO")))

    assert "SuperOffice ber oss ta det roligere" in page
    assert "Prøv igjen om 7 sekunder." in page


def test_a_form_s_mistakes_too(alice: Client, tenant: Tenant) -> None:
    """Django's own words among ours."""
    edit = address(tenant, path="company/edit", lang="de")
    form = text_of(alice.get(edit))
    basis = form.partition('name="basis" value="')[2].partition('"')[0]

    answer = text_of(alice.post(edit, {"basis": unescape(basis), "emails-0": "niemand"}))

    assert "Firma bearbeiten" in answer
    assert "Bitte gültige E-Mail-Adresse eingeben." in answer


@pytest.mark.parametrize("lang", ["fi-FI", "klingon", "no"])
def test_an_unknown_language_is_english(alice: Client, tenant: Tenant, lang: str) -> None:
    """Half of a page in the browser's language would suit nobody: the CRM's half would be in another one."""
    response = alice.get(address(tenant, lang=lang), headers={"Accept-Language": "de"})

    assert response.headers["Content-Language"] == "en"
    assert is_in("en", text_of(response))
    assert "Our contact" in text_of(response)


@pytest.mark.parametrize("lang", ["", "<lanc>"])
def test_an_address_that_names_none_leaves_it_to_the_browser(alice: Client, tenant: Tenant, lang: str) -> None:
    response = alice.get(address(tenant, lang=lang), headers={"Accept-Language": "da"})

    assert response.headers["Content-Language"] == "da"
    assert is_in("da", text_of(response))
    assert "Vores kontakt" in text_of(response)


def test_pages_of_our_own_speak_what_his_superoffice_spoke_last(alice: Client, bob: Client, tenant: Tenant) -> None:
    """A bookmark names no language, and a browser at work often speaks another one than SuperOffice."""
    bookmark = f"/panels/company/?uctx={tenant.ctx}&contact_id={ACME}"
    assert is_in("en", text_of(alice.get(bookmark)))

    alice.get(address(tenant, lang="nb-NO"), headers=EMBEDDED)

    for page in (bookmark, f"{bookmark}&lang=%3Clanc%3E", f"/appstore/configure/?uctx={tenant.ctx}"):
        response = alice.get(page)
        assert (response.headers["Content-Language"], is_in("nb", text_of(response))) == ("nb", True)
    assert "lang=nb-NO" in alice.get("/").headers["Location"]
    assert is_in("da", text_of(alice.get(f"{bookmark}&lang=da")))
    assert is_in("nb", text_of(alice.get(bookmark)))
    assert is_in("en", text_of(bob.get(bookmark)))


@pytest.mark.parametrize(("browser", "language", "heading"), PAGES)
def test_our_own_pages_speak_the_browser_s(db: None, browser: str, language: str, heading: str) -> None:
    response = Client().get("/signin/", headers={"Accept-Language": browser})

    assert response.headers["Content-Language"] == language
    assert "Accept-Language" in response.headers["Vary"]
    assert is_in(language, text_of(response))
    assert f"<h1>{heading}</h1>" in text_of(response)


def test_so_does_the_front_page(alice: Client) -> None:
    page = text_of(alice.get("/", follow=True, headers={"Accept-Language": "sv"}))

    assert is_in("sv", page)
    assert "Min dag" in page
    assert "lang=sv" in page


def test_so_do_refusals_and_errors(db: None) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"Accept-Language": "nb"})

    refused = browser.get("/signin/callback/?state=invented")
    nowhere = browser.get("/nowhere")
    forged = browser.post("/signin/")

    assert (refused.status_code, nowhere.status_code, forged.status_code) == (400, 404, 403)
    assert [is_in("nb", text_of(page)) for page in (refused, nowhere, forged)] == [True, True, True]
    assert "Du er ikke logget inn" in text_of(refused)
    assert "Denne innloggingen ble startet et annet sted" in text_of(refused)
    assert "Her er det ingenting" in text_of(nowhere)
    assert "Denne siden er utdatert" in text_of(forged)


def test_the_window_of_signing_in_speaks_its_panel_s(db: None) -> None:
    browser = Client(headers={"Accept-Language": "en"})

    page = browser.get("/signin/popup/?lang=nl")
    stale = browser.post("/signin/bind/?lang=nl", {"verifier": "of yesterday"})

    assert is_in("nl", text_of(page))
    assert "U gaat naar SuperOffice…" in text_of(page)
    assert stale.json()["error"].startswith("Deze aanmelding is elders begonnen")


def test_one_reader_s_language_does_not_stay_for_the_next(alice: Client, tenant: Tenant) -> None:
    """What is painted once and kept is kept for each language."""
    for lang, words in (("de", "Verantwortlich"), ("en-US", "Our contact"), ("sv-SE", "Vår kontakt"), ("de", "Stufe")):
        assert words in text_of(alice.get(address(tenant, lang=lang)))
    assert "Sign in to Sidecard" in text_of(Client().get("/signin/"))
