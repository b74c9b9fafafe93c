"""Clerical review: an officer decides about a possible match by his own papers, and a match is answered at once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from connectors.gateway_client import AnswerError
from connectors.requester.complete_run import RUN_LOST, begin_anew, fetch_results
from connectors.requester.open_question import OpenQuestion, Progress
from connectors.state.questions import Review, RowResult
from connectors.state.runs import Run
from schemas.envelope import MessageType
from schemas.messages.match import (
    MAX_REVIEW_BYTES,
    Decision,
    MatchReview,
    MatchReviewAnswer,
    Outcome,
    ReviewReason,
)
from schemas.problem import ProblemError

REASONS: Final[Mapping[Decision, frozenset[ReviewReason]]] = {
    Decision.MATCH: frozenset(ReviewReason) - {ReviewReason.OTHER_CHILD, ReviewReason.NOT_ENOUGH_EVIDENCE},
    Decision.NON_MATCH: frozenset(ReviewReason) - {ReviewReason.SAME_BY_COMPARISON},
}
"""On what each decision can rest."""


class NotReviewableError(Exception):
    """A row is no possible match that waits for a decision, or the reason does not fit the decision."""


def decide_row(asked: OpenQuestion, row_number: int, review: Review, progress: Progress) -> list[RowResult]:
    """Send a reviewer's decision, keep it, and for a match fetch the answer; returns the row's results.

    A run that the gateway has lost is begun anew; if its judgement of the row is then another one, that one stands.

    Raises:
        NotReviewableError: there is nothing to decide about the row, or not for this reason.
        ProblemError: refused, by the gateway or by the provider. A decision that was taken stays; given again, it
            fetches the answer.
        GatewayUnreachableError, AnswerError: given again, it goes on.
    """
    if review.reason not in REASONS[review.decision]:
        raise NotReviewableError("理由与决定不符 / the reason does not fit the decision")
    result = _get_possible_match(asked, row_number)
    if result.is_undecided:
        result = _decide(asked, result, review, progress)
    elif review.decision is not Decision.MATCH:
        raise NotReviewableError("该行已决定为匹配 / the row was decided to be a match")
    if result.is_answer_due:
        run, place = _find_place(asked, row_number)
        fetch_results(asked, run.id, [place], progress)
    return _results_of(asked, row_number)


def _decide(asked: OpenQuestion, result: RowResult, review: Review, progress: Progress) -> RowResult:
    try:
        return _send_review(asked, result, review)
    except ProblemError as error:
        if error.code not in RUN_LOST:
            raise
    lost, _ = _find_place(asked, result.row_number)
    begin_anew(asked, lost)
    anew, place = _find_place(asked, result.row_number)
    fetch_results(asked, anew.id, [place], progress)
    (judged, *_) = _results_of(asked, result.row_number)
    return _send_review(asked, judged, review) if judged.is_undecided else judged


def _send_review(asked: OpenQuestion, result: RowResult, review: Review) -> RowResult:
    """Tell the gateway what was decided, and keep it: durable before the answer is fetched."""
    run, place = _find_place(asked, result.row_number)
    message = MatchReview(run=run.id, row=place, decision=review.decision, reason=review.reason)
    answer = asked.client.ask(
        MessageType.MATCH_REVIEW, message, MatchReviewAnswer, MAX_REVIEW_BYTES, asked.query
    ).message
    if (answer.run, answer.row, answer.outcome.value) != (run.id, place, review.decision.value):
        raise AnswerError("another_decision")
    is_match = review.decision is Decision.MATCH
    outcome = Outcome.POSSIBLE_MATCH if is_match else Outcome.NON_MATCH
    decided = replace(result, review=review, outcome=outcome.value)
    asked.vault.add_results(asked.question.id, [decided])
    return decided


def _get_possible_match(asked: OpenQuestion, row_number: int) -> RowResult:
    for result in _results_of(asked, row_number):
        if result.is_undecided or result.is_answer_due:
            return result
    raise NotReviewableError("该行没有待复核的可能匹配 / the row is no possible match that waits for a decision")


def _results_of(asked: OpenQuestion, row_number: int) -> list[RowResult]:
    return [result for result in asked.vault.results(asked.question.id) if result.row_number == row_number]


def _find_place(asked: OpenQuestion, row_number: int) -> tuple[Run, int]:
    """Return the run in which a row stands, and its place there: every row with keys stands in one."""
    return next(
        (run, run.row_numbers.index(row_number))
        for run in asked.runs.list_runs(asked.question.id)
        if row_number in run.row_numbers
    )
