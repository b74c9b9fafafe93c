"""Carries a decision of review out: tells the gateway, and for a match fetches the answer."""

from connectors.console.context import Console
from connectors.desk.drafts import get_draft, note_undecided
from connectors.desk.question_failures import LocalFailure
from connectors.desk.question_work import EXPECTED, count_undecided, failure_of, question_of
from connectors.desk.review_decisions import PendingReview, end_review, find_review
from connectors.requester.ask import Questioner
from connectors.requester.open_question import Step
from connectors.requester.review import NotReviewableError, decide_row
from connectors.state.questions import Review


def send_decision(console: Console, id_: str, row_number: int) -> None:
    """Carry out a decision that is complete, and note how that ended."""
    pending = find_review(console, id_, row_number)
    if pending is None:
        return
    failure: str | None = LocalFailure.INTERRUPTED.value
    try:
        failure = _send(console, pending)
    finally:
        note_undecided(console, id_, count_undecided(console, id_))
        end_review(console, id_, row_number, failure)


def _send(console: Console, pending: PendingReview) -> str | None:
    decided = Review(
        decision=pending.decision,
        reason=pending.reason,
        officer=pending.officer,
        approver=pending.approver,
        decided_at=pending.decided_at,
    )
    try:
        console.client.refresh_registry()
        question = question_of(console, get_draft(console, pending.question))
        questioner = Questioner(console.connector, console.client, console.trust)
        asked = questioner.open(question, pending.officer, pending.approver)
        decide_row(asked, pending.row_number, decided, _ignore)
    except NotReviewableError:
        return None  # it was decided elsewhere, and that decision stands
    except EXPECTED as error:
        return failure_of(error).code
    return None


def _ignore(_step: Step, _done: int, _total: int) -> None:
    return None
