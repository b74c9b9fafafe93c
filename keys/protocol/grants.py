"""Grants: what the gateway signs for a match. It lets the requester ask; it does not make the provider answer."""

from datetime import datetime

from keys.crypto.signing import SignatureError, SigningKey, read_header, verify_payload
from keys.protocol.envelopes import KeyFinder, read_unverified, sign_message
from keys.protocol.key_chain import UntrustedKeyError
from schemas.agreement import Agreement
from schemas.envelope import EnvelopeClaims
from schemas.message import MessageError
from schemas.messages.exchange import ExchangeRequest
from schemas.messages.match import GRANT_TOKEN_TYPE, MAX_GRANT_BYTES, GrantClaims
from schemas.problem import ProblemCode, ProblemError


def sign_grant(key: SigningKey, claims: GrantClaims) -> str:
    """Return the grant (JWS)."""
    return sign_message(key, GRANT_TOKEN_TYPE, claims)


def verify_grant(token: str, find_key: KeyFinder) -> GrantClaims:
    """Return the claims of a grant that the gateway signed.

    Raises:
        ProblemError: grant_invalid.
    """
    try:
        stated = read_unverified(GrantClaims, token, MAX_GRANT_BYTES)
        key = find_key(stated.issuer, read_header(token, MAX_GRANT_BYTES).key_id)
        verify_payload(token, key, GRANT_TOKEN_TYPE, MAX_GRANT_BYTES)
    except (SignatureError, MessageError, UntrustedKeyError):
        raise ProblemError(ProblemCode.GRANT_INVALID, "/grant") from None
    return stated


def check_grant(
    grant: GrantClaims, claims: EnvelopeClaims, request: ExchangeRequest, agreement: Agreement, now: datetime
) -> None:
    """Check that `request` asks no more than `grant` allows, and `grant` no more than `agreement`.

    Raises:
        ProblemError: grant_invalid, grant_expired or grant_exceeded.
    """
    stated = (grant.requester, grant.provider, grant.agreement, grant.purpose)
    expected = (claims.issuer, agreement.provider.agency, claims.agreement, agreement.purpose)
    if stated != expected:
        raise ProblemError(ProblemCode.GRANT_INVALID, "/grant", "grant")
    if not grant.issued_at - 30 <= now.timestamp() < grant.expires_at:
        raise ProblemError(ProblemCode.GRANT_EXPIRED, "/grant", "grant")
    if not set(grant.attributes) <= set(agreement.attributes):
        raise ProblemError(ProblemCode.GRANT_EXCEEDED, "/grant", "attributes")
    if not set(request.attributes) <= set(grant.attributes):
        raise ProblemError(ProblemCode.GRANT_EXCEEDED, "/attributes", "grant")
    if len(set(request.handles)) != len(request.handles) or not set(request.handles) <= set(grant.handles):
        raise ProblemError(ProblemCode.GRANT_EXCEEDED, "/handles", "grant")
