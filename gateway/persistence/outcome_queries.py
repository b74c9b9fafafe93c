"""Reading and writing what became of the rows of a run."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, insert, select, update

from gateway.domain.run_outcomes import JudgedRow
from gateway.persistence.run_tables import match_outcome
from schemas.messages.match import Decision, Outcome

_COLUMNS = tuple(match_outcome.c[name] for name in JudgedRow._fields)


def insert_outcomes(connection: Connection, run: int, rows: Iterable[JudgedRow]) -> None:
    """Store the judgement of all rows of a run."""
    values = [{"run": run, **row._asdict(), "outcome": row.outcome.value} for row in rows]
    if values:
        connection.execute(insert(match_outcome), values)


def list_outcomes(connection: Connection, run: int, rows: Collection[int]) -> dict[int, JudgedRow]:
    """Return the judgement of those of `rows` that the run has, by row."""
    query = select(*_COLUMNS).where(match_outcome.c.run == run, match_outcome.c.row.in_(rows))
    return {found.row: _judged(*found) for found in connection.execute(query)}


def set_decision(connection: Connection, run: int, row: int, decision: Decision) -> None:
    """Store what a reviewer decided about a row; the caller holds the write lock under which it read the row."""
    place = (match_outcome.c.run == run, match_outcome.c.row == row)
    connection.execute(update(match_outcome).where(*place).values(decision=decision.value))


def _judged(
    row: int,
    outcome: str,
    handles: bytes,
    probability: int | None,
    agreed: int,
    comparison: bytes,
    decision: str | None,
) -> JudgedRow:
    decided = None if decision is None else Decision(decision)
    return JudgedRow(row, Outcome(outcome), handles, probability, agreed, comparison, decided)
