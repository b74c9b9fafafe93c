"""Signed tokens: JWS compact serialisation (RFC 7515) with ES256 (RFC 7518 section 3.4) and nothing else.

The only importer of python-jose in the product: the library picks an algorithm by what the token says when it
is not told, so it is told, and it is given nothing that has not been read strictly before.

ECDSA is malleable: from a signature (r, s) anybody can make (r, n - s), which verifies too, and two
signatures of one message differ anyway. Both are accepted here (RFC 7515 demands no low s, and signers
produce either), so the bytes of a signature say nothing about identity. What must be unique (the id of a
message, the digest that a response refers to, the leaf of the log) is taken from claims or from the signed
part of a token.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NoReturn, Self, cast

from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk, jws
from jose.backends.base import Key
from jose.exceptions import JOSEError

from keys.crypto.errors import CryptoError
from schemas.base64url import Base64Error, decode_base64url, encode_base64url
from schemas.randomness import RandomSource

ALGORITHM = "ES256"
MAX_TOKEN_BYTES = 16 * 1024
MAX_GRANT_TOKEN_BYTES = 1024 * 1024
MAX_HEADER_CHARACTERS = 512
SECRET_BYTES = 32
SIGNATURE_BYTES = 64

_COORDINATE_BYTES = 32
_GROUP_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # SP 800-186, 3.2.1.3
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{43}")
_TOKEN_TYPE = re.compile(r"[a-z0-9][a-z0-9+._-]{0,63}")


class KeyFormatError(CryptoError):
    """The bytes or members are no P-256 key in the one form that is accepted."""

    code = "malformed_key"


class SignatureError(CryptoError):
    """A token is not what it must be; each reason is a subclass with its own code."""

    code = "signature_invalid"


class MalformedTokenError(SignatureError):
    """The token is too large, or not in the one form that is accepted."""

    code = "malformed_token"


class WrongAlgorithmError(SignatureError):
    """The token names another algorithm than ES256."""

    code = "wrong_algorithm"


class WrongTokenTypeError(SignatureError):
    """The token is of another type than the one that is due here."""

    code = "wrong_token_type"


class UnknownKeyError(SignatureError):
    """The token names another key than the one to verify with."""

    code = "unknown_key"


class BadSignatureError(SignatureError):
    """The signature does not verify."""

    code = "bad_signature"


@dataclass(frozen=True)
class VerificationKey:
    """A P-256 public key; `x` and `y` are base64url texts of 32 bytes (RFC 7518 section 6.2.1).

    Raises:
        KeyFormatError: a coordinate is malformed or the point is not on the curve.
    """

    x: str
    y: str

    def __post_init__(self) -> None:
        for coordinate in (self.x, self.y):
            if len(_decode_key_member(coordinate)) != _COORDINATE_BYTES:
                raise KeyFormatError("a coordinate of a P-256 key has 32 bytes")
        try:
            _ = self.jose_key
        except (JOSEError, ValueError):
            raise KeyFormatError("the point is not on the curve P-256") from None

    @cached_property
    def jose_key(self) -> Key:
        """The key as python-jose uses it; made once, because making it costs as much as a verification."""
        return jwk.construct(self.as_jwk(), ALGORITHM)

    @cached_property
    def key_id(self) -> str:
        """The RFC 7638 thumbprint: base64url of SHA-256, 43 characters."""
        members = json.dumps(self.as_jwk(), sort_keys=True, separators=(",", ":"))
        return encode_base64url(hashlib.sha256(members.encode("ascii")).digest())

    def as_jwk(self) -> dict[str, str]:
        """Return the required members alone (RFC 7638 section 3.2)."""
        return {"crv": "P-256", "kty": "EC", "x": self.x, "y": self.y}

    @classmethod
    def from_jwk(cls, members: Mapping[str, object]) -> Self:
        """Return the key of a JWK that has exactly the members kty, crv, x and y.

        Raises:
            KeyFormatError: another member, another curve, a coordinate in another form, or no point.
        """
        if set(members) != {"kty", "crv", "x", "y"}:
            raise KeyFormatError("a JWK here has exactly the members kty, crv, x and y")
        if members["kty"] != "EC" or members["crv"] != "P-256":
            raise KeyFormatError("only EC keys on P-256 are accepted")
        return cls(_text_of(members["x"]), _text_of(members["y"]))


@dataclass(frozen=True)
class SigningKey:
    """A P-256 private key; `secret` is the scalar, 32 bytes big-endian. Its repr shows the key id alone.

    The nonce of each signature comes from the cryptography library, which takes no randomness from outside.

    Raises:
        KeyFormatError: the secret has not 32 bytes, or is zero, or not below the order of the group.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        scalar = int.from_bytes(self.secret, "big")
        if len(self.secret) != SECRET_BYTES or not 0 < scalar < _GROUP_ORDER:
            raise KeyFormatError("a P-256 secret is a scalar of 32 bytes in [1, n-1]")

    def __repr__(self) -> str:
        return f"SigningKey(key_id={self.verification_key.key_id!r})"

    @classmethod
    def from_secret(cls, secret: bytes) -> Self:
        """Return the key whose scalar is `secret`, 32 bytes big-endian; raises KeyFormatError."""
        return cls(secret)

    @cached_property
    def jose_key(self) -> Key:
        """The key as python-jose uses it; made once, because the public point has to be computed."""
        private_key = ec.derive_private_key(int.from_bytes(self.secret, "big"), ec.SECP256R1())
        # The library takes cryptography's own keys, which its type stubs do not say.
        return jwk.construct(cast("Key", private_key), ALGORITHM)

    @cached_property
    def verification_key(self) -> VerificationKey:
        """The public half."""
        members = self.jose_key.public_key().to_dict()
        return VerificationKey(members["x"], members["y"])


@dataclass(frozen=True)
class TokenHeader:
    """What a token says of itself; nobody has verified it yet."""

    key_id: str
    token_type: str


def generate_signing_key(random: RandomSource) -> SigningKey:
    """Return a new key from 48 random bytes: 128 bits more than the order needs (FIPS 186-5, A.2.1)."""
    scalar = int.from_bytes(random(48), "big") % (_GROUP_ORDER - 1) + 1
    return SigningKey(scalar.to_bytes(SECRET_BYTES, "big"))


def sign_compact(key: SigningKey, token_type: str, claims: Mapping[str, object]) -> str:
    """Return `claims` as a JWS whose protected header is exactly alg, kid and typ.

    Raises:
        ValueError: the token type is not a short lower-case media subtype, or a claim is NaN or infinite.
        TypeError: a claim has no JSON form.
    """
    payload = json.dumps(dict(claims), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return sign_payload(key, token_type, payload.encode("utf-8"))


def sign_payload(key: SigningKey, token_type: str, payload: bytes) -> str:
    """Return the JSON object `payload`, as it is, as a JWS; see `sign_compact`.

    Raises:
        ValueError: the token type is not a short lower-case media subtype.
    """
    if _TOKEN_TYPE.fullmatch(token_type) is None:
        raise ValueError("a token type is a lower-case media subtype of at most 64 characters")
    header = {"kid": key.verification_key.key_id, "typ": token_type}
    return jws.sign(payload, key.jose_key, headers=header, algorithm=ALGORITHM)


def read_header(token: str, max_bytes: int = MAX_TOKEN_BYTES) -> TokenHeader:
    """Return the unverified header, so that the caller can find the key to verify with.

    Raises:
        MalformedTokenError: too large, not three parts, another encoding or other members.
        WrongAlgorithmError: the header names another algorithm.
    """
    return _parse_header(_split(token, max_bytes)[0])


def verify_compact(
    token: str, key: VerificationKey, token_type: str, max_bytes: int = MAX_TOKEN_BYTES
) -> dict[str, Any]:
    """Return the claims of a token of this type that was signed with this key.

    The order is: size and form, algorithm, type, key id, signature, and only then the payload is parsed.

    Raises:
        SignatureError: always one of its five subclasses.
    """
    return _parse_object(verify_payload(token, key, token_type, max_bytes))


def verify_payload(token: str, key: VerificationKey, token_type: str, max_bytes: int = MAX_TOKEN_BYTES) -> bytes:
    """Return the payload of a token of this type that was signed with this key; see `verify_compact`.

    Raises:
        SignatureError: always one of its five subclasses.
    """
    encoded_header, encoded_payload, encoded_signature = _split(token, max_bytes)
    header = _parse_header(encoded_header)
    if header.token_type != token_type:
        raise WrongTokenTypeError("the token is of another type")
    if header.key_id != key.key_id:
        raise UnknownKeyError("the token names another key")
    if len(_decode(encoded_signature)) != SIGNATURE_BYTES:
        raise BadSignatureError("an ES256 signature has 64 bytes")
    payload = _decode(encoded_payload)
    try:
        jws.verify(token, key.jose_key, algorithms=[ALGORITHM])
    except JOSEError:
        raise BadSignatureError("the signature does not verify") from None
    return payload


def _split(token: str, max_bytes: int) -> tuple[str, str, str]:
    if len(token) > max_bytes or not token.isascii():
        _refuse_form("the token is too large or not ASCII")
    parts = token.split(".")
    if len(parts) != 3:
        _refuse_form("a compact token has three parts")
    return parts[0], parts[1], parts[2]


@lru_cache(maxsize=1_024)
def _parse_header(encoded: str) -> TokenHeader:
    """Parse a header once: it names a key and a type, so that a few of them stand before all tokens."""
    if len(encoded) > MAX_HEADER_CHARACTERS:
        _refuse_form("the header is too large")
    header = _parse_object(_decode(encoded))
    if "alg" in header and header["alg"] != ALGORITHM:
        raise WrongAlgorithmError("only ES256 is accepted")
    if set(header) != {"alg", "kid", "typ"}:
        _refuse_form("the header has exactly the members alg, kid and typ")
    key_id, token_type = header["kid"], header["typ"]
    if not isinstance(key_id, str) or _KEY_ID.fullmatch(key_id) is None:
        _refuse_form("the key id is not an RFC 7638 thumbprint")
    if not isinstance(token_type, str) or _TOKEN_TYPE.fullmatch(token_type) is None:
        _refuse_form("the token type is not a media subtype")
    return TokenHeader(key_id, token_type)


def _parse_object(data: bytes) -> dict[str, Any]:
    """Parse a JSON object; every way in which JSON can be read twice differently is refused."""
    try:
        value = _DECODER.decode(data.decode("utf-8"))
        if b"\\u" in data:
            # A lone surrogate parses, but has no UTF-8 form and would fail wherever it is written next.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        _refuse_form("a part is not JSON in UTF-8")
    if not isinstance(value, dict):
        _refuse_form("a part is not a JSON object")
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        _refuse_form("a member stands twice")
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refuse_form("a number is too large, or not one")
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_constant=_finite)


def _decode(text: str) -> bytes:
    try:
        return decode_base64url(text)
    except Base64Error:
        _refuse_form("a part is not canonical base64url")


def _decode_key_member(text: str) -> bytes:
    try:
        return decode_base64url(text)
    except Base64Error:
        raise KeyFormatError("a coordinate is not canonical base64url") from None


def _text_of(value: object) -> str:
    if not isinstance(value, str):
        raise KeyFormatError("a coordinate is a text")
    return value


def _refuse_form(sentence: str) -> NoReturn:
    raise MalformedTokenError(sentence) from None
