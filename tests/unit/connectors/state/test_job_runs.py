"""A connector's jobs are seen after a restart, run in one process at a time, and are taken over from one that ended."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from connectors.state.database import open_state
from connectors.state.job_runs import ConnectorJobs
from hosting.jobs.job_runs import JobRun
from hosting.jobs.recorded_runs import HELD_SECONDS, Clockwork, RecordedRuns
from tests.unit.connectors.offices import Clock

INTERVAL = timedelta(hours=1)


class _EndedError(BaseException):
    """A process ends in the middle of a job."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Engine]:
    engine = open_state(tmp_path / "connector.sqlite3")
    yield engine
    engine.dispose()


def _runs(holder: str) -> RecordedRuns:
    return RecordedRuns(Clockwork("destroy_expired", holder, lambda at: at + INTERVAL, is_held=True))


def _only(book: ConnectorJobs) -> JobRun:
    (run,) = book.runs()
    return run


def test_a_run_is_seen_after_a_restart(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "connector.sqlite3"
    before = open_state(path)
    _runs("one").run(ConnectorJobs(before, clock), list)
    before.dispose()
    after = open_state(path)
    run = _only(ConnectorJobs(after, clock))
    after.dispose()
    assert (run.name, run.error, run.is_running) == ("destroy_expired", None, False)
    assert run.started_at == clock()
    assert run.next_at == clock() + INTERVAL


def test_two_processes_never_run_a_job_at_once(state: Engine, clock: Clock) -> None:
    book, ran = ConnectorJobs(state, clock), []

    def work() -> None:
        ran.append("one")
        assert _only(book).is_running
        _runs("two").run(book, lambda: ran.append("two"))

    _runs("one").run(book, work)
    assert ran == ["one"]
    _runs("two").run(book, lambda: ran.append("two"))
    assert ran == ["one", "two"]


def test_a_job_that_an_ended_process_held_is_taken_over_when_its_time_is_over(state: Engine, clock: Clock) -> None:
    book = ConnectorJobs(state, clock)

    def end() -> None:
        raise _EndedError

    with pytest.raises(_EndedError):
        _runs("one").run(book, end)
    assert book.free_at("destroy_expired") == clock() + timedelta(seconds=HELD_SECONDS)
    assert book.free_at("fetch_registry") == clock()
    clock.now += timedelta(seconds=HELD_SECONDS)
    ran: list[str] = []
    _runs("two").run(book, lambda: ran.append("two"))
    assert ran == ["two"]
