"""The system user: signing, exchange, ticket, and how each of them ends."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from tests.sandbox.application_keys import pem, private_key
from tests.sandbox.claims import SCHEME
from tests.sandbox.server import Sandbox

from .visitor import Application

SECRET = "sandbox-secret"
ADDRESS = "/Login/api/PartnerSystemUser/Authenticate"
TOKEN = "Sidecard-8k8Q7DmBgo"


@pytest.fixture
def partner(sandbox: Sandbox, application: Application) -> Partner:
    """The application after an administrator's sign-in brought it the system token."""
    sandbox.world.tenants["Cust12345"].system_tokens["sidecard-sandbox"] = TOKEN
    return Partner(sandbox, application)


class Partner:
    """An application that works without a person."""

    def __init__(self, sandbox: Sandbox, application: Application) -> None:
        self.sandbox, self.http = sandbox, application.http
        self.key = private_key(sandbox.world.clients["sidecard-sandbox"].key_xml)

    def signed(self, token: str = TOKEN, timestamp: str = "", key: rsa.RSAPrivateKey | None = None) -> str:
        data = f"{token}.{timestamp or self.minute()}"
        signature = (key or self.key).sign(data.encode(), PKCS1v15(), SHA256())
        return f"{data}.{base64.b64encode(signature).decode()}"

    def minute(self, **away: float) -> str:
        return (self.sandbox.world.now() + timedelta(**away)).strftime("%Y%m%d%H%M")

    def exchange(self, signed: str = "", **changes: str) -> dict[str, Any]:
        asked = {
            "SignedSystemToken": signed or self.signed(),
            "ApplicationToken": SECRET,
            "ContextIdentifier": "Cust12345",
            "ReturnTokenType": "JWT",
        }
        response = self.http.post(ADDRESS, json=asked | changes)
        assert response.status_code == 200, response.text
        return response.json()

    def claims(self, token: str) -> dict[str, Any]:
        """Validated as documented: key of the environment, issuer, audience, times."""
        keys = self.http.get("/login/.well-known/jwks").json()["keys"]
        x5t = jwt.get_unverified_header(token)["x5t"]
        key = jwt.PyJWK(next(key for key in keys if key["x5t"] == x5t))
        serial = self.sandbox.world.tenants["Cust12345"].serial
        return jwt.decode(token, key, ["RS256"], audience=f"spn:{serial}", issuer="SuperOffice AS", leeway=5)

    def ticket(self) -> str:
        return self.claims(self.exchange()["Token"])[SCHEME + "ticket"]

    def call(self, ticket: str, path: str = "v1/User/currentPrincipal", **headers: str) -> httpx.Response:
        sent = {"Authorization": f"SOTicket {ticket}", "SO-AppToken": SECRET, "Accept": "application/json"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        response = self.http.get(f"{self.sandbox.tenant_url('Cust12345')}/api/{path}", headers=sent | given)
        self.http.cookies.clear()
        return response

    def later(self, **away: float) -> None:
        self.sandbox.world.clock_offset += timedelta(**away).total_seconds()


def test_a_signed_token_becomes_a_ticket(partner: Partner) -> None:
    answer = partner.exchange()
    assert set(answer) == {"IsSuccessful", "Token", "ErrorMessage"}
    assert (answer["IsSuccessful"], answer["ErrorMessage"]) == (True, "")
    claims = partner.claims(answer["Token"])
    assert claims[SCHEME + "ticket"].startswith("7T:")
    assert claims[SCHEME + "ctx"] == "Cust12345"
    assert claims[SCHEME + "webapi_url"] == partner.sandbox.tenant_url("Cust12345") + "/api/"
    assert claims["exp"] - int(claims["iat"]) <= 300


def test_the_system_token_comes_by_an_administrators_sign_in(
    partner: Partner, visitor: Any, application: Application
) -> None:
    tokens = application.exchange(visitor.code("alice")).json()
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert partner.exchange(partner.signed(claims[SCHEME + "system_token"]))["IsSuccessful"]


def test_the_ticket_is_the_system_user(partner: Partner) -> None:
    principal = partner.call(partner.ticket()).json()
    assert principal["UserType"] == "SystemAssociate"
    assert principal["DatabaseContextIdentifier"] == "Cust12345"
    assert not principal["IsPerson"]
    assert principal["AssociateId"] not in {
        a.associate_id for a in partner.sandbox.world.tenants["Cust12345"].associates.values()
    }
    assert partner.sandbox.world.calls[-1]["user"] == "system user"


def test_sentry_does_not_bind_the_system_user(partner: Partner) -> None:
    tenant = partner.sandbox.world.tenants["Cust12345"]
    tenant.denied = {human: ["contact:select", "contact:update"] for human in tenant.associates}
    company = partner.call(partner.ticket(), "v1/Contact/17").json()
    assert "Update" in company["TableRight"]["Mask"]


def test_what_the_system_user_changes_bears_its_name(partner: Partner) -> None:
    ticket = partner.ticket()
    url = f"{partner.sandbox.tenant_url('Cust12345')}/api/v1/Contact/17"
    change = [{"op": "replace", "path": "/Description", "value": "by night"}]
    headers = {"Authorization": f"SOTicket {ticket}", "SO-AppToken": SECRET}
    company = partner.http.patch(url, json=change, headers=headers).json()
    assert company["UpdatedBy"]["Type"] == "SystemAssociate"
    assert company["UpdatedBy"]["FullName"] == "Sidecard"


def test_six_hours_slide_with_each_use(partner: Partner) -> None:
    ticket = partner.ticket()
    for _ in range(3):
        partner.later(hours=5, minutes=59)
        assert partner.call(ticket).status_code == 200
    partner.later(hours=6, seconds=1)
    assert partner.call(ticket).status_code == 401


def test_each_exchange_brings_its_own_ticket(partner: Partner) -> None:
    first, second = partner.ticket(), partner.ticket()
    assert first != second
    assert [partner.call(ticket).status_code for ticket in (first, second)] == [200, 200]


@pytest.mark.parametrize("headers", [{"SO_AppToken": "guess"}, {"SO_AppToken": ""}])
def test_a_ticket_without_the_applications_secret_opens_nothing(partner: Partner, headers: dict[str, str]) -> None:
    assert partner.call(partner.ticket(), **headers).status_code == 401


def test_a_ticket_is_no_access_token_and_stays_at_its_tenant(partner: Partner) -> None:
    ticket = partner.ticket()
    assert partner.call(ticket, Authorization=f"Bearer {ticket}").status_code == 401
    other = f"{partner.sandbox.tenant_url('Cust67890')}/api/v1/User/currentPrincipal"
    headers = {"Authorization": f"SOTicket {ticket}", "SO-AppToken": SECRET}
    assert partner.http.get(other, headers=headers).status_code == 401


@pytest.mark.parametrize("away", [{"minutes": 5}, {"minutes": -5}, {"minutes": 0}])
def test_clocks_may_differ_by_five_minutes(partner: Partner, away: dict[str, float]) -> None:
    assert partner.exchange(partner.signed(timestamp=partner.minute(**away)))["IsSuccessful"]


@pytest.mark.parametrize("away", [{"minutes": 7}, {"minutes": -7}, {"hours": 2}])
def test_other_times_are_refused(partner: Partner, away: dict[str, float]) -> None:
    assert refused(partner, partner.signed(timestamp=partner.minute(**away))) == "InvalidTimestamp (6)"


@pytest.mark.parametrize("text", ["20260229080", "2026-07-01T08", "202613010800", "now"])
def test_other_forms_of_time_are_refused(partner: Partner, text: str) -> None:
    assert refused(partner, partner.signed(timestamp=text)) == "InvalidTimestamp (6)"


def test_a_twelve_hour_clock_is_found_out(partner: Partner) -> None:
    """The documentation's prose writes ``hh`` where its code uses ``HH``."""
    at = datetime(2026, 7, 1, 15, 30, tzinfo=UTC)
    partner.sandbox.world.clock_offset = (at - datetime.now(UTC)).total_seconds()
    assert partner.exchange(partner.signed(timestamp="202607011530"))["IsSuccessful"]
    assert refused(partner, partner.signed(timestamp="202607010330")) == "InvalidTimestamp (6)"


def test_another_key_is_refused(partner: Partner) -> None:
    other = serialization.load_pem_private_key(partner.sandbox.world.keys[0].encode(), None)
    assert isinstance(other, rsa.RSAPrivateKey)
    assert refused(partner, partner.signed(key=other)) == "InvalidSignature (7)"


def test_a_changed_text_is_refused(partner: Partner) -> None:
    token, timestamp, signature = partner.signed().rsplit(".", 2)
    for signed in (
        f"{token}x.{timestamp}.{signature}",
        f"{token}.{timestamp}.{signature[:-4]}",
        f"{token}.{timestamp}.?",
    ):
        assert refused(partner, signed) == "InvalidSignature (7)"
    assert refused(partner, "no dots") == "InvalidSignature (7)"


def test_a_signed_guess_is_refused(partner: Partner) -> None:
    assert refused(partner, partner.signed("Sidecard-guess")) == "Denied (4)"


def test_the_application_proves_itself_by_its_secret(partner: Partner) -> None:
    assert refused(partner, ApplicationToken="sidecard-sandbox") == "Denied (4)"


def test_only_the_tenant_of_the_token_takes_it(partner: Partner) -> None:
    partner.sandbox.world.tenants["Cust67890"].approved = True
    assert refused(partner, ContextIdentifier="Cust67890") == "Denied (4)"
    assert refused(partner, ContextIdentifier="Cust99999") == "Denied (4)"


def test_only_jwt_comes_back(partner: Partner) -> None:
    assert refused(partner, ReturnTokenType="SAML").startswith("ReturnTokenType")


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"SignedSystemToken": 1}', "SignedSystemToken=a"])
def test_other_bodies_are_refused(partner: Partner, body: str) -> None:
    response = partner.http.post(ADDRESS, content=body)
    assert response.status_code == 400
    assert response.json()["IsSuccessful"] is False


def test_revocation_ends_ticket_and_exchange(partner: Partner) -> None:
    ticket = partner.ticket()
    order(partner, {"revoke": True})
    assert partner.call(ticket).status_code == 401
    assert refused(partner) == "Revoked (1)"
    order(partner, {"restore": True})
    assert partner.call(ticket).status_code == 401
    assert refused(partner) == "Denied (4)"  # the old system token went with the authorization


def test_without_consent_nothing_works_until_it_is_given_again(partner: Partner) -> None:
    ticket = partner.ticket()
    order(partner, {"consent": False})
    assert partner.call(ticket).status_code == 401
    assert refused(partner) == "NeedsReapproval (5)"
    order(partner, {"consent": True})
    assert partner.call(ticket).status_code == 200


def test_the_portals_xml_and_the_pem_are_one_key(partner: Partner) -> None:
    xml = partner.sandbox.world.clients["sidecard-sandbox"].key_xml
    assert xml.startswith("<RSAKeyValue><Modulus>")
    read = serialization.load_pem_private_key(pem(xml).encode(), None)
    assert isinstance(read, rsa.RSAPrivateKey)
    assert read.private_numbers() == partner.key.private_numbers()


def order(partner: Partner, body: dict[str, Any]) -> None:
    assert partner.http.post("/__sandbox__/tenants/Cust12345", json=body).status_code == 200


def refused(partner: Partner, signed: str = "", **changes: str) -> str:
    """The first part of the reason, which is all that is known."""
    answer = partner.exchange(signed, **changes)
    assert (answer["IsSuccessful"], answer["Token"]) == (False, "")
    return str(answer["ErrorMessage"]).split(":")[0]
