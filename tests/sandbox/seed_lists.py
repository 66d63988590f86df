"""The lists a tenant is born with, each name one text in every language as SuperOffice stores it [http-headers]."""

from __future__ import annotations

from . import seed_lists_more as more
from .world import Row

NAMES: dict[str, list[str]] = {
    # id | US | NO | SW | DA | FI
    "category": [
        "1 | Customer | Kunde | Kund | Kunde | Asiakas",
        "2 | Prospect | Potensiell kunde | Potentiell kund | Potentiel kunde | Potentiaalinen asiakas",
        "3 | Supplier | Leverandør | Leverantör | Leverandør | Toimittaja",
        "4 | Partner | Samarbeidspartner | Samarbetspartner | Samarbejdspartner | Kumppani",
        "5 | Lost customer | Tapt kunde | Förlorad kund | Tabt kunde | Menetetty asiakas",
        "6 | Own company | Eget firma | Eget företag | Eget firma | Oma yritys",
        "7 | Other | Annet | Övrigt | Andet | Muu",
    ],
    "business": [
        "1 | IT | IT | IT | IT | IT",
        "2 | Shipping | Skipsfart | Sjöfart | Skibsfart | Merenkulku",
        "3 | Food and fishery | Mat og fiskeri | Livsmedel och fiske | Fødevarer og fiskeri | Elintarvikkeet",
        "4 | Building and construction | Bygg og anlegg | Bygg och anläggning | Byggeri og anlæg | Rakentaminen",
        "5 | Transport | Transport | Transport | Transport | Kuljetus",
        "6 | Retail | Handel | Handel | Handel | Kauppa",
        "7 | Hotel/Restaurant | Hotell/Restaurant | Hotell/Restaurang | Hotel/Restaurant | Hotelli/Ravintola",
        "8 | Finance | Finans | Finans | Finans | Rahoitus",
        "9 | Industry | Industri | Industri | Industri | Teollisuus",
        "10 | Energy | Energi | Energi | Energi | Energia",
        "11 | Legal | Advokater | Juridik | Jura | Lakiasiat",
    ],
    "prob": [
        "1 | Lead | Emne | Lead | Emne | Liidi",
        "2 | Need analysis | Behovsanalyse | Behovsanalys | Behovsanalyse | Tarvekartoitus",
        "3 | Quote sent | Tilbud sendt | Offert skickad | Tilbud sendt | Tarjous lähetetty",
        "4 | Negotiation | Forhandling | Förhandling | Forhandling | Neuvottelu",
        "5 | Sold | Solgt | Såld | Solgt | Myyty",
        "6 | Lost | Tapt | Förlorad | Tabt | Menetetty",
    ],
    "saletype": [
        "1 | New sale | Nysalg | Nyförsäljning | Nysalg | Uusmyynti",
        "2 | Additional sale | Mersalg | Merförsäljning | Mersalg | Lisämyynti",
        "3 | Subscription | Abonnement | Abonnemang | Abonnement | Tilaus",
    ],
    "source": [
        "1 | Cold call | Telefonsalg | Telefonförsäljning | Telefonsalg | Puhelinmyynti",
        "2 | Web | Nettsted | Webbplats | Hjemmeside | Verkkosivut",
        "3 | Trade fair | Messe | Mässa | Messe | Messut",
    ],
    "task": [
        "1 | Phone call | Telefonsamtale | Telefonsamtal | Telefonsamtale | Puhelu",
        "2 | Meeting | Møte | Möte | Møde | Kokous",
        "3 | To-do | Oppgave | Uppgift | Opgave | Tehtävä",
        "4 | E-mail out | E-post ut | E-post ut | E-mail ud | Lähtevä sähköposti",
        "5 | Demo | Demo | Demo | Demo | Esittely",
    ],
    "perspos": [
        "1 | Managing director | Daglig leder | Verkställande direktör | Direktør | Toimitusjohtaja",
        "2 | Finance manager | Økonomisjef | Ekonomichef | Økonomichef | Talouspäällikkö",
        "3 | Purchasing manager | Innkjøpssjef | Inköpschef | Indkøbschef | Hankintapäällikkö",
        "4 | IT manager | IT-sjef | IT-chef | IT-chef | Tietohallintojohtaja",
        "5 | Sales manager | Salgssjef | Försäljningschef | Salgschef | Myyntipäällikkö",
        "6 | Employee | Medarbeider | Medarbetare | Medarbejder | Työntekijä",
    ],
    "mrmrs": [
        "1 | Mr. | Herr | Herr | Hr. | Hra",
        "2 | Ms. | Fru | Fru | Fru | Rva",
    ],
    "priority": [
        "1 | Low | Lav | Låg | Lav | Matala",
        "2 | Normal | Normal | Normal | Normal | Normaali",
        "3 | High | Høy | Hög | Høj | Korkea",
    ],
    "ticketpriority": [
        "1 | Low | Lav | Låg | Lav | Matala",
        "2 | Medium | Medium | Medium | Medium | Keskitaso",
        "3 | High | Høy | Hög | Høj | Korkea",
    ],
    "customerlanguage": [
        "1 | Norwegian | Norsk | Norska | Norsk | Norja",
        "2 | Swedish | Svensk | Svenska | Svensk | Ruotsi",
        "3 | Danish | Dansk | Danska | Dansk | Tanska",
        "4 | Finnish | Finsk | Finska | Finsk | Suomi",
        "5 | English | Engelsk | Engelska | Engelsk | Englanti",
    ],
    "contint": [
        "1 | Reference customer | Referansekunde | Referenskund | Referencekunde | Referenssiasiakas",
        "2 | Christmas card | Julekort | Julkort | Julekort | Joulukortti",
    ],
    "persint": [
        "1 | Newsletter | Nyhetsbrev | Nyhetsbrev | Nyhedsbrev | Uutiskirje",
        "2 | Seminar | Seminar | Seminarium | Seminar | Seminaari",
    ],
    "reason": [
        "1 | Price | Pris | Pris | Pris | Hinta",
        "2 | Functionality | Funksjonalitet | Funktionalitet | Funktionalitet | Toiminnallisuus",
    ],
    "usergroup": [
        "1 | Sales | Salg | Försäljning | Salg | Myynti",
        "2 | Service | Kundeservice | Kundtjänst | Kundeservice | Asiakaspalvelu",
    ],
    "country": [
        "208 | Denmark | Danmark | Danmark | Danmark | Tanska",
        "246 | Finland | Finland | Finland | Finland | Suomi",
        "276 | Germany | Tyskland | Tyskland | Tyskland | Saksa",
        "578 | Norway | Norge | Norge | Norge | Norja",
        "752 | Sweden | Sverige | Sverige | Sverige | Ruotsi",
        "826 | United Kingdom | Storbritannia | Storbritannien | Storbritannien | Iso-Britannia",
    ],
}

LANGUAGES = ("US", "NO", "SW", "DA", "FI")

COUNTRIES = {
    # id: two letters, three letters, dialling code, currency id, label of the registration number
    208: ("DK", "DNK", "45", 4, "CVR:"),
    246: ("FI", "FIN", "358", 3, "ALV-nro:"),
    276: ("DE", "DEU", "49", 3, "USt-IdNr.:"),
    578: ("NO", "NOR", "47", 1, "Org.nr.:"),
    752: ("SE", "SWE", "46", 2, "VAT-nr:"),
    826: ("GB", "GBR", "44", 5, "VAT No.:"),
}

CURRENCIES = {1: ("NOK", 1.0), 2: ("SEK", 1.02), 3: ("EUR", 11.7), 4: ("DKK", 1.57), 5: ("GBP", 13.6)}

STAGE_PROBABILITY = {1: 10, 2: 30, 3: 50, 4: 80, 5: 100, 6: 0}

CATEGORY_GROUPS = {
    1: "Customer",
    2: "PotentialCustomer",
    3: "Partner",
    4: "Partner",
    5: "Lost",
    6: "Other",
    7: "Other",
}

TASK_TYPES = {1: "Phone", 2: "Appointment", 3: "ToDo", 4: "Email", 5: "Appointment"}


def lists() -> dict[str, dict[int, Row]]:
    """All lists by MDO name, then item id. An item: ``name`` and ``tooltip`` (multi-language), ``rank``, ``deleted``
    and what only that list has (``probability``, ``group``, ``type``, ``iso2`` …)."""
    found = {name: _items(lines) for name, lines in {**NAMES, **more.NAMES}.items()}
    found["currency"] = {
        key: _item(rank, name, rate=rate) for rank, (key, (name, rate)) in enumerate(CURRENCIES.items(), 1)
    }
    _extend(found)
    return found


def _items(lines: list[str]) -> dict[int, Row]:
    parts = [[part.strip() for part in line.split(" | ")] for line in lines]
    return {int(p[0]): _item(rank, _multi(p[1:])) for rank, p in enumerate(parts, 1)}


def _item(rank: int, name: str, **more: object) -> Row:
    return {"name": name, "tooltip": "", "rank": rank, "deleted": False, **more}


def _multi(names: list[str]) -> str:
    return ";".join(f'{code}:"{name}"' for code, name in zip(LANGUAGES, names, strict=True))


def _extend(found: dict[str, dict[int, Row]]) -> None:
    for name, items in more.MORE.items():
        for key, given in items.items():
            found[name][key].update(given)
    for key, item in found["prob"].items():
        item["probability"] = STAGE_PROBABILITY[key]
    for key, item in found["category"].items():
        item["group"] = CATEGORY_GROUPS[key]
    for key, item in found["task"].items():
        item["type"] = TASK_TYPES[key]
    for key, item in found["country"].items():
        iso2, iso3, dial, currency, label = COUNTRIES[key]
        item.update(iso2=iso2, iso3=iso3, dial=dial, currency=currency, orgnr_text=label)
