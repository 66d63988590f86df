"""A salesperson's day from beginning to end, and what it costs NetServer (CERT-19, CERT-50)."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.panels.conftest import text_of
from tests.salesday import Day, openings
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Tenant


class Window:
    """Django's client as a window; whatever goes wrong ends the test."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, headers: dict[str, str]) -> str:
        return self._well(path, self.client.get(path, headers=headers))

    def post(self, path: str, fields: dict[str, str], headers: dict[str, str]) -> str:
        return self._well(path, self.client.post(path, fields, headers=headers))

    @staticmethod
    def _well(path: str, answer: HttpResponse) -> str:
        assert answer.status_code in (200, 204), f"{path}: {answer.status_code} {text_of(answer)}"
        return text_of(answer)


def test_the_day_is_sixty_cards_over_twenty_five_records(tenant: Tenant) -> None:
    cards = list(openings(tenant))

    assert len(cards) == 60
    assert len(set(cards)) == 25
    assert {card.panel for card in cards[1::4]} == {"company", "person", "sale"}


def test_it_passes_without_an_error_and_costs_little(
    alice: Client, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """At most four calls a card on average and six for any; lists and rights are asked for once."""
    cost = Day(Window(alice), sandbox.world).spend()

    with capsys.disabled():
        print(f"\na salesperson's day: {cost}")
    assert len(cost.writes) == 15
    assert cost.a_view <= 4
    assert max(cost.views) <= 6
    assert cost.facts <= 25
