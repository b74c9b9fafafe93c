"""ID tokens: what OpenID Connect Core 1.0 section 3.1.3.7 asks for, and a museum of tokens that must be refused."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from keys.protocol.id_token import (
    MAX_ID_TOKEN_CHARACTERS,
    ExpectedToken,
    IdTokenError,
    UnknownProviderKeyError,
    read_provider_keys,
    verify_id_token,
)
from tests.identity_provider import CLIENT_ID, EcKey, Key, RsaKey, access_token_hash, encode, make_token

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
ISSUER = "https://id.example"
ACCESS = "an access token"
EXPECTED = ExpectedToken(ISSUER, CLIENT_ID, "n" * 43, ACCESS, timedelta(hours=8))
RSA, EC = RsaKey(), EcKey()
KEYS = read_provider_keys([RSA.public(), EC.public()])


def _claims(**changes: Any) -> dict[str, Any]:
    claims = {
        "iss": ISSUER,
        "sub": "person",
        "aud": CLIENT_ID,
        "iat": SECONDS,
        "exp": SECONDS + 300,
        "auth_time": SECONDS - 60,
        "nonce": EXPECTED.nonce,
        "at_hash": access_token_hash(ACCESS),
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def _verify(token: str, expected: ExpectedToken = EXPECTED) -> object:
    return verify_id_token(token, KEYS, expected, NOW)["sub"]


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        (RSA, {}),
        (EC, {}),
        (RsaKey(private=RSA.private, alg="PS256"), {}),
        (RSA, {"aud": [CLIENT_ID]}),
        (RSA, {"azp": CLIENT_ID}),
        (RSA, {"at_hash": None}),
        (RSA, {"exp": SECONDS - 59}),
        (RSA, {"iat": SECONDS + 60, "auth_time": SECONDS + 60}),
    ],
)
def test_a_right_token_is_believed(key: Key, changes: dict[str, Any]) -> None:
    assert _verify(make_token(key, _claims(**changes))) == "person"


def test_a_token_without_key_id_needs_one_fitting_key_alone() -> None:
    token = make_token(RSA, _claims(), kid=None)
    assert _verify(token) == "person"
    two = read_provider_keys([RSA.public(), RsaKey("rsa-2").public()])
    with pytest.raises(UnknownProviderKeyError):
        verify_id_token(token, two, EXPECTED, NOW)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": f"{ISSUER}/"}, "iss"),
        ({"iss": [ISSUER]}, "malformed"),
        ({"aud": "another-client"}, "aud"),
        ({"aud": [CLIENT_ID, "another-client"], "azp": CLIENT_ID}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": None}, "malformed"),
        ({"azp": "another-client"}, "azp"),
        ({"nonce": "m" * 43}, "nonce"),
        ({"nonce": None}, "malformed"),
        ({"exp": SECONDS - 61}, "exp"),
        ({"exp": None}, "malformed"),
        ({"exp": "tomorrow"}, "malformed"),
        ({"exp": True}, "malformed"),
        ({"nbf": SECONDS + 61}, "nbf"),
        ({"iat": SECONDS + 61}, "iat"),
        ({"iat": SECONDS - 661}, "iat"),
        ({"auth_time": None}, "auth_time"),
        ({"auth_time": SECONDS - 9 * 3600}, "auth_time"),
        ({"auth_time": SECONDS + 3600}, "auth_time"),
        ({"auth_time": 1e400}, "signature"),
        ({"at_hash": access_token_hash("another")}, "at_hash"),
        ({"sub": None}, "malformed"),
    ],
)
def test_a_claim_that_is_not_as_expected_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(IdTokenError) as refused:
        _verify(make_token(RSA, _claims(**changes)))
    assert refused.value.reason == reason


def _none(claims: dict[str, Any]) -> str:
    return f"{encode(json.dumps({'alg': 'none'}).encode())}.{encode(json.dumps(claims).encode())}."


def _hmac_with_public_key(claims: dict[str, Any]) -> str:
    secret = json.dumps(RSA.public()).encode()
    text = f"{encode(json.dumps({'alg': 'HS256', 'kid': RSA.kid}).encode())}.{encode(json.dumps(claims).encode())}"
    return f"{text}.{encode(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def _by_somebody_else(claims: dict[str, Any]) -> str:
    return make_token(RsaKey(RSA.kid), claims)


def _with_own_key(claims: dict[str, Any]) -> str:
    own = RsaKey("mine")
    return make_token(own, claims, jwk=own.public())


def _changed(claims: dict[str, Any]) -> str:
    head, _, signature = make_token(RSA, claims).split(".")
    return f"{head}.{encode(json.dumps({**claims, 'sub': 'another'}).encode())}.{signature}"


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (_none, "algorithm"),
        (_hmac_with_public_key, "algorithm"),
        (_by_somebody_else, "signature"),
        (_with_own_key, "unknown_key"),
        (_changed, "signature"),
        (lambda claims: make_token(RSA, claims, alg="RS512"), "algorithm"),
        (lambda claims: make_token(RSA, claims, alg="ES256"), "unknown_key"),
        (lambda claims: make_token(RSA, claims, alg="PS256"), "signature"),
        (lambda claims: make_token(RSA, claims, crit=["exp"], exp=1), "malformed"),
        (lambda claims: make_token(RSA, claims).rpartition(".")[0], "signature"),
        (lambda claims: make_token(RSA, claims) + ".e30", "signature"),
        (lambda claims: "not a token", "malformed"),
        (lambda claims: make_token(RSA, {**claims, "x": "y" * MAX_ID_TOKEN_CHARACTERS}), "too_large"),
    ],
)
def test_the_museum_of_forged_tokens(forge: Callable[[dict[str, Any]], str], reason: str) -> None:
    with pytest.raises(IdTokenError) as refused:
        _verify(forge(_claims()))
    assert refused.value.reason == reason


@given(text=st.text(max_size=200))
def test_whatever_comes_is_refused_in_one_way(text: str) -> None:
    with pytest.raises(IdTokenError):
        _verify(text)


def test_keys_that_may_not_sign_are_left_out() -> None:
    weak = RsaKey("weak", rsa.generate_private_key(65537, 1024))
    unfit = [
        {"kty": "oct", "kid": RSA.kid, "k": "AAAA"},
        {**EcKey("other").public(), "use": "enc"},
        weak.public(),
        {"kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB"},
    ]
    assert [key.kid for key in read_provider_keys([*unfit, RSA.public()])] == [RSA.kid]
    with pytest.raises(IdTokenError):
        read_provider_keys(unfit)
    with pytest.raises(IdTokenError):
        read_provider_keys([RSA.public()] * 51)
