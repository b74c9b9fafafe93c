"""Signing and verifying envelopes and relay promises (JWS ES256) against the keys that are believed.

Order for a request: read the header and the claims without belief, find the key of the stated issuer, verify the
signature, and only then let `schemas.envelope` compare type, audience, lifetime and body.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from keys.crypto.signing import (
    MalformedTokenError,
    SigningKey,
    VerificationKey,
    read_header,
    sign_payload,
    verify_compact,
    verify_payload,
)
from schemas.base64url import Base64Error, decode_base64url
from schemas.envelope import ENVELOPE_TOKEN_TYPE, RELAY_TOKEN_TYPE, EnvelopeClaims, RelayClaims
from schemas.formats import MAX_ENVELOPE_CHARACTERS, digest_of
from schemas.message import Message, parse_claims, parse_message

KeyFinder = Callable[[str, str], VerificationKey]
"""Takes an agency and a key id; returns the key or raises `UntrustedKeyError`."""

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class VerifiedEnvelope:
    """An envelope whose signature was verified: its text, its claims, its digest and the key that signed it."""

    token: str
    claims: EnvelopeClaims
    digest: str
    key_id: str


def envelope_digest(token: str) -> str:
    """Return the SHA-256 of the signed part of a token: header and payload, without the malleable signature."""
    return digest_of(token.rsplit(".", 1)[0].encode("ascii"))


def signature_digest(token: str) -> str:
    """Return the SHA-256 of the signature's text: binds the very signature that was received into the log."""
    return digest_of(token.rsplit(".", 1)[1].encode("ascii"))


def sign_message(key: SigningKey, token_type: str, claims: Message) -> str:
    """Return `claims` as a JWS whose payload is their canonical form."""
    return sign_payload(key, token_type, claims.to_bytes())


def read_unverified(model: type[M], token: str, max_characters: int) -> M:
    """Return a token's claims, which nobody has verified yet, to find out whose key to verify with.

    Raises:
        SignatureError: the token is malformed.
        MessageError: the claims are.
    """
    read_header(token, max_characters)
    try:
        payload = decode_base64url(token.split(".")[1])
    except Base64Error:
        raise MalformedTokenError("the payload is not canonical base64url") from None
    return parse_message(model, payload, max_characters)


def verify_message(model: type[M], token: str, key: VerificationKey, token_type: str, max_characters: int) -> M:
    """Return the claims of `token` after verifying that `key` signed them.

    Raises:
        SignatureError: another key, another type or a bad signature.
        MessageError: the claims are malformed.
    """
    return parse_claims(model, verify_compact(token, key, token_type, max_characters))


def sign_envelope(key: SigningKey, claims: EnvelopeClaims) -> str:
    """Return the envelope to send beside the body."""
    return sign_message(key, ENVELOPE_TOKEN_TYPE, claims)


def verify_envelope(token: str, find_key: KeyFinder) -> VerifiedEnvelope:
    """Return the envelope after verifying it with the stated issuer's key.

    Raises:
        SignatureError, MessageError: malformed or badly signed.
        UntrustedKeyError: `find_key` knows no such key of the issuer.
    """
    return verify_read_envelope(token, read_unverified(EnvelopeClaims, token, MAX_ENVELOPE_CHARACTERS), find_key)


def verify_read_envelope(token: str, claims: EnvelopeClaims, find_key: KeyFinder) -> VerifiedEnvelope:
    """As `verify_envelope`, where `claims` were read from this very token (`read_unverified`)."""
    key = find_key(claims.issuer, read_header(token, MAX_ENVELOPE_CHARACTERS).key_id)
    verify_payload(token, key, ENVELOPE_TOKEN_TYPE, MAX_ENVELOPE_CHARACTERS)
    return VerifiedEnvelope(token, claims, envelope_digest(token), key.key_id)


def sign_relay(key: SigningKey, claims: RelayClaims) -> str:
    """Return the gateway's promise that the envelope named in `claims` is in its log."""
    return sign_message(key, RELAY_TOKEN_TYPE, claims)


def verify_relay(token: str, find_key: KeyFinder) -> RelayClaims:
    """Return the promise after verifying it with the stated gateway's key; raises as `verify_envelope`."""
    claims = read_unverified(RelayClaims, token, MAX_ENVELOPE_CHARACTERS)
    key = find_key(claims.issuer, read_header(token, MAX_ENVELOPE_CHARACTERS).key_id)
    verify_payload(token, key, RELAY_TOKEN_TYPE, MAX_ENVELOPE_CHARACTERS)
    return claims
