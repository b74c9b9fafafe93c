"""The book of emergency calls that this agency made: each with its reason, its deadline, and what a reviewer found."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, insert, select, update

from connectors.context import Connector
from connectors.emergency.notices import facts_of
from connectors.state.database import reading, writing
from connectors.state.emergency_tables import emergency_call, emergency_question
from keys.crypto.sealing import open_at_rest, seal_at_rest
from schemas.emergency import CallFacts, CallState, EmergencyClaim, EmergencyReason, state_of, suspends
from schemas.problem import ProblemCode, ProblemError

_NOTE = b"tongxin/emergency/note/v1/"


class CallUnknownError(LookupError):
    """There is no such call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call as it is kept; times in POSIX seconds.

    Attributes:
        id: by which the gateway and the providers know it too.
        officer: account of who made it.
        reason: why nobody could approve before.
        note: what the officer wrote; stays here.
        ledger: where the child stands, until it is destroyed.
        facts: when it was opened and is due, and what became of its review.
        is_provisional: a year on the way to its deadline has no holiday notice yet.
        reviewer: account of the second person.
        destroyed_at: when child and answers were destroyed.
    """

    id: str
    officer: str
    reason: EmergencyReason
    note: str = field(repr=False)
    ledger: str
    facts: CallFacts
    is_provisional: bool
    reviewer: str | None = None
    destroyed_at: int | None = None

    def state(self, now_seconds: int) -> CallState:
        """Return where it stands."""
        return state_of(self.facts, now_seconds)


@dataclass(frozen=True, slots=True)
class CallQuestion:
    """What a call asks of one provider. `failure`: a `ProblemCode` or `LocalFailure`; `told_at`: of the review."""

    question: str
    call: str
    agreement: str
    region: str
    is_answered: bool
    failure: str | None
    told_at: int | None


def keep_call(connector: Connector, call: Call, questions: list[CallQuestion]) -> None:
    """Keep a new call, before anything is asked."""
    sealed = seal_at_rest(connector.storage_key(), call.note.encode(), _NOTE + call.id.encode(), connector.random)
    with writing(connector.state) as connection:
        connection.execute(
            insert(emergency_call).values(
                id=call.id,
                officer=call.officer,
                reason=call.reason.value,
                note=sealed,
                ledger=call.ledger,
                opened_at=call.facts.opened_at,
                due_at=call.facts.due_at,
                is_provisional=call.is_provisional,
            )
        )
        for one in questions:
            connection.execute(
                insert(emergency_question).values(
                    question=one.question, call=call.id, agreement=one.agreement, region=one.region, is_answered=False
                )
            )


def get_call(connector: Connector, id_: str) -> Call:
    """Return a call; raises CallUnknownError."""
    found = _list(connector, emergency_call.c.id == id_)
    if not found:
        raise CallUnknownError
    return found[0]


def list_calls(connector: Connector, officer: str | None = None) -> list[Call]:
    """Return the calls of an officer, or of all, the newest first."""
    return _list(connector, *([] if officer is None else [emergency_call.c.officer == officer]))


def list_unreviewed(connector: Connector) -> list[Call]:
    """Return the calls that nobody has reviewed, the newest first."""
    return _list(connector, emergency_call.c.verdict.is_(None))


def list_undestroyed(connector: Connector, opened_until: int) -> list[Call]:
    """Return the calls opened at or before a moment whose child and answers are still here."""
    return _list(connector, emergency_call.c.destroyed_at.is_(None), emergency_call.c.opened_at <= opened_until)


def questions_of(connector: Connector, call: str) -> list[CallQuestion]:
    """Return what a call asks, in the order of the agreements."""
    return _questions(connector, emergency_question.c.call == call)


def list_untold(connector: Connector) -> list[CallQuestion]:
    """Return the questions of reviewed calls whose review did not get through yet."""
    reviewed = select(emergency_call.c.id).where(emergency_call.c.verdict.is_not(None))
    return _questions(
        connector,
        emergency_question.c.told_at.is_(None),
        emergency_question.c.call.in_(reviewed),
    )


def find_claim(connector: Connector, question: str) -> EmergencyClaim | None:
    """Return the emergency under which a question is asked, or None."""
    query = (
        select(emergency_call.c.id, emergency_call.c.reason)
        .join(emergency_question, emergency_question.c.call == emergency_call.c.id)
        .where(emergency_question.c.question == question)
    )
    with reading(connector.state) as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else EmergencyClaim(call=row.id, reason=EmergencyReason(row.reason))


def is_suspended(connector: Connector, officer: str) -> bool:
    """Return whether an emergency call of this officer's was a misuse, or was not reviewed in time."""
    now = connector.seconds()
    return any(suspends(call.facts, now) for call in list_calls(connector, officer))


def require_not_suspended(connector: Connector, officer: str) -> None:
    """Refuse a suspended officer here already; raises ProblemError (officer_suspended)."""
    if is_suspended(connector, officer):
        raise ProblemError(ProblemCode.OFFICER_SUSPENDED, clause="officer")


def set_call(connection: Connection, id_: str, **columns: Any) -> None:
    """Change columns of a call."""
    connection.execute(update(emergency_call).where(emergency_call.c.id == id_).values(**columns))


def set_question(connector: Connector, question: str, **columns: Any) -> None:
    """Change columns of a call's question."""
    with writing(connector.state) as connection:
        place = emergency_question.c.question == question
        connection.execute(update(emergency_question).where(place).values(**columns))


def _list(connector: Connector, *where: ColumnElement[bool]) -> list[Call]:
    query = select(emergency_call).where(*where).order_by(emergency_call.c.opened_at.desc(), emergency_call.c.id)
    with reading(connector.state) as connection:
        return [_call_of(connector, row) for row in connection.execute(query).mappings()]


def _questions(connector: Connector, *where: ColumnElement[bool]) -> list[CallQuestion]:
    table = emergency_question.c
    query = select(emergency_question).where(*where).order_by(table.agreement, table.question)
    with reading(connector.state) as connection:
        rows = connection.execute(query).mappings().all()
    names = ("question", "call", "agreement", "region", "is_answered", "failure", "told_at")
    return [CallQuestion(**{name: row[name] for name in names}) for row in rows]


def _call_of(connector: Connector, row: RowMapping) -> Call:
    binding = _NOTE + row["id"].encode()
    note = b"" if row["note"] is None else open_at_rest(connector.storage_key(), row["note"], binding)
    return Call(
        id=row["id"],
        officer=row["officer"],
        reason=EmergencyReason(row["reason"]),
        note=note.decode(),
        ledger=row["ledger"],
        facts=facts_of(row),
        is_provisional=row["is_provisional"],
        reviewer=row["reviewer"],
        destroyed_at=row["destroyed_at"],
    )
