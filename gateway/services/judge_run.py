"""Judges a run once: the first `match` request closes it, claims it, judges it without any lock, and stores all rows.

Whoever comes meanwhile waits for it. What a judge brings that lost its claim is thrown away.
"""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final

import numpy as np
from sqlalchemy import Connection

from gateway.domain.entry_arrays import ASKED_ROW
from gateway.log.journal import Draft
from gateway.persistence.engine import read_transaction
from gateway.persistence.model_queries import StoredModel, set_model
from gateway.persistence.outcome_queries import insert_outcomes
from gateway.persistence.run_queries import (
    Run,
    RunState,
    claim_run,
    close_run,
    find_run,
    read_run_rows,
    release_run,
    set_judged,
)
from gateway.services.authorise import require_active
from gateway.services.context import Gateway
from gateway.services.destroy_runs import delete_parts_of_run
from gateway.services.find_records import store_profile
from gateway.services.request_events import model_event
from gateway.services.request_trail import Received
from gateway.services.run_claim import CLAIM_SECONDS, kept_claim
from gateway.services.weigh_run import Weighed, gather, weigh
from linkage.run import Model
from schemas.agreement import Agreement
from schemas.messages.match import MatchRequest
from schemas.policy import Standing
from schemas.problem import ProblemCode, ProblemError

RUN_LIFETIME: Final = timedelta(days=14)
"""So long the outcomes of a run are kept: for clerical review, and for a question that was interrupted."""

WAIT_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class _Judge:
    """Who judges which run: `claim` is drawn for one request."""

    gateway: Gateway
    received: Received[MatchRequest]
    standing: Standing
    claim: str = field(repr=False)


def get_run(connection: Connection, agreement: str, run_id: str, now: int) -> Run:
    """Return a run; raises ProblemError (run_unknown) if there is none, or none any more."""
    run = find_run(connection, agreement, run_id, now)
    if run is None:
        raise ProblemError(ProblemCode.RUN_UNKNOWN, "/run")
    return run


def get_judged_run(gateway: Gateway, received: Received[MatchRequest], standing: Standing) -> Run:
    """Return the run that is asked for, judged; judges it, or waits for whoever does.

    Raises:
        ProblemError: run_unknown, run_incomplete, run_conflict: it was closed with other numbers, no_active_index,
            or overloaded: judging takes longer than a request may wait.
    """
    judge = _Judge(gateway, received, standing, gateway.new_uuid())
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        with read_transaction(gateway.engine) as connection:
            run = get_run(connection, standing.digest, received.message.run, gateway.seconds())
        _require_same_end(run, received.message)
        if run.state is RunState.JUDGED:
            return run
        if (run.judge_until or 0) <= gateway.seconds() and gateway.journal.write(
            partial(_close_and_claim, judge)
        ).value:
            _judge_claimed(judge, run)
        else:
            time.sleep(LOOK_SECONDS)
    raise ProblemError(ProblemCode.OVERLOADED)


def _require_same_end(run: Run, message: MatchRequest) -> None:
    if run.state is not RunState.RECEIVING and (run.parts, run.records) != (message.parts, message.records):
        raise ProblemError(ProblemCode.RUN_CONFLICT, "/parts" if run.parts != message.parts else "/records")


def _close_and_claim(judge: _Judge, connection: Connection) -> Draft[bool]:
    message, now = judge.received.message, judge.gateway.seconds()
    run = get_run(connection, judge.standing.digest, message.run, now)
    if run.state is RunState.RECEIVING:
        _require_complete(connection, run, message)
        close_run(connection, run.id, message.parts, message.records)
    return Draft(claim_run(connection, run.id, judge.claim, now, now + CLAIM_SECONDS), ())


def _require_complete(connection: Connection, run: Run, message: MatchRequest) -> None:
    """Check that there are the parts 0 to n-1, and as many rows as stated; raises ProblemError (run_incomplete)."""
    parts = dict(read_run_rows(connection, run.id))
    if list(parts) != list(range(message.parts)):
        raise ProblemError(ProblemCode.RUN_INCOMPLETE, "/parts")
    if len(np.unique(np.frombuffer(b"".join(parts.values()), ASKED_ROW))) != message.records:
        raise ProblemError(ProblemCode.RUN_INCOMPLETE, "/records")


def _judge_claimed(judge: _Judge, run: Run) -> None:
    """Judge the run and store what came of it; gives the claim up if that fails."""
    gateway = judge.gateway
    is_stored = False
    try:
        with kept_claim(gateway, run.id, judge.claim):
            with read_transaction(gateway.engine) as connection:
                material = gather(connection, judge.standing.agreement, run)
            weighed = weigh(material)
            is_stored = gateway.journal.write(partial(_store, judge, run, weighed)).value
    finally:
        if not is_stored:
            gateway.journal.write(partial(_release, judge, run))
    if material.new_profile is not None:
        store_profile(gateway, material.index, material.new_profile)
    if is_stored:
        delete_parts_of_run(gateway, run.id)


def _release(judge: _Judge, run: Run, connection: Connection) -> Draft[None]:
    release_run(connection, run.id, judge.claim)
    return Draft(None, ())


def _store(judge: _Judge, run: Run, weighed: Weighed, connection: Connection) -> Draft[bool]:
    """Store the judgement of all rows, and the model if one was fitted; a judge that lost its claim stores nothing."""
    require_active(connection, judge.standing)
    now = judge.gateway.seconds()
    expires_at = now + int(RUN_LIFETIME.total_seconds())
    summary = weighed.summary.to_bytes()
    is_mine = set_judged(connection, run.id, judge.claim, weighed.index_id, summary, expires_at)
    if not is_mine:
        return Draft(is_mine, ())
    insert_outcomes(connection, run.id, weighed.rows)
    if weighed.model is None:
        return Draft(is_mine, ())
    set_model(connection, _stored(judge.standing.agreement, weighed.model, now))
    return Draft(is_mine, (model_event(judge.received, weighed.model.asked_records),))


def _stored(agreement: Agreement, model: Model, now: int) -> StoredModel:
    return StoredModel(
        requester=agreement.requester.agency,
        provider=agreement.provider.agency,
        purpose=agreement.purpose,
        key_set=model.key_set,
        fitted_at=now,
        asked_records=model.asked_records,
        index_records=model.index_records,
        expected_matches=round(model.expected_matches),
        model=model.to_json(),
    )
