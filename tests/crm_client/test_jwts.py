"""Tokens: what is believed, and what is not."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from crm_client.errors import BadAnswer, Forged
from crm_client.jwts import SCHEME, Key, KeyRing, key_in, keys_in, own, validated
from crm_client.state_changes import StateChange

ISSUER = "https://online.superoffice.com"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


OURS, OTHER = new_key(), new_key()
KEYS = (Key(frozenset({"ours"}), OURS.public_key()),)


def token(key: Any = OURS, x5t: str | None = "ours", algorithm: str = "RS256", **changes: Any) -> str:
    """A good token, but for what is changed; None leaves a claim out."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "spn:1", "iat": str(now), "nbf": now - 60, "exp": now + 300, SCHEME + "ctx": "C1"}
    told = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(told, key, algorithm=algorithm, headers={"x5t": x5t} if x5t else {})


def test_a_good_token() -> None:
    claims = validated(token(), KEYS, ISSUER, "spn:1")
    assert (own(claims, "ctx"), own(claims, "ticket")) == ("C1", "")


def test_a_key_without_a_name_will_do() -> None:
    """SuperOffice's key set need not repeat the thumbprint."""
    assert validated(token(x5t=None), [Key(frozenset(), OTHER.public_key()), *KEYS], ISSUER, "spn:1")


@pytest.mark.parametrize("times", [{"exp": -30}, {"nbf": 30}, {"iat": 30}], ids=str)
def test_clocks_may_differ_a_little(times: dict[str, int]) -> None:
    now = int(time.time())
    given = {name: str(now + seconds) if name == "iat" else now + seconds for name, seconds in times.items()}
    assert validated(token(**given), KEYS, ISSUER, "spn:1")


NOW = int(time.time())


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": OTHER},
        {"iss": ISSUER + "/"},
        {"iss": "SuperOffice AS"},
        {"aud": "spn:2"},
        {"exp": NOW - 600},
        {"exp": float("inf")},
        {"nbf": NOW + 36_000},
        {"iat": str(NOW + 36_000)},
        {"iat": "yesterday"},
        *({name: None} for name in ("iss", "aud", "exp", "nbf", "iat")),
        {"key": "a secret that is long enough to be one", "algorithm": "HS256"},
        *({"algorithm": algorithm} for algorithm in ("RS384", "RS512", "PS256")),
        {"key": "", "algorithm": "none"},
    ],
    ids=", ".join,
)
def test_a_token_that_is_not_believed(wrong: dict[str, Any]) -> None:
    given = token(**wrong)
    with pytest.raises(Forged) as caught:
        validated(given, KEYS, ISSUER, "spn:1")
    assert not any(part and part in str(caught.value) for part in given.split("."))
    assert caught.value.__cause__ is None


def test_the_public_key_is_no_secret_to_sign_with() -> None:
    """The old trick: HS256 keyed with what everybody knows."""
    pem = OURS.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    part = [
        base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in ({"alg": "HS256"}, {"iss": ISSUER})
    ]
    import hmac

    signed = base64.urlsafe_b64encode(hmac.digest(pem, b".".join(part), "sha256")).rstrip(b"=")
    with pytest.raises(Forged):
        validated(b".".join([*part, signed]).decode(), KEYS, ISSUER, None)


@pytest.mark.parametrize("given", ["", "a", "a.b.c", "…", "e30.e30.", "." * 5])
def test_what_is_no_token_at_all(given: str) -> None:
    with pytest.raises(Forged):
        validated(given, KEYS, ISSUER, "spn:1")


def test_without_keys_nothing_is_believed() -> None:
    with pytest.raises(Forged):
        validated(token(), (), ISSUER, "spn:1")


def published(key: rsa.RSAPrivateKey, x5t: str) -> dict[str, Any]:
    jwk: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return jwk | {"use": "sig", "x5t": x5t}


def test_keys_of_a_published_set() -> None:
    """Whatever else is in it."""
    odd = [{"kty": "EC"}, {"kty": "RSA", "use": "enc"}, {"kty": "RSA"}, "x", None]
    keys = keys_in({"keys": [*odd, published(OURS, "ours") | {"alg": "HS256"}]})
    assert [key.names for key in keys] == [{"ours"}]
    assert validated(token(), keys, ISSUER, "spn:1")
    assert [keys_in(document) for document in (None, [], {}, {"keys": 5})] == [()] * 4


def test_a_key_of_a_certificate() -> None:
    """As shipped: named by its SHA-1 thumbprint, its chain not looked at."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Federated Login")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, OURS.public_key(), 1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(OURS, hashes.SHA256())
    )
    key = key_in(made.public_bytes(serialization.Encoding.PEM))
    thumbprint = base64.urlsafe_b64encode(made.fingerprint(hashes.SHA1())).rstrip(b"=").decode()
    assert key.names == {thumbprint}
    assert validated(token(x5t=thumbprint), [key], ISSUER, "spn:1")


def test_a_ring_looks_for_keys_once_a_minute() -> None:
    """Tokens may name keys that do not exist; SuperOffice is not asked for each."""
    ring = KeyRing()
    assert ring.wants(token())
    ring.learn({"keys": [published(OURS, "ours")]})
    assert not ring.wants(token())
    assert not ring.wants(token(x5t="invented"))
    ring._looked_at -= 61
    assert ring.wants(token(x5t="invented"))
    assert not ring.wants(token())
    ring.learn({"keys": []})
    assert [key.names for key in ring.known] == [{"ours"}]


def test_a_ring_looks_for_the_key_of_a_token_without_a_name() -> None:
    """The keys it knows may all be gone: SuperOffice changes its certificate some day."""
    ring = KeyRing([Key(frozenset({"old"}), OTHER.public_key())])
    assert ring.wants(token(x5t=None))
    ring.learn({"keys": [published(OURS, "ours")]})
    assert validated(token(x5t=None), ring.known, ISSUER, "spn:1")
    assert not ring.wants(token(x5t=None))


# A change of state


def told(**changes: Any) -> bytes:
    good = {"ChangeType": 5, "ContextIdentifier": "c1", "VersionName": "Release_11", "FileVersion": "11.10"}
    return json.dumps(good | {"PublicEndpoint": "sod3.superoffice.com", "Token": token()} | changes).encode()


def test_a_change_of_state() -> None:
    change = StateChange.from_http(told(), KEYS, ISSUER)
    assert (change.name, change.ctx, change.public_endpoint) == ("Move", "c1", "sod3.superoffice.com")
    assert (change.version, change.file_version) == ("Release_11", "11.10")
    assert StateChange.from_http(told(), KEYS, ISSUER, "spn:1") == change


def test_a_change_nobody_has_heard_of() -> None:
    assert StateChange.from_http(told(ChangeType=17), KEYS, ISSUER).name == "17"


@pytest.mark.parametrize(
    "wrong",
    [{"Token": token(key=OTHER)}, {"Token": None}, {"Token": ""}, {"Token": token(**{SCHEME + "ctx": "C2"})}],
    ids=["another key", "none", "empty", "another tenant"],
)
def test_a_change_somebody_made_up(wrong: dict[str, Any]) -> None:
    with pytest.raises(Forged):
        StateChange.from_http(told(**wrong), KEYS, ISSUER)


def test_the_audience_counts_once_it_is_known() -> None:
    with pytest.raises(Forged):
        StateChange.from_http(told(), KEYS, ISSUER, "spn:2")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"[" * 100_000, told(ContextIdentifier=""), told(ChangeType="Move"), told(ChangeType=True)],
    ids=["nothing", "list", "empty", "deep", "no tenant", "a word", "true"],
)
def test_a_body_that_is_no_notification(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        StateChange.from_http(body, KEYS, ISSUER)
