"""Envelopes as strangers send them: whatever the token is, what comes out is a refusal that callers expect."""

import json

import pytest

from keys.crypto.signing import BadSignatureError, SignatureError, SigningKey, UnknownKeyError, sign_compact
from keys.protocol.envelopes import read_unverified, sign_envelope, verify_envelope
from schemas.base64url import encode_base64url
from schemas.envelope import ENVELOPE_TOKEN_TYPE, EnvelopeClaims, MessageType
from schemas.formats import MAX_ENVELOPE_CHARACTERS, digest_of
from schemas.message import MessageError

KEY = SigningKey.from_secret(b"\x01" * 32)
OTHER_KEY = SigningKey.from_secret(b"\x02" * 32)
CLAIMS = EnvelopeClaims(
    type=MessageType.MATCH,
    issuer="education.990101",
    audience="gateway.990000",
    id="00000000-0000-4000-8000-000000000001",
    issued_at=1_800_000_000,
    expires_at=1_800_000_120,
    body=digest_of(b"body"),
)
TOKEN = sign_envelope(KEY, CLAIMS)
HEADER, PAYLOAD, SIGNATURE = TOKEN.split(".")


def _signed(**changes: object) -> str:
    return sign_compact(KEY, ENVELOPE_TOKEN_TYPE, json.loads(CLAIMS.to_bytes()) | changes)


def _joined(*parts: str) -> str:
    return ".".join(parts)


def test_an_envelope_verifies_under_its_issuers_key() -> None:
    verified = verify_envelope(TOKEN, lambda agency, key_id: KEY.verification_key)
    assert (verified.claims, verified.key_id) == (CLAIMS, KEY.verification_key.key_id)


MALFORMED = {
    "payload with padding": _joined(HEADER, PAYLOAD + "=", SIGNATURE),
    "payload in another alphabet": _joined(HEADER, PAYLOAD + "+/", SIGNATURE),
    "payload with a blank": _joined(HEADER, PAYLOAD + " ", SIGNATURE),
    "payload with unused bits set": _joined(HEADER, encode_base64url(b"{}")[:-1] + "1", SIGNATURE),
    "payload of nothing": _joined(HEADER, "", SIGNATURE),
    "payload of stars": _joined(HEADER, "*", SIGNATURE),
    "payload that is no JSON": _joined(HEADER, encode_base64url(b"\xff"), SIGNATURE),
    "payload that is not canonical": _joined(HEADER, encode_base64url(CLAIMS.to_bytes() + b" "), SIGNATURE),
    "a time with a fraction": _signed(issued_at=1.5),
    "a time of a hundred digits": _signed(issued_at=10**100),
    "a time beyond the calendar": _signed(expires_at=10**15),
    "an unknown claim": _signed(child="990101201503070011"),
    "a claim missing": _signed(id=None),
    "more than an envelope may have": _signed(case="A" * MAX_ENVELOPE_CHARACTERS),
}


@pytest.mark.parametrize("token", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_envelopes_are_refused_and_nothing_else_escapes(token: str) -> None:
    with pytest.raises((SignatureError, MessageError)) as refused:
        verify_envelope(token, lambda agency, key_id: KEY.verification_key)
    assert "990101201503070011" not in str(refused.value)
    with pytest.raises((SignatureError, MessageError)):
        read_unverified(EnvelopeClaims, token, MAX_ENVELOPE_CHARACTERS)


def test_a_good_envelope_under_another_key_is_refused() -> None:
    with pytest.raises(UnknownKeyError):
        verify_envelope(TOKEN, lambda agency, key_id: OTHER_KEY.verification_key)


def test_claims_under_another_envelopes_signature_are_refused() -> None:
    other = sign_envelope(KEY, CLAIMS.model_copy(update={"issuer": "civil_affairs.990101"}))
    forged = _joined(HEADER, PAYLOAD, other.split(".")[2])
    with pytest.raises(BadSignatureError):
        verify_envelope(forged, lambda agency, key_id: KEY.verification_key)
