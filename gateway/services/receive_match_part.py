"""Match, first step: a part of a run is stored, and the rows that number, name and date settle are named.

A part stays until the run is judged. The same part again changes nothing, another one under its number is refused.
"""

from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from gateway.domain.key_types import evidence_codes, relation_codes
from gateway.domain.settled_rows import ROW_BYTES, asked_keys, settled_rows, stated
from gateway.log.event_id import make_event_id
from gateway.log.events import Event, EventType
from gateway.persistence.engine import read_transaction
from gateway.persistence.run_queries import (
    Run,
    RunState,
    add_run,
    add_run_part,
    find_run_part_digest,
    get_begun_run,
)
from gateway.persistence.settling_queries import find_settling
from gateway.services.answers import Reply, SignedAnswer, reply_with, sign_answer
from gateway.services.authorise import check_permitted, load_agreement, log_permitted
from gateway.services.context import Gateway
from gateway.services.find_records import get_active
from gateway.services.request_events import intent_event, outcome_event
from gateway.services.request_trail import Received
from schemas.agreement import Agreement
from schemas.agreement_terms import get_key_set
from schemas.base64url import decode_base64url
from schemas.messages.match import MatchPart, MatchPartAnswer, SubjectKind
from schemas.policy import PolicyRequest
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import load_purposes

OPEN_RUN_LIFETIME = timedelta(days=7)
"""So long hashes wait for the rest of their run; a large one may take the evaluations of several days."""


def receive_match_part(gateway: Gateway, received: Received[MatchPart]) -> Reply:
    """Store a part of a run and return its settled rows; about a relation nothing more is asked: all are.

    Raises:
        ProblemError: refused, malformed, relation_not_agreed, no_active_index, run_closed, run_conflict, or
            run_unknown: it was forgotten.
    """
    message = received.message
    agreement = load_agreement(gateway, received).standing.agreement
    request = PolicyRequest(
        claims=received.claims,
        provider=agreement.provider.agency,
        records=len(message.records),
        counties=tuple(record.county for record in message.records),
    )
    check_permitted(gateway, received, request, partial(_check_part, message))
    rows = _settled_rows(gateway, received, agreement)
    answer = sign_answer(gateway, received, MatchPartAnswer(run=message.run, number=message.number, settled=rows))
    # Nothing leaves between the two and no other party hears of it: one commit for both, and for the part.
    events = _events(gateway, received, answer, settled=len(rows))
    *_, receipt = log_permitted(
        gateway, received, request, events, further_change=partial(_store, gateway, received, agreement)
    )
    return reply_with(gateway, received, answer, receipt)


def _events(
    gateway: Gateway, received: Received[MatchPart], answer: SignedAnswer, *, settled: int
) -> tuple[Event, Event]:
    records = len(received.message.records)
    intent_id = make_event_id(gateway.now(), gateway.random)
    intent = intent_event(received, EventType.PART_QUERY, records, event_id=intent_id)
    result = f"settled={settled}"
    outcome = outcome_event(
        received, EventType.PART_RESULT, answer.envelope, records=records, result=result, ref=intent_id
    )
    return intent, outcome


def _check_part(message: MatchPart, agreement: Agreement) -> None:
    """Check the key types and rows of a part's entries; raises ProblemError."""
    key_set, subject = get_key_set(agreement), message.subject
    if subject is SubjectKind.CHILD:
        codes = evidence_codes(key_set)
    elif subject.value in load_purposes()[agreement.purpose].relations:
        codes = relation_codes(key_set, [subject])
    else:
        raise ProblemError(ProblemCode.RELATION_NOT_AGREED, "/subject", "purpose")
    rows = {record.row for record in message.records}
    if len(rows) != len(message.records):
        raise ProblemError(ProblemCode.MALFORMED, "/records")
    stated_rows, stated_codes = stated(decode_base64url(message.entries))
    if not codes >= stated_codes or not rows >= stated_rows:
        raise ProblemError(ProblemCode.MALFORMED, "/entries")


def _packed(message: MatchPart) -> tuple[bytes, bytes]:
    """Return rows and entries as they are stored."""
    rows = b"".join(record.row.to_bytes(ROW_BYTES, "big") for record in message.records)
    return rows, decode_base64url(message.entries)


def _settled_rows(gateway: Gateway, received: Received[MatchPart], agreement: Agreement) -> tuple[int, ...]:
    message, digest = received.message, received.claims.agreement or ""
    if message.subject is not SubjectKind.CHILD:
        with read_transaction(gateway.engine) as connection:
            get_active(connection, digest, message.epoch)
        return tuple(sorted(record.row for record in message.records))
    asked = asked_keys(decode_base64url(message.entries), get_key_set(agreement))
    found = find_settling(gateway.engine, digest, message.epoch, asked.hashes())
    if found is None:
        raise ProblemError(ProblemCode.NO_ACTIVE_INDEX)
    return settled_rows(asked, found)


def _store(gateway: Gateway, received: Received[MatchPart], agreement: Agreement, connection: Connection) -> None:
    message, now = received.message, gateway.seconds()
    # A run of one part is the common one: it is begun in one statement, where there is none of its name.
    run, known = add_run(connection, _begun(received, agreement, now)), None
    if run is None:
        begun = get_begun_run(connection, received.claims.agreement or "", message.run)
        _check_run(begun, message, now)
        run, known = begun.id, find_run_part_digest(connection, begun.id, message.number)
    if known is None:
        add_run_part(connection, run, message.number, received.claims.body, *_packed(message))
    elif known != received.claims.body:
        raise ProblemError(ProblemCode.RUN_CONFLICT, "/number")


def _check_run(run: Run, message: MatchPart, now: int) -> None:
    """Check that a run which has begun takes this part; raises ProblemError."""
    if not run.is_known(now):
        raise ProblemError(ProblemCode.RUN_UNKNOWN, "/run")
    if (run.epoch, run.subject) != (message.epoch, message.subject.value):
        raise ProblemError(ProblemCode.RUN_CONFLICT, "/subject" if run.epoch == message.epoch else "/epoch")
    if run.state is not RunState.RECEIVING:
        raise ProblemError(ProblemCode.RUN_CLOSED, "/run")


def _begun(received: Received[MatchPart], agreement: Agreement, now: int) -> Run:
    message = received.message
    return Run(
        id=0,
        run_id=message.run,
        agreement=received.claims.agreement or "",
        epoch=message.epoch,
        requester=agreement.requester.agency,
        officer=next(iter(received.officer_tags()), None),
        subject=message.subject.value,
        state=RunState.RECEIVING,
        created_at=now,
        expires_at=now + int(OPEN_RUN_LIFETIME.total_seconds()),
    )
