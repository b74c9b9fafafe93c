"""ID tokens of an agency's identity provider (OpenID Connect Core 1.0 section 3.1.3.7): bytes and `now` in, claims out.

Order: size, header, algorithm out of a closed list, the one key that fits, signature, then the claims. A symmetric
algorithm is never accepted: its key would be a secret that the provider's public documents do not protect.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwk, jws
from joserfc.errors import JoseError

from schemas.base64url import Base64Error, decode_base64url

MAX_ID_TOKEN_CHARACTERS: Final = 16 * 1024
MAX_KEYS: Final = 50
MIN_RSA_BITS: Final = 2048  # NIST SP 800-131A
SKEW: Final = timedelta(seconds=60)
LONGEST_AGE: Final = timedelta(minutes=10)
"""How long before it is read an ID token may have been issued: it is fetched, not forwarded."""
KEY_KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "RS256": {"kty": "RSA"},
    "PS256": {"kty": "RSA"},
    "ES256": {"kty": "EC", "crv": "P-256"},
}
"""The accepted algorithms (RFC 7518 section 3.1), each with what its key must be."""

ProviderKey = jwk.RSAKey | jwk.ECKey
Claims = Mapping[str, Any]


class IdTokenError(Exception):
    """An ID token is not to be believed; nothing of it is quoted.

    Attributes:
        reason: a stable word for what failed.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownProviderKeyError(IdTokenError):
    """No key at hand fits the token's header: the provider may have published another one since."""

    def __init__(self) -> None:
        super().__init__("unknown_key")


@dataclass(frozen=True, slots=True)
class ExpectedToken:
    """What an ID token has to say.

    `access_token` came along with it; `longest_sign_in` is how long ago its owner may have signed in at the provider.
    """

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    access_token: str = field(repr=False)
    longest_sign_in: timedelta


@dataclass(frozen=True, slots=True)
class _Header:
    algorithm: str
    key_id: str | None


def read_provider_keys(members: Sequence[Mapping[str, Any]]) -> tuple[ProviderKey, ...]:
    """Return the keys of a JWK set (RFC 7517) that may sign; all others, symmetric ones above all, are left out.

    Raises:
        IdTokenError: too many keys, or none that may sign.
    """
    if len(members) > MAX_KEYS:
        raise IdTokenError("keys")
    found = [key for member in members if (key := _read_key(member)) is not None]
    if not found:
        raise IdTokenError("keys")
    return tuple(found)


def verify_id_token(token: str, keys: Sequence[ProviderKey], expected: ExpectedToken, now: datetime) -> Claims:
    """Return the claims of an ID token after checking all that is expected of it.

    Raises:
        UnknownProviderKeyError: none of `keys`, or more than one, fits the header.
        IdTokenError: too large, malformed, another algorithm, a wrong signature, or a claim that is not as expected.
    """
    if len(token) > MAX_ID_TOKEN_CHARACTERS:
        raise IdTokenError("too_large")
    header = _read_header(token)
    key = _key_for(header, keys)
    try:
        verified = jws.deserialize_compact(token.encode("ascii"), key, algorithms=[header.algorithm])
        claims = json.loads(verified.payload or b"", parse_constant=_refuse_constant)
    except (JoseError, ValueError, RecursionError):
        raise IdTokenError("signature") from None
    if not isinstance(claims, dict):
        raise IdTokenError("malformed")
    _check_types(claims)
    _check_claims(claims, header, expected, now)
    return claims


def _read_key(member: Mapping[str, Any]) -> ProviderKey | None:
    """Return a key for signatures, None for every other."""
    if member.get("kty") not in {"RSA", "EC"} or member.get("use", "sig") != "sig" or "d" in member:
        return None
    try:
        # Before the library sees it, which takes a short modulus and only warns.
        if member["kty"] == "RSA" and 8 * len(decode_base64url(member["n"])) < MIN_RSA_BITS:
            return None
        key = jwk.import_key(dict(member))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return key if isinstance(key, jwk.RSAKey | jwk.ECKey) else None


def _read_header(token: str) -> _Header:
    try:
        header = json.loads(decode_base64url(token.partition(".")[0]))
    except (Base64Error, ValueError, RecursionError):
        raise IdTokenError("malformed") from None
    if not isinstance(header, dict) or "crit" in header:
        raise IdTokenError("malformed")
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in KEY_KINDS:
        raise IdTokenError("algorithm")
    if key_id is not None and not isinstance(key_id, str):
        raise IdTokenError("malformed")
    return _Header(algorithm, key_id)


def _key_for(header: _Header, keys: Sequence[ProviderKey]) -> ProviderKey:
    """Return the one key that fits; without a key id in the header there must be one alone of its kind."""
    kind = KEY_KINDS[header.algorithm]
    fitting = [key for key in keys if _fits(key.as_dict(private=False), header, kind)]
    if len(fitting) != 1:
        raise UnknownProviderKeyError
    return fitting[0]


def _fits(member: Mapping[str, Any], header: _Header, kind: Mapping[str, str]) -> bool:
    is_of_kind = all(member.get(name) == value for name, value in kind.items())
    is_for_algorithm = member.get("alg", header.algorithm) == header.algorithm
    return is_of_kind and is_for_algorithm and (header.key_id is None or member.get("kid") == header.key_id)


def _check_types(claims: dict[str, Any]) -> None:
    """Check the types that the rules about claims rely on; numbers are whole, and not booleans."""
    texts, numbers = ("iss", "sub", "nonce"), ("exp", "iat")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    optional = [claims[name] for name in ("azp", "at_hash", "acr") if name in claims]
    if not all(isinstance(one, str) for one in (*audiences, *optional, *(claims.get(name) for name in texts))):
        raise IdTokenError("malformed")
    numeric = [claims.get(name) for name in numbers] + [claims[name] for name in ("nbf", "auth_time") if name in claims]
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in numeric):
        raise IdTokenError("malformed")


def _check_claims(claims: dict[str, Any], header: _Header, expected: ExpectedToken, now: datetime) -> None:
    # The library takes a list that names others besides us: what is meant for others is not for us.
    if claims["aud"] not in (expected.client_id, [expected.client_id]):
        raise IdTokenError("aud")
    skew, moment = int(SKEW.total_seconds()), int(now.timestamp())
    options = {"iss": {"essential": True, "value": expected.issuer}}
    params = {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": expected.access_token}
    try:
        CodeIDToken(claims, {"alg": header.algorithm}, options, params).validate(now=moment, leeway=skew)
    except JoseError as error:
        raise IdTokenError(getattr(error, "claim", None) or "expired") from None
    for name, longest in (("iat", LONGEST_AGE), ("auth_time", expected.longest_sign_in)):
        if not -skew <= moment - claims.get(name, 0) <= longest.total_seconds() + skew:
            raise IdTokenError(name)


def _refuse_constant(text: str) -> None:
    """Refuse NaN and Infinity, which are no JSON and compare with nothing (RFC 8259 section 6)."""
    del text
    raise ValueError("not a JSON number")
