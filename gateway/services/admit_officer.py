"""Whether an officer may ask now: not suspended, within the officer's own budget, and an emergency about one child.

All of it is read and written in the transaction that logs the request.
"""

from typing import Final

from sqlalchemy import Connection

from gateway.domain.budgets import BudgetExhaustedError, BudgetKind, budget_day, charge, officer_limit_of
from gateway.persistence.emergency_queries import (
    StoredCall,
    add_call,
    find_call,
    find_officer_use,
    list_unsettled_of,
    set_call,
    set_officer_use,
)
from gateway.services.context import Gateway
from gateway.services.held_items import calendar_of
from gateway.services.request_trail import M, Received
from schemas.emergency import MAX_EVALUATIONS_PER_CALL, CallFacts, EmergencyClaim, may_go_on, review_due, suspends
from schemas.messages.match import MatchPart, MatchRequest
from schemas.policy import Standing
from schemas.problem import ProblemCode, ProblemError

_ONE_ROW: Final = frozenset({0})


def require_not_suspended(gateway: Gateway, connection: Connection, agency: str, officer: str) -> None:
    """Refuse an officer with an emergency call that was found a misuse or was not reviewed in time.

    Raises:
        ProblemError: officer_suspended, until the suspension is lifted.
    """
    calls, now = list_unsettled_of(connection, agency, officer), gateway.seconds()
    if any(suspends(call.facts, now) for call in calls):
        raise ProblemError(ProblemCode.OFFICER_SUSPENDED, clause="officer")


def charge_officer(
    gateway: Gateway, connection: Connection, standing: Standing, officer: str, kind: BudgetKind, amount: int
) -> None:
    """Charge an officer's own daily budget under an agreement; raises ProblemError (officer_budget_exhausted)."""
    day = budget_day(gateway.now())
    used = find_officer_use(connection, standing.digest, officer, day).get(kind, 0)
    try:
        after = charge(kind, used, amount, officer_limit_of(standing.agreement, kind))
    except BudgetExhaustedError as error:
        clause = f"officer_{error.kind.value}_per_day"
        raise ProblemError(ProblemCode.OFFICER_BUDGET_EXHAUSTED, clause=clause) from None
    set_officer_use(connection, standing.digest, officer, day, kind, after)


def note_call(gateway: Gateway, connection: Connection, received: Received[M], evaluations: int) -> None:
    """Open the emergency call that a request belongs to, or go on with it: one officer, one run, one child.

    Raises:
        ProblemError: emergency_call_over: it is an hour old, reviewed, another officer's, or about more than one child.
    """
    claim = received.claims.emergency
    if claim is None:
        return
    known = find_call(connection, received.claims.agreement or "", claim.call)
    call = known or _open_call(gateway, connection, received, claim)
    spent = call.evaluations + evaluations
    is_same = (call.officer, call.reason) == (received.claims.officer, claim.reason.value)
    if not is_same or not may_go_on(call.facts, gateway.seconds()) or spent > MAX_EVALUATIONS_PER_CALL:
        raise ProblemError(ProblemCode.EMERGENCY_CALL_OVER, clause="emergency")
    set_call(connection, call, evaluations=spent, run=_one_run(received, call.run))


def _open_call(gateway: Gateway, connection: Connection, received: Received[M], claim: EmergencyClaim) -> StoredCall:
    claims, now = received.claims, gateway.now()
    due = review_due(now, calendar_of(gateway))
    facts = CallFacts(opened_at=int(now.timestamp()), due_at=int(due.at.timestamp()))
    call = StoredCall(
        agreement=claims.agreement or "",
        call=claim.call,
        requester=claims.issuer,
        provider=_provider(received),
        officer=claims.officer or "",
        reason=claim.reason.value,
        facts=facts,
    )
    add_call(connection, call)
    return call


def _provider(received: Received[M]) -> str:
    stored = received.trail.agreement
    if stored is None:
        raise ProblemError(ProblemCode.NO_AGREEMENT, clause="agreement")
    return stored.standing.agreement.provider.agency


def _one_run(received: Received[M], known: str | None) -> str | None:
    """Return the call's run; raises ProblemError where another one is named, or a row besides the first."""
    match received.message:
        case MatchPart(run=run, records=records):
            rows = {record.row for record in records}
        case MatchRequest(run=run):
            rows = set(received.message.rows)
        case _:
            return known
    if (known is not None and run != known) or not rows <= _ONE_ROW:
        raise ProblemError(ProblemCode.EMERGENCY_CALL_OVER, clause="emergency")
    return run
