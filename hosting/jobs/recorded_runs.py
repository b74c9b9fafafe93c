"""Runs a job so that it can be seen: one process at a time, its last run noted, a failure by its type alone."""

import logging
import os
import secrets
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, Protocol

from sqlalchemy import Connection, Table

from hosting.jobs.job_runs import JobRun, hold_job, note_run, release_job

HELD_SECONDS: Final = 120
NOTED_SECONDS: Final = 60
"""Jobs that nobody holds are meant to cost nothing: they are noted once in so long."""

_PROCESS: Final = secrets.token_hex(8)


class JobBook(Protocol):
    """Where a program notes its jobs, with its clock."""

    @property
    def jobs(self) -> Table:
        """The table (`add_job_table`)."""

    @property
    def logger(self) -> logging.Logger:
        """Where failures are told by the type of the exception."""

    def now(self) -> datetime:
        """Return the current time (aware, UTC)."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction that holds the write lock from its start."""


@dataclass(frozen=True, slots=True)
class Clockwork:
    """When a job runs. `holder` names this process; `next_at` says when the job is due after a time."""

    name: str
    holder: str
    next_at: Callable[[datetime], datetime]
    is_held: bool
    held_seconds: int = HELD_SECONDS


def this_process() -> str:
    """Return what names this process as the holder of a job."""
    return f"{os.getpid()}-{_PROCESS}"


class RecordedRuns:
    """The runs of one job in this process."""

    def __init__(self, clockwork: Clockwork) -> None:
        self._clockwork = clockwork
        self._noted_at: datetime | None = None
        self._noted_error: str | None = None

    def run(self, book: JobBook, work: Callable[[], object]) -> None:
        """Do `work`, unless another process is at it."""
        clockwork, started_at = self._clockwork, book.now()
        if clockwork.is_held and not self._hold(book, started_at):
            return
        begun = time.perf_counter()
        with _Failure() as failure:
            work()
        milliseconds = round(1000 * (time.perf_counter() - begun))
        if failure.error is not None:
            book.logger.error("job %s failed: %s", clockwork.name, failure.error)
        run = JobRun(
            name=clockwork.name,
            is_running=False,
            started_at=started_at,
            ended_at=started_at + timedelta(milliseconds=milliseconds),
            milliseconds=milliseconds,
            error=failure.error,
            next_at=clockwork.next_at(started_at),
        )
        self._note(book, run)

    def _hold(self, book: JobBook, at: datetime) -> bool:
        clockwork = self._clockwork
        with book.writing() as connection:
            return hold_job(connection, book.jobs, clockwork.name, clockwork.holder, at, clockwork.held_seconds)

    def _note(self, book: JobBook, run: JobRun) -> None:
        if self._clockwork.is_held:
            with book.writing() as connection:
                release_job(connection, book.jobs, self._clockwork.holder, run)
        elif self._is_news(run):
            with book.writing() as connection:
                note_run(connection, book.jobs, run)
            self._noted_at, self._noted_error = run.started_at, run.error

    def _is_news(self, run: JobRun) -> bool:
        if self._noted_at is None or run.started_at is None or run.error != self._noted_error:
            return True
        return run.started_at - self._noted_at >= timedelta(seconds=NOTED_SECONDS)


class _Failure(AbstractContextManager["_Failure"]):
    """Keeps the type of whatever exception its block raises: a job may fail in any way, and the clock goes on."""

    error: str | None = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if kind is None or not isinstance(error, Exception):
            return False
        self.error = kind.__name__
        return True
