"""Numbers, amounts, days and flags in a form: written as the reader writes them, sent back as what they are."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import gettext_lazy as _

from crm_client.sales import SALES, Sale
from panel.panels.contract import Card, Section
from panel.panels.editing import EditRecord
from panel.panels.editing.basis import Basis
from panel.panels.editing.fields import AmountField
from panel.panels.editing.form import RecordForm


class EditSale(EditRecord):
    """What an author of a sale panel would write."""

    kind = SALES
    card_id = "sale_id"
    labels = {
        "heading": _("Sale"),
        "amount": _("Amount"),
        "probability": _("Probability"),
        "date": _("Date"),
        "stage": _("Stage"),
        "note": _("Note"),
    }
    lists = {"stage": "prob"}
    long = ("note",)


ENTITY: dict[str, Any] = {
    "SaleId": 7,
    "Heading": "Pumps",
    "Amount": Decimal("1156250.50"),
    "Probability": 40,
    "Saledate": "2027-01-31T00:00:00",
    "Rating": {"Id": 3, "Value": "Quote sent", "Tooltip": ""},
    "Postit": "First\nsecond",
    "UpdatedDate": "2026-11-29T10:00:00Z",
    "FieldProperties": {"Amount": {"FieldRight": {"Mask": "Update, UIHintMandatory", "Reason": "Amount is mandatory"}}},
}


def form(language: str, **typed: str) -> RecordForm:
    """The form as it comes back, opened anew from what it carried along."""
    card = Card("Cust12345", 5, language, sale_id=7)
    sheet = EditSale()
    first = RecordForm(card, Basis.of(sheet, Sale.parse(ENTITY | {"Amount": 1156250.5}), {"prob": Section(data=[])}))
    shown = {name: first[name].value() for name in first.fields}
    return RecordForm(card, Basis.opened(sheet, first.basis_token, card), shown | typed)


def wanted(filled: RecordForm) -> dict[str, Any]:
    assert filled.is_valid(), filled.errors
    return filled.wanted()


@pytest.mark.parametrize(
    ("language", "amount"),
    [
        ("en-US", "1156250.5"),
        ("nb-NO", "1156250,5"),
        ("de", "1156250,5"),
        ("sv", "1156250,5"),
        ("nl-NL", "1156250,5"),
    ],
)
def test_what_is_shown_is_understood_and_no_change(language: str, amount: str) -> None:
    filled = form(language)

    assert (filled["amount"].value(), filled["date"].value()) == (amount, date(2027, 1, 31))
    assert re.search(r'<input type="date" name="date" value="2027-01-31"', str(filled["date"]))
    assert filled.changes(wanted(filled)) == []


def test_what_was_typed_arrives_as_what_it_is() -> None:
    filled = form("nb-NO", amount="12 500,25", probability="75", date="1.3.27", stage="0", note="Third")

    found = wanted(filled)

    assert (found["amount"], found["probability"], found["date"]) == (Decimal("12500.25"), 75, date(2027, 3, 1))
    paths = {change.path: change.value for change in filled.changes(found)}
    assert paths == {
        "/Amount": Decimal("12500.25"),
        "/Probability": 75,
        "/Saledate": "2027-03-01T00:00:00",
        "/Rating/Id": 0,
        "/Postit": "Third",
    }


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("amount", "much"),
        ("amount", ""),
        ("amount", "1.2.3"),
        ("amount", "NaN"),
        ("probability", "4,5"),
        ("date", "soon"),
    ],
)
def test_what_is_none_is_told_beside_its_field(name: str, typed: str) -> None:
    filled = form("nb-NO", **{name: typed})

    assert set(filled.errors) == {name}
    assert filled[name].value() == typed


def test_a_point_is_no_comma() -> None:
    """In German ``1.5`` is no number, and certainly not fifteen."""
    assert "amount" in form("de", amount="1.5").errors
    assert wanted(form("de", amount="1.500"))["amount"] == 1500


@pytest.mark.parametrize("language", ["en-US", "nb-NO", "de", "sv"])
@pytest.mark.parametrize("typed", ["1.234,50", "1,234.50", "-1,234,567.5"])
def test_what_can_mean_one_thing_only_is_understood_everywhere(language: str, typed: str) -> None:
    found = wanted(form(language, amount=typed))["amount"]

    assert found == (Decimal("-1234567.5") if typed.startswith("-") else Decimal("1234.50"))


def test_kinds_of_inputs() -> None:
    filled = form("en-US")

    assert isinstance(filled.fields["amount"], AmountField)
    assert filled.fields["amount"].required
    assert 'title="Amount is mandatory"' in str(filled["amount"])
    assert "<textarea" in str(filled["note"])
    assert 'inputmode="numeric"' in str(filled["probability"])


def test_a_conflict_is_shown_as_the_reader_writes() -> None:
    filled = form("nb-NO", amount="100,5")
    current = Sale.parse(ENTITY | {"Amount": Decimal("99.25")})

    torn = filled.on(current, wanted(filled))

    [row] = [row for row in torn.rows if row.choice]
    assert (row.mine, row.theirs) == ("100,5", "99,25")
