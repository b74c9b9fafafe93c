"""Passes a permitted request on to its provider, unchanged, and verifies what comes back before anybody sees it."""

from gateway.log.journal import LeafReceipt
from gateway.services.answers import SignedAnswer, promise
from gateway.services.authorise import keys_of_party
from gateway.services.context import Gateway
from gateway.services.provider_client import ProviderReply
from gateway.services.request_trail import M, Received
from keys.crypto.signing import SignatureError, VerificationKey
from keys.protocol.envelopes import VerifiedEnvelope, verify_envelope
from keys.protocol.key_chain import UntrustedKeyError
from schemas.agreement import Party
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER, EnvelopeError, MessageType, check_answer
from schemas.message import MessageError
from schemas.problem import MAX_PROBLEM_BYTES, Problem, ProblemCode, ProblemError

PATHS = {
    MessageType.EVALUATE: "/v1/evaluate",
    MessageType.EXCHANGE: "/v1/exchange",
    MessageType.RECEIPT: "/v1/receipts",
    MessageType.STATISTICS: "/v1/statistics",
    MessageType.BOARD_EVALUATE: "/v1/boards/evaluate",
    MessageType.PARENTS_RESOLVE: "/v1/parents/resolve",
    MessageType.PARENTS_OPEN: "/v1/parents/open",
    MessageType.EMERGENCY_REVIEW: "/v1/emergency/reviews",
}


def relay_request(
    gateway: Gateway, received: Received[M], provider: Party, intent: LeafReceipt, max_bytes: int
) -> SignedAnswer:
    """Return the provider's answer after verifying its envelope; its body is checked by the caller.

    Raises:
        ProblemError: the provider's own refusal, provider_unreachable or provider_answer_invalid.
    """
    member = received.members.find(provider.agency)
    if member is None:
        raise ProblemError(ProblemCode.PROVIDER_UNREACHABLE)
    headers = {
        "Content-Type": "application/json",
        ENVELOPE_HEADER: received.envelope.token,
        RELAY_HEADER: promise(gateway, received.envelope.digest, provider.agency, intent),
    }
    url = member.endpoint.rstrip("/") + PATHS[received.claims.type]
    reply = gateway.providers.send(url, headers, received.body, max_bytes)
    if reply.is_problem:
        raise _refusal_of(reply)
    return SignedAnswer(_verify_answer(gateway, received, provider, reply), reply.body)


def parse_answer(model: type[M], answer: SignedAnswer) -> M:
    """Return the body of a provider's answer; raises ProblemError (provider_answer_invalid)."""
    try:
        return model.from_bytes(answer.body, len(answer.body))
    except MessageError:
        raise ProblemError(ProblemCode.PROVIDER_ANSWER_INVALID) from None


def require_answer(*, fits: bool) -> None:
    """Raise ProblemError (provider_answer_invalid) unless the answer fits its request."""
    if not fits:
        raise ProblemError(ProblemCode.PROVIDER_ANSWER_INVALID)


def _verify_answer(gateway: Gateway, received: Received[M], provider: Party, reply: ProviderReply) -> VerifiedEnvelope:
    now = gateway.now()
    members = gateway.members.current()  # as it is now: the provider may have withdrawn a key meanwhile

    def find_key(agency: str, key_id: str) -> VerificationKey:
        if agency != provider.agency:
            raise UntrustedKeyError(agency, "unknown_agency")
        return keys_of_party(members, provider).verification_key(key_id, now.timestamp())

    try:
        envelope = verify_envelope(reply.envelope, find_key)
        check_answer(envelope.claims, received.claims, received.envelope.digest, provider.agency, reply.body, now)
    except (SignatureError, MessageError, UntrustedKeyError, EnvelopeError):
        raise ProblemError(ProblemCode.PROVIDER_ANSWER_INVALID) from None
    return envelope


def _refusal_of(reply: ProviderReply) -> ProblemError:
    """Read the provider's problem; only its code and pointer are passed on, in our own words."""
    try:
        problem = Problem.from_bytes(reply.body, MAX_PROBLEM_BYTES)
    except MessageError:
        return ProblemError(ProblemCode.PROVIDER_ANSWER_INVALID)
    return ProblemError(problem.code, problem.pointer or "")
