"""Reading and writing how jobs run. A job is held by one process at a time, until it is done or its time is over."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select, update

from gateway.log.timestamp import format_timestamp, parse_timestamp
from gateway.persistence.job_tables import job_run


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


def hold_job(connection: Connection, name: str, holder: str, now: datetime, seconds: int) -> bool:
    """Take a job for one process; return whether nobody else holds it. The caller holds the write lock."""
    values = {
        "holder": holder,
        "held_until": int(now.timestamp()) + seconds,
        "started_at": format_timestamp(now),
    }
    if connection.scalar(select(job_run.c.name).where(job_run.c.name == name)) is None:
        connection.execute(insert(job_run).values(name=name, **values))
        return True
    is_free = or_(job_run.c.holder.is_(None), job_run.c.held_until <= int(now.timestamp()))
    return connection.execute(update(job_run).where(job_run.c.name == name, is_free).values(**values)).rowcount == 1


def release_job(connection: Connection, holder: str, run: JobRun) -> None:
    """Store how a run went, if its process still holds the job."""
    mine = (job_run.c.name == run.name, job_run.c.holder == holder)
    connection.execute(update(job_run).where(*mine).values(**_values(run), holder=None, held_until=None))


def note_run(connection: Connection, run: JobRun) -> None:
    """Store how a run went of a job that needs no holder."""
    changed = connection.execute(update(job_run).where(job_run.c.name == run.name).values(**_values(run)))
    if not changed.rowcount:
        connection.execute(insert(job_run).values(name=run.name, **_values(run)))


def list_job_runs(connection: Connection, now: datetime) -> list[JobRun]:
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
        for row in connection.execute(select(job_run).order_by(job_run.c.name))
    ]


def _values(run: JobRun) -> dict[str, object]:
    return {
        "started_at": _format(run.started_at),
        "ended_at": _format(run.ended_at),
        "milliseconds": run.milliseconds,
        "error": run.error,
        "next_at": _format(run.next_at),
    }


def _format(at: datetime | None) -> str | None:
    return None if at is None else format_timestamp(at)


def _parse(text: str | None) -> datetime | None:
    return None if text is None else parse_timestamp(text)
