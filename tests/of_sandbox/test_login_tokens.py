"""Tokens of the sandbox's SuperID: exchange, PKCE, refresh, revocation, what an id token holds, keys."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import httpx
import jwt
import pytest

from tests.sandbox.claims import SCHEME
from tests.sandbox.server import Sandbox
from tests.sandbox.tokens import rotate

from .visitor import CALLBACK, Application, Visitor

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
S256 = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def refused(response: httpx.Response, error: str = "invalid_grant", status: int = 400) -> bool:
    body = response.json()
    return (response.status_code, body["error"], set(body)) == (status, error, {"error", "error_description"})


def opened(application: Application, id_token: str) -> dict[str, Any]:
    """Claims of a token whose signature fits one of the published keys."""
    x5t = jwt.get_unverified_header(id_token)["x5t"]
    key = next(key for key in application.published() if key["x5t"] == x5t)
    issuer = application.sandbox.login_url
    return jwt.decode(id_token, jwt.PyJWK(key), algorithms=["RS256"], audience="sidecard-sandbox", issuer=issuer)


def test_it_works(visitor: Visitor, application: Application) -> None:
    response = application.exchange(visitor.code("bob"))
    tokens = response.json()
    assert tokens.keys() == {"token_type", "access_token", "expires_in", "refresh_token", "id_token"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert tokens["access_token"].startswith("8A:Cust12345.")
    assert response.headers["cache-control"] == "no-store"
    assert opened(application, tokens["id_token"])["sub"] == "bob@acme.example"


# The exchange


def test_a_code_works_once_and_a_second_use_ends_its_tokens(visitor: Visitor, application: Application) -> None:
    code = visitor.code("bob")
    tokens = application.exchange(code).json()
    assert refused(application.exchange(code))
    assert application.sandbox.world.bearer(tokens["access_token"]) is None
    assert refused(application.refresh(tokens["refresh_token"]))


def test_a_code_expires_after_ten_minutes(visitor: Visitor, application: Application, sandbox: Sandbox) -> None:
    early, late = visitor.code("bob"), visitor.code("bob")
    sandbox.world.clock_offset = 595
    assert application.exchange(early).status_code == 200
    sandbox.world.clock_offset = 601
    assert refused(application.exchange(late))


def test_an_unknown_code_is_refused(application: Application) -> None:
    assert refused(application.exchange("invented"))
    assert refused(application.exchange(""))


def test_the_callback_must_be_the_same(visitor: Visitor, application: Application) -> None:
    assert refused(application.exchange(visitor.code("bob"), redirect_uri=CALLBACK + "other"))


def test_a_code_belongs_to_one_application(visitor: Visitor, application: Application, sandbox: Sandbox) -> None:
    ours = sandbox.world.clients["sidecard-sandbox"]
    sandbox.world.clients["other"] = type(ours)("other", "other-secret", "Other", ours.redirect_uris)
    code = visitor.code("bob")
    assert refused(application.exchange(code, client_id="other", client_secret="other-secret"))
    assert application.exchange(code).status_code == 200


@pytest.mark.parametrize("change", [{"client_secret": "wrong"}, {"client_secret": ""}, {"client_id": "nobody"}])
def test_the_application_must_prove_itself(visitor: Visitor, application: Application, change: dict[str, str]) -> None:
    response = application.exchange(visitor.code("bob"), **change)
    assert refused(response, "invalid_client", 401)
    assert response.headers["www-authenticate"] == "Basic"


def test_basic_authentication_proves_it_too(visitor: Visitor, application: Application) -> None:
    form = {"grant_type": "authorization_code", "code": visitor.code("bob"), "redirect_uri": CALLBACK}
    url = "/login/common/oauth/tokens"
    for header in ("Basic !", "Bearer x", "Basic " + base64.b64encode(b"sidecard-sandbox:wrong").decode()):
        assert refused(application.http.post(url, data=form, headers={"Authorization": header}), "invalid_client", 401)
    assert application.http.post(url, data=form, auth=("sidecard-sandbox", "sandbox-secret")).status_code == 200


def test_secrets_in_the_address_are_refused(application: Application) -> None:
    response = application.http.post("/login/common/oauth/tokens", params={"client_secret": "sandbox-secret"})
    assert refused(response, "invalid_request")


@pytest.mark.parametrize("grant", ["client_credentials", "password", ""])
def test_other_grants_do_not_exist(application: Application, grant: str) -> None:
    response = application.tokens(client_id="sidecard-sandbox", client_secret="sandbox-secret", grant_type=grant)
    assert refused(response, "unsupported_grant_type")


def test_tokens_are_for_post_only(application: Application) -> None:
    assert application.http.get("/login/common/oauth/tokens").status_code == 405


# PKCE


def test_the_documented_vector_fits(visitor: Visitor, application: Application) -> None:
    assert application.exchange(visitor.code("bob", **S256), code_verifier=VERIFIER).status_code == 200


@pytest.mark.parametrize("verifier", ["x" * 43, "", CHALLENGE, VERIFIER + "é"])
def test_a_wrong_verifier_is_refused(visitor: Visitor, application: Application, verifier: str) -> None:
    assert refused(application.exchange(visitor.code("bob", **S256), code_verifier=verifier))


def test_a_missing_verifier_is_refused(visitor: Visitor, application: Application) -> None:
    assert refused(application.exchange(visitor.code("bob", **S256)))


def test_a_verifier_without_challenge_is_refused(visitor: Visitor, application: Application) -> None:
    assert refused(application.exchange(visitor.code("bob"), code_verifier=VERIFIER))


def test_the_default_method_is_plain(visitor: Visitor, application: Application) -> None:
    code = visitor.code("bob", code_challenge=VERIFIER)
    assert application.exchange(code, code_verifier=VERIFIER).status_code == 200


# Refreshing


def test_a_refresh_token_is_reusable_and_not_answered(visitor: Visitor, application: Application) -> None:
    first = application.exchange(visitor.code("bob", nonce="n")).json()
    for _ in range(2):
        again = application.refresh(first["refresh_token"]).json()
        assert again.keys() == {"token_type", "access_token", "expires_in", "id_token"}
        assert again["access_token"] != first["access_token"]
        assert "nonce" not in opened(application, again["id_token"])


def test_a_refresh_brings_the_tenant_s_new_address(
    visitor: Visitor, application: Application, sandbox: Sandbox
) -> None:
    refresh = application.exchange(visitor.code("bob")).json()["refresh_token"]
    sandbox.world.tenants["Cust12345"].host = "app"
    claims = opened(application, application.refresh(refresh).json()["id_token"])
    assert claims[SCHEME + "webapi_url"] == f"{sandbox.urls['app']}/Cust12345/api/"


def test_wrong_refreshes_are_refused(visitor: Visitor, application: Application) -> None:
    refresh = application.exchange(visitor.code("bob")).json()["refresh_token"]
    assert refused(application.refresh("invented"))
    assert refused(application.refresh(refresh, redirect_uri="http://evil.example/"))
    assert refused(application.refresh(refresh, client_secret="wrong"), "invalid_client", 401)
    assert application.refresh(refresh, redirect_uri=CALLBACK).status_code == 200


def test_refreshing_ends_with_the_authorization(visitor: Visitor, application: Application, sandbox: Sandbox) -> None:
    tokens, tenant = application.exchange(visitor.code("bob")).json(), sandbox.world.tenants["Cust12345"]
    tenant.approved = False
    assert refused(application.refresh(tokens["refresh_token"]))
    tenant.approved = True
    assert application.refresh(tokens["refresh_token"]).status_code == 200
    sandbox.world.end_authorization(tenant)
    assert refused(application.refresh(tokens["refresh_token"]))
    assert sandbox.world.bearer(tokens["access_token"]) is None


def test_refreshing_ends_with_the_user(visitor: Visitor, application: Application, sandbox: Sandbox) -> None:
    refresh = application.exchange(visitor.code("bob")).json()["refresh_token"]
    del sandbox.world.tenants["Cust12345"].associates["bob"]
    assert refused(application.refresh(refresh))


def test_an_access_token_expires(visitor: Visitor, application: Application, sandbox: Sandbox) -> None:
    sandbox.world.login.access_token_seconds = 60
    tokens = application.exchange(visitor.code("bob")).json()
    assert tokens["expires_in"] == 60
    found = sandbox.world.bearer(tokens["access_token"])
    assert found is not None
    assert found[1].human == "bob"
    sandbox.world.clock_offset = 61
    assert sandbox.world.bearer(tokens["access_token"]) is None


def test_revocation(visitor: Visitor, application: Application, sandbox: Sandbox) -> None:
    tokens = application.exchange(visitor.code("bob")).json()
    secret = {"client_id": "sidecard-sandbox", "client_secret": "sandbox-secret"}
    url = "/login/common/oauth/revoke"
    assert application.http.post(url, data={"token": tokens["access_token"]}).status_code == 401
    for token in (tokens["access_token"], tokens["refresh_token"], "invented"):
        assert application.http.post(url, data=secret | {"token": token}).status_code == 200
    assert sandbox.world.bearer(tokens["access_token"]) is None
    assert refused(application.refresh(tokens["refresh_token"]))


# The id token


def test_the_header_is_exactly_the_documented_one(visitor: Visitor, application: Application) -> None:
    id_token = application.exchange(visitor.code("bob")).json()["id_token"]
    x5t = application.published()[0]["x5t"]
    assert jwt.get_unverified_header(id_token) == {"typ": "JWT", "alg": "RS256", "x5t": x5t}


def test_the_claims_are_exactly_the_documented_ones(
    visitor: Visitor, application: Application, sandbox: Sandbox
) -> None:
    claims = opened(application, application.exchange(visitor.code("bob", nonce="a nonce")).json()["id_token"])
    issued = int(claims["iat"])
    assert abs(issued - sandbox.world.now().timestamp()) < 10
    token = claims.pop(SCHEME + "system_token")
    assert re.fullmatch(r"Sidecard-[\w-]{10}", token)
    assert claims == {
        "sub": "bob@acme.example",
        "iss": sandbox.login_url,
        "aud": "sidecard-sandbox",
        "iat": str(issued),
        "nbf": issued - 60,
        "exp": issued + 300,
        "nonce": "a nonce",
        SCHEME + "associateid": "6",
        SCHEME + "ctx": "Cust12345",
        SCHEME + "company_name": "Nordlys Systemer AS",
        SCHEME + "email": "bob@acme.example",
        SCHEME + "so_primary_email_address": "bob@acme.example",
        SCHEME + "upn": "bob@acme.example",
        SCHEME + "initials": "BN",
        SCHEME + "is_administrator": "False",
        SCHEME + "identityprovider": "central-superid",
        SCHEME + "serial": "1234567890",
        SCHEME + "netserver_url": f"{sandbox.tenant_url('Cust12345')}/Remote/Services88/",
        SCHEME + "webapi_url": f"{sandbox.tenant_url('Cust12345')}/api/",
    }


def test_an_administrator_is_told_as_text(visitor: Visitor, application: Application) -> None:
    claims = opened(application, application.exchange(visitor.code("alice")).json()["id_token"])
    assert claims[SCHEME + "is_administrator"] == "True"


def test_the_system_token_is_constant_until_revoked(
    visitor: Visitor, application: Application, sandbox: Sandbox
) -> None:
    def system_token() -> str:
        tokens = application.exchange(visitor.code("bob")).json()
        visitor.http.get("/login/logout")
        return opened(application, tokens["id_token"])[SCHEME + "system_token"]

    first, tenant = system_token(), sandbox.world.tenants["Cust12345"]
    assert system_token() == first
    sandbox.world.end_authorization(tenant)
    tenant.revoked, tenant.approved = False, True
    assert system_token() != first


def test_an_application_without_the_claim_gets_no_system_token(
    visitor: Visitor, application: Application, sandbox: Sandbox
) -> None:
    sandbox.world.clients["sidecard-sandbox"].system_token = False
    claims = opened(application, application.exchange(visitor.code("bob")).json()["id_token"])
    assert SCHEME + "system_token" not in claims


# Keys


def test_two_keys_are_published_without_kid(application: Application) -> None:
    keys = application.published()
    assert len(keys) == 2
    assert len({key["x5t"] for key in keys}) == 2
    for key in keys:
        assert key.keys() == {"kty", "use", "alg", "x5t", "x5c", "n", "e"}
        thumbprint = hashlib.sha1(base64.b64decode(key["x5c"][0])).digest()
        assert base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode() == key["x5t"]


def test_rotation_puts_a_new_key_first(visitor: Visitor, application: Application, sandbox: Sandbox) -> None:
    before = application.exchange(visitor.code("bob")).json()["id_token"]
    first, _ = application.published()
    rotate(sandbox.world)
    fresh, previous = application.published()
    assert (previous, fresh["x5t"] != first["x5t"]) == (first, True)
    after = application.exchange(visitor.code("bob")).json()["id_token"]
    assert jwt.get_unverified_header(after)["x5t"] == fresh["x5t"]
    assert opened(application, before)["sub"] == opened(application, after)["sub"]
