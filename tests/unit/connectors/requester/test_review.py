"""Clerical review: a decision is sent under the reviewer's name, kept, and a match is answered at once."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from connectors.gateway_client import GatewayUnreachableError
from connectors.requester.ask import Questioner
from connectors.requester.review import NotReviewableError, decide_row
from connectors.state.questions import Question, Review, RowResult
from schemas.envelope import MessageType
from schemas.messages.match import Decision, MatchReview, Outcome, ReviewReason
from schemas.problem import ProblemCode, ProblemError
from tests.unit.connectors.requester.asking_offices import Office, child, write_roster
from tests.unit.connectors.requester.simulated_gateway import SECONDS

POSSIBLE = child(2, has_id=False)


def review(
    decision: Decision = Decision.MATCH, reason: ReviewReason = ReviewReason.PAPERS_SEEN, officer: str = "reviewer-02"
) -> Review:
    return Review(decision=decision, reason=reason, officer=officer, approver="section-head-02", decided_at=SECONDS)


def asked_question(office: Office) -> Question:
    """Ask about a settled child, a possible match (row 3) and one whom nobody holds."""
    office.hold(child(1), child(2))
    office.gateway.withheld = True
    question = office.question(write_roster(office.folder, [child(1), POSSIBLE, child(7)]))
    office.questioner.ask(question, lambda *_: None)
    return question


def decide(office: Office, question: Question, decided: Review, row: int = 3) -> list[RowResult]:
    known = office.questioner.vault.find_question(question.id)
    assert known is not None
    asked = office.questioner.open(known, decided.officer, decided.approver)
    return decide_row(asked, row, decided, lambda *_: None)


def result_of(office: Office, question: Question, row: int = 3) -> RowResult:
    return next(result for result in office.questioner.vault.results(question.id) if result.row_number == row)


def test_a_possible_match_waits_and_releases_nothing(office: Office) -> None:
    result = result_of(office, asked_question(office))
    assert result.is_undecided
    assert (result.probability, result.comparison) == (412_345, {"NAME": 5, "DOB": 9})
    assert result.handle is None
    assert result.values == {}


def test_a_match_is_answered_at_once(office: Office) -> None:
    question = asked_question(office)
    evaluated = office.gateway.evaluated()
    (result,) = decide(office, question, review())
    assert result == result_of(office, question)
    assert (result.outcome, result.review) == ("match", review())
    assert result.values == {"care_subsidy_eligible": True, "cert_valid_until": "2027-01"}
    assert office.gateway.evaluated() == evaluated
    kinds = [kind for kind, _, _ in office.gateway.received][-4:]
    assert kinds == [MessageType.MATCH_REVIEW, MessageType.MATCH, MessageType.EXCHANGE, MessageType.RECEIPT]


def test_a_key_that_lies_ahead_by_a_slow_clock_is_told_and_nothing_is_lost(office: Office) -> None:
    question = asked_question(office)
    office.gateway.state_opening_key(active_from=SECONDS + 60)
    office.trust.accept(office.gateway.registry(version=2), office.connector.now())
    with pytest.raises(ProblemError) as caught:
        decide(office, question, review())
    assert caught.value.code is ProblemCode.UNKNOWN_KEY
    assert result_of(office, question).is_answer_due
    later = replace(office.connector, now=lambda: office.connector.now() + timedelta(minutes=2))
    asked = Questioner(later, office.client, office.trust).open(question, "reviewer-02", "section-head-02")
    decide_row(asked, 3, review(), lambda *_: None)
    assert result_of(office, question).values == {"care_subsidy_eligible": True, "cert_valid_until": "2027-01"}


def test_the_reviewer_stands_in_the_envelope_and_no_words_do(office: Office) -> None:
    question = asked_question(office)
    decide(office, question, review())
    (sent,) = (
        (message, claims) for kind, message, claims in office.gateway.received if kind is MessageType.MATCH_REVIEW
    )
    message, claims = sent
    (run,) = office.questioner.runs.list_runs(question.id)
    assert message == MatchReview(
        run=run.id, row=run.row_numbers.index(3), decision=Decision.MATCH, reason=ReviewReason.PAPERS_SEEN
    )
    assert (claims.officer, claims.approver, claims.case) == ("reviewer-02", "section-head-02", "TA-1")


def test_a_non_match_is_kept_and_asks_for_nothing(office: Office) -> None:
    question = asked_question(office)
    decided = review(Decision.NON_MATCH, ReviewReason.OTHER_CHILD)
    (result,) = decide(office, question, decided)
    assert (result.outcome, result.review, result.values) == ("non_match", decided, {})
    assert [kind for kind, _, _ in office.gateway.received][-1] is MessageType.MATCH_REVIEW
    received = len(office.gateway.received)
    office.questioner.ask(question, lambda *_: None)
    assert len(office.gateway.received) == received


@pytest.mark.parametrize("row", [2, 4, 99])
def test_only_possible_matches_are_decided(office: Office, row: int) -> None:
    question = asked_question(office)
    with pytest.raises(NotReviewableError):
        decide(office, question, review(), row)
    assert office.gateway.messages(MessageType.MATCH_REVIEW) == []


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        (Decision.MATCH, ReviewReason.OTHER_CHILD),
        (Decision.MATCH, ReviewReason.NOT_ENOUGH_EVIDENCE),
        (Decision.NON_MATCH, ReviewReason.SAME_BY_COMPARISON),
    ],
)
def test_a_reason_for_the_opposite_is_refused(office: Office, decision: Decision, reason: ReviewReason) -> None:
    question = asked_question(office)
    with pytest.raises(NotReviewableError):
        decide(office, question, review(decision, reason))
    assert result_of(office, question).is_undecided


def test_what_was_decided_stays_decided(office: Office) -> None:
    question = asked_question(office)
    decide(office, question, review(Decision.NON_MATCH, ReviewReason.OTHER_CHILD))
    with pytest.raises(NotReviewableError):
        decide(office, question, review())


@pytest.mark.parametrize("again", ["decide", "resume"])
@pytest.mark.parametrize("lost", [MessageType.MATCH, MessageType.EXCHANGE])
def test_an_answer_that_did_not_come_is_fetched_later(office: Office, lost: MessageType, again: str) -> None:
    question = asked_question(office)

    def fail(kind: MessageType, _number: int) -> None:
        if kind is lost:
            raise httpx.ConnectError("the line is down")

    office.gateway.before = fail
    with pytest.raises(GatewayUnreachableError):
        decide(office, question, review())
    assert result_of(office, question).is_answer_due
    office.gateway.before = lambda *_: None
    with pytest.raises(NotReviewableError):
        decide(office, question, review(Decision.NON_MATCH, ReviewReason.OTHER_CHILD))
    if again == "decide":
        decide(office, question, review())
    else:
        office.questioner.ask(question, lambda *_: None)
    result = result_of(office, question)
    assert (result.outcome, result.review) == ("match", review())
    assert result.values
    assert len(office.gateway.messages(MessageType.MATCH_REVIEW)) == 1


def test_a_decision_whose_answer_was_lost_is_given_again(office: Office) -> None:
    question = asked_question(office)

    def fail(kind: MessageType, _number: int) -> None:
        if kind is MessageType.MATCH_REVIEW:
            raise httpx.ConnectError("the line is down")

    office.gateway.after = fail
    with pytest.raises(GatewayUnreachableError):
        decide(office, question, review())
    assert result_of(office, question).is_undecided
    office.gateway.after = lambda *_: None
    with pytest.raises(ProblemError) as refused:
        decide(office, question, review(Decision.NON_MATCH, ReviewReason.OTHER_CHILD))
    assert refused.value.code is ProblemCode.NOT_REVIEWABLE
    (result,) = decide(office, question, review())
    assert (result.outcome, result.review) == ("match", review())


def test_a_decision_about_a_run_that_was_forgotten_is_sent_again_for_a_new_one(office: Office) -> None:
    question = asked_question(office)
    office.gateway.runs.clear()
    (result,) = decide(office, question, review())
    assert (result.outcome, result.review) == ("match", review())
    assert len(office.gateway.runs) == 1
    assert result_of(office, question, 2).outcome == "match"


def test_a_new_judgement_stands_before_a_decision(office: Office) -> None:
    """The run was forgotten, and judged anew the row is a match by itself."""
    question = asked_question(office)
    office.gateway.runs.clear()
    office.gateway.withheld = False
    (result,) = decide(office, question, review(Decision.NON_MATCH, ReviewReason.OTHER_CHILD))
    assert (result.outcome, result.review) == ("match", None)


def test_a_decision_that_was_refused_is_not_kept(office: Office) -> None:
    question = asked_question(office)

    def refuse(_message: object) -> object:
        raise ProblemError(ProblemCode.APPROVAL_MISSING)

    office.gateway.change = refuse  # type: ignore[assignment]
    with pytest.raises(ProblemError) as refused:
        decide(office, question, review())
    assert refused.value.code is ProblemCode.APPROVAL_MISSING
    assert result_of(office, question).is_undecided


def test_outcomes_of_review_are_outcomes() -> None:
    """The gateway's answer to a decision is compared by its value."""
    assert {decision.value for decision in Decision} <= {outcome.value for outcome in Outcome}
