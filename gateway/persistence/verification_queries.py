"""Keeps verifications of the log: the gateway's own runs with their progress, and what was found outside."""

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, insert, select, update

from gateway.persistence.verification_tables import outside_verification, verification_run

LOST_SECONDS = 60
"""A run that gave no sign of life for so long has ended with the process that did it."""


class RunState(StrEnum):
    """How a verification stands."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class VerificationRun:
    """One verification of the whole log. Times are POSIX seconds; `result` is JSON once it has ended."""

    id: int
    started_by: str
    started_at: int
    state: RunState
    seen_at: int
    total: int
    done: int
    ended_at: int | None
    result: str | None = field(repr=False)

    def is_lost(self, now_seconds: int) -> bool:
        """Return whether whoever did it is gone."""
        return self.state is RunState.RUNNING and now_seconds - self.seen_at > LOST_SECONDS


@dataclass(frozen=True, slots=True)
class OutsideVerification:
    """What somebody outside found the root of the first `size` leaves to be, and whether it is ours."""

    shard: int
    size: int
    root: bytes
    verified_by: str
    verified_on: str
    recorded_by: str
    recorded_at: int
    agrees: bool


def insert_run(connection: Connection, started_by: str, total: int, now_seconds: int) -> int:
    """Keep a verification that begins, and return its number."""
    row = {
        "started_by": started_by,
        "started_at": now_seconds,
        "state": RunState.RUNNING.value,
        "seen_at": now_seconds,
        "total": total,
        "done": 0,
    }
    number: int = connection.execute(insert(verification_run).values(row).returning(verification_run.c.id)).scalar_one()
    return number


def set_progress(connection: Connection, number: int, done: int, now_seconds: int) -> None:
    """Note how many entries are verified; a sign of life as well."""
    run = verification_run.c
    connection.execute(update(verification_run).where(run.id == number).values(done=done, seen_at=now_seconds))


def end_run(connection: Connection, number: int, state: RunState, result: str, now_seconds: int) -> None:
    """Note what came of a verification."""
    run = verification_run.c
    ended = {"state": state.value, "result": result, "ended_at": now_seconds, "seen_at": now_seconds}
    connection.execute(update(verification_run).where(run.id == number).values(ended))


def list_runs(connection: Connection, limit: int) -> list[VerificationRun]:
    """Return the last verifications, newest first."""
    query = select(verification_run).order_by(verification_run.c.id.desc()).limit(limit)
    return [_run_of(row) for row in connection.execute(query).mappings()]


def find_run(connection: Connection, number: int) -> VerificationRun | None:
    """Return the verification of this number, or None."""
    query = select(verification_run).where(verification_run.c.id == number)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _run_of(row)


def insert_outside(connection: Connection, found: OutsideVerification) -> None:
    """Keep what was found outside."""
    row = {name: getattr(found, name) for name in OutsideVerification.__dataclass_fields__}
    connection.execute(insert(outside_verification).values(row))


def list_outside(connection: Connection, limit: int) -> list[OutsideVerification]:
    """Return the last verifications from outside, newest first."""
    columns = [outside_verification.c[name] for name in OutsideVerification.__dataclass_fields__]
    query = select(*columns).order_by(outside_verification.c.id.desc()).limit(limit)
    return [OutsideVerification(*row) for row in connection.execute(query)]


def _run_of(row: RowMapping) -> VerificationRun:
    return VerificationRun(**{**row, "state": RunState(row["state"])})
