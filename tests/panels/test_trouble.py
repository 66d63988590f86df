"""Whatever happens at SuperOffice: calm, in the user's words, with a way on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from crm_client.errors import BadAnswer, CrmError, Misdirected, OutcomeUnknown, Throttled, Unavailable
from panel.panels.troubles import explain
from tests.panels.conftest import ACME, address, text_of
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Tenant

HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("fault", "status", "words", "retry"),
    [
        ({"status": 403}, 403, "does not give you access", False),
        ({"status": 404}, 404, "This company no longer exists", False),
        ({"status": 429, "retry_after": "7"}, 503, "try again in 7 seconds", True),
        ({"status": 500}, 503, "does not answer right now", True),
        ({"status": 503}, 503, "does not answer right now", True),
        ({"status": 421}, 503, "does not answer right now", True),
        ({"drop": "before"}, 503, "does not answer right now", True),
        ({"status": 400}, 422, "did not accept this", False),
    ],
)
def test_the_record_itself_failing_is_told_calmly(
    alice: Client,
    tenant: Tenant,
    fail: Callable[..., None],
    fault: dict[str, object],
    status: int,
    words: str,
    retry: bool,
) -> None:
    fail(f"Contact/{ACME}$", **fault)

    response = alice.get(address(tenant))

    assert response.status_code == status
    assert words in text_of(response)
    assert ("Try again" in text_of(response)) is retry
    assert "no-store" in response.headers["Cache-Control"]
    assert "Traceback" not in text_of(response)


def test_a_wait_superoffice_asks_for_is_passed_on(alice: Client, tenant: Tenant, fail: Callable[..., None]) -> None:
    """CERT-54: throttling does not look like a hang."""
    fail(f"Contact/{ACME}$", status=429, retry_after="7")

    assert alice.get(address(tenant)).headers["Retry-After"] == "7"


def test_a_sign_in_superoffice_no_longer_accepts(alice: Client, tenant: Tenant, fail: Callable[..., None]) -> None:
    """401 that renewing the token does not heal."""
    fail("", status=401)

    response = alice.get(address(tenant))

    assert response.status_code == 401
    assert "Sign in" in text_of(response)


@pytest.mark.parametrize(
    ("path", "part", "heading"),
    [("Sales", "sales", "Open sales"), ("Persons", "people", "Contacts"), ("Activities", "activities", "Follow-ups")],
)
def test_a_section_out_of_order_costs_only_itself(
    alice: Client, tenant: Tenant, fail: Callable[..., None], path: str, part: str, heading: str
) -> None:
    fail(f"Contact/{ACME}/{path}", status=500)

    response = alice.get(address(tenant))

    page = text_of(response)
    assert response.status_code == 200
    assert "post@acme-norge.example" in page
    assert page.count("does not answer right now") == 1
    assert f"&amp;part={part}" in page
    assert heading in page


def test_a_section_is_tried_again_alone(
    alice: Client, tenant: Tenant, sandbox: Sandbox, fail: Callable[..., None], calls: Callable[[], list[str]]
) -> None:
    """htmx gets the one section, and SuperOffice is asked for nothing else."""
    fail(f"Contact/{ACME}/Sales", status=500)
    alice.get(address(tenant))
    sandbox.world.faults.clear()
    calls()

    section = text_of(alice.get(address(tenant, part="sales"), headers=HTMX))

    assert "Open sales" in section
    assert "does not answer" not in section
    assert "<html" not in section
    assert len(calls()) == 1


def test_a_denied_sales_archive_costs_only_the_sales(bob: Client, tenant: Tenant) -> None:
    """CERT-39: sentry keeps sales from Bob; he is told so, and there is nothing to try again."""
    tenant.denied["bob"] = ["sale:select"]

    response = bob.get(address(tenant, "bob"))

    page = text_of(response)
    assert response.status_code == 200
    assert "does not give you access" in page
    assert "part=sales" not in page
    assert "Kari" in page


def test_part_without_htmx_is_the_whole_panel(alice: Client, tenant: Tenant) -> None:
    """A link opened in a new tab shows a page."""
    assert "<html" in text_of(alice.get(address(tenant, part="sales")))


def test_an_unknown_part_is_no_template_of_ours(alice: Client, tenant: Tenant) -> None:
    response = alice.get(address(tenant, part="../../etc"), headers=HTMX)

    assert response.status_code == 200
    assert "Acme" in text_of(response)


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("GET v1/Contact/17: 500"),
        Throttled("GET v1/Contact/17: 500"),
        Misdirected("GET v1/Contact/17: 500"),
        OutcomeUnknown("GET v1/Contact/17: 500"),
        BadAnswer("GET v1/Contact/17: 500"),
        CrmError("GET v1/Contact/17: 500"),
    ],
)
def test_what_may_pass_offers_another_try(error: CrmError) -> None:
    trouble = explain(error)

    assert trouble.retry
    assert trouble.status == 503
    assert "GET v1" not in trouble.title + trouble.text
