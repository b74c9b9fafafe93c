"""Agreements: propose, sign, suspend, resume, revoke, list. Two signatures make one active; either party ends it."""

from collections.abc import Callable

from sqlalchemy import Connection

from gateway.domain.agreement_states import Step, UnlawfulStepError, state_after
from gateway.log.events import Event, EventType
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import (
    StoredAgreement,
    add_agreement,
    find_agreement,
    find_state,
    is_agreement_id_used,
    list_agreements,
    set_provider_signature,
    set_state,
)
from gateway.persistence.engine import read_transaction
from gateway.services.agreement_terms import require_registered_terms
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import accept_once, keys_of_party, load_agreement
from gateway.services.context import Gateway
from gateway.services.destroy_index import delete_ended_rows, end_indexes
from gateway.services.destroy_runs import delete_ended_runs
from gateway.services.members import Members
from gateway.services.request_trail import M, Received, register_event
from gateway.services.witness_gate import require_witnessed_history
from keys.protocol.agreements import AgreementError, verify_signature
from keys.protocol.key_chain import AgencyKeys
from schemas.agreement import Agreement, AgreementState, Party
from schemas.messages.agreements import (
    AgreementAnswer,
    AgreementEnd,
    AgreementList,
    AgreementPropose,
    AgreementSign,
)
from schemas.problem import ProblemCode, ProblemError

_EVENT_OF: dict[Step, EventType] = {
    "suspend": EventType.AGREEMENT_SUSPEND,
    "resume": EventType.AGREEMENT_ACTIVATE,
    "revoke": EventType.AGREEMENT_REVOKE,
}


def propose_agreement(gateway: Gateway, received: Received[AgreementPropose]) -> Reply:
    """Take the requester's signed proposal; the same proposal again changes nothing.

    Raises:
        ProblemError: not_a_party, agreement_invalid, or what `require_registered_terms` refuses.
    """
    document, signature = received.message.agreement, received.message.signature
    if received.claims.issuer != document.requester.agency:
        raise ProblemError(ProblemCode.NOT_A_PARTY, "/agreement/requester", "parties")
    require_registered_terms(document, received.members, gateway.seconds())
    _require_signature(received.members, document, signature, document.requester)

    def change(connection: Connection) -> Draft[StoredAgreement]:
        accept_once(connection, received)
        stored = find_agreement(connection, document.digest())
        if stored is not None:
            return Draft(stored, ())
        if is_agreement_id_used(connection, document.id):
            raise ProblemError(ProblemCode.AGREEMENT_INVALID, "/agreement/id")
        add_agreement(connection, document, signature)
        added = _get(connection, document.digest())
        received.trail.agreement = added
        return Draft(added, (register_event(received, EventType.AGREEMENT_PROPOSE),))

    return _answer(gateway, received, change)


def sign_agreement(gateway: Gateway, received: Received[AgreementSign]) -> Reply:
    """Take the provider's signature; with it the agreement is active.

    Raises:
        ProblemError: no_agreement, not_a_party, agreement_not_active (revoked), agreement_invalid, log_not_witnessed.
    """
    stored = _load(gateway, received, received.message.agreement)
    document = stored.signed.agreement
    if received.claims.issuer != document.provider.agency:
        raise ProblemError(ProblemCode.NOT_A_PARTY, "/agreement", "parties")
    _require_signature(received.members, document, received.message.signature, document.provider)
    # Time has passed since the proposal: the catalogue or the register may have changed.
    require_registered_terms(document, received.members, gateway.seconds())
    require_witnessed_history(gateway)

    def change(connection: Connection) -> Draft[StoredAgreement]:
        accept_once(connection, received)
        now = _get(connection, stored.standing.digest)
        if now.signed.state is AgreementState.ACTIVE and len(now.signed.signatures) == 2:
            return Draft(now, ())
        _require_step(now.signed.state, "sign")
        set_provider_signature(connection, stored.standing.digest, received.message.signature)
        events = tuple(
            register_event(received, event_type)
            for event_type in (EventType.AGREEMENT_SIGN, EventType.AGREEMENT_ACTIVATE)
        )
        return Draft(_get(connection, stored.standing.digest), events)

    return _answer(gateway, received, change)


def end_agreement(gateway: Gateway, received: Received[AgreementEnd]) -> Reply:
    """Suspend, resume or revoke, as either party wishes. Revoking destroys index and runs before this returns.

    Raises:
        ProblemError: no_agreement, not_a_party, agreement_not_active where there is no such step, or log_not_witnessed
            for a resumption.
    """
    stored = _load(gateway, received, received.message.agreement)
    action = received.message.action
    if action == "resume":
        require_witnessed_history(gateway)

    def change(connection: Connection) -> Draft[StoredAgreement]:
        accept_once(connection, received)
        digest = stored.standing.digest
        state = find_state(connection, digest) or AgreementState.REVOKED
        set_state(connection, digest, _require_step(state, action))
        events: tuple[Event, ...] = (register_event(received, _EVENT_OF[action]),)
        if action == "revoke" and end_indexes(connection, digest):
            events = (*events, register_event(received, EventType.INDEX_DESTROY))
        return Draft(_get(connection, digest), events)

    reply = _answer(gateway, received, change)
    if action == "revoke":
        delete_ended_runs(gateway, stored.standing.digest)
        delete_ended_rows(gateway, stored.standing.digest)
    return reply


def answer_agreement_list(gateway: Gateway, received: Received[AgreementList]) -> Reply:
    """Return all agreements to which the asking agency is a party."""
    with read_transaction(gateway.engine) as connection:
        agreements = list_agreements(connection, received.claims.issuer)
    message = AgreementAnswer(agreements=tuple(stored.signed for stored in agreements))

    def change(connection: Connection) -> Draft[None]:
        accept_once(connection, received)
        return Draft(None, ())

    gateway.journal.write(change)
    return Reply(sign_answer(gateway, received, message))


def _load(gateway: Gateway, received: Received[M], digest: str) -> StoredAgreement:
    """Return the agreement that body and envelope both name."""
    if received.claims.agreement not in {None, digest}:
        raise ProblemError(ProblemCode.NO_AGREEMENT, "/agreement")
    return load_agreement(gateway, received, digest)


def _get(connection: Connection, digest: str) -> StoredAgreement:
    stored = find_agreement(connection, digest)
    if stored is None:
        raise ProblemError(ProblemCode.NO_AGREEMENT)
    return stored


def _require_step(state: AgreementState, step: Step) -> AgreementState:
    try:
        return state_after(state, step)
    except UnlawfulStepError:
        raise ProblemError(ProblemCode.AGREEMENT_NOT_ACTIVE, clause="state") from None


def _require_signature(members: Members, document: Agreement, token: str, party: Party) -> None:
    def keys_of(agency: str, pinned: str) -> AgencyKeys:
        return keys_of_party(members, Party(agency=agency, signing_key=pinned))

    try:
        signer = verify_signature(document, token, keys_of)
    except AgreementError:
        raise ProblemError(ProblemCode.AGREEMENT_INVALID, "/signature") from None
    if signer != party.agency:
        raise ProblemError(ProblemCode.AGREEMENT_INVALID, "/signature")


def _answer(gateway: Gateway, received: Received[M], change: Callable[[Connection], Draft[StoredAgreement]]) -> Reply:
    written = gateway.journal.write(change)
    answer = sign_answer(gateway, received, AgreementAnswer(agreements=(written.value.signed,)))
    if not written.receipts:
        return Reply(answer)
    return reply_with(gateway, received, answer, written.receipts[0])
