"""How the connector's jobs run: noted beside what they work on, so that a restart and a second process find it."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, Table

from connectors.state.database import reading, writing
from connectors.state.job_tables import job_run
from hosting.jobs.job_runs import JobRun, free_at, list_job_runs

_LOGGER: Final = logging.getLogger("tongxin.connector")


@dataclass(frozen=True)
class ConnectorJobs:
    """The connector's `JobBook`: its database and its clock."""

    state: Engine
    clock: Callable[[], datetime]
    jobs: Table = job_run
    logger: logging.Logger = _LOGGER

    def now(self) -> datetime:
        """Return the current time."""
        return self.clock()

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction that writes."""
        return writing(self.state)

    def free_at(self, name: str) -> datetime:
        """Return from when on a job may be taken, also where a process ended while it held the job."""
        with reading(self.state) as connection:
            return free_at(connection, job_run, name, self.now())

    def runs(self) -> list[JobRun]:
        """Return the last run of every job that ever ran, by name."""
        with reading(self.state) as connection:
            return list_job_runs(connection, job_run, self.now())
