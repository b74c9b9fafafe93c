"""What a provider keeps of emergency calls made to it: it refuses by its own record, whatever the gateway says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from connectors.context import Connector
from connectors.holidays import calendar_for
from connectors.state.charges import Admission
from connectors.state.database import reading, writing
from connectors.state.emergency_calls import unsettled_calls
from connectors.state.emergency_tables import emergency_notice
from hosting.database.prepared import Prepared
from schemas.base64url import decode_base64url
from schemas.emergency import (
    MAX_EVALUATIONS_PER_CALL,
    CallFacts,
    EmergencyReason,
    Verdict,
    may_go_on,
    review_due,
    suspends,
)
from schemas.envelope import EnvelopeClaims
from schemas.messages.emergency import EmergencyReview
from schemas.problem import ProblemCode, ProblemError


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A call made to this agency; times in POSIX seconds. `released_at`: when something was answered about a record."""

    agreement: str
    call: str
    requester: str
    officer: str = field(repr=False)
    reason: EmergencyReason
    facts: CallFacts
    evaluations: int
    handle: bytes | None
    released_at: int | None
    seen_at: int | None


_COLUMNS = tuple(column.name for column in emergency_notice.c)
_UNSETTLED = Prepared(unsettled_calls())


def admission_of(
    connector: Connector, claims: EnvelopeClaims, evaluations: int = 0, handles: tuple[str, ...] = ()
) -> Admission:
    """Return what is checked and noted of a request's officer and emergency, in the transaction that charges it.

    It raises ProblemError (officer_suspended, emergency_call_over); then nothing is charged or noted.
    """

    def admit(connection: Connection, has_unsettled_calls: bool) -> None:  # noqa: FBT001 - as `Admission` says
        if has_unsettled_calls:
            _require_not_suspended(connector, connection, claims)
        if claims.emergency is not None:
            _note_call(connector, connection, claims, evaluations, handles)

    return admit


def note_review(connector: Connector, claims: EnvelopeClaims, review: EmergencyReview) -> Admission:
    """Return what notes a second person's verdict; the same one again changes nothing.

    It raises ProblemError: not_found: no such call; approval_missing: by the officer who made it; emergency_reviewed:
    another verdict stands.
    """

    def note(connection: Connection, _has_unsettled_calls: bool) -> None:  # noqa: FBT001 - as `Admission` says
        known = _find(connection, claims.agreement or "", review.call)
        if known is None or known.requester != claims.issuer:
            raise ProblemError(ProblemCode.NOT_FOUND, "/call")
        if not claims.officer or claims.officer == known.officer:
            raise ProblemError(ProblemCode.APPROVAL_MISSING, clause="approval")
        if known.facts.verdict not in {None, review.verdict}:
            raise ProblemError(ProblemCode.EMERGENCY_REVIEWED, "/verdict")
        if known.facts.verdict is None:
            _set(connection, known, verdict=review.verdict.value, reviewed_at=connector.seconds())

    return note


def note_lifted(connector: Connector, agreement: str, call: str, lifted_at: int) -> None:
    """Note that the suspension which a call led to was lifted; nothing where no such call is known."""
    with writing(connector.state) as connection:
        known = _find(connection, agreement, call)
        if known is not None and known.facts.lifted_at is None:
            _set(connection, known, lifted_at=lifted_at)


def list_notices(connector: Connector, offset: int, limit: int) -> list[Notice]:
    """Return the calls made to this agency, the newest first."""
    table = emergency_notice.c
    query = select(emergency_notice).order_by(table.opened_at.desc(), table.call).offset(offset).limit(limit)
    with reading(connector.state) as connection:
        return [_notice_of(row) for row in connection.execute(query).mappings()]


def count_notices(connector: Connector, *, unseen_only: bool = False) -> int:
    """Return how many calls were made to this agency; of those that nobody has looked at yet, with `unseen_only`."""
    query = select(func.count()).select_from(emergency_notice)
    if unseen_only:
        query = query.where(emergency_notice.c.seen_at.is_(None))
    with reading(connector.state) as connection:
        return connection.execute(query).scalar_one()


def mark_seen(connector: Connector, notices: list[Notice]) -> None:
    """Note that these were looked at."""
    with writing(connector.state) as connection:
        for notice in notices:
            if notice.seen_at is None:
                _set(connection, notice, seen_at=connector.seconds())


def _require_not_suspended(connector: Connector, connection: Connection, claims: EnvelopeClaims) -> None:
    found = _UNSETTLED.all(connection, {"requester": claims.issuer, "officer": claims.officer or ""})
    now = connector.seconds()
    if any(suspends(facts_of(dict(zip(_COLUMNS, row, strict=True))), now) for row in found):
        raise ProblemError(ProblemCode.OFFICER_SUSPENDED, clause="officer")


def _note_call(
    connector: Connector, connection: Connection, claims: EnvelopeClaims, evaluations: int, handles: tuple[str, ...]
) -> None:
    call = claims.emergency
    if call is None:
        return
    known = _find(connection, claims.agreement or "", call.call) or _open(connector, connection, claims)
    asked = {decode_base64url(handle) for handle in handles}
    is_same = (known.officer, known.reason) == (claims.officer, call.reason)
    is_one_child = len(asked | ({known.handle} if known.handle and asked else set())) <= 1
    spent = known.evaluations + evaluations
    in_time = may_go_on(known.facts, connector.seconds())
    if not (is_same and is_one_child and in_time and spent <= MAX_EVALUATIONS_PER_CALL):
        raise ProblemError(ProblemCode.EMERGENCY_CALL_OVER, clause="emergency")
    released = {"handle": asked.pop(), "released_at": connector.seconds()} if asked else {}
    _set(connection, known, evaluations=spent, **released)


def _open(connector: Connector, connection: Connection, claims: EnvelopeClaims) -> Notice:
    call, now = claims.emergency, connector.now()
    if call is None:
        raise ProblemError(ProblemCode.EMERGENCY_REASON_MISSING, clause="emergency")
    due = review_due(now, calendar_for(connector))
    values = {
        "agreement": claims.agreement or "",
        "call": call.call,
        "requester": claims.issuer,
        "officer": claims.officer or "",
        "reason": call.reason.value,
        "opened_at": int(now.timestamp()),
        "due_at": int(due.at.timestamp()),
        "evaluations": 0,
    }
    connection.execute(insert(emergency_notice).values(**values))
    opened = _find(connection, claims.agreement or "", call.call)
    if opened is None:
        raise ProblemError(ProblemCode.INTERNAL)
    return opened


def _set(connection: Connection, notice: Notice, **columns: object) -> None:
    place = (emergency_notice.c.agreement == notice.agreement, emergency_notice.c.call == notice.call)
    connection.execute(update(emergency_notice).where(*place).values(**columns))


def _find(connection: Connection, agreement: str, call: str) -> Notice | None:
    query = select(emergency_notice).where(emergency_notice.c.agreement == agreement, emergency_notice.c.call == call)
    row = connection.execute(query).mappings().first()
    return None if row is None else _notice_of(row)


def _notice_of(row: RowMapping) -> Notice:
    return Notice(
        agreement=row["agreement"],
        call=row["call"],
        requester=row["requester"],
        officer=row["officer"],
        reason=EmergencyReason(row["reason"]),
        facts=facts_of(row),
        evaluations=row["evaluations"],
        handle=row["handle"],
        released_at=row["released_at"],
        seen_at=row["seen_at"],
    )


def facts_of(row: RowMapping | Mapping[str, Any]) -> CallFacts:
    """Return what a row says of its call's review."""
    return CallFacts(
        opened_at=row["opened_at"],
        due_at=row["due_at"],
        verdict=None if row["verdict"] is None else Verdict(row["verdict"]),
        reviewed_at=row["reviewed_at"],
        lifted_at=row["lifted_at"],
    )
