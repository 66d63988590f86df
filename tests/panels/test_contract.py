"""The extension point itself: a tiny panel written as an outsider would, switched on by settings."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from django import forms
from django.conf import settings
from django.core.checks import CheckMessage
from django.http import QueryDict
from django.test import Client, override_settings
from hypothesis import given
from hypothesis import strategies as st

from crm_client.clients import AsyncCrm
from crm_client.errors import BadRequest, Denied, NotSignedIn, Unavailable
from panel.panels.catalogue import check_panels, panels, slug_of
from panel.panels.contract import Action, AskAgain, Card, Panel, Place, section
from tests.panels.conftest import address, text_of
from tests.sandbox.world import Tenant

HTMX = {"HX-Request": "true"}
HERE = "tests.panels.test_contract"
TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [*settings.TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]}]


class WordForm(forms.Form):
    word = forms.CharField(max_length=20)


class SayWord(Action[WordForm]):
    part = "ask"
    shows = "word"
    done = "Said"

    async def blank(self, crm: AsyncCrm, card: Card) -> WordForm:
        return WordForm(initial={"word": "hello"})

    def filled(self, card: Card, data: QueryDict) -> WordForm:
        return WordForm(data)

    async def run(self, crm: AsyncCrm, card: Card, form: WordForm) -> dict[str, Any] | None:
        if form.cleaned_data["word"] == "refuse":
            form.add_error("word", "Another one, please.")
            raise AskAgain(form)
        if form.cleaned_data["word"] == "break":
            raise BadRequest(message="SuperOffice dislikes it.")
        return {"word": "I said so"} if form.cleaned_data["word"] == "tell" else None


class NiceTry(Panel):
    """What an outsider writes."""

    title = "<b>Nice</b> try"
    places = [Place.COMPANY_TAB]
    needs = ""
    parts = ("word",)
    actions = {"say": SayWord()}

    async def load(self, crm: AsyncCrm, card: Card) -> dict[str, Any]:
        return {"word": f"company {card.contact_id}"}


@pytest.fixture
def nice_try() -> Iterator[None]:
    with override_settings(PANELS=[f"{HERE}.NiceTry"], TEMPLATES=TEMPLATES):
        yield


@pytest.mark.usefixtures("nice_try")
class TestTinyPanel:
    def test_it_works(self, alice: Client, tenant: Tenant) -> None:
        """One class, one template, one line in the settings; a nasty title is text."""
        page = text_of(alice.get(address(tenant, path="nice-try")))

        assert "company 17" in page
        assert "<h1>&lt;b&gt;Nice&lt;/b&gt; try</h1>" in page

    def test_a_part_is_sent_alone(self, alice: Client, tenant: Tenant) -> None:
        part = text_of(alice.get(address(tenant, path="nice-try", part="word"), headers=HTMX))

        assert part.strip() == '<p id="word">company 17</p>'

    def test_its_action_shows_a_form(self, alice: Client, tenant: Tenant) -> None:
        assert 'value="hello"' in text_of(alice.get(address(tenant, path="nice-try/say"), headers=HTMX))

    def test_its_action_is_done(self, alice: Client, tenant: Tenant) -> None:
        answer = alice.post(address(tenant, path="nice-try/say"), {"word": "hi"}, headers=HTMX)

        assert answer.status_code == 200
        assert '<p id="word">' in text_of(answer)
        assert "Said" in text_of(answer)

    def test_what_its_action_returns_is_shown(self, alice: Client, tenant: Tenant) -> None:
        """Without JavaScript on a page of its own; an action that returns nothing leads back to the panel."""
        told = address(tenant, path="nice-try/say")

        assert '<p id="word">I said so</p>' in text_of(alice.post(told, {"word": "tell"}, headers=HTMX))
        page = text_of(alice.post(told, {"word": "tell"}))
        assert "<html" in page
        assert '<p id="word">I said so</p>' in page
        assert alice.post(told, {"word": "hi"}).status_code == 303

    @pytest.mark.parametrize(
        ("word", "status", "says"),
        [
            ("", 422, "This field is required."),
            ("refuse", 409, "Another one, please."),
            ("break", 422, "SuperOffice dislikes it."),
        ],
    )
    def test_it_is_asked_again(self, alice: Client, tenant: Tenant, word: str, status: int, says: str) -> None:
        answer = alice.post(address(tenant, path="nice-try/say"), {"word": word}, headers=HTMX)

        assert answer.status_code == status
        assert says in text_of(answer)
        assert not word or f'value="{word}"' in text_of(answer)

    def test_what_is_not_there_is_not_found(self, alice: Client, tenant: Tenant) -> None:
        assert alice.get(address(tenant, path="company")).status_code == 404
        assert alice.get(address(tenant, path="nice-try/dance")).status_code == 404

    def test_other_methods_are_refused(self, alice: Client, tenant: Tenant) -> None:
        assert alice.post(address(tenant, path="nice-try")).status_code == 405
        assert alice.delete(address(tenant, path="nice-try/say")).status_code == 405


# The catalogue's checks: each mistake is told with what to do about it


class Untitled(NiceTry):
    title = ""
    slug = "nice-try"


class Nowhere(NiceTry):
    places = ()
    slug = "nice-try"


class BadSlug(NiceTry):
    slug = "Nice Try"
    template = "panels/nice_try.html"


class Idle(Panel):
    title, places, slug = "Idle", [Place.COMPANY_TAB], "nice-try"


class Blocking(NiceTry):
    slug = "nice-try"

    def load(self, crm: AsyncCrm, card: Card) -> dict[str, Any]:  # type: ignore[override]
        return {}


class Needy(NiceTry):
    slug, needs = "nice-try", "shoe_size"


class NoTemplate(NiceTry):
    slug = "no-template"


class NoPart(NiceTry):
    slug, parts = "nice-try", ("word", "sentence")


class Twin(NiceTry):
    slug = "nice-try"


def complaints(*names: str) -> list[CheckMessage]:
    with override_settings(PANELS=[name if "." in name else f"{HERE}.{name}" for name in names], TEMPLATES=TEMPLATES):
        return check_panels()


def test_our_own_panels_are_in_order() -> None:
    assert check_panels() == []


def test_a_panel_in_order_has_no_complaints() -> None:
    assert complaints("NiceTry") == []


@pytest.mark.parametrize(
    ("names", "number", "says"),
    [
        (["no.such.Panel"], 1, "cannot be imported"),
        ([f"{HERE}.WordForm"], 2, "is not a Panel"),
        (["NiceTry", "Twin"], 3, "'nice-try'"),
        (["Untitled"], 4, "has no title"),
        (["Nowhere"], 5, "where it belongs"),
        (["BadSlug"], 6, "'Nice Try'"),
        (["Idle"], 7, "does not load"),
        (["Blocking"], 7, "does not load"),
        (["Needy"], 8, "'shoe_size'"),
        (["NoTemplate"], 9, "has no template"),
        (["NoPart"], 10, "names a part"),
    ],
)
def test_a_mistake_is_told_kindly(names: list[str], number: int, says: str) -> None:
    found = complaints(*names)

    assert [message.id for message in found] == [f"panels.E{number:03}"]
    assert says in found[0].msg
    assert found[0].hint


def test_the_slug_is_the_class_name() -> None:
    assert slug_of(NiceTry) == "nice-try"
    assert list(panels())[:1] == ["company"]


# The card


def test_a_card_is_read_from_the_address() -> None:
    card = Card.from_query(QueryDict("uctx=Cust12345&usid=5&lang=nb-NO&contact_id=17&person_id=3"), embedded=True)

    assert card == Card("Cust12345", 5, "nb-NO", contact_id=17, person_id=3, embedded=True)


@pytest.mark.parametrize("nothing", ["", "0", "<cuid>", "abc", "-1", "1.5", "٣", "99999999999", "17 OR 1=1"])
def test_what_is_no_id_is_none(nothing: str) -> None:
    assert Card.from_query({"contact_id": nothing, "usid": nothing}) == Card()


@pytest.mark.parametrize("strange", ["../x", "<uctx>", "a b", "x" * 41, "Cust'--"])
def test_a_strange_customer_is_none(strange: str) -> None:
    assert Card.from_query({"uctx": strange, "lang": strange}) == Card()


@given(st.dictionaries(st.sampled_from(["uctx", "usid", "lang", "contact_id", "sale_id"]), st.text(max_size=50)))
def test_a_card_survives_any_address(query: dict[str, str]) -> None:
    """Whatever is in the address, the card's own address leads to the same card."""
    card = Card.from_query(query)

    again = {key: values[0] for key, values in parse_qs(card.query()).items()}
    assert Card.from_query(again) == card


# Sections


def operation(error: Exception | None = None) -> Generator[str, str, str]:
    answer = yield "question"
    if error:
        raise error
    return answer


def drive(operation: Generator[Any, Any, Any]) -> Any:
    next(operation)
    try:
        operation.send("answer")
    except StopIteration as done:
        return done.value
    raise AssertionError("it asked once more")


def test_a_section_has_data() -> None:
    found = drive(section(operation()))

    assert (found.data, found.denied, found.unavailable) == ("answer", False, False)


def test_a_denied_section_says_why() -> None:
    found = drive(section(operation(Denied(message="No sales for you."))))

    assert found.denied
    assert found.trouble.text == "No sales for you."


def test_an_unavailable_section_may_be_tried_again() -> None:
    found = drive(section(operation(Unavailable())))

    assert found.unavailable
    assert not found.denied


def test_a_lost_sign_in_concerns_the_whole_panel() -> None:
    with pytest.raises(NotSignedIn):
        drive(section(operation(NotSignedIn())))


def test_a_mistake_of_ours_is_not_hidden() -> None:
    with pytest.raises(KeyError):
        drive(section(operation(KeyError("typo"))))
