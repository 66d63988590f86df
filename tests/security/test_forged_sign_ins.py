"""Id tokens made by somebody who wants to be somebody else, all the way through both doors."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from django.http import HttpResponse

from panel.tenants.models import Handoff
from tests.sandbox import oauth
from tests.sandbox.server import Sandbox
from tests.sandbox.tokens import signing_key
from tests.sandbox.world import World
from tests.tenants import forge
from tests.tenants.cast import AtSuperId, onwards

from .traces import database, overheard, secrets_of, spilt
from .visitor import Visitor, panel, words

pytestmark = pytest.mark.django_db

ALICE = {
    "sub": "alice@acme.example",
    forge.CLAIM + "ctx": "Cust12345",
    forge.CLAIM + "associateid": "5",
    forge.CLAIM + "is_administrator": "True",
}
"""Whom Charlie would like to be."""

Forgery = Callable[[World, dict[str, Any]], str]


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def payload_exchanged(world: World, told: dict[str, Any]) -> str:
    """SuperID's own signature, under other claims."""
    header, _, signature = oauth_sign(world, told).split(".")
    return f"{header}.{part(told | ALICE)}.{signature}"


def without_signature(world: World, told: dict[str, Any]) -> str:
    header, _, _ = oauth_sign(world, told).split(".")
    return f"{header}.{part(told | ALICE)}."


def none_by_any_spelling(world: World, told: dict[str, Any]) -> str:
    return f"{part({'typ': 'JWT', 'alg': 'nOnE'})}.{part(told | ALICE)}."


def by_the_forgers_own_key(world: World, told: dict[str, Any], **header: Any) -> str:
    """The header brings or names the key that fits."""
    return jwt.encode(told | ALICE, forge.key("forger"), algorithm="RS256", headers=header)


def by_a_key_in_the_header(world: World, told: dict[str, Any]) -> str:
    return by_the_forgers_own_key(world, told, jwk=forge.jwk("forger"), x5t=signing_key(world.keys[0]).x5t)


def by_a_key_behind_an_address(world: World, told: dict[str, Any]) -> str:
    return by_the_forgers_own_key(world, told, jku="https://evil.example/keys", x5u="https://evil.example/x5")


def by_a_key_with_a_strange_name(world: World, told: dict[str, Any]) -> str:
    return by_the_forgers_own_key(world, told, kid="../../../../dev/null")


def by_the_secret_everybody_shares(world: World, told: dict[str, Any]) -> str:
    """HS256 with the client secret, which OpenID Connect allows to others."""
    return jwt.encode(told | ALICE, world.clients["sidecard-sandbox"].secret.ljust(32, "-"), algorithm="HS256")


def by_a_stronger_algorithm(world: World, told: dict[str, Any]) -> str:
    """SuperID's own key: only what the documentation names is taken."""
    return jwt.encode(told, signing_key(world.keys[0]).private, algorithm="RS512")


def for_several(world: World, told: dict[str, Any]) -> str:
    return oauth_sign(world, told | {"aud": ["sidecard-sandbox", "another-application"]})


def of_yesterday(world: World, told: dict[str, Any]) -> str:
    now = int(time.time())
    return oauth_sign(world, told | {"iat": str(now - 86_400), "nbf": now - 86_400, "exp": now - 86_100})


def of_tomorrow(world: World, told: dict[str, Any]) -> str:
    now = int(time.time())
    return oauth_sign(world, told | {"nbf": now + 3600, "exp": now + 7200})


def without_an_end(world: World, told: dict[str, Any]) -> str:
    return oauth_sign(world, {name: value for name, value in told.items() if name != "exp"})


def of_another_environment(world: World, told: dict[str, Any]) -> str:
    return oauth_sign(world, told | {"iss": "https://online.superoffice.com"})


def of_another_sign_in(world: World, told: dict[str, Any]) -> str:
    return oauth_sign(world, told | {"nonce": "of another sign-in"})


def leading_elsewhere(world: World, told: dict[str, Any]) -> str:
    """Rightly signed, but her tokens would be sent to a stranger."""
    return oauth_sign(world, told | {forge.CLAIM + "webapi_url": "https://evil.example/Cust67890/api/"})


oauth_sign = oauth.sign
FORGERIES: list[Forgery] = [
    payload_exchanged,
    without_signature,
    none_by_any_spelling,
    by_a_key_in_the_header,
    by_a_key_behind_an_address,
    by_a_key_with_a_strange_name,
    by_the_secret_everybody_shares,
    by_a_stronger_algorithm,
    for_several,
    of_yesterday,
    of_tomorrow,
    without_an_end,
    of_another_environment,
    of_another_sign_in,
    leading_elsewhere,
]


def in_a_window(sandbox: Sandbox, visitor: Visitor) -> HttpResponse:
    with AtSuperId(sandbox) as superid:
        return visitor.get(superid.come_back(onwards(visitor.post("/signin/").content), "charlie"))


def in_a_pop_up(sandbox: Sandbox, visitor: Visitor) -> HttpResponse:
    verifier = Visitor().post("/signin/begin/", {"ctx": "Cust67890"}).json()["verifier"]
    address = visitor.post("/signin/bind/", {"verifier": verifier}).json()["location"]
    with AtSuperId(sandbox) as superid:
        return visitor.get(superid.come_back(address, "charlie"))


@pytest.mark.parametrize("door", [in_a_window, in_a_pop_up])
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_id_token_changes_nothing(
    sandbox: Sandbox,
    alice: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    forgery: Forgery,
    door: Callable[..., HttpResponse],
) -> None:
    """CERT-06: refused with a clear page and a reason in the log; nobody is signed in, nothing is written."""
    before = memory()
    monkeypatch.setattr(oauth, "sign", forgery)
    visitor = Visitor()
    with overheard() as journal:
        answer = door(sandbox, visitor)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "You are not signed in" in page
    assert "We could not make sure that the answer came from SuperOffice" in page
    assert "id-token-" in journal.text
    assert not spilt(secrets_of(sandbox.world), words(answer) + journal.text)
    assert "eyJ" not in journal.text + page
    assert memory() == before
    assert not Handoff.objects.exclude(state=Handoff.State.BOUND).exists()
    assert visitor.get(panel("Cust12345", 5, 17)).status_code == 401
    assert visitor.get(panel("Cust67890", 5, 2)).status_code == 401
    monkeypatch.undo()
    assert alice.get(panel("Cust12345", 5, 17)).status_code == 200


def memory() -> list[str]:
    """What the database knows of customers and users."""
    return sorted(line for line in database().splitlines() if line.startswith(("tenants_tenant", "tenants_membership")))


def test_a_true_token_opens_both_doors(sandbox: Sandbox) -> None:
    """The test of the test."""
    for door in (in_a_window, in_a_pop_up):
        assert door(sandbox, Visitor()).status_code == 302
    assert any("Cust67890" in line for line in memory())
