"""More lists a tenant is born with, in the form of ``seed_lists``: sales, projects, documents, requests, consents."""

from __future__ import annotations

from typing import Any

NAMES: dict[str, list[str]] = {
    # id | US | NO | SW | DA | FI
    "comptr": [
        "1 | Nordic CRM | Nordic CRM | Nordic CRM | Nordic CRM | Nordic CRM",
        "2 | Done in house | Gjort internt | Internt | Internt | Sisäisesti",
    ],
    "credited": [
        "1 | Partner | Partner | Partner | Partner | Kumppani",
        "2 | Customer | Kunde | Kund | Kunde | Asiakas",
    ],
    "doctmpl": [
        "1 | Letter | Brev | Brev | Brev | Kirje",
        "2 | Quote | Tilbud | Offert | Tilbud | Tarjous",
        "3 | E-mail | E-post | E-post | E-mail | Sähköposti",
        "4 | Minutes | Referat | Protokoll | Referat | Pöytäkirja",
    ],
    "ejcategory": [
        "1 | Support | Support | Support | Support | Tuki",
        "2 | Hardware | Maskinvare | Hårdvara | Hardware | Laitteet",
        "3 | Orders | Ordre | Order | Ordrer | Tilaukset",
    ],
    "ticketstatus": [
        "1 | Open | Åpen | Öppen | Åben | Avoin",
        "2 | Closed | Lukket | Stängd | Lukket | Suljettu",
        "3 | Postponed | Utsatt | Uppskjuten | Udskudt | Lykätty",
    ],
    "tickettype": [
        "1 | Question | Spørsmål | Fråga | Spørgsmål | Kysymys",
        "2 | Incident | Hendelse | Incident | Hændelse | Häiriö",
    ],
    "pmembtype": [
        "1 | Project manager | Prosjektleder | Projektledare | Projektleder | Projektipäällikkö",
        "2 | Participant | Deltaker | Deltagare | Deltager | Osallistuja",
        "3 | Sponsor | Sponsor | Sponsor | Sponsor | Sponsori",
    ],
    "projectstatus": [
        "1 | Planned | Planlagt | Planerat | Planlagt | Suunniteltu",
        "2 | Under way | Pågår | Pågår | I gang | Käynnissä",
        "3 | Finished | Avsluttet | Avslutat | Afsluttet | Päättynyt",
    ],
    "projecttype": [
        "1 | Delivery | Leveranse | Leverans | Leverance | Toimitus",
        "2 | Event | Arrangement | Evenemang | Arrangement | Tapahtuma",
    ],
    "reasonsold": [
        "1 | Best solution | Beste løsning | Bästa lösning | Bedste løsning | Paras ratkaisu",
        "2 | Price | Pris | Pris | Pris | Hinta",
    ],
    "reasonstalled": [
        "1 | No budget | Ikke budsjett | Ingen budget | Intet budget | Ei budjettia",
        "2 | Waiting for decision | Venter på beslutning | Väntar på beslut | Afventer beslutning | Odottaa päätöstä",
    ],
    "rejectreason": [
        "1 | On holiday | På ferie | På semester | På ferie | Lomalla",
        "2 | Another appointment | Annen avtale | Annat möte | Anden aftale | Toinen tapaaminen",
    ],
    "salutation": [
        "1 | Dr. | Dr. | Dr. | Dr. | Tri",
        "2 | Prof. | Prof. | Prof. | Prof. | Prof.",
    ],
    "stakeholderrole": [
        "1 | Decision maker | Beslutningstaker | Beslutsfattare | Beslutningstager | Päättäjä",
        "2 | Influencer | Påvirker | Påverkare | Påvirker | Vaikuttaja",
    ],
    "relationdefinition": [
        "1 | owns | eier | äger | ejer | omistaa",
        "2 | partner of | partner med | partner till | partner med | kumppanina",
        "3 | advises | gir råd til | ger råd till | rådgiver for | neuvoo",
    ],
    "searchcat": [
        "1 | Campaigns | Kampanjer | Kampanjer | Kampagner | Kampanjat",
        "2 | Events | Arrangementer | Evenemang | Arrangementer | Tapahtumat",
    ],
    "deliveryterms": ["1 | Ex works | Fra fabrikk | Fritt fabrik | Ab fabrik | Noudettuna"],
    "deliverytype": ["1 | Courier | Bud | Bud | Bud | Lähetti"],
    "paymentterms": ["1 | 30 days | 30 dager | 30 dagar | 30 dage | 30 päivää"],
    "paymenttype": ["1 | Invoice | Faktura | Faktura | Faktura | Lasku"],
    "productcategory": ["1 | Software | Programvare | Programvara | Software | Ohjelmisto"],
    "productfamily": ["1 | CRM | CRM | CRM | CRM | CRM"],
    "producttype": ["1 | Licence | Lisens | Licens | Licens | Lisenssi"],
    "quoteapprreason": ["1 | Within budget | Innenfor budsjett | Inom budget | Inden for budget | Budjetissa"],
    "quotedenyreason": [
        "1 | Discount too high | For høy rabatt | För hög rabatt | For høj rabat | Liian suuri alennus"
    ],
    "consentpurpose": [
        "1 | Sales and service | Salg og service | Försäljning och service | Salg og service | Myynti ja palvelu",
        "2 | E-marketing | E-markedsføring | E-marknadsföring | E-markedsføring | Sähköinen markkinointi",
    ],
    "consentsource": [
        "1 | Created by user | Opprettet av bruker | Skapad av användare | Oprettet af bruger | Käyttäjän luoma",
        "2 | E-mail | E-post | E-post | E-mail | Sähköposti",
        "5 | Web form | Nettskjema | Webbformulär | Webformular | Verkkolomake",
        "8 | Other integration | Annen integrasjon | Annan integration | Anden integration | Muu integraatio",
    ],
    "legalbase": [
        "1 | Consent | Samtykke | Samtycke | Samtykke | Suostumus",
        "2 | Contract | Avtale | Avtal | Kontrakt | Sopimus",
        "3 | Required by law | Lovpålagt | Krävs enligt lag | Lovpligtig | Lakisääteinen",
        "4 | Protect vital interests | Vitale interesser | Vitala intressen | Vitale interesser | Elintärkeät edut",
        "5 | Public interest | Allmenn interesse | Allmänt intresse | Offentlig interesse | Yleinen etu",
        "6 | Legitimate interest | Berettiget interesse | Berättigat intresse | Legitim interesse | Oikeutettu etu",
        "7 | Withdrawn | Trukket tilbake | Återkallat | Tilbagetrukket | Peruttu",
    ],
    "udlist94": [
        "1 | Yearly | Årlig | Årlig | Årlig | Vuosittainen",
        "2 | Monthly | Månedlig | Månadsvis | Månedlig | Kuukausittainen",
        "3 | Pilot | Pilot | Pilot | Pilot | Pilotti",
    ],
}

MORE: dict[str, dict[int, dict[str, Any]]] = {
    "doctmpl": {
        1: {"filename": "Letter.docx", "mime_type": "application/msword", "type": "Document"},
        2: {"filename": "Quote.docx", "mime_type": "application/msword", "type": "Document"},
        3: {"filename": "Mail.somail", "mime_type": "message/rfc822", "type": "Email"},
        4: {"filename": "Minutes.docx", "mime_type": "application/msword", "type": "Document"},
    },
    "ejcategory": {1: {"parent": 0}, 2: {"parent": 1}, 3: {"parent": 0}},
    "ticketstatus": {
        1: {"status": "Active", "default": True},
        2: {"status": "Closed", "default": False},
        3: {"status": "Postponed", "default": False},
    },
    "saletype": {3: {"stages": [1, 4, 5, 6]}},
    "ticketpriority": {1: {"default": False}, 2: {"default": True}, 3: {"default": False}},
    "tickettype": {1: {"default": True}, 2: {"default": False}},
    "relationdefinition": {
        1: {"passive": "owned by", "source": "Contact", "destination": "Contact"},
        2: {"passive": "partner of", "source": "Contact", "destination": "Contact"},
        3: {"passive": "advised by", "source": "Person", "destination": "Both"},
    },
    "consentpurpose": {1: {"key": "STORE", "active": 1}, 2: {"key": "EMARKETING", "active": 1}},
    "consentsource": {1: {"key": "USER"}, 2: {"key": "EMAIL"}, 5: {"key": "WEBFORM"}, 8: {"key": "API"}},
    "legalbase": {
        1: {"key": "61A"},
        2: {"key": "61B"},
        3: {"key": "61C"},
        4: {"key": "61D"},
        5: {"key": "61E"},
        6: {"key": "61F"},
        7: {"key": "WITHDRAWN"},
    },
    "udlist94": {1: {"headings": [1]}, 2: {"headings": [1]}, 3: {"headings": [2]}},
}
"""What items of one list have more than a name."""
