"""Verifies what a connector sends, before anything is decided: steps 1 to 4 of every signed request.

(1) size, by the caller; (2) envelope present, well formed, from a member, under a key that the member's chain holds,
its signature; (3) type, audience, lifetime and digest of the body; (4) the body's own form.
"""

from gateway.persistence.agreement_queries import StoredAgreement, find_agreement
from gateway.persistence.engine import read_transaction, single_read
from gateway.persistence.request_queries import find_named
from gateway.services.context import Gateway
from gateway.services.index_subjects import current_index_key
from gateway.services.members import Members
from gateway.services.request_trail import M, Received, Trail
from keys.crypto.signing import BadSignatureError, SignatureError, VerificationKey
from keys.protocol.envelopes import VerifiedEnvelope, verify_envelope
from keys.protocol.key_chain import UntrustedKeyError
from schemas.envelope import EnvelopeClaims, EnvelopeError, MessageType, check_request
from schemas.message import MessageError
from schemas.problem import ProblemCode, ProblemError

RELAYED = frozenset(
    {
        MessageType.EVALUATE,
        MessageType.EXCHANGE,
        MessageType.RECEIPT,
        MessageType.STATISTICS,
        MessageType.EMERGENCY_REVIEW,
        MessageType.BOARD_EVALUATE,
        MessageType.PARENTS_RESOLVE,
        MessageType.PARENTS_OPEN,
    }
)
"""Messages that are addressed to a provider and passed on; all others are addressed to the gateway."""

_ENVELOPE_PROBLEMS = {
    "wrong_type": ProblemCode.WRONG_MESSAGE_TYPE,
    "wrong_audience": ProblemCode.WRONG_AUDIENCE,
    "expired": ProblemCode.ENVELOPE_EXPIRED,
    "not_yet_valid": ProblemCode.ENVELOPE_EXPIRED,
    "lifetime_too_long": ProblemCode.ENVELOPE_EXPIRED,
    "body_digest_differs": ProblemCode.BODY_DIGEST_DIFFERS,
    "answers_another_request": ProblemCode.ENVELOPE_MALFORMED,
}


def receive_request(
    gateway: Gateway, expected: MessageType, model: type[M], token: str | None, body: bytes, trail: Trail
) -> Received[M]:
    """Return the request if envelope and body are what they must be; fills `trail` on the way.

    Args:
        gateway: the process.
        expected: the message type that this address takes.
        model: the body's form.
        token: the text of the envelope header, None if there was none.
        body: the bytes received, not larger than the message may be.
        trail: an empty one.

    Raises:
        ProblemError: with the first thing that is wrong.
    """
    if not token:
        raise ProblemError(ProblemCode.ENVELOPE_MISSING)
    trail.envelope, members, agreement = _believe(gateway, token)
    trail.index_key = current_index_key(gateway)
    claims = trail.envelope.claims
    try:
        check_request(claims, expected, _audience(gateway, members, expected, claims), body, gateway.now())
    except EnvelopeError as error:
        raise ProblemError(_ENVELOPE_PROBLEMS[error.reason]) from None
    try:
        message = model.from_bytes(body, len(body))
    except MessageError as error:
        raise ProblemError(ProblemCode(error.reason), error.pointer) from None
    return Received(trail.envelope, message, body, trail, members, agreement)


def _believe(gateway: Gateway, token: str) -> tuple[VerifiedEnvelope, Members, StoredAgreement | None]:
    """Return the verified envelope, the register by which it was, and the agreement that it names.

    Verified by the register as it was last read, and believed if that is still the one: one look-up tells its version
    and the agreement. Else, or where it does not verify, register and agreement are read in one snapshot first.
    """
    known = gateway.members.known()
    try:
        envelope = _verify_envelope(gateway, known, token)
    except ProblemError as problem:
        return _believe_anew(gateway, token, known, problem)
    with single_read(gateway.engine) as connection:
        version, agreement = find_named(connection, envelope.claims.agreement or "")
    return (envelope, known, agreement) if version == known.version else _believe_anew(gateway, token, known, None)


def _believe_anew(
    gateway: Gateway, token: str, known: Members, problem: ProblemError | None
) -> tuple[VerifiedEnvelope, Members, StoredAgreement | None]:
    with read_transaction(gateway.engine) as connection:
        members = gateway.members.seen_in(connection)
        if problem is not None and members is known:
            raise problem
        envelope = _verify_envelope(gateway, members, token)
        named = envelope.claims.agreement
        return envelope, members, None if named is None else find_agreement(connection, named)


def _verify_envelope(gateway: Gateway, members: Members, token: str) -> VerifiedEnvelope:
    def find_key(agency: str, key_id: str) -> VerificationKey:
        return members.keys_of(agency).verification_key(key_id, gateway.now().timestamp())

    try:
        return verify_envelope(token, find_key)
    except BadSignatureError:
        raise ProblemError(ProblemCode.BAD_SIGNATURE) from None
    except (SignatureError, MessageError):
        raise ProblemError(ProblemCode.ENVELOPE_MALFORMED) from None
    except UntrustedKeyError as error:
        unknown = error.reason == "unknown_agency"
        raise ProblemError(ProblemCode.UNKNOWN_MEMBER if unknown else ProblemCode.UNKNOWN_KEY) from None


def _audience(gateway: Gateway, members: Members, expected: MessageType, claims: EnvelopeClaims) -> str:
    """Return who must be addressed; whether a member is the agreement's provider is decided later."""
    if expected in RELAYED and members.find(claims.audience) is not None:
        return claims.audience
    return "" if expected in RELAYED else gateway.id
