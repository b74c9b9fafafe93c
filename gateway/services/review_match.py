"""Match, last step: what a reviewer, the envelope's officer, decided about a possible match. A decision is final."""

from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from gateway.domain.run_outcomes import JudgedRow
from gateway.log.events import EventType
from gateway.persistence.engine import read_transaction
from gateway.persistence.outcome_queries import list_outcomes, set_decision
from gateway.persistence.run_queries import Run
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import authorise, load_agreement, log_outcome
from gateway.services.context import Gateway
from gateway.services.judge_run import get_run
from gateway.services.request_events import intent_event, outcome_event
from gateway.services.request_trail import Received
from schemas.messages.match import MatchReview, MatchReviewAnswer, Outcome
from schemas.policy import PolicyRequest
from schemas.problem import ProblemCode, ProblemError


def review_match(gateway: Gateway, received: Received[MatchReview]) -> Reply:
    """Note the decision; the same decision again changes nothing, another one is refused.

    Raises:
        ProblemError: refused, run_unknown, or not_reviewable: no possible match, nobody it could be, or decided.
    """
    review = received.message
    agreement = load_agreement(gateway, received).standing.agreement
    authorise(
        gateway,
        received,
        PolicyRequest(claims=received.claims, provider=agreement.provider.agency, records=1),
        replace(intent_event(received, EventType.REVIEW_QUERY, 1), reason=review.reason.value),
        lambda _: _check(gateway, received),
    )
    message = MatchReviewAnswer(run=review.run, row=review.row, outcome=Outcome(review.decision.value))
    answer = sign_answer(gateway, received, message)
    outcome = outcome_event(
        received,
        EventType.REVIEW_RESULT,
        answer.envelope,
        records=1,
        result=review.decision.value,
        handles=_concerned(gateway, received),
    )
    return reply_with(
        gateway, received, answer, log_outcome(gateway, received, outcome, partial(_decide, gateway, received))
    )


def _check(gateway: Gateway, received: Received[MatchReview]) -> None:
    with read_transaction(gateway.engine) as connection:
        _get_reviewable(gateway, received, connection)


def _concerned(gateway: Gateway, received: Received[MatchReview]) -> tuple[str, ...]:
    with read_transaction(gateway.engine) as connection:
        _, judged = _get_reviewable(gateway, received, connection)
    return judged.concerned()


def _decide(gateway: Gateway, received: Received[MatchReview], connection: Connection) -> None:
    run, judged = _get_reviewable(gateway, received, connection)
    if judged.decision is None:
        set_decision(connection, run.id, judged.row, received.message.decision)


def _get_reviewable(gateway: Gateway, received: Received[MatchReview], connection: Connection) -> tuple[Run, JudgedRow]:
    review = received.message
    run = get_run(connection, received.claims.agreement or "", review.run, gateway.seconds())
    judged = list_outcomes(connection, run.id, {review.row}).get(review.row)
    if judged is None or not judged.is_reviewable or judged.decision not in {None, review.decision}:
        raise ProblemError(ProblemCode.NOT_REVIEWABLE, "/row")
    return run, judged
