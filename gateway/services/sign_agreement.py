"""Signatures of agreements: the provider's and, where there is a lead body, its countersignature."""

from sqlalchemy import Connection

from gateway.log.events import Event, EventType
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import StoredAgreement, set_lead_signature, set_provider_signature
from gateway.services.agreement_life import (
    advance,
    answer_step,
    get_stored,
    load_for_step,
    signature_event,
    step_event,
    verified_signature,
)
from gateway.services.agreement_terms import require_registered_terms
from gateway.services.answers import Reply
from gateway.services.authorise import accept_once
from gateway.services.context import Gateway
from gateway.services.replace_agreements import replace_earlier
from gateway.services.request_trail import M, Received
from gateway.services.witness_gate import require_witnessed_history
from schemas.agreement import Agreement, AgreementState, Party
from schemas.agreement_steps import AgreementHistoryStep, AgreementStep
from schemas.messages.agreements import AgreementCountersign, AgreementSign
from schemas.problem import ProblemCode, ProblemError

_SIGNED = frozenset({AgreementState.AGREED, AgreementState.ACTIVE})


def sign_agreement(gateway: Gateway, received: Received[AgreementSign]) -> Reply:
    """Take the provider's signature; the agreement is active then, or waits for the lead body's.

    Raises:
        ProblemError: no_agreement, not_a_party, agreement_step_refused, agreement_invalid, log_not_witnessed.
    """
    stored = load_for_step(gateway, received, received.message.agreement)
    provider = stored.standing.agreement.provider
    return _take_signature(gateway, received, received.message.signature, provider, AgreementStep.SIGN)


def countersign_agreement(gateway: Gateway, received: Received[AgreementCountersign]) -> Reply:
    """Take the lead body's signature; with it the agreement is active.

    Raises:
        ProblemError: no_agreement, not_a_party, agreement_step_refused, agreement_invalid, log_not_witnessed.
    """
    stored = load_for_step(gateway, received, received.message.agreement)
    lead = stored.standing.agreement.lead
    return _take_signature(gateway, received, received.message.signature, lead, AgreementStep.COUNTERSIGN)


def _take_signature(
    gateway: Gateway, received: Received[M], token: str, party: Party | None, step: AgreementStep
) -> Reply:
    loaded = received.trail.agreement
    if loaded is None or party is None or received.claims.issuer != party.agency:
        raise ProblemError(ProblemCode.NOT_A_PARTY, "/agreement", "parties")
    document, digest = loaded.standing.agreement, loaded.standing.digest
    signed = verified_signature(received.members, document, token, party)
    # Time has passed since the proposal: the catalogue or the register may have changed.
    require_registered_terms(document, received.members, gateway.seconds(), gateway.settings.lead_body)
    require_witnessed_history(gateway)
    is_provider = step is AgreementStep.SIGN
    keep = set_provider_signature if is_provider else set_lead_signature

    def change(connection: Connection) -> Draft[StoredAgreement]:
        accept_once(connection, received)
        if _has_signed(get_stored(connection, digest), document, party):
            return Draft(get_stored(connection, digest), ())
        keep(connection, digest, token)
        told = AgreementHistoryStep(step=step, agency=party.agency, at=gateway.seconds())
        now = advance(connection, gateway, digest, told)
        event_type = EventType.AGREEMENT_SIGN if is_provider else EventType.AGREEMENT_COUNTERSIGN
        events: tuple[Event, ...] = (signature_event(received, event_type, signed),)
        if now.signed.state is AgreementState.ACTIVE:
            activated = step_event(received, EventType.AGREEMENT_ACTIVATE)
            events = (*events, activated, *replace_earlier(connection, gateway, now))
        return Draft(now, events)

    return answer_step(gateway, received, change)


def _has_signed(stored: StoredAgreement, document: Agreement, party: Party) -> bool:
    """The same message may come again: a signature counts once."""
    signatures, state = len(stored.signed.signatures), stored.signed.state
    return state in _SIGNED and signatures > document.signers.index(party)
