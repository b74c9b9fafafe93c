"""Evaluate: the provider evaluates the requester's blinded elements; the gateway charges, logs and passes on."""

from datetime import datetime

from gateway.domain.budgets import BudgetKind
from gateway.log.events import EventType
from gateway.persistence.engine import read_transaction
from gateway.persistence.publication_queries import find_active
from gateway.services.answers import Reply, reply_with
from gateway.services.authorise import Charge, authorise, keys_of_party, load_agreement, log_outcome
from gateway.services.context import Gateway
from gateway.services.members import Members
from gateway.services.relay_request import parse_answer, relay_request, require_answer
from gateway.services.request_events import intent_event, outcome_event
from gateway.services.request_trail import Received
from keys.protocol.key_chain import UntrustedKeyError
from schemas.agreement import Agreement
from schemas.base64url import decode_base64url
from schemas.formats import ELEMENT_BYTES
from schemas.key_statement import KeyStatement
from schemas.messages.evaluate import MAX_EVALUATE_BYTES, EvaluateAnswer, EvaluateRequest
from schemas.policy import PolicyRequest
from schemas.problem import ProblemCode, ProblemError


def relay_evaluation(gateway: Gateway, received: Received[EvaluateRequest]) -> Reply:
    """Have the elements evaluated, charged to the agreement's daily budget one by one.

    Raises:
        ProblemError: refused, by the gateway or by the provider.
    """
    agreement = load_agreement(gateway, received).standing.agreement
    elements = _count(received.message.blinded)

    def check(agreed: Agreement) -> None:
        _stated_key(gateway, agreed, received)
        _require_index(gateway, received)

    intent = authorise(
        gateway,
        received,
        PolicyRequest(claims=received.claims, provider=received.claims.audience, records=elements),
        intent_event(received, EventType.EVALUATE_QUERY, elements),
        check,
        Charge(BudgetKind.EVALUATIONS, elements),
    )
    answer = relay_request(gateway, received, agreement.provider, intent, MAX_EVALUATE_BYTES)
    evaluated = parse_answer(EvaluateAnswer, answer)
    stated = _stated_key(gateway, agreement, received)
    require_answer(fits=_count(evaluated.evaluated) == elements and evaluated.key_id == stated.key_id)
    outcome = outcome_event(received, EventType.EVALUATE_RESULT, answer.envelope, records=elements)
    return reply_with(gateway, received, answer, log_outcome(gateway, received, outcome))


def evaluation_key(members: Members, agreement: Agreement, digest: str, epoch: int, now: datetime) -> KeyStatement:
    """Return the provider's statement of the agreement's evaluation key of `epoch`.

    Raises:
        ProblemError: epoch_unknown.
    """
    try:
        return keys_of_party(members, agreement.provider).evaluation_key(digest, epoch, now)
    except UntrustedKeyError:
        raise ProblemError(ProblemCode.EPOCH_UNKNOWN, "/epoch") from None


def _stated_key(gateway: Gateway, agreement: Agreement, received: Received[EvaluateRequest]) -> KeyStatement:
    digest, epoch = received.claims.agreement or "", received.message.epoch
    return evaluation_key(received.members, agreement, digest, epoch, gateway.now())


def _require_index(gateway: Gateway, received: Received[EvaluateRequest]) -> None:
    """Without an index hashes are good for nothing: a new epoch's may still be on its way."""
    with read_transaction(gateway.engine) as connection:
        if find_active(connection, received.claims.agreement or "", received.message.epoch) is None:
            raise ProblemError(ProblemCode.NO_ACTIVE_INDEX, "/epoch")


def _count(packed: str) -> int:
    return len(decode_base64url(packed)) // ELEMENT_BYTES
