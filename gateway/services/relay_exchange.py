"""Exchange: the provider answers about granted handles, sealed to the requester; then the requester's receipt."""

from dataclasses import replace

from sqlalchemy import Connection

from gateway.domain.budgets import BudgetKind
from gateway.log.events import Decision, EventType
from gateway.log.journal import Draft
from gateway.services.answers import Reply, reply_with
from gateway.services.authorise import Charge, accept_once, authorise, load_agreement, log_outcome
from gateway.services.context import Gateway
from gateway.services.relay_request import parse_answer, relay_request, require_answer
from gateway.services.request_events import intent_event, outcome_event
from gateway.services.request_trail import Received
from keys.protocol.grants import check_grant, verify_grant
from schemas.agreement import Agreement
from schemas.messages.exchange import (
    MAX_EXCHANGE_ANSWER_BYTES,
    MAX_RECEIPT_BYTES,
    ExchangeAnswer,
    ExchangeRequest,
    ReceiptAnswer,
    ReceiptRequest,
)
from schemas.policy import PolicyRequest
from schemas.problem import ProblemCode, ProblemError


def relay_exchange(gateway: Gateway, received: Received[ExchangeRequest]) -> Reply:
    """Have the provider answer, charged to the agreement's daily budget handle by handle.

    Raises:
        ProblemError: refused, by the gateway or by the provider.
    """
    request = received.message
    agreement = load_agreement(gateway, received).standing.agreement
    asked = len(request.handles)

    def check(agreed: Agreement) -> None:
        grant = verify_grant(request.grant, gateway.find_own_key)
        check_grant(grant, received.claims, request, agreed, gateway.now())

    intent = authorise(
        gateway,
        received,
        PolicyRequest(
            claims=received.claims,
            provider=received.claims.audience,
            records=asked,
            attributes=request.attributes,
        ),
        intent_event(received, EventType.FIELD_QUERY, asked, request.attributes, request.handles),
        check,
        Charge(BudgetKind.RELEASES, asked),
    )
    answer = relay_request(gateway, received, agreement.provider, intent, MAX_EXCHANGE_ANSWER_BYTES)
    released = parse_answer(ExchangeAnswer, answer)
    refused = sum(released.refused.values())
    require_answer(
        fits=released.attributes == request.attributes
        and min(released.refused.values(), default=0) >= 0
        and released.released + refused == asked
    )
    outcome = outcome_event(
        received,
        EventType.FIELD_RELEASE,
        answer.envelope,
        decision=_decision(released.released, refused),
        records=released.released,
        fields=released.attributes,
        result=";".join(f"{name}={count}" for name, count in sorted(released.refused.items())),
        handles=request.handles,
    )
    return reply_with(gateway, received, answer, log_outcome(gateway, received, outcome))


def relay_receipt(gateway: Gateway, received: Received[ReceiptRequest]) -> Reply:
    """Pass on the requester's word that it opened an answer; accepted also after the agreement has ended.

    The log states the digest of the answer's envelope as content, so that the receipt is found with its request.

    Raises:
        ProblemError: no agreement, not its requester, replayed, or the provider did not take it.
    """
    agreement = load_agreement(gateway, received).standing.agreement
    if (received.claims.issuer, received.claims.audience) != (agreement.requester.agency, agreement.provider.agency):
        raise ProblemError(ProblemCode.NOT_A_PARTY, clause="parties")
    event = replace(intent_event(received, EventType.FIELD_RECEIPT), content=received.message.answer)

    def change(connection: Connection) -> Draft[None]:
        accept_once(connection, received)
        return Draft(None, (event,))

    (intent,) = gateway.journal.write(change).receipts
    received.trail.intent = intent.event_id
    answer = relay_request(gateway, received, agreement.provider, intent, MAX_RECEIPT_BYTES)
    noted = parse_answer(ReceiptAnswer, answer)
    require_answer(fits=noted.receipt_number == received.message.receipt_number)
    outcome = outcome_event(received, EventType.FIELD_RECEIPT, answer.envelope)
    (receipt,) = gateway.journal.write(lambda _: Draft(None, (outcome,))).receipts
    return reply_with(gateway, received, answer, receipt)


def _decision(released: int, refused: int) -> Decision:
    if not refused:
        return "permit"
    return "partial" if released else "deny"
