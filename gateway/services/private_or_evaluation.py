"""The blind evaluation of an office's persons by the resolver of a board: charged, logged and passed on."""

from dataclasses import replace

from sqlalchemy import Connection

from gateway.domain.budgets import BudgetExhaustedError, BudgetKind, budget_day, charge, limit_of
from gateway.log.events import EventType
from gateway.log.journal import Draft, LeafReceipt
from gateway.persistence.agreement_queries import find_state
from gateway.persistence.engine import read_transaction
from gateway.persistence.private_or_queries import StoredBoard
from gateway.persistence.request_queries import find_budget_use, set_budget_use
from gateway.services.answers import Reply, reply_with
from gateway.services.authorise import accept_once, log_outcome
from gateway.services.context import Gateway
from gateway.services.private_or_steps import decide_step, get_stored, permit_step, require_board
from gateway.services.private_or_turns import require_turn
from gateway.services.relay_request import parse_answer, relay_request, require_answer
from gateway.services.request_events import intent_event, outcome_event
from gateway.services.request_trail import Received
from schemas.agreement import AgreementState, Party
from schemas.base64url import decode_base64url
from schemas.formats import ELEMENT_BYTES
from schemas.messages.private_or import MAX_BOARD_EVALUATE_BYTES, BoardEvaluate, BoardEvaluateAnswer
from schemas.policy import Standing
from schemas.problem import ProblemCode, ProblemError


def relay_board_evaluation(gateway: Gateway, received: Received[BoardEvaluate]) -> Reply:
    """Have an office's list evaluated by the resolver, charged to the office's own agreement element by element.

    Raises:
        ProblemError: refused, by the gateway or by the resolver; board_changed where the office has no turn to take.
    """
    standing = permit_step(gateway, received)
    elements = len(decode_base64url(received.message.blinded)) // ELEMENT_BYTES
    with read_transaction(gateway.engine) as connection:
        stored = require_board(connection, received.message.board)
        require_turn(connection, received.members, stored, standing)
        resolver = get_stored(connection, stored.resolver).signed.agreement.provider
    _require_own(received, standing, stored, resolver, elements)
    intent = _permit(gateway, received, standing, elements)
    answer = relay_request(gateway, received, resolver, intent, MAX_BOARD_EVALUATE_BYTES)
    evaluated = parse_answer(BoardEvaluateAnswer, answer)
    require_answer(fits=len(decode_base64url(evaluated.evaluated)) == elements * ELEMENT_BYTES)
    outcome = outcome_event(received, EventType.EVALUATE_RESULT, answer.envelope, records=elements)
    return reply_with(gateway, received, answer, log_outcome(gateway, received, outcome))


def _require_own(
    received: Received[BoardEvaluate], standing: Standing, stored: StoredBoard, resolver: Party, elements: int
) -> None:
    if received.claims.audience != resolver.agency:
        raise ProblemError(ProblemCode.WRONG_AUDIENCE)
    if received.message.agreement.agreement.digest() != standing.digest:
        raise ProblemError(ProblemCode.NO_AGREEMENT, "/agreement")
    if elements > stored.list_size:
        raise ProblemError(ProblemCode.BATCH_TOO_LARGE, "/blinded")


def _permit(gateway: Gateway, received: Received[BoardEvaluate], standing: Standing, elements: int) -> LeafReceipt:
    def change(connection: Connection) -> Draft[None]:
        state = find_state(connection, standing.digest) or AgreementState.REVOKED
        decide_step(gateway, received, replace(standing, state=state))
        accept_once(connection, received)
        _charge(gateway, connection, standing, elements)
        return Draft(None, (intent_event(received, EventType.EVALUATE_QUERY, elements),))

    (receipt,) = gateway.journal.write(change).receipts
    received.trail.intent = receipt.event_id
    return receipt


def _charge(gateway: Gateway, connection: Connection, standing: Standing, elements: int) -> None:
    kind, day = BudgetKind.EVALUATIONS, budget_day(gateway.now())
    used = find_budget_use(connection, standing.digest, day).get(kind, 0)
    try:
        after = charge(kind, used, elements, limit_of(standing.agreement, kind))
    except BudgetExhaustedError:
        raise ProblemError(ProblemCode.BUDGET_EXHAUSTED, clause=f"{kind.value}_per_day") from None
    set_budget_use(connection, standing.digest, day, kind, after)
