"""The second person looks at an emergency call: justified or misuse, told to the gateway and every provider asked."""

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.emergency.calls import (
    CallQuestion,
    get_call,
    list_untold,
    require_not_suspended,
    set_call,
    set_question,
)
from connectors.gateway_client import AnswerError, GatewayUnreachableError, QueryContext
from connectors.state.agreements import find_agreement
from connectors.state.database import writing
from schemas.emergency import Verdict
from schemas.envelope import MessageType
from schemas.messages.emergency import MAX_EMERGENCY_MESSAGE_BYTES, EmergencyReview, EmergencyReviewAnswer
from schemas.problem import ProblemCode, ProblemError

_NEVER_ARRIVED = frozenset({ProblemCode.NOT_FOUND, ProblemCode.NO_AGREEMENT})
"""The gateway, or the provider, knows no such call: what asked it never came through, so there is nothing to tell."""


class NotReviewableError(ValueError):
    """The call can't be reviewed.

    Attributes:
        reason: `own_call` or `reviewed`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def review_call(console: Console, reviewer: str, id_: str, verdict: Verdict) -> None:
    """Keep the verdict, then tell it; what does not get through is told later, by the clock.

    Raises:
        CallUnknownError: there is no such call.
        NotReviewableError: the reviewer made the call, or it was reviewed before.
        ProblemError: officer_suspended: the reviewer may do nothing.
    """
    connector = console.connector
    require_not_suspended(connector, reviewer)
    with writing(connector.state) as connection:
        call = get_call(connector, id_)
        if call.officer == reviewer:
            raise NotReviewableError("own_call")
        if call.facts.verdict is not None:
            raise NotReviewableError("reviewed")
        set_call(connection, id_, reviewer=reviewer, verdict=verdict.value, reviewed_at=console.seconds())
        record_in(connection, console.seconds(), reviewer, Action.EMERGENCY_REVIEWED, id_, verdict.value)
    tell_reviews(console)


def tell_reviews(console: Console) -> None:
    """Tell every verdict that did not get through yet."""
    for one in list_untold(console.connector):
        if _is_told(console, one):
            set_question(console.connector, one.question, told_at=console.seconds())


def _is_told(console: Console, one: CallQuestion) -> bool:
    connector = console.connector
    call, copy = get_call(connector, one.call), find_agreement(connector.state, one.agreement)
    if copy is None or call.facts.verdict is None or call.reviewer is None:
        return copy is None
    query = QueryContext(copy.agreement, one.region, call.reviewer)
    message = EmergencyReview(call=call.id, verdict=call.facts.verdict)
    try:
        console.client.ask(
            MessageType.EMERGENCY_REVIEW, message, EmergencyReviewAnswer, MAX_EMERGENCY_MESSAGE_BYTES, query
        )
    except ProblemError as error:
        return error.code in _NEVER_ARRIVED
    except (AnswerError, GatewayUnreachableError):
        return False
    return True
