"""What a provider checks before it looks at its own data: everything that the gateway checked, once more.

(1) the agreement that the envelope names, from this agency's own signed copy; (2) the requester's signature, with a
key that follows from the one the agreement pins; (3) type, audience, lifetime, body; (4) the gateway's promise that
the request is in the log; (5) the form of the body; (6) the decision; (7) its id, once for ever, and the budget.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import Connection

from connectors.context import Connector
from connectors.own_log.messages import Answered, asked_of, note_message, peer_of
from connectors.state.agreements import AgreementCopy, read_with_registry
from connectors.state.database import single_read, writing
from connectors.state.promises import note_promise
from connectors.trust import TrustStore, TrustView
from keys.crypto.signing import SignatureError, VerificationKey
from keys.protocol.envelopes import VerifiedEnvelope, read_unverified, verify_read_envelope, verify_relay
from keys.protocol.key_chain import UntrustedKeyError
from schemas.agreement import Party
from schemas.attribute_catalogue import never_released
from schemas.envelope import (
    EnvelopeClaims,
    EnvelopeError,
    MessageType,
    RelayClaims,
    check_lifetime,
    check_request,
)
from schemas.formats import MAX_ENVELOPE_CHARACTERS
from schemas.message import Message, MessageError
from schemas.policy import Deny, PolicyRequest, Standing, decide
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import load_purposes

T = TypeVar("T", bound=Message)

PROBLEM_OF: dict[str, ProblemCode] = {
    "wrong_type": ProblemCode.WRONG_MESSAGE_TYPE,
    "wrong_audience": ProblemCode.WRONG_AUDIENCE,
    "expired": ProblemCode.ENVELOPE_EXPIRED,
    "not_yet_valid": ProblemCode.ENVELOPE_EXPIRED,
    "lifetime_too_long": ProblemCode.ENVELOPE_EXPIRED,
    "body_digest_differs": ProblemCode.BODY_DIGEST_DIFFERS,
    "answers_another_request": ProblemCode.WRONG_MESSAGE_TYPE,
}


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request as it came in: the two headers and the body."""

    envelope: str
    relay: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Promised:
    """The gateway's verified promise that the request is in its log: its claims, and its text as signed."""

    claims: RelayClaims
    token: str


@dataclass(frozen=True, slots=True)
class Verified(Generic[T]):
    """A request that passed every check up to its form: who asked under which agreement, and what.

    `trust` is the registry by which it was verified.
    """

    envelope: VerifiedEnvelope
    copy: AgreementCopy
    message: T
    promised: Promised
    trust: TrustView

    @property
    def claims(self) -> EnvelopeClaims:
        """The claims of the requester's envelope."""
        return self.envelope.claims


def verify_arrived(
    connector: Connector,
    trust: TrustStore,
    arrived: Arrived,
    expected: MessageType,
    model: type[T],
    max_bytes: int,
    presented: AgreementCopy | None = None,
) -> Verified[T]:
    """Check steps 1 to 5 and return what was asked; what is to be noted of it is for the caller (`note_request`).

    Agreement and registry are read in one snapshot, by one statement.

    Where the request comes from the provider of an agreement that this agency is no party of, `presented` is that
    agreement, shown by the provider and verified.

    Raises:
        ProblemError: with the first thing that is wrong.
    """
    now = connector.now()
    stated = _read_stated(arrived.envelope)
    copy, view = _agreement_of(connector, trust, stated) if presented is None else (presented, trust.look())
    signer = copy.agreement.requester if presented is None else copy.agreement.provider
    envelope = _verify_signer(view, signer, arrived.envelope, stated, now)
    try:
        check_request(envelope.claims, expected, connector.agency, arrived.body, now)
    except EnvelopeError as error:
        raise ProblemError(PROBLEM_OF[error.reason]) from None
    promised = _verify_promise(connector, view, arrived.relay, envelope.digest)
    try:
        message = model.from_bytes(arrived.body, max_bytes)
    except MessageError as error:
        with writing(connector.state) as connection:
            _note_promise(connector, connection, promised)
        raise ProblemError(ProblemCode(error.reason), error.pointer) from None
    return Verified(envelope, copy, message, promised, view)


def note_request(
    connector: Connector, connection: Connection, verified: Verified[T], answered: Answered | None = None
) -> None:
    """Note a verified request and the gateway's promise about it, to compare both with the log; once.

    `answered` is its answer, where that is known already.
    """
    _note_promise(connector, connection, verified.promised)
    claims = verified.claims
    asked, peer = asked_of(verified.message, claims), peer_of(claims, verified.copy.agreement)
    note_message(connection, verified.envelope, asked, peer, connector.seconds(), answered)


def decide_here(verified: Verified[T], now: datetime, *, records: int, attributes: tuple[str, ...] = ()) -> None:
    """Decide from this agency's own copy of the agreement (step 6).

    Raises:
        ProblemError: with the code and clause of the refusal.
    """
    standing: Standing = verified.copy.standing
    provider = standing.agreement.provider.agency
    request = PolicyRequest(claims=verified.claims, provider=provider, records=records, attributes=attributes)
    purpose = load_purposes().get(standing.agreement.purpose)
    decision = decide(request, standing, purpose, never_released(), now)
    if isinstance(decision, Deny):
        raise ProblemError(decision.code, decision.pointer, decision.clause)


def _read_stated(token: str) -> EnvelopeClaims:
    """Return what the envelope states, unverified as yet: it names the agreement, which names the key."""
    try:
        return read_unverified(EnvelopeClaims, token, MAX_ENVELOPE_CHARACTERS)
    except (SignatureError, MessageError):
        raise ProblemError(ProblemCode.ENVELOPE_MALFORMED) from None


def _agreement_of(
    connector: Connector, trust: TrustStore, stated: EnvelopeClaims
) -> tuple[AgreementCopy, TrustView]:
    with single_read(connector.state) as connection:
        found = read_with_registry(connection, stated.agreement) if stated.agreement else None
    if found is None or found[0].agreement.provider.agency != connector.agency:
        raise ProblemError(ProblemCode.NO_AGREEMENT, clause="agreement")
    copy, registry = found
    return copy, TrustView(trust, registry)


def _verify_signer(
    trust: TrustView, signer: Party, token: str, stated: EnvelopeClaims, now: datetime
) -> VerifiedEnvelope:
    def find_key(agency: str, key_id: str) -> VerificationKey:
        if agency != signer.agency:
            raise UntrustedKeyError(agency, "unknown_agency")
        return trust.verification_key(agency, signer.signing_key, key_id, now)

    try:
        return verify_read_envelope(token, stated, find_key)
    except UntrustedKeyError as error:
        code = ProblemCode.NOT_A_PARTY if error.reason == "unknown_agency" else ProblemCode.UNKNOWN_KEY
        raise ProblemError(code) from None
    except (SignatureError, MessageError):
        raise ProblemError(ProblemCode.BAD_SIGNATURE) from None


def _verify_promise(connector: Connector, trust: TrustView, token: str, envelope: str) -> Promised:
    now = connector.now()
    try:
        claims = verify_relay(token, lambda agency, key_id: trust.gateway_key(agency, key_id, now))
        check_lifetime(claims.issued_at, claims.expires_at, now)
    except (SignatureError, MessageError, EnvelopeError, UntrustedKeyError):
        raise ProblemError(ProblemCode.RELAY_NOT_PROVEN) from None
    if claims.envelope != envelope or claims.audience != connector.agency:
        raise ProblemError(ProblemCode.RELAY_NOT_PROVEN)
    return Promised(claims, token)


def _note_promise(connector: Connector, connection: Connection, promised: Promised) -> None:
    note_promise(connection, promised.claims, promised.token, connector.seconds(), is_own_request=False)
