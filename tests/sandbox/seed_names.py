"""Names and subjects the seed draws from; the companies are in ``companies_*.txt``. All are invented."""

from __future__ import annotations

from pathlib import Path


def companies(ctx: str) -> list[list[str]]:
    """Name, department, category, business, country, VAT number, street, zip, city and domain of each company."""
    text = Path(__file__).with_name(f"companies_{ctx.lower()}.txt").read_text(encoding="utf-8")
    return [[part.strip() for part in line.split(" | ")] for line in text.splitlines()]


CATEGORIES = {"customer": 1, "prospect": 2, "supplier": 3, "partner": 4, "lost": 5, "own": 6, "other": 7}

BUSINESSES = {
    "it": 1,
    "shipping": 2,
    "food": 3,
    "building": 4,
    "transport": 5,
    "retail": 6,
    "hotel": 7,
    "finance": 8,
    "industry": 9,
    "energy": 10,
    "legal": 11,
}

COUNTRY_IDS = {"DK": 208, "FI": 246, "NO": 578, "SE": 752}

CURRENCY_IDS = {"NO": 1, "SE": 2, "FI": 3, "DK": 4}

WOMEN = {
    "NO": ["Ingrid", "Kari", "Solveig", "Astrid", "Marit", "Tuva", "Silje", "Ragnhild", "Åse", "Hedda"],
    "SE": ["Åsa", "Karin", "Elin", "Ebba", "Märta", "Linnéa", "Birgitta", "Saga", "Maja", "Gunilla"],
    "DK": ["Mette", "Kirsten", "Sofie", "Freja", "Bodil", "Karen", "Signe", "Gry", "Pernille", "Lærke"],
    "FI": ["Aino", "Päivi", "Helmi", "Sanna", "Elina", "Tuulikki", "Kaisa", "Marja", "Riikka"],
}

MEN = {
    "NO": ["Bjørn", "Øyvind", "Håkon", "Lars", "Sondre", "Knut", "Torbjørn", "Eirik", "Pål", "Jørgen"],
    "SE": ["Göran", "Lars", "Björn", "Åke", "Nils", "Emil", "Håkan", "Sven", "Jörgen", "Anders"],
    "DK": ["Søren", "Jens", "Lars", "Mads", "Jørgen", "Henrik", "Rasmus", "Kåre", "Niels", "Asger"],
    "FI": ["Väinö", "Jukka", "Pekka", "Matti", "Antti", "Onni", "Eero", "Kimmo", "Tapio", "Jyrki"],
}

SURNAMES = {
    "NO": [
        "Hansen",
        "Bakken",
        "Lødemel",
        "Ødegård",
        "Nygård",
        "Haugen",
        "Strømme",
        "Myhre",
        "Sæther",
        "Vågen",
        "Fjeld",
        "Aasen",
    ],
    "SE": [
        "Andersson",
        "Lindqvist",
        "Sjöberg",
        "Åkesson",
        "Nyström",
        "Hägglund",
        "Björk",
        "Öberg",
        "Lundgren",
        "Wikström",
    ],
    "DK": ["Nielsen", "Kjær", "Sørensen", "Møller", "Østergaard", "Holm", "Bæk", "Rasmussen", "Lynggård", "Thygesen"],
    "FI": [
        "Korhonen",
        "Mäkinen",
        "Hämäläinen",
        "Järvinen",
        "Lehtonen",
        "Nieminen",
        "Yli-Äyhö",
        "Koskinen",
        "Rantanen",
        "Väisänen",
    ],
}

TITLES = {
    "NO": ("Daglig leder", "Økonomisjef", "Innkjøpssjef", "IT-sjef", "Salgssjef", "Prosjektleder"),
    "SE": ("VD", "Ekonomichef", "Inköpschef", "IT-chef", "Försäljningschef", "Projektledare"),
    "DK": ("Direktør", "Økonomichef", "Indkøbschef", "IT-chef", "Salgschef", "Projektleder"),
    "FI": (
        "Toimitusjohtaja",
        "Talouspäällikkö",
        "Hankintapäällikkö",
        "IT-päällikkö",
        "Myyntipäällikkö",
        "Projektipäällikkö",
    ),
}

SALES = [
    "Service agreement 2027",
    "Upgrade of the control system",
    "Framework agreement, northern region",
    "Pilot project",
    "Spare parts, annual order",
    "Consulting, phase 2",
    "Training for 20 users",
    "New production line",
    "Licences, 45 users",
    "Extension of warranty",
]

ACTIVITIES = [
    (1, "Called about the quote", "Will answer when the board has met."),
    (2, "Annual review", "Agenda: deliveries, prices, next year's plans."),
    (3, "Send revised contract", ""),
    (5, "Demo of the new version", "Shown to purchasing and IT."),
    (4, "Sent price list", "Asked for discount on volumes over 500."),
    (2, "Kick-off meeting", "Coffee and introductions first."),
    (1, "Follow up the delivery", ""),
    (3, "Clarify payment terms", "Finance wants 45 days."),
]
