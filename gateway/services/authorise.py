"""Decides on a verified request and, if it is permitted, makes that durable: replay id, charge and intent together."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from gateway.domain.budgets import BudgetExhaustedError, BudgetKind, budget_day, charge, limit_of
from gateway.log.events import Event
from gateway.log.journal import Draft, LeafReceipt
from gateway.persistence.agreement_queries import StoredAgreement, find_agreement, find_state
from gateway.persistence.engine import read_transaction
from gateway.persistence.request_queries import find_admission, find_budget_use, note_envelope, set_budget_use
from gateway.services.admit_officer import charge_officer, note_call, require_not_suspended
from gateway.services.context import Gateway
from gateway.services.members import Members
from gateway.services.request_trail import M, Received
from gateway.services.witness_gate import require_witnessed
from keys.protocol.key_chain import AgencyKeys, UntrustedKeyError
from schemas.agreement import Agreement, AgreementState, Party
from schemas.attribute_catalogue import never_released
from schemas.envelope import MAX_CLOCK_SKEW
from schemas.policy import Deny, PolicyRequest, Standing, decide
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import load_purposes


@dataclass(frozen=True, slots=True)
class Charge:
    """What a request takes from a day's budget."""

    kind: BudgetKind
    amount: int


def load_agreement(
    gateway: Gateway,
    received: Received[M],
    digest: str | None = None,
    party_of: Callable[[Agreement, str], Party | None] = Agreement.party_of,
) -> StoredAgreement:
    """Return the agreement that the envelope names, after checking that the key that signed follows from its pin.

    Args:
        gateway: the process.
        received: the verified request.
        digest: the agreement that the body names, where it is the body that does.
        party_of: who counts as a party: requester and provider, if nothing else is said.

    Raises:
        ProblemError: no_agreement, not_a_party, unknown_key.
    """
    stored = received.named_agreement if digest is None else _read_agreement(gateway, digest)
    if stored is None:
        raise ProblemError(ProblemCode.NO_AGREEMENT, clause="agreement")
    party = party_of(stored.standing.agreement, received.claims.issuer)
    if party is None:
        raise ProblemError(ProblemCode.NOT_A_PARTY, clause="parties")
    # The trail names the agreement only from here: a stranger's refusal is not written into the parties' trail.
    received.trail.agreement = stored
    try:
        keys_of_party(received.members, party).verification_key(received.envelope.key_id, gateway.now().timestamp())
    except UntrustedKeyError:
        raise ProblemError(ProblemCode.UNKNOWN_KEY, clause="parties") from None
    return stored


def _read_agreement(gateway: Gateway, digest: str) -> StoredAgreement | None:
    with read_transaction(gateway.engine) as connection:
        return find_agreement(connection, digest)


def keys_of_party(members: Members, party: Party) -> AgencyKeys:
    """Return a party's keys as they follow from the pinned thumbprint; raises UntrustedKeyError."""
    return members.keys_of(party.agency, party.signing_key)


def authorise(
    gateway: Gateway,
    received: Received[M],
    request: PolicyRequest,
    event: Event,
    further_check: Callable[[Agreement], None] | None = None,
    charged: Charge | None = None,
) -> LeafReceipt:
    """Permit the request and log it, or raise. Decided twice: before the costly checks, and under the write lock.

    Args:
        gateway: the process.
        received: the verified request; its agreement was loaded.
        request: what `decide` decides on.
        event: the intent to log.
        further_check: raises ProblemError; runs after the first decision.
        charged: what the request takes from the day's budget.

    Raises:
        ProblemError: the first clause that refuses, log_not_witnessed, officer_suspended, replayed, budget_exhausted,
            officer_budget_exhausted or emergency_call_over; nothing was charged then.
    """
    check_permitted(gateway, received, request, further_check)
    (receipt,) = log_permitted(gateway, received, request, (event,), charged)
    received.trail.intent = receipt.event_id
    return receipt


def check_permitted(
    gateway: Gateway,
    received: Received[M],
    request: PolicyRequest,
    further_check: Callable[[Agreement], None] | None = None,
) -> None:
    """Decide for the first time, before anything costly; raises as `authorise`. Nothing may leave after this alone."""
    stored = _get_agreement(received)
    _decide(gateway, request, stored.standing)
    require_witnessed(gateway)
    if further_check is not None:
        further_check(stored.standing.agreement)


def log_permitted(
    gateway: Gateway,
    received: Received[M],
    request: PolicyRequest,
    events: tuple[Event, ...],
    charged: Charge | None = None,
    further_change: Callable[[Connection], None] | None = None,
) -> tuple[LeafReceipt, ...]:
    """Decide for the second time, under the write lock, and make the acceptance and `events` durable together.

    Raises as `authorise`, or what `further_change` does, which is made in the same transaction; nothing is left then.
    """
    stored = _get_agreement(received)

    def change(connection: Connection) -> Draft[None]:
        issuer, officer = received.claims.issuer, received.claims.officer or ""
        now = find_admission(connection, stored.standing.digest, issuer, officer)
        _decide(gateway, request, _standing_in(stored.standing, now.state))
        if now.has_unsettled:
            require_not_suspended(gateway, connection, issuer, officer)
        accept_once(connection, received)
        if charged is not None:
            _charge(gateway, connection, stored.standing, charged)
            charge_officer(gateway, connection, stored.standing, officer, charged.kind, charged.amount)
        evaluations = charged.amount if charged is not None and charged.kind is BudgetKind.EVALUATIONS else 0
        note_call(gateway, connection, received, evaluations)
        if further_change is not None:
            further_change(connection)
        return Draft(None, events)

    return gateway.journal.write(change).receipts


def accept_once(connection: Connection, received: Received[M]) -> None:
    """Note the envelope's id as used; raises ProblemError (replayed) if it was."""
    kept_until = received.claims.expires_at + int(MAX_CLOCK_SKEW.total_seconds())
    if not note_envelope(connection, received.claims.id, kept_until):
        raise ProblemError(ProblemCode.REPLAYED)


def require_active(connection: Connection, standing: Standing) -> None:
    """Check that the agreement is still active: it may have been revoked while a request was under way.

    Raises:
        ProblemError: agreement_not_active.
    """
    if find_state(connection, standing.digest) is not AgreementState.ACTIVE:
        raise ProblemError(ProblemCode.AGREEMENT_NOT_ACTIVE, clause="state")


def log_outcome(
    gateway: Gateway, received: Received[M], event: Event, change: Callable[[Connection], None] | None = None
) -> LeafReceipt:
    """Log what became of a permitted request, if its agreement is still active; only then may the answer leave.

    `change` is made in the same transaction; where it raises, nothing is changed or logged.
    """
    stored = _get_agreement(received)

    def write(connection: Connection) -> Draft[None]:
        require_active(connection, stored.standing)
        if change is not None:
            change(connection)
        return Draft(None, (event,))

    (receipt,) = gateway.journal.write(write).receipts
    return receipt


def _get_agreement(received: Received[M]) -> StoredAgreement:
    if received.trail.agreement is None:
        raise ProblemError(ProblemCode.NO_AGREEMENT, clause="agreement")
    return received.trail.agreement


def _standing_in(standing: Standing, state: AgreementState | None) -> Standing:
    """Return the standing with the state of now; an agreement that is gone counts as revoked."""
    return standing if state is standing.state else replace(standing, state=state or AgreementState.REVOKED)


def _decide(gateway: Gateway, request: PolicyRequest, standing: Standing) -> None:
    if standing.state is AgreementState.EXPIRED:  # noted by the clock; the same answer as a moment before
        raise ProblemError(ProblemCode.AGREEMENT_EXPIRED, clause="valid_until")
    purpose = load_purposes().get(standing.agreement.purpose)
    decision = decide(request, standing, purpose, never_released(), gateway.now())
    if isinstance(decision, Deny):
        raise ProblemError(decision.code, decision.pointer, decision.clause)


def _charge(gateway: Gateway, connection: Connection, standing: Standing, charged: Charge) -> None:
    day = budget_day(gateway.now())
    used = find_budget_use(connection, standing.digest, day).get(charged.kind, 0)
    try:
        after = charge(charged.kind, used, charged.amount, limit_of(standing.agreement, charged.kind))
    except BudgetExhaustedError as error:
        raise ProblemError(ProblemCode.BUDGET_EXHAUSTED, clause=f"{error.kind.value}_per_day") from None
    set_budget_use(connection, standing.digest, day, charged.kind, after)
