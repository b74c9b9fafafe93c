"""Match: the outcomes of some rows of a run, which the first request has judged, and a grant for the matches."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import chain

from gateway.domain.run_outcomes import JudgedRow, told
from gateway.log.events import EventType
from gateway.persistence.engine import read_transaction
from gateway.persistence.outcome_queries import list_outcomes
from gateway.persistence.run_queries import Run
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import authorise, load_agreement, log_outcome
from gateway.services.context import Gateway
from gateway.services.judge_run import get_judged_run
from gateway.services.request_events import intent_event, outcome_event
from gateway.services.request_trail import Received
from keys.protocol.grants import sign_grant
from schemas.agreement import MAX_BATCH_RECORDS, Agreement
from schemas.agreement_terms import get_key_set
from schemas.messages.match import (
    MAX_MATCH_ANSWER_BYTES,
    GrantClaims,
    MatchAnswer,
    MatchOutcome,
    MatchRequest,
    Outcome,
    RunSummary,
)
from schemas.policy import PolicyRequest
from schemas.problem import ProblemCode, ProblemError

GRANT_LIFETIME = timedelta(minutes=15)


def match_records(gateway: Gateway, received: Received[MatchRequest]) -> Reply:
    """Return the outcomes of the rows asked for, and a grant for the matches among them.

    Raises:
        ProblemError: refused, batch_too_large: one relation names many, run_conflict: a row that the run has not,
            or what `get_judged_run` refuses.
    """
    request = received.message
    standing = load_agreement(gateway, received).standing
    agreement = standing.agreement
    authorise(
        gateway,
        received,
        PolicyRequest(
            claims=received.claims,
            provider=agreement.provider.agency,
            records=len(request.rows),
            attributes=request.attributes,
        ),
        intent_event(received, EventType.MATCH_QUERY, len(request.rows), request.attributes),
    )
    run = get_judged_run(gateway, received, standing)
    key_set = get_key_set(agreement)
    judged = _judged(gateway, run, request.rows)
    outcomes = tuple(told(row, key_set) for row in judged)
    message = MatchAnswer(
        index=run.index_id or "",
        summary=RunSummary.from_bytes(run.summary or b"", MAX_MATCH_ANSWER_BYTES),
        outcomes=outcomes,
        grant=_grant(gateway, received, agreement, run, outcomes),
    )
    answer = sign_answer(gateway, received, message)
    counts = Counter(told_.outcome for told_ in outcomes)
    outcome = outcome_event(
        received,
        EventType.MATCH_RESULT,
        answer.envelope,
        records=len(outcomes),
        fields=request.attributes,
        result=";".join(f"{outcome}={counts[outcome]}" for outcome in Outcome),
        handles=chain.from_iterable(row.concerned() for row in judged),
    )
    return reply_with(gateway, received, answer, log_outcome(gateway, received, outcome))


def _judged(gateway: Gateway, run: Run, rows: Sequence[int]) -> list[JudgedRow]:
    with read_transaction(gateway.engine) as connection:
        found = list_outcomes(connection, run.id, set(rows))
    for place, row in enumerate(rows):
        if row not in found:
            raise ProblemError(ProblemCode.RUN_CONFLICT, f"/rows/{place}")
    return [found[row] for row in rows]


def _grant(
    gateway: Gateway,
    received: Received[MatchRequest],
    agreement: Agreement,
    run: Run,
    outcomes: Sequence[MatchOutcome],
) -> str | None:
    handles = tuple(dict.fromkeys(handle for outcome in outcomes for handle in outcome.handles))
    if not handles:
        return None
    if len(handles) > MAX_BATCH_RECORDS:
        raise ProblemError(ProblemCode.BATCH_TOO_LARGE, "/rows")
    issued_at = gateway.seconds()
    claims = GrantClaims(
        issuer=gateway.id,
        requester=agreement.requester.agency,
        provider=agreement.provider.agency,
        agreement=received.claims.agreement or "",
        purpose=agreement.purpose,
        epoch=run.epoch,
        attributes=received.message.attributes,
        handles=handles,
        request=received.envelope.digest,
        id=gateway.new_uuid(),
        issued_at=issued_at,
        expires_at=issued_at + int(GRANT_LIFETIME.total_seconds()),
    )
    return sign_grant(gateway.signing_key(), claims)
