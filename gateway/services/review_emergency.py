"""The second person's verdict on an emergency call: noted and logged here, then passed on to the provider."""

from dataclasses import replace

from sqlalchemy import Connection

from gateway.log.events import EventType
from gateway.log.journal import Draft
from gateway.persistence.emergency_queries import find_call, list_lifted, set_call
from gateway.persistence.engine import read_transaction
from gateway.services.admit_officer import require_not_suspended
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import accept_once, load_agreement
from gateway.services.context import Gateway
from gateway.services.relay_request import parse_answer, relay_request, require_answer
from gateway.services.request_events import intent_event, outcome_event
from gateway.services.request_trail import Received
from schemas.messages.emergency import (
    MAX_EMERGENCY_MESSAGE_BYTES,
    MAX_LIFTED,
    EmergencyReview,
    EmergencyReviewAnswer,
    LiftedAnswer,
    LiftedCall,
    LiftedList,
)
from schemas.problem import ProblemCode, ProblemError


def review_emergency(gateway: Gateway, received: Received[EmergencyReview]) -> Reply:
    """Note the verdict and pass it on; the same one again is only passed on. Accepted after the agreement's end too.

    Raises:
        ProblemError: no agreement, not its requester, replayed, not_found: no such call, approval_missing: by the
            officer who made it, officer_suspended, emergency_reviewed: another verdict stands, or what the provider
            refuses.
    """
    agreement = load_agreement(gateway, received).standing.agreement
    claims = received.claims
    if (claims.issuer, claims.audience) != (agreement.requester.agency, agreement.provider.agency):
        raise ProblemError(ProblemCode.NOT_A_PARTY, clause="parties")

    intended = intent_event(received, EventType.EMERGENCY_REVIEW)
    event = replace(intended, reason=received.message.verdict.value)

    def change(connection: Connection) -> Draft[None]:
        accept_once(connection, received)
        _note(gateway, connection, received)
        return Draft(None, (event,))

    (intent,) = gateway.journal.write(change).receipts
    received.trail.intent = intent.event_id
    answer = relay_request(gateway, received, agreement.provider, intent, MAX_EMERGENCY_MESSAGE_BYTES)
    require_answer(fits=parse_answer(EmergencyReviewAnswer, answer).call == received.message.call)
    outcome = outcome_event(received, EventType.EMERGENCY_REVIEW, answer.envelope)
    (receipt,) = gateway.journal.write(lambda _: Draft(None, (outcome,))).receipts
    return reply_with(gateway, received, answer, receipt)


def list_lifted_calls(gateway: Gateway, received: Received[LiftedList]) -> Reply:
    """Return the calls of, or to, the asking agency whose officers may ask again; nothing personal, so not logged."""

    def change(connection: Connection) -> Draft[None]:
        accept_once(connection, received)
        return Draft(None, ())

    gateway.journal.write(change)
    with read_transaction(gateway.engine) as connection:
        found = list_lifted(connection, received.claims.issuer, MAX_LIFTED)
    calls = tuple(
        LiftedCall(agreement=call.agreement, call=call.call, lifted_at=call.facts.lifted_at)
        for call in found
        if call.facts.lifted_at is not None
    )
    return Reply(sign_answer(gateway, received, LiftedAnswer(calls=calls)))


def _note(gateway: Gateway, connection: Connection, received: Received[EmergencyReview]) -> None:
    claims, message = received.claims, received.message
    call = find_call(connection, claims.agreement or "", message.call)
    if call is None:
        raise ProblemError(ProblemCode.NOT_FOUND, "/call")
    if not claims.officer or claims.officer == call.officer:
        raise ProblemError(ProblemCode.APPROVAL_MISSING, clause="approval")
    require_not_suspended(gateway, connection, claims.issuer, claims.officer)
    if call.facts.verdict not in {None, message.verdict}:
        raise ProblemError(ProblemCode.EMERGENCY_REVIEWED, "/verdict")
    if call.facts.verdict is None:
        set_call(connection, call, verdict=message.verdict.value, reviewed_at=gateway.seconds())
