"""Decisions about possible matches on their way: an officer decides, a second person confirms, then it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.desk.drafts import get_draft
from connectors.desk.purposes_for import find_asked_under
from connectors.desk.question_draft import Draft
from connectors.requester.ask import Questioner
from connectors.requester.review import REASONS
from connectors.state.database import reading, writing
from connectors.state.desk_tables import match_review
from connectors.state.questions import RowResult
from schemas.messages.match import Decision, ReviewReason


class ReviewState(StrEnum):
    """Where a decision is: waiting for the second person, on its way, or broken off."""

    PROPOSED = "proposed"
    SENDING = "sending"
    FAILED = "failed"


class ReviewRefusedError(Exception):
    """A decision is not open.

    Attributes:
        reason: a stable word for what forbids it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingReview:
    """A decision about a row that is not carried out yet; `failure` is a code of `question_failures`."""

    question: str
    row_number: int
    state: ReviewState
    decision: Decision
    reason: ReviewReason
    officer: str
    approver: str | None
    decided_at: int
    failure: str | None


def decide(
    console: Console, account: str, id_: str, row_number: int, decision: Decision, reason: ReviewReason
) -> PendingReview:
    """Keep an officer's decision: it waits for a second person, or is sent where the agreement wants none.

    Raises:
        ReviewRefusedError: not the officer's own question, nothing to decide, decided already, or a reason that does
            not fit.
    """
    draft = get_draft(console, id_)
    if draft.author != account:
        raise ReviewRefusedError("not_the_author")
    if reason not in REASONS[decision]:
        raise ReviewRefusedError("reason_does_not_fit")
    results = Questioner.vault_of(console.connector).results(id_)
    if not any(result.row_number == row_number and is_waiting(result) for result in results):
        raise ReviewRefusedError("not_waiting")
    values = {
        "state": (ReviewState.PROPOSED if needs_second(console, draft) else ReviewState.SENDING).value,
        "decision": decision.value,
        "reason": reason.value,
        "officer": account,
        "decided_at": console.seconds(),
    }
    with writing(console.connector.state) as connection:
        if connection.execute(select(match_review.c.state).where(*_is(id_, row_number))).scalar() is not None:
            raise ReviewRefusedError("decided_already")
        connection.execute(insert(match_review).values(question=id_, row_number=row_number, **values))
        record_in(connection, console.seconds(), account, Action.MATCH_DECIDED, id_, f"row={row_number},{decision}")
    return _get_review(console, id_, row_number)


def confirm(console: Console, account: str, id_: str, row_number: int) -> PendingReview:
    """Confirm another person's decision, which is then sent; again for one that broke off.

    Raises:
        ReviewRefusedError: one's own decision, or none that waits.
    """
    pending = _get_review(console, id_, row_number)
    if pending.officer == account:
        raise ReviewRefusedError("own_decision")
    if pending.state is not ReviewState.PROPOSED:
        raise ReviewRefusedError("not_waiting")
    return _send(console, account, pending, {"approver": account})


def send_again(console: Console, account: str, id_: str, row_number: int) -> PendingReview:
    """Send a decision again that broke off; raises ReviewRefusedError if it did not."""
    pending = _get_review(console, id_, row_number)
    if pending.state is not ReviewState.FAILED:
        raise ReviewRefusedError("not_waiting")
    return _send(console, account, pending, {"failure": None})


def give_back(console: Console, account: str, id_: str, row_number: int) -> None:
    """Undo a decision that was not sent, so that it can be made anew.

    Raises:
        ReviewRefusedError: none that waits for a second person.
    """
    with writing(console.connector.state) as connection:
        waiting = match_review.c.state == ReviewState.PROPOSED.value
        if connection.execute(delete(match_review).where(*_is(id_, row_number), waiting)).rowcount != 1:
            raise ReviewRefusedError("not_waiting")
        record_in(connection, console.seconds(), account, Action.MATCH_DECIDED, id_, f"row={row_number},given_back")


def end_review(console: Console, id_: str, row_number: int, failure: str | None) -> None:
    """Note that a decision was carried out (it stands in the results), or why that broke off."""
    with writing(console.connector.state) as connection:
        if failure is None:
            connection.execute(delete(match_review).where(*_is(id_, row_number)))
        else:
            values = {"state": ReviewState.FAILED.value, "failure": failure}
            connection.execute(update(match_review).where(*_is(id_, row_number)).values(**values))


def needs_second(console: Console, draft: Draft) -> bool:
    """Return whether the agreement or its purpose wants a second person."""
    asked = find_asked_under(console, draft.agreement)
    return asked is None or asked.approver_wanted(draft.children or 0) is not None


def find_review(console: Console, id_: str, row_number: int) -> PendingReview | None:
    """Return the decision about a row that is not carried out yet, or None."""
    return next((one for one in list_reviews(console, question=id_) if one.row_number == row_number), None)


def list_reviews(
    console: Console, *, question: str | None = None, states: Sequence[ReviewState] = tuple(ReviewState)
) -> list[PendingReview]:
    """Return decisions that are not carried out yet, the oldest first."""
    query = select(match_review).where(match_review.c.state.in_([state.value for state in states]))
    if question is not None:
        query = query.where(match_review.c.question == question)
    with reading(console.connector.state) as connection:
        return [_review_of(row) for row in connection.execute(query.order_by(match_review.c.decided_at)).mappings()]


def _send(console: Console, account: str, pending: PendingReview, changes: Mapping[str, Any]) -> PendingReview:
    id_, row_number = pending.question, pending.row_number
    with writing(console.connector.state) as connection:
        unchanged = match_review.c.state == pending.state.value
        values = {"state": ReviewState.SENDING.value, **changes}
        if (
            connection.execute(update(match_review).where(*_is(id_, row_number), unchanged).values(**values)).rowcount
            != 1
        ):
            raise ReviewRefusedError("not_waiting")
        record_in(connection, console.seconds(), account, Action.MATCH_CONFIRMED, id_, f"row={row_number}")
    return _get_review(console, id_, row_number)


def _get_review(console: Console, id_: str, row_number: int) -> PendingReview:
    found = find_review(console, id_, row_number)
    if found is None:
        raise ReviewRefusedError("not_waiting")
    return found


def is_waiting(result: RowResult) -> bool:
    """Return whether a row waits for a decision, or for the answer after one."""
    return result.is_undecided or result.is_answer_due


def _is(id_: str, row_number: int) -> tuple[Any, Any]:
    return match_review.c.question == id_, match_review.c.row_number == row_number


def _review_of(row: RowMapping) -> PendingReview:
    members = {
        **row,
        "state": ReviewState(row["state"]),
        "decision": Decision(row["decision"]),
        "reason": ReviewReason(row["reason"]),
    }
    return PendingReview(**members)
