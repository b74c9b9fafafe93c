"""How the jobs run, as the system administrator sees them; and running one so that it can be seen."""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Final

from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.job_queries import JobRun, hold_job, list_job_runs, note_run, release_job
from gateway.services.context import Gateway

Job = Callable[[Gateway], Any]

HELD_FROM_SECONDS: Final = 10
"""Jobs of a shorter interval are held by nobody, and noted once in `NOTED_SECONDS`: they are meant to cost nothing."""

HELD_SECONDS: Final = 120
NOTED_SECONDS: Final = 60

_logger = logging.getLogger("tongxin.gateway")


@dataclass(frozen=True, slots=True)
class Clockwork:
    """A job with its interval. `holder` names this process; `next_at` says when the job is due after a time."""

    job: Job
    holder: str
    next_at: Callable[[datetime], datetime]
    is_held: bool
    held_seconds: int = HELD_SECONDS

    @property
    def name(self) -> str:
        """What the job is called, here and in the pages."""
        return getattr(self.job, "__name__", "job")


class RecordedJob:
    """A job that runs in one process at a time, and whose last run can be seen; a failure is noted by its type."""

    def __init__(self, clockwork: Clockwork) -> None:
        self._clockwork = clockwork
        self._noted_at: datetime | None = None
        self._noted_error: str | None = None
        self.__name__ = clockwork.name

    def __call__(self, gateway: Gateway) -> None:
        """Run the job, unless another process does."""
        clockwork, started_at = self._clockwork, gateway.now()
        if clockwork.is_held:
            with write_transaction(gateway.engine) as connection:
                if not hold_job(connection, clockwork.name, clockwork.holder, started_at, clockwork.held_seconds):
                    return
        begun = time.perf_counter()
        with _Failure() as failure:
            clockwork.job(gateway)
        milliseconds = round(1000 * (time.perf_counter() - begun))
        if failure.error is not None:
            _logger.error("job %s failed: %s", clockwork.name, failure.error)
        ended_at = started_at + timedelta(milliseconds=milliseconds)
        run = JobRun(
            name=clockwork.name,
            is_running=False,
            started_at=started_at,
            ended_at=ended_at,
            milliseconds=milliseconds,
            error=failure.error,
            next_at=clockwork.next_at(started_at),
        )
        self._note(gateway, run)

    def _note(self, gateway: Gateway, run: JobRun) -> None:
        if self._clockwork.is_held:
            with write_transaction(gateway.engine) as connection:
                release_job(connection, self._clockwork.holder, run)
        elif self._is_news(run):
            with write_transaction(gateway.engine) as connection:
                note_run(connection, run)
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


def show_job_runs(gateway: Gateway) -> list[JobRun]:
    """Return the last run of every job, by name."""
    with read_transaction(gateway.engine) as connection:
        return list_job_runs(connection, gateway.now())
