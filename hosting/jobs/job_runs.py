"""The table of jobs: who holds one now, and how its last run went. A job is held until it is done or its time is over.

Times are RFC 3339 in UTC to the millisecond, `held_until` POSIX seconds.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    insert,
    or_,
    select,
    update,
)

_Seconds = BigInteger().with_variant(Integer(), "sqlite")


@dataclass(frozen=True, slots=True)
class JobRun:
    """The last run of a job. `error` is the type of the exception that ended it, None where it went well."""

    name: str
    is_running: bool
    started_at: datetime | None = None
    ended_at: datetime | None = None
    milliseconds: int | None = None
    error: str | None = None
    next_at: datetime | None = None


def add_job_table(metadata: MetaData) -> Table:
    """Declare the table on `metadata`."""
    return Table(
        "job_run",
        metadata,
        Column("name", Text, nullable=False),
        Column("holder", Text),  # the process that runs it, until when at most
        Column("held_until", _Seconds),
        Column("started_at", Text),
        Column("ended_at", Text),
        Column("milliseconds", _Seconds),
        Column("error", Text),  # the type of the exception; nothing where the run went well
        Column("next_at", Text),
        PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )


def hold_job(connection: Connection, jobs: Table, name: str, holder: str, now: datetime, seconds: int) -> bool:
    """Take a job for one process; return whether nobody else holds it. The caller holds the write lock."""
    values = {"holder": holder, "held_until": int(now.timestamp()) + seconds, "started_at": _format(now)}
    if connection.scalar(select(jobs.c.name).where(jobs.c.name == name)) is None:
        connection.execute(insert(jobs).values(name=name, **values))
        return True
    is_free = or_(jobs.c.holder.is_(None), jobs.c.held_until <= int(now.timestamp()))
    return connection.execute(update(jobs).where(jobs.c.name == name, is_free).values(**values)).rowcount == 1


def release_job(connection: Connection, jobs: Table, holder: str, run: JobRun) -> None:
    """Store how a run went, if its process still holds the job."""
    mine = (jobs.c.name == run.name, jobs.c.holder == holder)
    connection.execute(update(jobs).where(*mine).values(**_values(run), holder=None, held_until=None))


def note_run(connection: Connection, jobs: Table, run: JobRun) -> None:
    """Store how a run went of a job that needs no holder."""
    changed = connection.execute(update(jobs).where(jobs.c.name == run.name).values(**_values(run)))
    if not changed.rowcount:
        connection.execute(insert(jobs).values(name=run.name, **_values(run)))


def announce_run(connection: Connection, jobs: Table, name: str, next_at: datetime) -> None:
    """Store when a job runs next, also before its first run."""
    values = {"next_at": _format(next_at)}
    if not connection.execute(update(jobs).where(jobs.c.name == name).values(**values)).rowcount:
        connection.execute(insert(jobs).values(name=name, **values))


def list_job_runs(connection: Connection, jobs: Table, now: datetime) -> list[JobRun]:
    """Return the last run of every job that ever ran, by name."""
    return [
        JobRun(
            name=row.name,
            is_running=row.holder is not None and row.held_until > int(now.timestamp()),
            started_at=_parse(row.started_at),
            ended_at=_parse(row.ended_at),
            milliseconds=row.milliseconds,
            error=row.error,
            next_at=_parse(row.next_at),
        )
        for row in connection.execute(select(jobs).order_by(jobs.c.name))
    ]


def free_at(connection: Connection, jobs: Table, name: str, now: datetime) -> datetime:
    """Return from when on a job may be taken: now, or when the time of the process that holds it is over."""
    held_until = connection.scalar(select(jobs.c.held_until).where(jobs.c.name == name, jobs.c.holder.is_not(None)))
    return now if held_until is None else max(now, datetime.fromtimestamp(held_until, UTC))


def _values(run: JobRun) -> dict[str, object]:
    return {
        "started_at": _format(run.started_at),
        "ended_at": _format(run.ended_at),
        "milliseconds": run.milliseconds,
        "error": run.error,
        "next_at": _format(run.next_at),
    }


def _format(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _parse(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
