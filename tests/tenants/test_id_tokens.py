"""An id token is believed after every check, and no sooner."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from panel.tenants import discovery, id_tokens
from panel.tenants.discovery import SuperIdUnavailable
from panel.tenants.id_tokens import Identity, IdTokenRefused, validate

from . import forge

ISSUER = django_settings.SUPEROFFICE["login_url"]


class KeyServer:
    """SuperID as far as validation needs it: discovery and a key set that can change or fail."""

    def __init__(self) -> None:
        self.keys = [forge.jwk("current", x5t="current"), forge.jwk("previous", x5t="previous")]
        self.discovery: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/login/common/oauth/authorize",
            "token_endpoint": f"{ISSUER}/login/common/oauth/tokens",
            "jwks_uri": f"{ISSUER}/login/.well-known/jwks",
        }
        self.asked: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        self.asked.append(url.removeprefix(f"{ISSUER}/login/.well-known/"))
        return httpx.Response(200, json={"keys": self.keys} if url.endswith("/jwks") else self.discovery)


@pytest.fixture
def superid(monkeypatch: pytest.MonkeyPatch) -> KeyServer:
    server = KeyServer()
    answer_with(monkeypatch, server.answer)
    return server


def answer_with(monkeypatch: pytest.MonkeyPatch, answer: Callable[[httpx.Request], httpx.Response]) -> None:
    """Ask this instead of SuperID, by the client that is used for it."""
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda _transport, request: answer(request))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets the time pass by which discovery remembers."""
    ahead = 0.0
    monotonic = time.monotonic
    monkeypatch.setattr(discovery.time, "monotonic", lambda: monotonic() + ahead)

    def pass_by(seconds: float) -> None:
        nonlocal ahead
        ahead += seconds

    return pass_by


def refused(token: str, nonce: str = "a nonce") -> str:
    """The reason for which a token is refused."""
    with pytest.raises(IdTokenRefused) as caught:
        validate(token, nonce)
    assert token[:20] not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value.reason


def test_it_works(superid: KeyServer) -> None:
    assert validate(forge.sign(forge.claims(ISSUER)), "a nonce") == Identity(
        ctx="Cust12345",
        associate_id=5,
        is_administrator=True,
        email="alice@acme.example",
        company_name="Acme",
        serial="1234567890",
        webapi_url="http://localhost:8801/Cust12345/api/",
        netserver_url="http://localhost:8801/Cust12345/Remote/Services88/",
        system_token="Sidecard-8k8Q7DmBgo",
    )


def test_an_identity_shows_no_system_token(superid: KeyServer) -> None:
    assert "8k8Q7DmBgo" not in repr(validate(forge.sign(forge.claims(ISSUER)), "a nonce"))


def test_optional_claims_may_be_missing(superid: KeyServer) -> None:
    told = forge.claims(ISSUER, system_token=None, is_administrator=None, email=None, company_name=None, serial=None)
    identity = validate(forge.sign(told), "a nonce")
    assert (identity.system_token, identity.is_administrator) == ("", False)
    assert identity.email == "alice@acme.example"  # the subject, a user name


# Signature and keys


def test_a_foreign_key_proves_nothing(superid: KeyServer) -> None:
    assert refused(forge.sign(forge.claims(ISSUER), by="forger", x5t="current")) == "signature"


def test_a_foreign_key_proves_nothing_without_a_name_either(superid: KeyServer) -> None:
    assert refused(forge.sign(forge.claims(ISSUER), by="forger", typ="JWT")) == "signature"


def test_no_signature_proves_nothing(superid: KeyServer) -> None:
    assert refused(forge.unsigned(forge.claims(ISSUER))) == "algorithm"


@pytest.mark.parametrize("header", [{}, {"x5t": "current"}])
def test_a_public_key_is_no_secret(superid: KeyServer, header: dict[str, str]) -> None:
    secret = forge.pem(forge.key("current").public_key())
    assert refused(forge.signed_with_public_key_as_secret(forge.claims(ISSUER), secret, **header)) == "algorithm"


def test_a_changed_claim_breaks_the_signature(superid: KeyServer) -> None:
    head, _, signature = forge.sign(forge.claims(ISSUER)).split(".")
    _, body, _ = forge.sign(forge.claims(ISSUER, associateid="6")).split(".")
    assert refused(f"{head}.{body}.{signature}") == "signature"


def test_the_keys_algorithm_is_ours_to_say(superid: KeyServer) -> None:
    superid.keys = [forge.jwk("current", x5t="current", alg="HS256")]
    assert validate(forge.sign(forge.claims(ISSUER)), "a nonce").associate_id == 5


def test_an_encryption_key_signs_nothing(superid: KeyServer) -> None:
    superid.keys[0]["use"] = "enc"
    assert refused(forge.sign(forge.claims(ISSUER))) == "signature"


@pytest.mark.parametrize("header", [{"x5t": "previous"}, {"kid": "previous"}, {"typ": "JWT"}, {"x5t": "elsewhere"}])
def test_a_key_is_found_by_x5t_or_kid_or_by_trying(superid: KeyServer, header: dict[str, str]) -> None:
    superid.keys[1] = forge.jwk("previous", **({"kid": "previous"} if "kid" in header else {"x5t": "previous"}))
    assert validate(forge.sign(forge.claims(ISSUER), by="previous", **header), "a nonce").associate_id == 5


def test_an_unknown_key_is_asked_for_once_a_minute(superid: KeyServer, clock: Callable[[float], None]) -> None:
    validate(forge.sign(forge.claims(ISSUER)), "a nonce")
    superid.keys.insert(0, forge.jwk("next", x5t="next"))
    rotated = forge.sign(forge.claims(ISSUER), by="next", x5t="next")
    assert refused(rotated) == "signature"  # asked less than a minute ago
    clock(61)
    assert validate(rotated, "a nonce").associate_id == 5
    for _ in range(5):
        assert refused(forge.sign(forge.claims(ISSUER), by="forger", x5t="forged")) == "signature"
    assert superid.asked == ["openid-configuration", "jwks", "jwks"]


def test_known_keys_are_asked_for_again_after_an_hour(superid: KeyServer, clock: Callable[[float], None]) -> None:
    for _ in range(3):
        validate(forge.sign(forge.claims(ISSUER)), "a nonce")
    assert superid.asked == ["openid-configuration", "jwks"]
    clock(3601)
    validate(forge.sign(forge.claims(ISSUER)), "a nonce")
    assert superid.asked == ["openid-configuration", "jwks"] * 2


# Standard claims


def test_an_expired_token_is_refused(superid: KeyServer) -> None:
    assert refused(forge.sign(forge.claims(ISSUER, exp=int(time.time()) - 60))) == "expired"


def test_a_token_from_the_future_is_refused(superid: KeyServer) -> None:
    assert refused(forge.sign(forge.claims(ISSUER, nbf=int(time.time()) + 60))) == "not-yet-valid"
    assert refused(forge.sign(forge.claims(ISSUER, iat=str(int(time.time()) + 60)))) == "not-yet-valid"


def test_clocks_may_differ_a_little(superid: KeyServer) -> None:
    now = int(time.time())
    assert validate(forge.sign(forge.claims(ISSUER, exp=now - 5, iat=str(now + 5))), "a nonce").associate_id == 5


@pytest.mark.parametrize("audience", ["another-application", ["sidecard-sandbox", "another-application"]])
def test_a_token_for_somebody_else_is_refused(superid: KeyServer, audience: object) -> None:
    assert refused(forge.sign(forge.claims(ISSUER, aud=audience))) == "audience"


@pytest.mark.parametrize(
    "issuer", ["https://evil.example", f"{ISSUER}/", "SuperOffice AS"], ids=["a stranger", "with a slash", "of tickets"]
)
def test_a_token_of_somebody_else_is_refused(superid: KeyServer, issuer: str) -> None:
    assert refused(forge.sign(forge.claims(ISSUER, iss=issuer))) == "issuer"


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf", "sub", "aud", "iss", "ctx", "associateid"])
def test_a_missing_claim_is_refused(superid: KeyServer, claim: str) -> None:
    assert refused(forge.sign(forge.claims(ISSUER, **{claim: None}))) == "missing-claim"


@pytest.mark.parametrize("nonce", [None, "", "another nonce", 7])
def test_another_nonce_is_refused(superid: KeyServer, nonce: object) -> None:
    assert refused(forge.sign(forge.claims(ISSUER, nonce=nonce))) == "nonce"


def test_no_nonce_asked_is_no_nonce_matched(superid: KeyServer) -> None:
    assert refused(forge.sign(forge.claims(ISSUER, nonce="")), nonce="") == "nonce"


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c", "eyJhbGciOiJSUzI1NiJ9.e30", "é.è.à"])
def test_what_is_no_token_is_refused(superid: KeyServer, token: str) -> None:
    with pytest.raises(IdTokenRefused):
        validate(token, "a nonce")


# SuperOffice's claims


@pytest.mark.parametrize("ctx", ["../Cust12345", "Cust 12345", "Cust12345/", "Cust１"])
def test_a_context_identifier_is_letters_and_digits(superid: KeyServer, ctx: str) -> None:
    assert refused(forge.sign(forge.claims(ISSUER, ctx=ctx))) == "missing-claim"


@pytest.mark.parametrize("associate", ["", "-5", "5.0", "five", "٥"])
def test_an_associate_id_is_a_number(superid: KeyServer, associate: str) -> None:
    assert refused(forge.sign(forge.claims(ISSUER, associateid=associate))) == "missing-claim"


@pytest.mark.parametrize(
    ("claimed", "is_administrator"), [("True", True), ("False", False), ("true", True), ("", False)]
)
def test_administrator_is_a_text(superid: KeyServer, claimed: str, is_administrator: bool) -> None:
    told = forge.claims(ISSUER, is_administrator=claimed)
    assert validate(forge.sign(told), "a nonce").is_administrator is is_administrator


@pytest.mark.parametrize(
    "address",
    [
        "http://evil.example/Cust12345/api/",
        "http://localhost.evil.example/Cust12345/api/",
        "http://localhost@evil.example/api/",
        "ftp://localhost/api/",
        "http://user:word@localhost/api/",
        "http://localhost/api/?x=1",
        "/api/",
        None,
    ],
)
def test_a_foreign_address_is_refused(superid: KeyServer, address: str | None) -> None:
    assert refused(forge.sign(forge.claims(ISSUER, webapi_url=address))) == "foreign-address"


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("https://online2.superoffice.com/Cust12345/api/", True),
        ("https://app.superoffice.com/Cust12345/api", True),
        ("http://online2.superoffice.com/Cust12345/api/", False),
        ("https://superoffice.com.evil.example/Cust12345/api/", False),
        ("https://evilsuperoffice.com/Cust12345/api/", False),
        ("https://localhost/Cust12345/api/", False),
    ],
)
def test_in_production_only_superoffice_on_https(
    superid: KeyServer, settings: Settings, address: str, is_ours: bool
) -> None:
    settings.SUPEROFFICE = settings.SUPEROFFICE | {"host_suffixes": [".superoffice.com"], "http_allowed": False}
    token = forge.sign(forge.claims(ISSUER, webapi_url=address))
    if is_ours:
        assert validate(token, "a nonce").webapi_url == address.rstrip("/") + "/"
    else:
        assert refused(token) == "foreign-address"


# When SuperID does not play along


@pytest.mark.parametrize("name", ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_endpoints_elsewhere_are_not_believed(superid: KeyServer, name: str) -> None:
    superid.discovery[name] = "https://evil.example/"
    with pytest.raises(SuperIdUnavailable):
        validate(forge.sign(forge.claims(ISSUER)), "a nonce")


@pytest.mark.parametrize("keys", [[], [{"kty": "EC", "use": "sig"}], ["x"]])
def test_without_keys_nothing_is_believed(superid: KeyServer, keys: list[Any]) -> None:
    superid.keys = keys
    with pytest.raises(SuperIdUnavailable):
        validate(forge.sign(forge.claims(ISSUER)), "a nonce")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(302, headers={"location": "https://evil.example/"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
    ],
)
def test_a_superid_in_trouble_is_told_apart(monkeypatch: pytest.MonkeyPatch, answer: httpx.Response) -> None:
    answer_with(monkeypatch, lambda _request: answer)
    with pytest.raises(SuperIdUnavailable):
        id_tokens.validate(forge.sign(forge.claims(ISSUER)), "a nonce")


def test_an_unreachable_superid_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    answer_with(monkeypatch, fail)
    with pytest.raises(SuperIdUnavailable):
        id_tokens.validate(forge.sign(forge.claims(ISSUER)), "a nonce")
