"""Reading and writing what became of the rows of a run."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select, update

from gateway.domain.run_outcomes import JudgedRow
from gateway.persistence.run_tables import match_outcome
from schemas.messages.match import Decision, Outcome

_COLUMNS = tuple(match_outcome.c[name] for name in JudgedRow._fields)
_NAMES = ", ".join(f'"{name}"' for name in JudgedRow._fields)
# Past SQLAlchemy's handling of each value: the write lock is held meanwhile.
_INSERT_SQLITE = f"INSERT INTO match_outcome (run, {_NAMES}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants
_INSERT_POSTGRESQL = (
    f"INSERT INTO match_outcome (run, {_NAMES}) SELECT %s, judged.*"  # noqa: S608 - constants
    " FROM unnest(%s::integer[], %s::text[], %s::bytea[], %s::integer[], %s::bigint[], %s::bytea[], %s::text[])"
    " AS judged"
)


def insert_outcomes(connection: Connection, run: int, rows: Sequence[JudgedRow]) -> None:
    """Store the judgement of all rows of a run, on which nobody has decided yet."""
    values = [(*row[:1], row.outcome.value, *row[2:]) for row in rows]
    if connection.dialect.name == "postgresql":
        columns = (list(column) for column in zip(*values, strict=True))
        connection.exec_driver_sql(_INSERT_POSTGRESQL, (run, *columns))
    else:
        connection.exec_driver_sql(_INSERT_SQLITE, [(run, *value) for value in values])


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
