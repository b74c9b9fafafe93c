"""Runs a job that has times of its own: it is looked at often, run when it is due, and its next run is seen before."""

from collections.abc import Callable
from datetime import datetime

from hosting.jobs.job_runs import announce_run
from hosting.jobs.recorded_runs import Clockwork, JobBook, RecordedRuns


class DueRuns:
    """The runs of one job in this process; its clockwork's `next_at` says when it is due, now or later."""

    def __init__(self, clockwork: Clockwork) -> None:
        self._clockwork = clockwork
        self._runs = RecordedRuns(clockwork)
        self._announced_at: datetime | None = None

    def look(self, book: JobBook, work: Callable[[], object]) -> None:
        """Do `work` if it is due and no other process is at it; else note when it will be."""
        due_at = self._clockwork.next_at(book.now())
        if due_at <= book.now():
            self._runs.run(book, work)
        elif due_at != self._announced_at:
            with book.writing() as connection:
                announce_run(connection, book.jobs, self._clockwork.name, due_at)
            self._announced_at = due_at
