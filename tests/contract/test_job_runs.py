"""Jobs are run by one process at a time, and the last run of each can be seen."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.services.context import Gateway
from gateway.services.job_runs import Job, RecordedJob, show_job_runs
from tests.scenario.gateway_simulator import Clock, opened_gateway


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gateway(tmp_path: Path, database_url: str, clock: Clock) -> Iterator[Gateway]:
    with opened_gateway(tmp_path / "gateway", clock, database_url) as opened:
        yield opened


def _recorded(job: Job, holder: str = "one", *, is_held: bool = True) -> RecordedJob:
    return RecordedJob(job, holder, lambda at: at + timedelta(minutes=1), is_held=is_held)


def test_a_run_that_went_well_is_seen_with_its_next(gateway: Gateway) -> None:
    def work(_gateway: Gateway) -> None:
        """Do nothing."""

    _recorded(work)(gateway)
    (run,) = show_job_runs(gateway)
    assert (run.name, run.error, run.is_running) == ("work", None, False)
    assert run.started_at is not None
    assert run.next_at == run.started_at + timedelta(minutes=1)
    assert run.milliseconds is not None


def test_a_failure_is_seen_by_its_type_alone(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_gateway: Gateway) -> None:
        raise ValueError("canary-value")

    with caplog.at_level(logging.ERROR):
        _recorded(fail)(gateway)
    (run,) = show_job_runs(gateway)
    assert run.error == "ValueError"
    assert "job fail failed: ValueError" in caplog.text
    assert "canary" not in caplog.text


def test_a_job_that_another_process_holds_is_left_to_it_until_its_time_is_over(gateway: Gateway, clock: Clock) -> None:
    ran: list[str] = []

    def work(_gateway: Gateway) -> None:
        ran.append("outer")
        if len(ran) == 1:
            assert [run.is_running for run in show_job_runs(gateway)] == [True]
            _recorded(work, "two")(gateway)
            assert ran == ["outer"]
            clock.ahead += timedelta(seconds=121)
            _recorded(work, "three")(gateway)

    _recorded(work)(gateway)
    assert ran == ["outer", "outer"]
    _recorded(work, "four")(gateway)
    assert len(ran) == 3


def test_a_job_of_every_second_is_noted_once_a_minute_and_when_it_fails(gateway: Gateway, clock: Clock) -> None:
    faults: list[Exception] = []

    def work(_gateway: Gateway) -> None:
        for fault in faults:
            raise fault

    job = _recorded(work, is_held=False)
    job(gateway)
    (first,) = show_job_runs(gateway)
    clock.ahead += timedelta(seconds=30)
    job(gateway)
    assert show_job_runs(gateway) == [first]
    faults.append(KeyError())
    job(gateway)
    (failed,) = show_job_runs(gateway)
    assert failed.error == "KeyError"
    faults.clear()
    clock.ahead += timedelta(seconds=61)
    job(gateway)
    assert show_job_runs(gateway)[0].error is None
