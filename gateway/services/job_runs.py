"""How the jobs run, as the system administrator sees them; and running one so that it can be seen."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Table

from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.job_tables import job_run
from gateway.services.context import Gateway
from hosting.jobs.job_runs import JobRun, list_job_runs
from hosting.jobs.recorded_runs import HELD_SECONDS, Clockwork, RecordedRuns

Job = Callable[[Gateway], Any]

HELD_FROM_SECONDS: Final = 10
"""Jobs of a shorter interval are held by nobody: they are meant to cost nothing."""

_LOGGER: Final = logging.getLogger("tongxin.gateway")


@dataclass(frozen=True)
class GatewayJobs:
    """The gateway's `JobBook`."""

    gateway: Gateway
    jobs: Table = job_run
    logger: logging.Logger = _LOGGER

    def now(self) -> datetime:
        """Return the current time."""
        return self.gateway.now()

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction that writes."""
        return write_transaction(self.gateway.engine)


class RecordedJob:
    """A job that runs in one process at a time, and whose last run can be seen."""

    def __init__(
        self,
        job: Job,
        holder: str,
        next_at: Callable[[datetime], datetime],
        *,
        is_held: bool,
        held_seconds: int = HELD_SECONDS,
    ) -> None:
        self._job = job
        self.__name__: str = getattr(job, "__name__", "job")
        self._runs = RecordedRuns(Clockwork(self.__name__, holder, next_at, is_held, held_seconds))

    def __call__(self, gateway: Gateway) -> None:
        """Run the job, unless another process does."""
        self._runs.run(GatewayJobs(gateway), partial(self._job, gateway))


def show_job_runs(gateway: Gateway) -> list[JobRun]:
    """Return the last run of every job, by name."""
    with read_transaction(gateway.engine) as connection:
        return list_job_runs(connection, job_run, gateway.now())
