"""What all steps of an agreement's life have in common: who may take them, the table, the history, the answer."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection

from gateway.domain.agreement_states import UnlawfulStepError, past_of, state_after
from gateway.log.events import Event, EventType, PersonalField
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import (
    StoredAgreement,
    find_agreement,
    find_state,
    set_review_due,
    set_state,
)
from gateway.persistence.agreement_step_queries import add_step, list_steps
from gateway.persistence.engine import read_transaction
from gateway.persistence.publication_queries import list_active
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import keys_of_party, load_agreement
from gateway.services.context import Gateway
from gateway.services.held_items import calendar_of
from gateway.services.members import Members
from gateway.services.request_events import register_event
from gateway.services.request_trail import M, Received
from keys.protocol.agreements import AgreementError, verify_signature
from keys.protocol.key_chain import AgencyKeys
from schemas.agreement import Agreement, AgreementSignature, AgreementState, Party
from schemas.agreement_steps import (
    MAX_TOLD_STEPS,
    AgreementHistoryStep,
    AgreementStep,
    delivery_due_at,
    review_due_at,
)
from schemas.messages.agreements import AgreementAnswer, SignedAgreement
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import load_purposes

_BEGINS_REVIEW = frozenset({AgreementStep.PROPOSE, AgreementStep.SETTLE_REOPEN})
_BINDS = frozenset({AgreementStep.SIGN, AgreementStep.COUNTERSIGN})
_KEEPS_REVIEW = frozenset({AgreementStep.ACCEPT_COMPLETE})


def load_for_step(gateway: Gateway, received: Received[M], digest: str) -> StoredAgreement:
    """Return the agreement that body and envelope both name, to one of those who sign it; raises ProblemError."""
    if received.claims.agreement not in {None, digest}:
        raise ProblemError(ProblemCode.NO_AGREEMENT, "/agreement")
    return load_agreement(gateway, received, digest, Agreement.signer_of)


def get_stored(connection: Connection, digest: str) -> StoredAgreement:
    """Return the agreement as it stands in this transaction; raises ProblemError (no_agreement)."""
    stored = find_agreement(connection, digest)
    if stored is None:
        raise ProblemError(ProblemCode.NO_AGREEMENT)
    return stored


def advance(
    connection: Connection, gateway: Gateway, digest: str, told: AgreementHistoryStep, *, by_clock: bool = False
) -> StoredAgreement:
    """Take a step: move the agreement, write the step down, set when the answer is due; return how it stands then.

    Raises:
        ProblemError: agreement_step_refused where the table knows no such step.
    """
    stored, history = get_stored(connection, digest), list_steps(connection, digest)
    document, due_at = stored.standing.agreement, stored.signed.review_due_at
    before = None if document.replaces is None else find_state(connection, document.replaces)
    past = past_of(
        history,
        was_returned=before is AgreementState.INCOMPLETE,
        is_overdue=due_at is not None and told.at >= due_at,
    )
    try:
        after = state_after(document, stored.signed.state, told.step, None if by_clock else told.agency, past)
    except UnlawfulStepError:
        raise ProblemError(ProblemCode.AGREEMENT_STEP_REFUSED, clause="state") from None
    set_state(connection, digest, after)
    write_step(connection, gateway, digest, told, history)
    return get_stored(connection, digest)


def write_step(
    connection: Connection,
    gateway: Gateway,
    digest: str,
    told: AgreementHistoryStep,
    history: tuple[AgreementHistoryStep, ...] = (),
) -> None:
    """Write a step down and set until when the provider is to answer, or in force to publish, if it still is."""
    add_step(connection, digest, told)
    if told.step in _KEEPS_REVIEW:
        return
    begun = [one.at for one in (*history, told) if one.step in _BEGINS_REVIEW]
    is_extended = told.step is AgreementStep.EXTEND
    is_reviewed = is_extended or told.step in _BEGINS_REVIEW
    if is_reviewed:
        due_at: int | None = review_due_at(begun[-1], calendar_of(gateway), is_extended=is_extended)
    else:
        due_at = _delivery_due(connection, gateway, digest, (*history, told))
    set_review_due(connection, digest, due_at)


def _delivery_due(
    connection: Connection, gateway: Gateway, digest: str, history: tuple[AgreementHistoryStep, ...]
) -> int | None:
    """Return until when an index is to be published, None where the agreement wants none or has one."""
    stored, signed_at = get_stored(connection, digest), [one.at for one in history if one.step in _BINDS]
    terms, is_active = stored.standing.agreement, stored.signed.state is AgreementState.ACTIVE
    if not is_active or not signed_at or not load_purposes()[terms.purpose].has_index:
        return None
    begun_at = max(signed_at[-1], terms.valid_from)
    return None if list_active(connection, digest) else delivery_due_at(begun_at, calendar_of(gateway))


def verified_signature(
    members: Members, document: Agreement, token: str, party: Party, pointer: str = "/signature"
) -> AgreementSignature:
    """Return what `party` signed; raises ProblemError (agreement_invalid) if it did not, or something else."""

    def keys_of(agency: str, pinned: str) -> AgencyKeys:
        return keys_of_party(members, Party(agency=agency, signing_key=pinned))

    try:
        signed = verify_signature(document, token, keys_of)
    except AgreementError:
        raise ProblemError(ProblemCode.AGREEMENT_INVALID, pointer) from None
    if signed.agency != party.agency:
        raise ProblemError(ProblemCode.AGREEMENT_INVALID, pointer)
    return signed


def step_event(received: Received[M], event_type: EventType, told: AgreementHistoryStep | None = None) -> Event:
    """Return the event of a step that an agency took, with its reasons as a code and its note."""
    event = register_event(received, event_type)
    if told is None:
        return event
    reason = ".".join([told.step.value, "+".join(told.reasons)]) if told.reasons else told.step.value
    personal = {} if told.note is None else {PersonalField.NOTE: told.note}
    return replace(event, reason=reason, personal=personal)


def signature_event(received: Received[M], event_type: EventType, signed: AgreementSignature) -> Event:
    """Return the event of a signature, with the references of the two officers who stand for it."""
    officer, approver = signed.signatories
    personal = {PersonalField.OFFICER: officer, PersonalField.APPROVER: approver}
    return replace(register_event(received, event_type), personal=personal)


def with_history(connection: Connection, stored: StoredAgreement) -> SignedAgreement:
    """Return the agreement as its parties are told of it."""
    history = list_steps(connection, stored.standing.digest, MAX_TOLD_STEPS)
    return stored.signed.model_copy(update={"history": history})


def answer_step(
    gateway: Gateway, received: Received[M], change: Callable[[Connection], Draft[StoredAgreement]]
) -> Reply:
    """Make the change, and answer with the agreement as it stands then."""
    written = gateway.journal.write(change)
    with read_transaction(gateway.engine) as connection:
        told = with_history(connection, written.value)
    answer = sign_answer(gateway, received, AgreementAnswer(agreements=(told,)))
    if not written.receipts:
        return Reply(answer)
    return reply_with(gateway, received, answer, written.receipts[0])
