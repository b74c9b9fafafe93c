"""Possible matches at the console: own record beside the pattern, two persons, and a match that is answered at once."""

import httpx
import pytest

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import list_record
from connectors.desk.question_draft import Draft
from connectors.desk.question_failures import LocalFailure
from connectors.desk.question_work import ask_question
from connectors.desk.review_decisions import (
    ReviewRefusedError,
    ReviewState,
    confirm,
    decide,
    find_review,
    give_back,
    send_again,
)
from connectors.desk.review_matches import get_possible, list_possible
from connectors.desk.review_work import send_decision
from connectors.desk.run_questions import QuestionWorkers
from connectors.requester.ask import Questioner
from connectors.state.database import reading
from connectors.state.questions import RowResult
from schemas.envelope import MessageType
from schemas.messages.match import Decision, ReviewReason
from tests.unit.connectors.desk.asked_ledgers import HEAD, OFFICER, being_asked
from tests.unit.connectors.requester.asking_offices import Office, child

ROW = 3
SEEN = ReviewReason.PAPERS_SEEN


@pytest.fixture
def answered(console: Console, office: Office) -> Draft:
    """A question with a settled child, a possible match (row 3) and one whom nobody holds."""
    office.hold(child(1), child(2))
    office.gateway.withheld = True
    draft = being_asked(console, office, [child(1), child(2, has_id=False), child(7)])
    ask_question(console, draft.id, lambda *_: None)
    return draft


def result_of(console: Console, draft: Draft) -> RowResult:
    return next(r for r in Questioner.vault_of(console.connector).results(draft.id) if r.row_number == ROW)


def test_a_possible_match_stands_beside_the_own_record_and_the_look_is_recorded(
    console: Console, answered: Draft
) -> None:
    (listed,) = list_possible(console, OFFICER.id)
    assert (listed.result.row_number, dict(listed.own)) == (ROW, {})
    assert list_possible(console, "zhang.san") == []
    possible = get_possible(console, OFFICER.id, answered.id, ROW)
    assert possible.own["姓名"] == child(2)["name"]
    assert possible.comparison.zh
    assert child(2)["name"] not in repr(possible)
    with reading(console.connector.state) as connection:
        newest = list_record(connection, answered.id)[0]
    assert (newest.action, newest.detail) == (Action.MATCH_VIEWED, f"row={ROW}")


def test_a_decision_waits_for_another_person_and_releases_nothing(
    console: Console, office: Office, answered: Draft
) -> None:
    sent = len(office.gateway.received)
    pending = decide(console, OFFICER.id, answered.id, ROW, Decision.MATCH, SEEN)
    assert (pending.state, pending.approver) == (ReviewState.PROPOSED, None)
    with pytest.raises(ReviewRefusedError, match="own_decision"):
        confirm(console, OFFICER.id, answered.id, ROW)
    assert len(office.gateway.received) == sent
    assert result_of(console, answered).is_undecided


def test_a_confirmed_match_is_answered(console: Console, office: Office, answered: Draft) -> None:
    decide(console, OFFICER.id, answered.id, ROW, Decision.MATCH, SEEN)
    assert confirm(console, HEAD.id, answered.id, ROW).state is ReviewState.SENDING
    workers = QuestionWorkers(console)
    workers.go_on()
    workers.wait(30)
    result = result_of(console, answered)
    assert (result.outcome, bool(result.values)) == ("match", True)
    assert result.review is not None
    assert (result.review.officer, result.review.approver) == (OFFICER.id, HEAD.id)
    assert find_review(console, answered.id, ROW) is None
    (claims,) = (c for kind, _, c in office.gateway.received if kind is MessageType.MATCH_REVIEW)
    assert (claims.officer, claims.approver) == (OFFICER.id, HEAD.id)


def test_a_confirmed_non_match_asks_for_nothing(console: Console, answered: Draft) -> None:
    decide(console, OFFICER.id, answered.id, ROW, Decision.NON_MATCH, ReviewReason.OTHER_CHILD)
    confirm(console, HEAD.id, answered.id, ROW)
    send_decision(console, answered.id, ROW)
    assert result_of(console, answered).outcome == "non_match"
    assert list_possible(console) == []


def test_what_is_given_back_is_decided_anew(console: Console, answered: Draft) -> None:
    decide(console, OFFICER.id, answered.id, ROW, Decision.MATCH, SEEN)
    with pytest.raises(ReviewRefusedError, match="decided_already"):
        decide(console, OFFICER.id, answered.id, ROW, Decision.MATCH, SEEN)
    give_back(console, HEAD.id, answered.id, ROW)
    decide(console, OFFICER.id, answered.id, ROW, Decision.NON_MATCH, ReviewReason.OTHER_CHILD)
    with pytest.raises(ReviewRefusedError, match="not_waiting"):
        send_again(console, OFFICER.id, answered.id, ROW)


def test_a_decision_that_breaks_off_is_sent_again(console: Console, office: Office, answered: Draft) -> None:
    def silent(kind: MessageType, _number: int) -> None:
        if kind is MessageType.MATCH_REVIEW:
            raise httpx.ConnectError("silent")

    decide(console, OFFICER.id, answered.id, ROW, Decision.MATCH, SEEN)
    confirm(console, HEAD.id, answered.id, ROW)
    office.gateway.before = silent
    send_decision(console, answered.id, ROW)
    pending = find_review(console, answered.id, ROW)
    assert pending is not None
    assert (pending.state, pending.failure) == (ReviewState.FAILED, LocalFailure.GATEWAY_UNREACHABLE.value)
    office.gateway.before = lambda _kind, _number: None
    assert send_again(console, OFFICER.id, answered.id, ROW).approver == HEAD.id
    send_decision(console, answered.id, ROW)
    assert result_of(console, answered).outcome == "match"


def test_only_what_waits_is_decided_for_a_reason_that_fits_by_whose_question_it_is(
    console: Console, answered: Draft
) -> None:
    for account, row, reason, expected in (
        ("zhang.san", ROW, SEEN, "not_the_author"),
        (OFFICER.id, ROW, ReviewReason.OTHER_CHILD, "reason_does_not_fit"),
        (OFFICER.id, 2, SEEN, "not_waiting"),
    ):
        with pytest.raises(ReviewRefusedError, match=expected):
            decide(console, account, answered.id, row, Decision.MATCH, reason)
    with pytest.raises(ReviewRefusedError, match="not_waiting"):
        get_possible(console, OFFICER.id, answered.id, 2)
