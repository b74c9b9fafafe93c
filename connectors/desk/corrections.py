"""Requests for correction: recorded with their due day, looked at, answered with a reason; every step is recorded."""

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, func, insert, select, update

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.desk.correction_rules import (
    MAX_TEXT_CHARACTERS,
    CorrectionFault,
    CorrectionOutcome,
    CorrectionSource,
    Said,
    check_said,
    check_text,
    due_on,
)
from connectors.holidays import calendar_for
from connectors.identifiers import new_uuid
from connectors.state.correction_tables import correction
from connectors.state.database import reading, writing
from keys.crypto.sealing import open_at_rest, seal_at_rest

_SAID: Final = b"tongxin/correction/said/v1/"
_REASON: Final = b"tongxin/correction/reason/v1/"


class CorrectionUnknownError(LookupError):
    """There is no such request."""


class CorrectionDecidedError(Exception):
    """The request was answered already."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How a request was answered; `at` in POSIX seconds, `by` the account."""

    outcome: CorrectionOutcome
    reason: str = field(repr=False)
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A request as it is kept; `is_provisional` where the due day counts weekends alone for a part of the way."""

    id: str
    said: Said
    due_on: date
    is_provisional: bool
    recorded_by: str
    recorded_at: int
    decision: Decision | None

    def is_overdue(self, today: date) -> bool:
        """Return whether it waits for its answer after the due day."""
        return self.decision is None and today > self.due_on


def record_correction(console: Console, account: str, said: Said) -> str:
    """Keep a request that came in, and return its id.

    Raises:
        CorrectionError: it does not say all it must.
    """
    check_said(said, console.connector.today())
    id_, due = new_uuid(console.random), due_on(said.received_on, calendar_for(console.connector))
    values = {
        "id": id_,
        "source": said.source.value,
        "said": _seal(console, _SAID, id_, json.dumps(asdict(said), default=date.isoformat)),
        "received_on": said.received_on.isoformat(),
        "due_on": due.on.isoformat(),
        "is_provisional": due.provisional,
        "recorded_by": account,
        "recorded_at": console.seconds(),
    }
    with writing(console.connector.state) as connection:
        connection.execute(insert(correction).values(values))
        detail = f"due={due.on.isoformat()}"
        record_in(connection, console.seconds(), account, Action.CORRECTION_RECORDED, id_, detail)
    return id_


def list_corrections(console: Console, account: str, limit: int, offset: int) -> list[Correction]:
    """Return requests, those that wait first, by due day; that they were looked at is recorded."""
    order = (correction.c.outcome.is_not(None), correction.c.due_on, correction.c.id)
    with writing(console.connector.state) as connection:
        rows = connection.execute(select(correction).order_by(*order).limit(limit).offset(offset)).all()
        record_in(connection, console.seconds(), account, Action.CORRECTION_VIEWED, None, f"rows={len(rows)}")
    return [_correction_of(console, row) for row in rows]


def count_corrections(console: Console) -> int:
    """Return how many requests there are."""
    with reading(console.connector.state) as connection:
        return connection.execute(select(func.count()).select_from(correction)).scalar_one()


def count_waiting_corrections(console: Console, account: Account) -> int:
    """Return how many requests wait for an answer; they wait for everybody who may answer them."""
    del account
    query = select(func.count()).select_from(correction).where(correction.c.outcome.is_(None))
    with reading(console.connector.state) as connection:
        return connection.execute(query).scalar_one()


def get_correction(console: Console, account: str, id_: str, action: Action = Action.CORRECTION_VIEWED) -> Correction:
    """Return a request; that it was looked at (or printed) is recorded. Raises CorrectionUnknownError."""
    with writing(console.connector.state) as connection:
        row = connection.execute(select(correction).where(correction.c.id == id_)).first()
        if row is None:
            raise CorrectionUnknownError
        record_in(connection, console.seconds(), account, action, id_)
    return _correction_of(console, row)


def decide_correction(console: Console, account: str, id_: str, outcome: CorrectionOutcome, reason: str) -> None:
    """Answer a request, once.

    Raises:
        CorrectionError: without a reason, or with too long a one.
        CorrectionDecidedError: it was answered already, or there is none.
    """
    check_text(CorrectionFault.REASON, reason, MAX_TEXT_CHARACTERS)
    values = {
        "outcome": outcome.value,
        "reason": _seal(console, _REASON, id_, reason.strip()),
        "decided_by": account,
        "decided_at": console.seconds(),
    }
    with writing(console.connector.state) as connection:
        waiting = (correction.c.id == id_) & correction.c.outcome.is_(None)
        if connection.execute(update(correction).where(waiting).values(values)).rowcount != 1:
            raise CorrectionDecidedError
        record_in(connection, console.seconds(), account, Action.CORRECTION_DECIDED, id_, outcome.value)


def _seal(console: Console, use: bytes, id_: str, text: str) -> bytes:
    return seal_at_rest(console.connector.storage_key(), text.encode(), use + id_.encode(), console.random)


def _open(console: Console, use: bytes, id_: str, sealed: bytes) -> str:
    return open_at_rest(console.connector.storage_key(), sealed, use + id_.encode()).decode()


def _correction_of(console: Console, row: Row[Any]) -> Correction:
    members = json.loads(_open(console, _SAID, row.id, row.said))
    source, received_on = CorrectionSource(members["source"]), date.fromisoformat(members["received_on"])
    said = Said(**{**members, "source": source, "received_on": received_on})
    return Correction(
        id=row.id,
        said=said,
        due_on=date.fromisoformat(row.due_on),
        is_provisional=row.is_provisional,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        decision=_decision_of(console, row),
    )


def _decision_of(console: Console, row: Row[Any]) -> Decision | None:
    if row.outcome is None:
        return None
    reason = _open(console, _REASON, row.id, row.reason)
    return Decision(CorrectionOutcome(row.outcome), reason, row.decided_by, row.decided_at)
