"""Reading and writing match runs and their parts; a run is closed once, judged once, and then forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, bindparam, delete, exists, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Update

from gateway.persistence.run_tables import match_outcome, match_run, match_run_part
from hosting.database.prepared import Prepared, Row


class RunState(StrEnum):
    """Where a run stands."""

    RECEIVING = "receiving"
    CLOSED = "closed"
    """All parts are there, and it is being judged, or will be."""
    JUDGED = "judged"
    ENDED = "ended"
    """Forgotten: nobody sees it any more, and its rows are to be deleted."""


@dataclass(frozen=True, slots=True)
class Run:
    """One question's records, as far as they were sent; `index_id` and `summary` once it is judged.

    `officer` is the tag of who began it.
    """

    id: int
    run_id: str
    agreement: str
    epoch: int
    requester: str
    subject: str
    state: RunState
    created_at: int
    expires_at: int
    parts: int | None = None
    records: int | None = None
    judge_until: int | None = None
    index_id: str | None = None
    summary: bytes | None = None
    officer: bytes | None = field(default=None, repr=False)

    def is_known(self, now: int) -> bool:
        """Return whether it can still be seen: neither forgotten nor to be."""
        return self.state is not RunState.ENDED and self.expires_at > now


_COLUMNS = tuple(match_run.c[name] for name in Run.__slots__)
_NAMED = (match_run.c.agreement == bindparam("agreement"), match_run.c.run_id == bindparam("run_id"))
_BY_NAME = Prepared(select(*_COLUMNS).where(*_NAMED))
_ADD = {
    name: Prepared(
        dialect.insert(match_run)
        .values({column: bindparam(column) for column in Run.__slots__ if column != "id"})
        .on_conflict_do_nothing(index_elements=("agreement", "run_id"))
        .returning(match_run.c.id)
    )
    for name, dialect in {"postgresql": postgresql, "sqlite": sqlite}.items()
}
_PART_DIGEST = Prepared(
    select(match_run_part.c.digest).where(
        match_run_part.c.run == bindparam("run"), match_run_part.c.number == bindparam("number")
    )
)
_ADD_PART = Prepared(insert(match_run_part))


def add_run(connection: Connection, run: Run) -> int | None:
    """Store a run that begins and return its number, or None if there is one of this name; `run.id` is ignored."""
    values = {name: getattr(run, name) for name in Run.__slots__ if name != "id"} | {"state": run.state.value}
    number: int | None = _ADD[connection.dialect.name].scalar(connection, values)
    return number


def find_run(connection: Connection, agreement: str, run_id: str, now: int) -> Run | None:
    """Return the run that the requester named `run_id`, or None if there is none, or none any more."""
    row = _BY_NAME.first(connection, {"agreement": agreement, "run_id": run_id})
    run = None if row is None else _run(row)
    return run if run is not None and run.is_known(now) else None


def get_begun_run(connection: Connection, agreement: str, run_id: str) -> Run:
    """Return the run for whose name `add_run` said that there is one, also one that is being forgotten.

    A name is never used again. Raises LookupError.
    """
    row = _BY_NAME.first(connection, {"agreement": agreement, "run_id": run_id})
    if row is None:
        raise LookupError("there is no run of this name")
    return _run(row)


def close_run(connection: Connection, number: int, parts: int, records: int) -> None:
    """Take no more parts from now on."""
    values = {"state": RunState.CLOSED.value, "parts": parts, "records": records}
    connection.execute(update(match_run).where(match_run.c.id == number).values(**values))


def claim_run(connection: Connection, number: int, judge: str, now: int, until: int) -> bool:
    """Claim a closed run for one judge; return whether nobody else holds it."""
    free = or_(match_run.c.judge_until.is_(None), match_run.c.judge_until <= now)
    claimed = connection.execute(
        update(match_run)
        .where(match_run.c.id == number, match_run.c.state == RunState.CLOSED.value, free)
        .values(judge=judge, judge_until=until)
    )
    return claimed.rowcount == 1


def renew_claim(connection: Connection, number: int, judge: str, until: int) -> None:
    """Let a claim last until later, if `judge` still holds it."""
    mine = (match_run.c.id == number, match_run.c.judge == judge)
    connection.execute(update(match_run).where(*mine).values(judge_until=until))


def release_run(connection: Connection, number: int, judge: str) -> None:
    """Give a claim up, so that another judge need not wait until it is over."""
    mine = (match_run.c.id == number, match_run.c.judge == judge)
    connection.execute(update(match_run).where(*mine).values(judge=None, judge_until=None))


def set_judged(connection: Connection, number: int, judge: str, index_id: str, summary: bytes, expires_at: int) -> bool:
    """Note that a run was judged; return whether `judge` still held it."""
    values = {"state": RunState.JUDGED.value, "index_id": index_id, "summary": summary, "expires_at": expires_at}
    judged = connection.execute(
        update(match_run)
        .where(match_run.c.id == number, match_run.c.judge == judge, match_run.c.state == RunState.CLOSED.value)
        .values(**values, judge=None, judge_until=None)
    )
    return judged.rowcount == 1


def add_run_part(connection: Connection, run: int, number: int, digest: str, rows: bytes, entries: bytes) -> None:
    """Store part `number` of a run as it was received."""
    part = {"run": run, "number": number, "digest": digest, "rows": rows, "entries": entries}
    _ADD_PART.execute(connection, part)


def find_run_part_digest(connection: Connection, run: int, number: int) -> str | None:
    """Return the digest of a part that was received, or None."""
    digest: str | None = _PART_DIGEST.scalar(connection, {"run": run, "number": number})
    return digest


def read_run_rows(connection: Connection, run: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and rows of each part in order."""
    query = select(match_run_part.c.number, match_run_part.c.rows).where(match_run_part.c.run == run)
    for row in connection.execute(query.order_by(match_run_part.c.number)):
        yield row.number, row.rows


def read_run_parts(connection: Connection, run: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield rows and entries of each part in order."""
    query = select(match_run_part.c.rows, match_run_part.c.entries).where(match_run_part.c.run == run)
    for row in connection.execute(query.order_by(match_run_part.c.number)):
        yield row.rows, row.entries


def end_runs(connection: Connection, agreement: str, epoch: int | None = None) -> None:
    """Forget all runs of an agreement, or of one of its epochs."""
    query = update(match_run).where(match_run.c.agreement == agreement)
    connection.execute(_ended(query if epoch is None else query.where(match_run.c.epoch == epoch)))


def end_expired_runs(connection: Connection, now: int) -> None:
    """Forget all runs whose time is over."""
    connection.execute(
        _ended(update(match_run).where(match_run.c.expires_at <= now, match_run.c.state != RunState.ENDED.value))
    )


def list_ended_runs(connection: Connection, agreement: str | None = None) -> tuple[int, ...]:
    """Return the numbers of the forgotten runs whose rows are to be deleted, of one agreement or of all."""
    query = select(match_run.c.id).where(match_run.c.state == RunState.ENDED.value)
    return tuple(connection.scalars(query if agreement is None else query.where(match_run.c.agreement == agreement)))


def list_judged_with_parts(connection: Connection) -> tuple[int, ...]:
    """Return the numbers of the judged runs whose hashes are still there."""
    has_parts = exists().where(match_run_part.c.run == match_run.c.id)
    return tuple(connection.scalars(select(match_run.c.id).where(_is(RunState.JUDGED), has_parts)))


def delete_run_parts(connection: Connection, run: int, limit: int) -> int:
    """Delete at most `limit` parts of a run; return how many."""
    chosen = select(match_run_part.c.number).where(match_run_part.c.run == run).limit(limit)
    numbers = list(connection.scalars(chosen))
    connection.execute(delete(match_run_part).where(match_run_part.c.run == run, match_run_part.c.number.in_(numbers)))
    return len(numbers)


def delete_run(connection: Connection, run: int) -> None:
    """Delete a run with its outcomes, once its parts are gone."""
    connection.execute(delete(match_outcome).where(match_outcome.c.run == run))
    connection.execute(delete(match_run).where(match_run.c.id == run))


def _is(state: RunState) -> ColumnElement[bool]:
    return match_run.c.state == state.value


def _ended(query: Update) -> Update:
    return query.values(state=RunState.ENDED.value)


def _run(row: Row) -> Run:
    run = Run(*row)
    return replace(run, state=RunState(run.state))
